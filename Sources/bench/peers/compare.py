"""Times this project's networks beside PyTorch and ONNX Runtime, and its explanations beside zennit-crp: compare.py BENCH REPORT
[rounds].

The contenders take turns, a few runs each, for several rounds; the table tells each one's best and its median, in Mpx/s (for
`convolutions` and `peak` in GFLOP/s, explanations in crops/s), and how much faster this project is than the peer. All times go to REPORT as JSON.
"""
import json, os, platform, statistics, subprocess, sys

bench, report = sys.argv[1:3]
rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
peer = [sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "unet.py")]
CONTENDERS = {
    "inference float32": {"ours": [bench], "ONNX Runtime": peer + ["onnx"], "PyTorch": peer + ["torch"]},
    "inference bfloat16": {"ours": [bench], "PyTorch": peer + ["torch"]},
    "training float32": {"ours": [bench], "PyTorch": peer + ["torch"]},
    "training bfloat16": {"ours": [bench], "PyTorch": peer + ["torch"]},
    "convolutions float32": {"ours": [bench]}, "peak float32": {"ours": [bench]},
    "convolutions bfloat16": {"ours": [bench]}, "peak bfloat16": {"ours": [bench]},
    "relevance down3": {"ours": [bench], "zennit-crp": peer + ["crp"]}, "relevance up0": {"ours": [bench], "zennit-crp": peer + ["crp"]},
    "reports down3": {"ours": [bench]},
}
TARGETS = {("inference float32", "ONNX Runtime"): 1.15, ("inference float32", "PyTorch"): 2.5,
           ("inference bfloat16", "PyTorch"): 1.6, ("training float32", "PyTorch"): 1.3,
           ("training bfloat16", "PyTorch"): 1.3, ("relevance down3", "zennit-crp"): 15,
           ("relevance up0", "zennit-crp"): 15}

results = {}
for _ in range(rounds):
    for task, contenders in CONTENDERS.items():
        for name, command in contenders.items():
            told = subprocess.run(command + task.split() + ["6"], check=True, capture_output=True, text=True).stdout
            found = json.loads(told.strip().splitlines()[-1])
            kept = results.setdefault(task, {}).setdefault(name, {"seconds": [], "amount": found["amount"]})
            kept["seconds"] += found["seconds"]

rates = {}
print(f"{'':24}{'':14}{'best':>9}{'median':>9}{'ours / it':>11}{'target':>8}")
for task, contenders in results.items():
    for name, kept in contenders.items():
        best, median = (kept["amount"] / f(kept["seconds"]) for f in (min, statistics.median))
        kept["best"], kept["median"] = best, median
        rates[task, name] = best
        ratio = "" if name == "ours" else f"{rates[task, 'ours'] / best:.2f}"
        target = TARGETS.get((task, name))
        print(f"{task:24}{name:14}{best:9.2f}{median:9.2f}{ratio:>11}{target or '':>8}")
for precision in ("float32", "bfloat16"):
    share = rates["convolutions " + precision, "ours"] / rates["peak " + precision, "ours"]
    print(f"convolutions reach {share:.0%} of the peak in {precision} (target 85%)")
with open(report, "w") as file:
    json.dump({"machine": platform.processor() or platform.machine(), "cores": len(os.sched_getaffinity(0)),
               "results": results}, file, indent=1)
print("times:", report)
