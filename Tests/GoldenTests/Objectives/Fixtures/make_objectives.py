"""Makes objectives.json with PyTorch in float64: each term's value and its gradient, with and without weights.

Pictures come from formulas that the tests repeat. Of the gradient, every 37th (997th of the larger) sample (red, green, blue planes in a row) times
the number of samples is stored, and the sum of absolute values. To be met to 1e-5 of the value, 1e-4 of the largest slope.
"""
import json
import pathlib

import torch
import torch.nn.functional as F

HERE = pathlib.Path(__file__).parent
EXPONENTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]


def pictures(w, h, channels):
    c, y, x = torch.meshgrid(*(torch.arange(n, dtype=torch.float64) for n in (channels, h, w)), indexing="ij")
    target = 0.5 + 0.2 * torch.sin(0.37 * x + 0.21 * y * (c + 1)) + 0.15 * torch.cos(0.05 * x * y + c)
    prediction = target + 0.04 * torch.sin(1.3 * x - 0.7 * y + c) + 0.03 * torch.cos(0.11 * x + 0.09 * y)
    weight = ((7 * x[0] + 3 * y[0]) % 11) / 10
    return prediction, target, weight


def mean(values, weight):  # of channels, rows, columns; the weight of rows, columns
    return (values * weight).sum() / (weight.sum() * values.shape[0])


def blur(v):
    k = torch.exp(-(torch.arange(-5, 6, dtype=torch.float64) ** 2) / 4.5)
    k = k / k.sum()
    v = F.conv2d(v[:, None], k.reshape(1, 1, 1, 11))
    return F.conv2d(v, k.reshape(1, 1, 11, 1))[:, 0]


def maps(p, t):
    mp, mt = blur(p), blur(t)
    vp, vt, both = blur(p * p) - mp**2, blur(t * t) - mt**2, blur(p * t) - mp * mt
    cs = (2 * both + 0.03**2) / (vp + vt + 0.03**2)
    return (2 * mp * mt + 0.01**2) / (mp**2 + mt**2 + 0.01**2) * cs, cs


def ssim(p, t, w):
    return 1 - mean(maps(p, t)[0], w[5:-5, 5:-5])


def ms_ssim(p, t, w):
    scales = max(n for n in range(1, 6) if min(p.shape[1:]) >> (n - 1) >= 11)
    exponents = EXPONENTS[:scales] if scales == 5 else [e / sum(EXPONENTS[:scales]) for e in EXPONENTS[:scales]]
    product = torch.ones(p.shape[0], dtype=torch.float64)
    for j, e in enumerate(exponents):
        if j:
            p, t, w = (F.avg_pool2d(v[None], 2)[0] for v in (p, t, w[None]))
            w = w[0]
        full, cs = maps(p, t)
        inner = w[5:-5, 5:-5]
        m = ((full if j == scales - 1 else cs) * inner).sum((1, 2)) / inner.sum()
        product = product * m**e
    return 1 - product.mean()


def gradient(p, t, w):
    r = p - t
    return mean((r[:, :, 1:] - r[:, :, :-1]).abs(), w[:, 1:] * w[:, :-1]) + mean(
        (r[:, 1:] - r[:, :-1]).abs(), w[1:] * w[:-1])


TERMS = {
    "l1": lambda p, t, w: mean((p - t).abs(), w),
    "l2": lambda p, t, w: mean((p - t) ** 2, w),
    "charbonnier": lambda p, t, w: mean(torch.sqrt((p - t) ** 2 + 1e-6), w),
    "ssim": ssim,
    "ms-ssim": ms_ssim,
    "gradient": gradient,
}
cases = []
for w, h, channels in [(24, 20, 3), (97, 96, 3), (180, 177, 1)]:
    for weighted in (False, True):
        p, t, weight = pictures(w, h, channels)
        for name, term in TERMS.items():
            q = p.clone().requires_grad_(True)
            loss = term(q, t, weight if weighted else torch.ones_like(weight))
            loss.backward()
            g = q.grad.flatten() * q.numel()
            cases.append({
                "width": w, "height": h, "channels": channels, "weighted": weighted, "term": name,
                "loss": round(loss.item(), 9), "absolute": float(f"{q.grad.abs().sum().item():.8g}"),
                "slopes": [float(f"{x:.6g}") for x in g[::37 if w < 90 else 997].tolist()]})
(HERE / "objectives.json").write_text(
    json.dumps({"origin": f"torch {torch.__version__}", "cases": cases}) + "\n")
