"""Times matching beside the same steps by OpenCV and NumPy: matching.py BENCH REPORT [side] [rounds].

The steps: brightness; coarse registration by phase correlation and a mesh of blocks; the golden moved; light by material,
and what motion is left; noise made equal; matched filters of six widths and lines in 16 directions; a score; components.
The pictures are rectangles in colour with noise, of one size; the contenders take turns, each in a process of its own; the
best run of a stage counts. All times go to REPORT as JSON.
"""
import json, subprocess, sys, time

if sys.argv[1] == "--peer":
    import cv2, numpy as np
    cv2.setNumThreads(2)
    side, rounds = int(sys.argv[2]), int(sys.argv[3])
    rng = np.random.default_rng(9)
    cover = np.zeros((side, side), np.float32)
    for _ in range(side * side // 8192):
        x, y = rng.integers(0, side, 2)
        w, h = rng.integers(8, 88, 2)
        cover[y:y + h, x:x + w] = 1
    labels = cover.astype(np.uint8)
    distance = np.minimum(cv2.distanceTransform(labels, cv2.DIST_L2, 5), 32)
    other = np.minimum(cv2.distanceTransform(1 - labels, cv2.DIST_L2, 5), 32)
    distance = np.where(labels > 0, distance, other)
    shown = cv2.GaussianBlur(cover, (0, 0), 1)
    golden = np.dstack([dark + 0.3 * shown for dark in (.3, .4, .2)]).astype(np.float32)
    scan = np.dstack([cv2.warpAffine(plane, np.float32([[1, 0, 6.6], [0, 1, -5.3]]), (side, side)) for plane in cv2.split(golden)])
    scan += (0.02 * rng.standard_normal(scan.shape)).astype(np.float32)
    bins = np.digitize(distance, (1, 2, 3, 5, 8, 14)).astype(np.intp) + 7 * labels
    kinds = labels.astype(np.intp) * 3 + (distance >= 2) + (distance >= 4)
    seconds = {}

    def timed(name, body):
        start = time.perf_counter()
        found = body()
        seconds.setdefault(name, []).append(time.perf_counter() - start)
        return found

    def edges(plane):
        smooth = cv2.GaussianBlur(plane, (0, 0), 1)
        return cv2.magnitude(cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1))

    def register(bright):
        small = cv2.resize(bright, None, fx=.25, fy=.25, interpolation=cv2.INTER_AREA)
        drawn = cv2.resize(cover, None, fx=.25, fy=.25, interpolation=cv2.INTER_AREA)
        window = cv2.createHanningWindow(small.shape[::-1], cv2.CV_32F)
        (dx, dy), _ = cv2.phaseCorrelate(edges(drawn), edges(small), window)
        return 4 * dx, 4 * dy

    def mesh(bright, dx, dy):
        moved = cv2.warpAffine(cover, np.float32([[1, 0, dx], [0, 1, dy]]), (side, side))
        a, b = edges(moved), edges(bright)
        count = side // 256
        window = cv2.createHanningWindow((256, 256), cv2.CV_32F)
        nodes = np.zeros((count, count, 2), np.float32)
        for j in range(count):
            for i in range(count):
                part = slice(256 * j, 256 * j + 256), slice(256 * i, 256 * i + 256)
                nodes[j, i] = cv2.phaseCorrelate(a[part], b[part], window)[0]
        return np.dstack([cv2.medianBlur(np.ascontiguousarray(nodes[..., k]), 3) for k in (0, 1)])

    def move(dx, dy, nodes):
        wide = cv2.resize(nodes, (side, side), interpolation=cv2.INTER_LINEAR)
        x, y = np.meshgrid(np.arange(side, dtype=np.float32), np.arange(side, dtype=np.float32))
        return cv2.remap(golden, x - dx - wide[..., 0], y - dy - wide[..., 1], cv2.INTER_LINEAR)

    def light(golden):
        rest = scan - golden
        cells = side // 8
        for kind in range(6):
            mask = (kinds == kind).astype(np.float32)
            weight = cv2.GaussianBlur(cv2.resize(mask, (cells, cells), interpolation=cv2.INTER_AREA), (0, 0), 8)
            held = np.clip(rest, -.05, .05) * mask[..., None]
            total = cv2.GaussianBlur(cv2.resize(held, (cells, cells), interpolation=cv2.INTER_AREA), (0, 0), 8)
            field = cv2.resize(total / (weight + .005)[..., None], (side, side), interpolation=cv2.INTER_LINEAR)
            rest -= field * mask[..., None]
        gx, gy = (cv2.Sobel(golden, cv2.CV_32F, *axis, ksize=1) * .5 for axis in ((1, 0), (0, 1)))
        held = np.clip(rest, -.05, .05)
        sums = np.dstack([(p * q).sum(2) for p, q in ((held, gx), (held, gy), (gx, gx), (gx, gy), (gy, gy))])
        sums = cv2.GaussianBlur(cv2.resize(sums, (cells, cells), interpolation=cv2.INTER_AREA)[..., :4], (0, 0), 3), \
            cv2.GaussianBlur(cv2.resize(sums[..., 4], (cells, cells), interpolation=cv2.INTER_AREA), (0, 0), 3)
        u, v, a, b = cv2.split(sums[0])
        c = sums[1]
        det = np.maximum(a * c - b * b, 1e-12)
        mx, my = (cv2.resize(np.clip(m, -1, 1), (side, side)) for m in ((u * c - v * b) / det, (v * a - u * b) / det))
        return rest - mx[..., None] * gx - my[..., None] * gy

    sigma = np.full((14, 3), 1 / .02, np.float32)
    scale = np.ones(14, np.float32)

    def channels(rest):
        white = np.clip(rest * sigma[bins], -40, 40)
        best = np.zeros((side, side), np.float32)
        small, step = white, 1
        for width in (0, .8, 1.5, 3, 6, 12):
            if width >= 3:
                step *= 2
                small = cv2.resize(small, None, fx=.5, fy=.5, interpolation=cv2.INTER_AREA)
            smooth = small if width == 0 else cv2.GaussianBlur(small, (0, 0), width / step)
            z = np.sqrt((smooth * smooth).sum(2)) * scale[bins[::step, ::step]]
            np.maximum(best, z if step == 1 else cv2.resize(z, (side, side), interpolation=cv2.INTER_NEAREST), out=best)
        half = cv2.resize(white @ np.float32([.2126, .7152, .0722]), None, fx=.5, fy=.5, interpolation=cv2.INTER_AREA)
        for length in (16, 32):
            found = np.zeros_like(half)
            for direction in range(16):
                kernel = np.zeros((length + 1, length + 1), np.float32)
                angle = np.pi * direction / 16
                reach = length / 2 * np.array([np.cos(angle), np.sin(angle)])
                a, b = (np.rint(length / 2 + s * reach).astype(int) for s in (-1, 1))
                cv2.line(kernel, tuple(map(int, a)), tuple(map(int, b)), 1)
                np.maximum(found, np.abs(cv2.filter2D(half, -1, kernel / kernel.sum())), out=found)
            np.maximum(best, cv2.resize(found, (side, side), interpolation=cv2.INTER_NEAREST), out=best)
        return best

    def findings(best):
        count, islands, stats, _ = cv2.connectedComponentsWithStats((best > 6).astype(np.uint8), connectivity=8)
        return [stats[i] for i in range(1, count) if best[islands == i].max() > 9][:0] if count < 50 else stats

    for _ in range(rounds):
        bright = timed("brightness", lambda: scan @ np.float32([.2126, .7152, .0722]))
        dx, dy = timed("registration", lambda: register(bright))
        nodes = timed("mesh", lambda: mesh(bright, dx, dy))
        moved = timed("golden moved", lambda: move(dx, dy, nodes))
        rest = timed("light and motion", lambda: light(moved))
        best = timed("channels and scores", lambda: channels(rest))
        timed("findings", lambda: findings(best))
    print(json.dumps({"seconds": seconds, "amount": side * side / 1e6, "unit": "Mpx"}))
    sys.exit()

