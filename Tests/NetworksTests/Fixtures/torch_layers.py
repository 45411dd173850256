"""The project's layers in PyTorch, for the scripts that make fixtures."""
import numpy as np
import torch
import torch.nn.functional as F


def numbers(count, salt):
    """Exact in single precision, between -1/2 and 1/2."""
    index = np.arange(count, dtype=np.uint64) + np.uint64(salt * 1000003)
    index = (index * np.uint64(2654435761)) & np.uint64(0xFFFFFFFF)
    index ^= index >> np.uint64(15)
    index = (index * np.uint64(2246822519)) & np.uint64(0xFFFFFFFF)
    return (index >> np.uint64(16)).astype(np.float64) / 65536 - 0.5


def parameters(layer, channels):
    """The shapes of a layer's parameters by name, and its output channels."""
    kind, first = layer["operation"], channels[0] if channels else 0
    if kind == "convolution":
        outputs, kernel = layer["outputs"], layer["kernel"]
        return {"weight": (outputs, first // layer.get("groups", 1), kernel, kernel), "bias": (outputs,)}, outputs
    if kind == "transposedConvolution":
        outputs, kernel = layer["outputs"], layer["kernel"]
        return {"weight": (first, outputs, kernel, kernel), "bias": (outputs,)}, outputs
    if kind == "dense":
        return {"weight": (layer["outputs"], layer["values"]), "bias": (layer["outputs"],)}, layer["outputs"]
    if kind == "batchNorm":
        return {name: (first,) for name in ("weight", "bias", "running_mean", "running_var")}, first
    factor = layer.get("factor", 1)
    return {}, {"input": layer.get("channels"), "pixelShuffle": first // factor**2, "pixelUnshuffle": first * factor**2,
                "concatenation": sum(channels)}.get(kind, first)


def run(layer, x, p):
    kind, pooled = layer["operation"], layer.get("size")
    stride = layer.get("stride", pooled if pooled else 1)
    if kind == "convolution":
        return F.conv2d(x[0], p["weight"], p["bias"], stride, layer.get("padding", layer["kernel"] // 2),
                        groups=layer.get("groups", 1))
    if kind == "transposedConvolution":
        return F.conv_transpose2d(x[0], p["weight"], p["bias"], stride, layer.get("padding", 0))
    if kind == "dense": return F.linear(x[0].flatten(1), p["weight"], p["bias"])[:, :, None, None]
    if kind == "relu": return F.leaky_relu(x[0], layer.get("slope", 0))
    if kind == "sigmoid": return torch.sigmoid(x[0])
    if kind == "tanh": return torch.tanh(x[0])
    if kind == "maxPooling": return F.max_pool2d(x[0], pooled, stride) if pooled else x[0].amax((2, 3), keepdim=True)
    if kind == "averagePooling": return F.avg_pool2d(x[0], pooled, stride) if pooled else x[0].mean((2, 3), keepdim=True)
    if kind == "nearestUpsampling": return F.interpolate(x[0], scale_factor=layer["factor"], mode="nearest")
    if kind == "bilinearUpsampling":
        return F.interpolate(x[0], scale_factor=layer["factor"], mode="bilinear", align_corners=False)
    if kind == "pixelShuffle": return F.pixel_shuffle(x[0], layer["factor"])
    if kind == "pixelUnshuffle": return F.pixel_unshuffle(x[0], layer["factor"])
    if kind == "sum": return sum(x[1:], x[0])
    if kind == "concatenation": return torch.cat(x, 1)
    if kind == "batchNorm":
        return F.batch_norm(x[0], p["running_mean"], p["running_var"], p["weight"], p["bias"], False,
                            eps=layer.get("epsilon", 1e-5))
    raise ValueError(kind)


def told(tensor):
    """What the fixture keeps of a tensor, in our order of axes."""
    if tensor.dim() == 4 and tensor.shape[0] == 1: tensor = tensor[0].permute(1, 2, 0)
    flat = tensor.detach().reshape(-1)
    step = max(1, -(-len(flat) // 24))
    return {"sum": float(flat.sum()), "largest": float(flat.abs().max()), "step": step,
            "values": [float(f"{v:.9g}") for v in flat[::step]]}
