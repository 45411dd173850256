"""Times the reference U-Net in PyTorch or ONNX Runtime: unet.py torch|onnx inference|training float32|bfloat16 [runs].

Prints one line of JSON with the seconds of every run after two that warm up, as `bench` does. ONNX Runtime reads the model
that PyTorch exports beside this environment.
"""
import json, os, sys, time

import torch
import torch.nn as nn
import torch.nn.functional as F

CORES = len(os.sched_getaffinity(0))
torch.set_num_threads(CORES)
torch.manual_seed(0)


class UNet(nn.Module):
    def __init__(self, widths=(16, 32, 64, 96)):
        super().__init__()

        def block(inputs, outputs):
            return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(),
                                 nn.Conv2d(outputs, outputs, 3, padding=1), nn.ReLU())

        self.down = nn.ModuleList([block(6, widths[0])] + [block(a, b) for a, b in zip(widths, widths[1:])])
        self.up = nn.ModuleList([block(b + a, a) for a, b in zip(widths, widths[1:])])
        self.colour = nn.Conv2d(widths[0], 3, 1)

    def forward(self, x):
        skips = []
        for level, block in enumerate(self.down):
            if level: x = F.max_pool2d(x, 2)
            x = block(x)
            skips.append(x)
        for level in (2, 1, 0):
            x = self.up[level](torch.cat([F.interpolate(x, scale_factor=2, mode="nearest"), skips[level]], 1))
        return self.colour(x)


def inference(kind, precision):
    if kind == "onnx":
        import onnxruntime
        path = os.path.join(sys.prefix, "reference.onnx")
        x = torch.rand(1, 6, 1024, 1024)
        if not os.path.exists(path):
            torch.onnx.export(UNet().eval(), (x,), path, input_names=["x"], output_names=["y"], dynamo=True)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = CORES
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        return lambda: session.run(None, {"x": x.numpy()})
    dtype = torch.bfloat16 if precision == "bfloat16" else torch.float32
    model = UNet().eval().to(dtype).to(memory_format=torch.channels_last)
    x = torch.rand(1, 6, 1024, 1024).to(dtype).to(memory_format=torch.channels_last)

    def run():
        with torch.inference_mode(): model(x)
    return run


def training(precision):
    model = UNet().to(memory_format=torch.channels_last)
    optimiser = torch.optim.Adam(model.parameters(), 1e-3)
    x, y = torch.rand(8, 6, 128, 128).to(memory_format=torch.channels_last), torch.rand(8, 3, 128, 128)

    def run():
        optimiser.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"): output = model(x)
        ((output.float() - y) ** 2 + 1e-6).sqrt().mean().backward()
        optimiser.step()
    return run


kind, task, precision = sys.argv[1:4]
runs = int(sys.argv[4]) if len(sys.argv) > 4 else 6
run = training(precision) if task == "training" else inference(kind, precision)
for _ in range(2): run()
times = []
for _ in range(runs):
    start = time.perf_counter()
    run()
    times.append(time.perf_counter() - start)
print(json.dumps({"seconds": times, "amount": 8 * 0.016384 if task == "training" else 1.048576, "unit": "Mpx"}))
