"""Makes generator.safetensors and generators.json: a generator's file written by PyTorch and what PyTorch paints with it, and
what PyTorch paints with a generator that the project taught.

The inputs are drawn on both sides by one formula (`numbers`). Of each picture the file holds a sum and numbers spread over it.

Run with torch and safetensors installed: python make_generator.py ../../../Models/NAME.safetensors
"""
import hashlib, json, pathlib, sys

import torch
from safetensors import safe_open
from safetensors.torch import save_file

here = pathlib.Path(__file__).parent
sys.path.insert(0, str(here / "../../NetworksTests/Fixtures"))
from torch_layers import numbers, parameters, run, told

SIDE = 64


def paint(path):
    """The picture that a generator's file paints of numbers, by PyTorch, in double precision."""
    with safe_open(path, "pt") as file:
        layers = json.loads(file.metadata()["network"])
        values = {}
        for layer in layers:
            if layer["operation"] == "input":
                count = layer["channels"]
                values[layer["name"]] = torch.tensor(numbers(SIDE * SIDE * count, 7)).reshape(SIDE, SIDE, count).permute(2, 0, 1)[None]
                continue
            inputs = [values[name] for name in layer["inputs"]]
            shapes, _ = parameters(layer, [x.shape[1] for x in inputs])
            weights = {name: file.get_tensor(f"{layer['name']}.{name}").double() for name in shapes}
            values[layer["name"]] = run(layer, inputs, weights)
        return values[layers[-1]["name"]]


def write_own(path):
    """A small generator, taught by PyTorch to paint its first layer bright and its second dark."""
    torch.manual_seed(3)
    names = ["metal", "ridge"]
    layers = [{"name": "input", "operation": "input", "channels": 2},
              {"name": "a", "operation": "convolution", "inputs": ["input"], "outputs": 8, "kernel": 3},
              {"name": "a.on", "operation": "relu", "inputs": ["a"], "slope": 0.1},
              {"name": "colour", "operation": "convolution", "inputs": ["a.on"], "outputs": 1, "kernel": 1}]
    weights = {"a.weight": torch.randn(8, 2, 3, 3) * 0.3, "a.bias": torch.zeros(8),
               "colour.weight": torch.randn(1, 8, 1, 1) * 0.3, "colour.bias": torch.zeros(1)}
    for tensor in weights.values(): tensor.requires_grad_()
    optimiser = torch.optim.Adam(weights.values(), 0.02)
    for _ in range(200):
        x = (torch.rand(4, 2, 32, 32) > 0.5).float()
        target = 0.5 + 0.4 * x[:, :1] - 0.3 * x[:, 1:]
        y = x
        for layer in layers[1:]:
            own = {name: weights[f"{layer['name']}.{name}"] for name in parameters(layer, [y.shape[1]])[0]}
            y = run(layer, [y], own)
        loss = (y - target).abs().mean()
        optimiser.zero_grad(); loss.backward(); optimiser.step()
    card = {"architecture": "fast", "inputs": {"layers": names, "densityScales": []}, "outputs": 1,
            "pixelSizesUm": [0.5, 0.5], "roundingUm": 0, "objective": "l1", "seed": 3, "steps": 200, "seconds": 1,
            "taught": [], "heldOut": [], "dataSHA256": ""}
    save_file({name: tensor.detach().contiguous() for name, tensor in weights.items()}, path,
              {"format": "goldendie.generator/1", "card": json.dumps(card), "network": json.dumps(layers)})


own = here / "generator.safetensors"
write_own(own)
cases = {"own": {"side": SIDE, **told(paint(own))}}
if len(sys.argv) > 1:
    path = pathlib.Path(sys.argv[1])
    cases["taught"] = {"side": SIDE, "file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), **told(paint(path))}
text = json.dumps({"origin": f"PyTorch {torch.__version__}, make_generator.py", "tolerance": 2e-5, "cases": cases}, indent=1)
(here / "generators.json").write_text(text + "\n")
