"""Makes relevance.json: what zennit and zennit-crp give for two networks, by composite and by condition.

The networks have skips (a sum and a concatenation), both poolings and both upsamplings, pixel shuffle, strided, grouped and
transposed convolutions, and one of them a dense head. Input and weights are drawn on both sides by one formula (`numbers`
of torch_layers.py), so that the file holds results alone. Taken in double precision and without a canonizer (zennit's merging
of BatchNorms leaves a factor out). Of a tensor the file keeps a sum, the largest number, and values spread over it. The tests hold
single precision to 1e-4 of the largest number, and a twin in double precision to 1e-9.

Run with torch, zennit 0.4.6 and zennit-crp 0.6.0 installed, then with zennit 0.5.1 for the γ-rule: python make_relevance.py
"""
import importlib.metadata, json, pathlib, sys, types

import torch
import torch.nn as nn



class Stub(types.ModuleType):
    """Anything of a package that is imported and not needed here."""
    __path__ = []
    def __getattr__(self, name): return type(name, (), {})


for name in ("torchvision", "torchvision.transforms", "torchvision.transforms.functional", "torchvision.models",
             "torchvision.models.resnet"):
    sys.modules[name] = Stub(name)

import zennit.composites
from zennit.composites import EpsilonAlpha2Beta1, EpsilonGammaBox, EpsilonPlus, EpsilonPlusFlat, LayerMapComposite
from zennit.layer import Sum
from zennit.rules import AlphaBeta, Epsilon, Flat, Gamma, WSquare, ZBox, ZPlus
from zennit.types import Linear

sys.path.insert(0, str(pathlib.Path(__file__).parent))
torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)


def numbers(count, salt):
    import numpy as np
    index = np.arange(count, dtype=np.uint64) + np.uint64(salt * 1000003)
    index = (index * np.uint64(2654435761)) & np.uint64(0xFFFFFFFF)
    index ^= index >> np.uint64(15)
    index = (index * np.uint64(2246822519)) & np.uint64(0xFFFFFFFF)
    return (index >> np.uint64(16)).astype(np.float64) / 65536 - 0.5


class Segmenter(nn.Module):
    """Mirrors `Network.skipping` of the tests."""
    order = ["first", "second", "down", "grouped", "grown", "wide", "mixed", "last"]

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.second = nn.Conv2d(8, 8, 3, padding=1)
        self.down = nn.Conv2d(8, 12, 3, stride=2, padding=1)
        self.grouped = nn.Conv2d(12, 12, 3, padding=1, groups=3)
        self.grown = nn.ConvTranspose2d(12, 8, 4, stride=2, padding=1)
        self.wide = nn.Conv2d(16, 16, 3, padding=1)
        self.mixed = nn.Conv2d(28, 8, 3, padding=1)
        self.last = nn.Conv2d(8, 4, 1)
        self.relus = nn.ModuleDict({name: nn.ReLU() for name in self.order[:-1]})
        self.pool, self.mean = nn.MaxPool2d(2), nn.AvgPool2d(2)
        self.near, self.smooth = nn.Upsample(scale_factor=2), nn.Upsample(scale_factor=2, mode="bilinear")
        self.shuffle = nn.PixelShuffle(2)
        self.sum = Sum()

    def forward(self, x):
        a = self.relus["first"](self.first(x))
        b = self.relus["second"](self.second(a))
        skip = self.sum(torch.stack([a, b], dim=-1))
        small = self.relus["down"](self.down(skip))
        deep = self.relus["grouped"](self.grouped(small))
        grown = self.relus["grown"](self.grown(deep))
        wide = self.relus["wide"](self.wide(torch.cat([self.pool(skip), self.mean(grown)], 1)))
        joined = torch.cat([self.shuffle(wide), self.near(deep), self.smooth(small)], 1)
        return self.last(self.relus["mixed"](self.mixed(joined)))


class Classifier(nn.Module):
    """Mirrors `Network.naming` of the tests."""
    order = ["first", "second", "dense", "last"]

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(2, 6, 3, padding=1), nn.Conv2d(6, 8, 3, padding=1)
        self.dense, self.last = nn.Linear(8 * 4 * 4, 10), nn.Linear(10, 3)
        self.relus = nn.ModuleDict({name: nn.ReLU() for name in self.order[:-1]})
        self.pool = nn.MaxPool2d(2)

    def forward(self, x):
        x = self.pool(self.relus["first"](self.first(x)))
        x = self.relus["second"](self.second(x))
        x = self.relus["dense"](self.dense(x.flatten(1)))
        return self.last(x)


def fill(model):
    salt = 2
    for name in model.order:
        layer = getattr(model, name)
        for parameter in (layer.weight, layer.bias):
            drawn = torch.from_numpy(numbers(parameter.numel(), salt)).reshape(parameter.shape)
            if parameter.dim() > 1:
                import math
                count = parameter.numel() // parameter.shape[0]
                drawn = drawn * 4 / (1 << int(math.log2(count) / 2 + 0.5))
            parameter.data.copy_(drawn)
            salt += 1
    return model.eval()


