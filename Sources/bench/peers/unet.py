"""Times the reference U-Net in PyTorch or ONNX Runtime: unet.py torch|onnx inference|training float32|bfloat16 [runs], and its
explanations by zennit-crp: unet.py crp relevance down3|up0 [runs].

Prints one line of JSON with the seconds of every run after two that warm up, as `bench` does. ONNX Runtime reads the model
that PyTorch exports beside this environment. Explained is one crop of 128² and 8 planes by a segmenter of 7 classes: the heat
map of a class and the conditional ones of the five most relevant channels of a layer, by EpsilonPlusFlat.
"""
import json, os, sys, time, types

import torch
import torch.nn as nn

CORES = len(os.sched_getaffinity(0))
torch.set_num_threads(CORES)
torch.manual_seed(0)


class UNet(nn.Module):
    def __init__(self, inputs=6, outputs=3, widths=(16, 32, 64, 96)):
        super().__init__()

        def block(inputs, outputs):
            return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(),
                                 nn.Conv2d(outputs, outputs, 3, padding=1), nn.ReLU())

        self.down = nn.ModuleList([block(inputs, widths[0])] + [block(a, b) for a, b in zip(widths, widths[1:])])
        self.up = nn.ModuleList([block(b + a, a) for a, b in zip(widths, widths[1:])])
        self.pool, self.grow = nn.MaxPool2d(2), nn.Upsample(scale_factor=2)
        self.scores = nn.Conv2d(widths[0], outputs, 1)

    def forward(self, x):
        skips = []
        for level, block in enumerate(self.down):
            if level: x = self.pool(x)
            x = block(x)
            skips.append(x)
        for level in (2, 1, 0):
            x = self.up[level](torch.cat([self.grow(x), skips[level]], 1))
        return self.scores(x)


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


class Stub(types.ModuleType):
    """zennit-crp's package imports torchvision for what is not needed here."""
    __path__ = []
    def __getattr__(self, name): return type(name, (), {})


def explanation(layer):
    for name in ("torchvision", "torchvision.transforms", "torchvision.transforms.functional", "torchvision.models",
                 "torchvision.models.resnet"):
        sys.modules[name] = Stub(name)
    from crp.attribution import CondAttribution
    from crp.concepts import ChannelConcept
    from zennit.composites import EpsilonPlusFlat
    layer = {"down3": "down.3.2", "up0": "up.0.2"}[layer]
    model, concept, composite = UNet(8, 7).eval(), ChannelConcept(), EpsilonPlusFlat()
    attribution = CondAttribution(model)
    x = torch.rand(1, 8, 128, 128) - 0.5

    def start(output):
        result = torch.zeros_like(output)
        result[:, 3] = torch.relu(output[:, 3])
        return result

    def run():
        data = x.clone().requires_grad_()
        whole = attribution(data, [{}], composite, record_layer=[layer], init_rel=start)
        relevance = concept.attribute(whole.relevances[layer], abs_norm=True)[0]
        top = relevance.abs().topk(5).indices.tolist()
        attribution(data, [{layer: [channel]} for channel in top], composite, init_rel=start)
    return run


kind, task, which = sys.argv[1:4]
runs = int(sys.argv[4]) if len(sys.argv) > 4 else 6
if kind == "crp": run = explanation(which)
else: run = training(which) if task == "training" else inference(kind, which)
for _ in range(2): run()
times = []
for _ in range(runs):
    start = time.perf_counter()
    run()
    times.append(time.perf_counter() - start)
amount, unit = (1, "crop") if kind == "crp" else (8 * 0.016384 if task == "training" else 1.048576, "Mpx")
print(json.dumps({"seconds": times, "amount": amount, "unit": unit}))
