"""Makes layers.json: what PyTorch gives for networks of every layer, forward and backward.

A case lists its layers as the project writes them. Input, weights and seeds are drawn on both sides by one formula
(`numbers`), so that the file holds results alone: the output, and the gradients of sum(seed * value) over the seeded layers
by the input and by every parameter; of long tensors a sum and 24 numbers spread over it. Computed in double precision, and
beside it how far off PyTorch is in bfloat16 (the norm of a tensor's difference over its norm, the worst of a case). The tests hold single precision to
2e-5 of the largest number, and bfloat16 to twice what PyTorch is off, or to 1e-2.

Run with torch installed: python make_layers.py
"""
import json, pathlib

import numpy as np
import torch

from torch_layers import numbers, parameters, run, told

torch.set_num_threads(1)


def compute(height, width, layers, seeds, dtype):
    """The output and the gradients by name, computed in a type."""
    values, channels, trained = {}, {}, {}
    salt = 2
    for layer in layers:
        inputs = layer.get("inputs", [])
        shapes, channels[layer["name"]] = parameters(layer, [channels[i] for i in inputs])
        if layer["operation"] == "input":
            draw = numbers(height * width * layer["channels"], 1).reshape(1, height, width, layer["channels"])
            value = torch.tensor(draw).permute(0, 3, 1, 2).contiguous().to(dtype).requires_grad_()
            given = value
        else:
            p = {}
            for key, shape in shapes.items():
                count = int(np.prod(shape))
                drawn = numbers(count, salt)
                salt += 1
                # Variances are positive, and values keep their size from layer to layer.
                if key == "running_var": drawn = drawn + 1
                if key == "weight" and len(shape) > 1:
                    drawn = drawn * 4 / 2 ** int(np.log2(count / shape[0]) / 2 + 0.5)
                p[key] = torch.tensor(drawn.reshape(shape)).to(dtype)
                if "running" not in key: p[key].requires_grad_()
                trained[f"{layer['name']}.{key}"] = p[key]
            value = run(layer, [values[i] for i in inputs], p)
        values[layer["name"]] = value
    loss = 0
    for number, seed in enumerate(seeds):
        value = values[seed]
        draw = numbers(value.numel(), 100 + number).reshape(value.shape[2], value.shape[3], value.shape[1])
        loss = loss + (value[0].permute(1, 2, 0).double() * torch.tensor(draw)).sum()
    loss.backward()
    results = {"output": told(values[layers[-1]["name"]]), "inputGradient": told(given.grad)}
    return results | {key: told(t.grad) for key, t in trained.items() if t.grad is not None}


def case(name, height, width, layers, seeds=None):
    seeds = sorted(seeds or [layers[-1]["name"]])
    exact, rough = [compute(height, width, layers, seeds, dtype) for dtype in (torch.float64, torch.bfloat16)]
    off = 0
    for key, value in exact.items():
        true, found = np.array(value["values"]), np.array(rough[key]["values"])
        off = max(off, np.linalg.norm(found - true) / max(np.linalg.norm(true), 1e-9))
    return {"name": name, "height": height, "width": width, "layers": layers, "seeds": seeds,
            "bfloat16": float(f"{off:.2g}"),
            "output": exact.pop("output"), "inputGradient": exact.pop("inputGradient"), "gradients": exact}


def layer(name, operation, *inputs, **numbers): return dict(name=name, operation=operation, inputs=list(inputs), **numbers)


def chain(channels, *layers):
    """Layers that follow one another, called a, b, c, …"""
    result = [dict(name="input", operation="input", channels=channels)]
    for index, (operation, numbers) in enumerate(layers):
        result.append(layer("abcdefgh"[index], operation, result[-1]["name"], **numbers))
    return result


