"""Makes the safetensors files that the tests read, with the `safetensors` package (its version goes to origin.json).

Values come from formulas that the tests repeat, exactly: all are representable in the type they are stored in.
mixed.safetensors   one tensor of each kind of floating values and one of whole numbers, no metadata
weights.safetensors float32 and metadata, as this project writes them: to be met byte for byte
brain.safetensors   bfloat16 rounded by PyTorch from float32, to be met byte for byte
"""
import json
import pathlib

import numpy as np
import safetensors
import torch
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent


def ramp(count, start=0.0, step=0.25):
    return torch.arange(count, dtype=torch.float32) * step + start


save_file(
    {
        "half": ramp(6, -0.5).reshape(2, 3).to(torch.float16),
        "half.odd": torch.tensor([2.0**-24, -(2.0**-14), 65504.0, float("-inf")], dtype=torch.float16),
        "brain": ramp(4, -0.5).to(torch.bfloat16),
        "double": ramp(5, 1.0).to(torch.float64),
        "single": ramp(24).reshape(2, 3, 4),
        "scalar": torch.tensor(3.5),
        "empty": torch.zeros(0, 4),
        "whole": torch.arange(3, dtype=torch.int64),
    },
    HERE / "mixed.safetensors",
)
save_file(
    {"stem.weight": ramp(12, -1.0).reshape(1, 3, 2, 2), "stem.bias": ramp(3), "head.weight": ramp(1, 7.0)},
    HERE / "weights.safetensors",
    metadata={"network": '{"layers": ["stem", "head"]}\n\t\\ µm \x01'},
)
# Ties, both ways of rounding, a carry into the exponent, infinity, less than the least normal number.
odd = torch.tensor([1.9990234375, -3.0, float("inf"), 2.0**-130])
save_file(
    {"value": torch.cat([1 + ramp(64, 0.0, 7 * 2.0**-10), odd]).to(torch.bfloat16)},
    HERE / "brain.safetensors",
)
(HERE / "origin.json").write_text(
    json.dumps({"safetensors": safetensors.__version__, "torch": torch.__version__, "numpy": np.__version__}) + "\n")