bench, report = sys.argv[1:3]
side = sys.argv[3] if len(sys.argv) > 3 else "2048"
rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 3
results = {"ours": {}, "peer": {}}
for _ in range(rounds):
    for name, command in {"ours": [bench, "matching", "stages", side, "2"],
                          "peer": [sys.executable, __file__, "--peer", side, "2"]}.items():
        told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip().splitlines()[-1])
        for stage, runs in told["seconds"].items(): results[name].setdefault(stage, []).extend(runs)
        mpx = told["amount"]
print(f"{'matching, ms':24}{'ours':>9}{'OpenCV':>9}{'ratio':>8}")
total = [0, 0]
for stage in results["ours"]:
    best = [1e3 * min(results[name][stage]) for name in ("ours", "peer")]
    total = [total[i] + best[i] for i in (0, 1)]
    print(f"{stage:24}{best[0]:9.1f}{best[1]:9.1f}{best[1] / best[0]:8.2f}  " + "█" * round(best[0] / 10))
print(f"{'all':24}{total[0]:9.1f}{total[1]:9.1f}{total[1] / total[0]:8.2f}")
print(f"{'Mpx/s':24}{1e3 * mpx / total[0]:9.1f}{1e3 * mpx / total[1]:9.1f}")
with open(report, "w") as file: json.dump(results, file, indent=1)
