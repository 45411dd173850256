#!/usr/bin/env python3
"""Scores of two small pictures by scikit-image, for ImageScoresTests.

The pictures are written as 8-bit levels, so that both sides start from the same numbers. Needs numpy and scikit-image.
"""
import json
import pathlib

import numpy as np
import skimage
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

random = np.random.default_rng(5)
width, height = 61, 47
y, x = np.mgrid[0:height, 0:width]
cases = []
for name, channels in [("grey", 1), ("colour", 3)]:
    first, second = [], []
    for channel in range(channels):
        base = 0.5 + 0.4 * np.sin(x / (5 + channel)) * np.cos(y / 7) * (x > 20)
        first.append(np.clip(base, 0, 1))
        second.append(np.clip(0.9 * np.roll(base, 1, 1) + 0.03 + random.normal(0, 0.04, base.shape), 0, 1))
    a, b = (np.round(np.stack(p, -1) * 255).astype(np.uint8) for p in (first, second))
    u, v = a / 255.0, b / 255.0
    ssim = structural_similarity(
        u, v, channel_axis=-1, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1.0)
    cases.append({
        "name": name,
        "golden": [a[..., c].ravel().tolist() for c in range(channels)],
        "photograph": [b[..., c].ravel().tolist() for c in range(channels)],
        "l1": float(np.abs(u - v).mean()),
        "psnr": float(peak_signal_noise_ratio(u, v, data_range=1.0)),
        "ssim": float(ssim),
    })
fixture = {
    "origin": "make_scores.py, scikit-image " + skimage.__version__,
    "tolerance": 1e-4,
    "width": width,
    "height": height,
    "cases": cases,
}
path = pathlib.Path(__file__).with_name("scores.json")
path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
