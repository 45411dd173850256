"""Times reading and filling layouts beside klayout, gdstk and OpenCV: layouts.py BENCH FOLDER REPORT [rounds].

FOLDER holds layouts; the five largest are read. The contenders take turns, each in a process of its own; the best time
of each counts. All times go to REPORT as JSON.
"""
import json, os, subprocess, sys, time


def seconds(work, runs):
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        kept = work()
        times.append(time.perf_counter() - start)
        del kept
    return times


def is_oasis(path):
    with open(path, "rb") as file: return file.read(11) == b"%SEMI-OASIS"


def by_klayout(path):
    import klayout.db as db
    layout = db.Layout()
    layout.read(path)
    return layout


def by_gdstk(path):
    import gdstk
    return gdstk.read_oas(path) if is_oasis(path) else gdstk.read_gds(path)


if sys.argv[1] == "--peer":
    work = {"klayout": by_klayout, "gdstk": by_gdstk}[sys.argv[2]]
    print("\n" + json.dumps({"seconds": seconds(lambda: work(sys.argv[3]), 20)}), flush=True)
    os._exit(0)

bench, folder, report = sys.argv[1:4]
rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 5


def told(command):
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(out.strip().splitlines()[-1])["seconds"]


CONTENDERS = {
    "ours": lambda path: told([bench, "layout", "read", path, "20"]),
    "klayout": lambda path: told([sys.executable, __file__, "--peer", "klayout", path]),
    "gdstk": lambda path: told([sys.executable, __file__, "--peer", "gdstk", path]),
}
files = sorted((os.path.join(folder, name) for name in os.listdir(folder)), key=os.path.getsize)[:-6:-1]
times = {path: {name: [] for name in CONTENDERS} for path in files}
for _ in range(rounds):
    for path in files:
        for name, run in CONTENDERS.items(): times[path][name] += run(path)

print(f"{'reading, ms':44}{'MB':>7}{'ours':>8}{'klayout':>9}{'gdstk':>8}{'ratios':>14}{'target':>8}")
total = dict.fromkeys(CONTENDERS, 0.0)
for path, found in times.items():
    best = {name: min(values) * 1e3 for name, values in found.items()}
    for name in best: total[name] += best[name]
    ratios = f"{best['klayout'] / best['ours']:.2f} {best['gdstk'] / best['ours']:.2f}"
    print(f"{os.path.basename(path)[:43]:44}{os.path.getsize(path) / 1e6:7.2f}{best['ours']:8.2f}{best['klayout']:9.2f}"
          f"{best['gdstk']:8.2f}{ratios:>14}{1.5:>8}")
print(f"{'all five':51}{total['ours']:8.2f}{total['klayout']:9.2f}{total['gdstk']:8.2f}"
      f"{total['klayout'] / total['ours']:9.2f} {total['gdstk'] / total['ours']:.2f}")
os.makedirs(os.path.dirname(os.path.abspath(report)), exist_ok=True)
with open(report, "w") as file:
    json.dump({"reading": {os.path.basename(path): found for path, found in times.items()}}, file, indent=1)
