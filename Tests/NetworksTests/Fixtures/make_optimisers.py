"""Makes optimisers.json with PyTorch: Adam, AdamW, learning rates and a clipped norm, in float64 or float32 as PyTorch has them;
and Muon with NumPy in float64, for PyTorch's own rounds to bfloat16.

The parameters begin at w[i] = sin(i + 1); the gradient at step t (from 0) is g[i] = cos(0.7 t + i) / (1 + i). The tests repeat that
and must meet the weights to 1e-6 and the rates to 1e-6 of the peak.
"""
import json
import math
import pathlib

import numpy as np
import torch

HERE = pathlib.Path(__file__).parent
COUNT, STEPS = 11, 40


def run(kind, **options):
    w = torch.tensor([math.sin(i + 1) for i in range(COUNT)], dtype=torch.float64, requires_grad=True)
    optimiser = kind([w], **options)
    for t in range(STEPS):
        w.grad = torch.tensor([math.cos(0.7 * t + i) / (1 + i) for i in range(COUNT)], dtype=torch.float64)
        optimiser.step()
    return [round(x, 9) for x in w.tolist()]


def muon(shape, rate=0.01, momentum=0.95):
    """As torch.optim.Muon with Nesterov's look ahead and adjust_lr_fn="match_rms_adamw", without weight decay."""
    count = shape[0] * shape[1]
    w = np.sin(np.arange(count) + 1.0).reshape(shape)
    running = np.zeros(shape)
    for t in range(5):
        gradient = (np.cos(0.7 * t + np.arange(count)) / (1 + np.arange(count))).reshape(shape)
        running = momentum * running + gradient
        x = gradient + momentum * running
        x = x / (np.linalg.norm(x) + 1e-7)
        x = x.T if shape[0] > shape[1] else x
        for _ in range(5):
            a = x @ x.T
            x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
        x = x.T if shape[0] > shape[1] else x
        w = w - rate * 0.2 * math.sqrt(max(shape)) * x
    return [round(x, 9) for x in w.ravel().tolist()]


def rates(make, total):
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = make(optimiser, total)
    out = []
    for _ in range(total):
        out.append(round(optimiser.param_groups[0]["lr"], 9))
        optimiser.step()
        schedule.step() if len(out) < total else None
    return out


S = torch.optim.lr_scheduler


def cosine_after_warm_up(o, n, warm=5, floor=0.1):
    rise = S.LinearLR(o, start_factor=1 / (warm + 1), total_iters=warm)
    return S.SequentialLR(o, [rise, S.CosineAnnealingLR(o, n - warm, eta_min=floor)], [warm])


g = torch.tensor([math.cos(i) for i in range(101)], dtype=torch.float64)
p = torch.nn.Parameter(torch.zeros(101, dtype=torch.float64))
p.grad = g.clone()
norm = torch.nn.utils.clip_grad_norm_([p], 2.0).item()
(HERE / "optimisers.json").write_text(
    json.dumps(
        {
            "origin": f"torch {torch.__version__}",
            "adam": run(torch.optim.Adam, lr=0.01),
            "adamw": run(torch.optim.AdamW, lr=0.02, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1),
            "muonWide": muon((3, 5)),
            "muonHigh": muon((5, 3)),
            "oneCycle": rates(lambda o, n: S.OneCycleLR(o, max_lr=1.0, total_steps=n), 37),
            "oneCycleWide": rates(
                lambda o, n: S.OneCycleLR(o, 1.0, total_steps=n, pct_start=0.45, div_factor=10, final_div_factor=100), 20),
            "cosine": rates(lambda o, n: S.CosineAnnealingLR(o, n), 30),
            "cosineAfterWarmUp": rates(cosine_after_warm_up, 30),
            "norm": norm,
            "clippedFirst": p.grad[0].item(),
        },
        indent=1,
    )
    + "\n"
)
