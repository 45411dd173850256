"""Times windows of a tiled TIFF beside libvips: images.py BENCH FILE REPORT [rounds].

FILE is made by `bench image generate` where it is absent. The same windows are read, the contenders take turns, each in
a process of its own; the median of a window counts, and the least processor time, which work beside disturbs less. All
times go to REPORT as JSON.
"""
import json, os, resource, statistics, subprocess, sys, time


def places(width, height, side, count):
    state = 7
    for _ in range(count):
        state = state * 48271 % 2147483647
        x = state % (width - side)
        state = state * 48271 % 2147483647
        yield x, state % (height - side)


if sys.argv[1] == "--peer":
    import pyvips
    pyvips.cache_set_max(0)
    image, side = pyvips.Image.new_from_file(sys.argv[2]), int(sys.argv[3])
    times, total = [], 0
    for x, y in places(image.width, image.height, side, int(sys.argv[4])):
        start = time.perf_counter()
        pixels = image.crop(x, y, side, side).write_to_memory()
        times.append(time.perf_counter() - start)
        total += memoryview(pixels)[side // 2 * side + side // 2]
    print(json.dumps({"seconds": times, "sum": total}))
    sys.exit()

bench, path, report = sys.argv[1:4]
rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 4
if not os.path.exists(path): subprocess.run([bench, "image", "generate", path, "16384"], check=True)


def told(command):
    """What a process says, with the processor time that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip().splitlines()[-1])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    found["processor_s"] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return found


results = {}
for _ in range(rounds):
    for side in (512, 1024, 4096):
        runs = 60 if side < 4096 else 8
        for name, command in {"ours": [bench, "image", "windows", path, str(side)],
                              "libvips": [sys.executable, __file__, "--peer", path, str(side)]}.items():
            # What starting takes is told by a run of two windows.
            start, found = told(command + ["2"]), told(command + [str(runs + 2)])
            kept = results.setdefault(side, {}).setdefault(name, {"seconds": [], "processor_s": [], "sum": found["sum"]})
            kept["seconds"] += found["seconds"]
            kept["processor_s"].append((found["processor_s"] - start["processor_s"]) / runs)
print(f"{'windows, ms':16}{'ours':>9}{'libvips':>9}{'ratio':>8}{'target':>8}{'cpu ours':>10}{'libvips':>9}{'ratio':>8}")
for side, found in results.items():
    ours, peer = (statistics.median(found[name]["seconds"]) * 1e3 for name in ("ours", "libvips"))
    cpu, peer_cpu = (min(found[name]["processor_s"]) * 1e3 for name in ("ours", "libvips"))
    same = abs(found["ours"]["sum"] - found["libvips"]["sum"]) < 0.5
    print(f"{side:>6}²{'':9}{ours:9.2f}{peer:9.2f}{peer / ours:8.2f}{1:>8}{cpu:10.2f}{peer_cpu:9.2f}{peer_cpu / cpu:8.2f}"
          f"{'' if same else '   the pixels differ'}")
with open(report, "w") as file: json.dump(results, file, indent=1)