def told(tensor):
    if tensor.dim() == 4: tensor = tensor[0].permute(1, 2, 0)
    flat = tensor.detach().reshape(-1)
    step = max(1, -(-len(flat) // 48))
    return {"sum": float(flat.sum()), "largest": float(flat.abs().max()), "step": step,
            "values": [float(f"{v:.12g}") for v in flat[::step]]}


# zennit 0.4.6's γ does not tell the output's signs apart; the rule that does came with 0.5.
has_signs = hasattr(zennit.composites, "layer_map_base")
base = zennit.composites.layer_map_base() if has_signs else zennit.composites.LAYER_MAP_BASE


def every(rule): return LayerMapComposite([(Linear, rule)] + base)


low, high = -0.5, 0.5
COMPOSITES = {
    "epsilonPlusFlat": lambda x: EpsilonPlusFlat(),
    "epsilonGammaBox": lambda x: EpsilonGammaBox(low=torch.full_like(x, low), high=torch.full_like(x, high)),
    "epsilonPlus": lambda x: EpsilonPlus(),
    "epsilonAlpha2Beta1": lambda x: EpsilonAlpha2Beta1(),
    "epsilon": lambda x: every(Epsilon(1e-6)), "zPlus": lambda x: every(ZPlus()),
    "alphaBeta": lambda x: every(AlphaBeta(2, 1)), "gamma": lambda x: every(Gamma(0.25)),
    "flat": lambda x: every(Flat()), "wSquare": lambda x: every(WSquare()),
    "zBox": lambda x: every(ZBox(torch.tensor(low), torch.tensor(high))),
}


def attribute(model, composite, x, start, conditions={}):
    """Relevance of the input and of every layer with weights, with conditions as CRP lays them on layers."""
    kept, handles = {}, []
    def record(name):
        def on_output(module, inputs, output):
            if not output.requires_grad: return
            def on_gradient(gradient):
                kept[name] = gradient.clone()
                if name in conditions:
                    mask = torch.zeros_like(gradient)
                    mask[:, conditions[name]] = 1
                    return gradient * mask
            output.register_hook(on_gradient)
        return on_output
    x = x.clone().requires_grad_()
    with composite.context(model) as modified:
        for name in model.order: handles.append(model.relus[name].register_forward_hook(record(name)) if name in model.relus
                                                else getattr(model, name).register_forward_hook(record(name)))
        output = modified(x)
        gradient, = torch.autograd.grad(output, x, start(output.detach()))
    for handle in handles: handle.remove()
    return output.detach(), gradient, kept


def start_class(output):
    """The class that most places have, at those places, with its output where that is above 0."""
    mask = output.argmax(1, keepdim=True) == 1
    return torch.zeros_like(output).index_copy_(1, torch.tensor([1]), torch.relu(output[:, 1:2]) * mask)


def crp(model, x, layer, channels):
    """What zennit-crp itself gives for a condition on channels of a layer and the class 1 at all places."""
    from crp.attribution import CondAttribution
    attribution = CondAttribution(model)
    result = attribution(x.clone().requires_grad_(), [{layer: channels, "y": [1]}], EpsilonPlusFlat())
    return result.heatmap


cases = []
for kind, model, side, channels in (("skipping", fill(Segmenter()), 16, 3), ("naming", fill(Classifier()), 8, 2)):
    x = torch.from_numpy(numbers(side * side * channels, 1)).reshape(1, side, side, channels).permute(0, 3, 1, 2)
    if kind == "naming":
        start = lambda output: torch.zeros_like(output).index_fill_(1, torch.tensor([1]), 1) * output
        conditions = {"second": [1, 4]}
    else:
        start = start_class
        conditions = {"grouped": [0, 5, 7], "wide": [1, 2, 3, 9]}
    for name, make in COMPOSITES.items():
        if ("amma" in name) != has_signs: continue
        output, relevance, kept = attribute(model, make(x), x, start)
        cases.append({"network": kind, "composite": name, "output": told(output), "input": told(relevance),
                      "layers": {layer: told(kept[layer]) for layer in model.order if layer in kept}})
    if has_signs: continue
    output, relevance, kept = attribute(model, EpsilonPlusFlat(), x, start, conditions)
    cases.append({"network": kind, "composite": "epsilonPlusFlat", "conditions": conditions, "output": told(output),
                  "input": told(relevance), "layers": {}})

naming = fill(Classifier())
x = torch.from_numpy(numbers(8 * 8 * 2, 1)).reshape(1, 8, 8, 2).permute(0, 3, 1, 2)
for channels in [] if has_signs else ([2], [0, 7]):
    heatmap = crp(naming, x, "second", channels)
    cases.append({"network": "naming", "composite": "epsilonPlusFlat", "conditions": {"second": channels},
                  "summed": told(heatmap[0]), "layers": {}})

origin = {name: importlib.metadata.version(name) for name in ("torch", "zennit", "zennit-crp")}
path = pathlib.Path(__file__).parent / "relevance.json"
if has_signs:
    before = json.loads(path.read_text())
    origin, cases = {**before["origin"], "zennit for gamma": origin["zennit"]}, before["cases"] + cases
path.write_text(json.dumps({"origin": origin, "tolerance": {"float32": 1e-4, "float64": 1e-9}, "cases": cases},
                           separators=(",", ":")).replace('},{"network"', '},\n{"network"'))
print(path.stat().st_size)
