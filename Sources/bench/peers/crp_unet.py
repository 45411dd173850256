"""Times zennit-crp on the reference U-Net as a segmenter: crp_unet.py relevance down3|up0 [runs].

One crop of 128² and 8 planes: the heat map of a class of 7, and the conditional ones of the five most relevant channels of a
layer, by EpsilonPlusFlat. Prints one line of JSON with the seconds of every run after one that warms up, as `bench` does.
"""
import json, os, sys, time, types

import torch
import torch.nn as nn


class Stub(types.ModuleType):
    """zennit-crp's package imports torchvision for what is not needed here."""
    __path__ = []
    def __getattr__(self, name): return type(name, (), {})


for name in ("torchvision", "torchvision.transforms", "torchvision.transforms.functional", "torchvision.models",
             "torchvision.models.resnet"):
    sys.modules[name] = Stub(name)

from crp.attribution import CondAttribution
from crp.concepts import ChannelConcept
from zennit.composites import EpsilonPlusFlat

torch.set_num_threads(len(os.sched_getaffinity(0)))
torch.manual_seed(0)


class UNet(nn.Module):
    def __init__(self, widths=(16, 32, 64, 96)):
        super().__init__()

        def block(inputs, outputs):
            return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(),
                                 nn.Conv2d(outputs, outputs, 3, padding=1), nn.ReLU())

        self.down = nn.ModuleList([block(8, widths[0])] + [block(a, b) for a, b in zip(widths, widths[1:])])
        self.up = nn.ModuleList([block(b + a, a) for a, b in zip(widths, widths[1:])])
        self.pool, self.grow = nn.MaxPool2d(2), nn.Upsample(scale_factor=2)
        self.scores = nn.Conv2d(widths[0], 7, 1)

    def forward(self, x):
        skips = []
        for level, block in enumerate(self.down):
            if level: x = self.pool(x)
            x = block(x)
            skips.append(x)
        for level in (2, 1, 0):
            x = self.up[level](torch.cat([self.grow(x), skips[level]], 1))
        return self.scores(x)


layer = {"down3": "down.3.2", "up0": "up.0.2"}[sys.argv[2]]
runs = int(sys.argv[3]) if len(sys.argv) > 3 else 6
model, concept = UNet().eval(), ChannelConcept()
attribution = CondAttribution(model)
composite = EpsilonPlusFlat()
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


run()
times = []
for _ in range(runs):
    begin = time.perf_counter()
    run()
    times.append(time.perf_counter() - begin)
print(json.dumps({"seconds": times, "amount": 1, "unit": "crop"}))
