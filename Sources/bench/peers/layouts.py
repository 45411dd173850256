"""Times reading and filling layouts beside klayout, gdstk and OpenCV: layouts.py BENCH FOLDER REPORT [rounds].

FOLDER holds layouts; the five largest are read. The contenders take turns, each in a process of its own; the best time
of each counts. All times go to REPORT as JSON.
"""
import json, os, subprocess, sys, time


def seconds(work, runs):
    times = []
    work()  # the first run pays for memory
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


def polygons(path, um_per_px, side, x, y):
    """The commonest layer's polygons in the square around a place, as `bench layout fill` sees them, in 1/256 px for OpenCV."""
    import klayout.db as db
    import numpy as np
    layout = by_klayout(path)
    top = layout.top_cells()[0]
    kinds = db.Shapes.SPolygons | db.Shapes.SBoxes | db.Shapes.SPaths

    def shapes(index, window=None):
        found = db.RecursiveShapeIterator(layout, top, index, window, True) if window else db.RecursiveShapeIterator(layout, top, index)
        found.shape_flags = kinds
        while not found.at_end():
            yield found
            found.next()

    index = max(layout.layer_indexes(), key=lambda index: sum(1 for _ in shapes(index)))
    middle, half = db.DPoint(x, y), side / 2
    reach = half * um_per_px
    window = db.DBox(middle.x - reach, middle.y - reach, middle.x + reach, middle.y + reach).to_itype(layout.dbu)
    found = []
    for shape in shapes(index, window):
        corners = np.array([(p.x, p.y) for p in shape.shape().dpolygon.transformed(shape.dtrans()).each_point_hull()])
        x, y = (corners[:, 0] - middle.x) / um_per_px + half - 0.5, half - 0.5 - (corners[:, 1] - middle.y) / um_per_px
        found.append(np.round(np.stack([x, y], 1) * 256).astype(np.int32).reshape(-1, 1, 2))
    return found


def by_opencv(path, um_per_px, side, x, y):
    import cv2
    import numpy as np
    found = polygons(path, um_per_px, side, x, y)
    cv2.setNumThreads(2)
    picture = np.zeros((side, side), np.uint8)

    def fill():
        picture[:] = 0
        cv2.fillPoly(picture, found, 255, cv2.LINE_AA, 8)
    runs = 8
    cpu = time.process_time()
    times = seconds(fill, runs)
    spent = (time.process_time() - cpu) / (runs + 1)
    return {"seconds": times, "processor_s": spent, "covered_px": float(picture.sum()) / 255, "polygons": len(found)}


if sys.argv[1] == "--peer" and sys.argv[2] == "opencv":
    print("\n" + json.dumps(by_opencv(sys.argv[3], float(sys.argv[4]), int(sys.argv[5]), *map(float, sys.argv[6:8]))), flush=True)
    os._exit(0)
if sys.argv[1] == "--peer":
    work = {"klayout": by_klayout, "gdstk": by_gdstk}[sys.argv[2]]
    print("\n" + json.dumps({"seconds": seconds(lambda: work(sys.argv[3]), 20)}), flush=True)
    os._exit(0)

bench, folder, report = sys.argv[1:4]
rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 5


def told(command):
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(out.strip().splitlines()[-1])


CONTENDERS = {
    "ours": lambda path: told([bench, "layout", "read", path, "20"])["seconds"],
    "klayout": lambda path: told([sys.executable, __file__, "--peer", "klayout", path])["seconds"],
    "gdstk": lambda path: told([sys.executable, __file__, "--peer", "gdstk", path])["seconds"],
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

# Where work beside takes turns on the processors, processor time tells more than the clock.
filled = {}
print(f"\n{'filling 4096 x 4096, ms':34}{'um/px':>7}{'shapes':>8}{'ours':>9}{'OpenCV':>9}{'ratio':>7}{'target':>8}"
      f"{'cpu ours':>10}{'OpenCV':>8}{'OpenCV draws too much':>23}")
for path in files[:3]:
    for um_per_px in ("0.1", "0.05"):
        found = {"ours": [], "opencv": [], "ours_cpu": [], "opencv_cpu": []}
        for _ in range(rounds):
            ours = told([bench, "layout", "fill", path, "4096", um_per_px, "8"])
            peer = told([sys.executable, __file__, "--peer", "opencv", path, um_per_px, "4096", *map(str, ours["center_um"])])
            for name, result in (("ours", ours), ("opencv", peer)):
                found[name] += result["seconds"]
                found[name + "_cpu"].append(result["processor_s"])
        filled[f"{os.path.basename(path)} {um_per_px}"] = found
        best = {name: min(values) * 1e3 for name, values in found.items()}
        print(f"{os.path.basename(path)[:33]:34}{um_per_px:>7}{peer['polygons']:8}{best['ours']:9.1f}{best['opencv']:9.1f}"
              f"{best['opencv'] / best['ours']:7.2f}{3:>8}{best['ours_cpu']:10.1f}{best['opencv_cpu']:8.1f}"
              f"{peer['covered_px'] / ours['covered_px'] - 1:>22.1%}")
os.makedirs(os.path.dirname(os.path.abspath(report)), exist_ok=True)
with open(report, "w") as file:
    json.dump({"filling": filled, "reading": {os.path.basename(path): found for path, found in times.items()}}, file, indent=1)