def unet():
    layers, skips, last = [dict(name="input", operation="input", channels=3)], [], "input"

    def block(name, last, outputs, kernel=3):
        layers.append(layer(name, "convolution", last, outputs=outputs, kernel=kernel))
        layers.append(layer(name + ".relu", "relu", name))
        return name + ".relu"

    for index, outputs in enumerate((8, 16)):
        if index:
            layers.append(layer("pool", "maxPooling", last, size=2))
            last = "pool"
        last = block(f"down{index}.1", last, outputs)
        last = block(f"down{index}.2", last, outputs)
        skips.append(last)
    layers.append(layer("grow", "nearestUpsampling", last, factor=2))
    layers.append(layer("join", "concatenation", "grow", skips[0]))
    last = block("up.1", "join", 8)
    last = block("up.2", last, 8)
    layers.append(layer("colour", "convolution", last, outputs=3, kernel=1))
    return layers


cases = [
    case("convolution 3 × 3", 9, 7, chain(3, ("convolution", dict(outputs=5, kernel=3)))),
    case("convolution 1 × 1", 5, 6, chain(4, ("convolution", dict(outputs=7, kernel=1)))),
    case("convolution with stride 2", 9, 8, chain(3, ("convolution", dict(outputs=4, kernel=3, stride=2)))),
    case("convolution with stride 2 that leaves a row over", 8, 9,
         chain(3, ("convolution", dict(outputs=4, kernel=1, stride=2)))),
    case("convolution 5 × 5 without padding", 11, 9, chain(2, ("convolution", dict(outputs=3, kernel=5, padding=0)))),
    case("convolution 4 × 4 with stride 3", 13, 10,
         chain(2, ("convolution", dict(outputs=16, kernel=4, stride=3, padding=1)))),
    case("convolution in groups", 7, 7, chain(6, ("convolution", dict(outputs=9, kernel=3, groups=3)))),
    case("convolution channel by channel", 7, 8, chain(16, ("convolution", dict(outputs=16, kernel=3, groups=16)))),
    case("convolution of many rows", 70, 5, chain(16, ("convolution", dict(outputs=16, kernel=3)), ("relu", {}))),
    case("transposed convolution 2 × 2", 5, 4,
         chain(6, ("transposedConvolution", dict(outputs=4, kernel=2, stride=2)))),
    case("transposed convolution 4 × 4 with padding", 5, 6,
         chain(8, ("transposedConvolution", dict(outputs=3, kernel=4, stride=2, padding=1)), ("relu", dict(slope=0.125)))),
    case("transposed convolution 3 × 3 with stride 1", 6, 5,
         chain(3, ("transposedConvolution", dict(outputs=5, kernel=3, padding=1)))),
    case("dense", 3, 4, chain(5, ("dense", dict(values=60, outputs=7)), ("tanh", {}))),
    case("dense after pooling", 6, 6,
         chain(4, ("convolution", dict(outputs=8, kernel=3)), ("relu", {}), ("averagePooling", dict(size=0)),
               ("dense", dict(values=8, outputs=5)), ("sigmoid", {}), ("dense", dict(values=5, outputs=3)))),
    case("ReLU", 5, 5, chain(3, ("relu", {}))),
    case("leaky ReLU", 5, 5, chain(3, ("relu", dict(slope=0.25)))),
    case("leaky ReLU in a convolution", 9, 5, chain(3, ("convolution", dict(outputs=4, kernel=3)), ("relu", dict(slope=0.25)))),
    case("sigmoid", 5, 5, chain(3, ("sigmoid", {}))),
    case("sigmoid in a convolution", 9, 5, chain(3, ("convolution", dict(outputs=4, kernel=3)), ("sigmoid", {}))),
    case("tanh", 5, 5, chain(3, ("tanh", {}))),
    case("tanh in a convolution", 9, 5, chain(3, ("convolution", dict(outputs=4, kernel=3)), ("tanh", {}))),
    case("greatest of 2 × 2", 7, 9, chain(3, ("maxPooling", dict(size=2)))),
    case("greatest of 3 × 3 that overlap", 9, 8, chain(3, ("maxPooling", dict(size=3, stride=2)))),
    case("greatest of 2 × 2 that overlap", 9, 8, chain(3, ("maxPooling", dict(size=2, stride=1)))),
    case("mean of 2 × 2", 7, 9, chain(3, ("averagePooling", dict(size=2)))),
    case("mean of 3 × 3 that overlap", 9, 8, chain(3, ("averagePooling", dict(size=3, stride=2)))),
    case("greatest of all", 5, 6, chain(3, ("maxPooling", dict(size=0)))),
    case("mean of all", 5, 6, chain(3, ("averagePooling", dict(size=0)))),
    case("nearest twice", 4, 5, chain(3, ("nearestUpsampling", dict(factor=2)))),
    case("nearest three times", 4, 5, chain(3, ("nearestUpsampling", dict(factor=3)))),
    case("bilinear twice", 4, 5, chain(3, ("bilinearUpsampling", dict(factor=2)))),
    case("bilinear three times", 4, 5, chain(3, ("bilinearUpsampling", dict(factor=3)))),
    case("bilinear of one row", 1, 5, chain(3, ("bilinearUpsampling", dict(factor=2)))),
    case("pixel shuffle", 3, 5, chain(12, ("pixelShuffle", dict(factor=2)))),
    case("pixel shuffle by 3", 3, 5, chain(18, ("pixelShuffle", dict(factor=3)))),
    case("pixel unshuffle", 6, 4, chain(3, ("pixelUnshuffle", dict(factor=2)))),
    case("batch norm", 5, 6, chain(4, ("batchNorm", dict(epsilon=0.0625)))),
    case("batch norm after a convolution", 8, 6,
         chain(3, ("convolution", dict(outputs=8, kernel=3)), ("batchNorm", dict(epsilon=0.03125)), ("relu", {}))),
    case("sum of an input and itself", 5, 5,
         [dict(name="input", operation="input", channels=3), layer("a", "sum", "input", "input", "input")]),
    case("sum round a convolution", 6, 6,
         chain(4, ("convolution", dict(outputs=4, kernel=3)), ("relu", {})) + [layer("join", "sum", "b", "input")]),
    case("concatenation with itself", 5, 5,
         chain(3, ("tanh", {})) + [layer("join", "concatenation", "a", "input", "a")]),
    case("a layer that many take", 8, 8,
         chain(3, ("convolution", dict(outputs=6, kernel=3)), ("relu", {})) + [
             layer("left", "convolution", "b", outputs=6, kernel=1),
             layer("right", "convolution", "b", outputs=6, kernel=3),
             layer("both", "sum", "left", "right", "b"),
             layer("wide", "concatenation", "both", "b", "left"),
             layer("last", "convolution", "wide", outputs=2, kernel=3)]),
    case("seeds at several layers", 8, 8,
         chain(3, ("convolution", dict(outputs=6, kernel=3)), ("relu", {}), ("maxPooling", dict(size=2)),
               ("convolution", dict(outputs=4, kernel=3)), ("tanh", {})) + [
             layer("aside", "averagePooling", "b", size=0)] + [layer("last", "convolution", "e", outputs=2, kernel=1)],
         ["b", "e", "aside", "last"]),
    case("seeds below the output", 6, 6,
         chain(3, ("convolution", dict(outputs=4, kernel=3)), ("relu", {}), ("convolution", dict(outputs=4, kernel=3))),
         ["b"]),
    case("U-Net", 20, 12, unet()),
    case("U-Net in bands", 72, 20, unet()),
]
HERE = pathlib.Path(__file__).parent
head = {"made_by": "make_layers.py", "torch": torch.__version__, "tolerance": "2e-5 of the largest number; bfloat16 twice what PyTorch is off, or 1e-2"}
lines = ",\n".join(json.dumps(c, ensure_ascii=False, separators=(",", ":")) for c in cases)
(HERE / "layers.json").write_text(json.dumps(head)[:-1] + ', "cases": [\n' + lines + "\n]}\n")
print(len(cases), (HERE / "layers.json").stat().st_size)
