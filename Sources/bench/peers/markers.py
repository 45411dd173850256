# The markers of an export lie on the findings: every polygon is the finding's box in layout µm, and thumbnails load.
import json, sys, glob
import klayout.rdb as rdb, klayout.db as db
results, file = sys.argv[1:3]
base = rdb.ReportDatabase("x"); base.load(file)
ly = db.Layout(); ly.read(sys.argv[3])
found = {}
for f in glob.glob(results + "/**/findings.json", recursive=True):
    r = json.load(open(f))
    m = r["registration"]["layout_to_scan"]
    for x in r["findings"]: found[(f.split("/")[-2], x["id"])] = (x, m, r)
n = 0; worst = 0
for cell in base.each_cell():
    assert ly.cell(cell.name()) is not None, cell.name()
for item in base.each_item():
    vals = list(item.each_value())
    poly = [v.polygon() for v in vals if v.is_polygon()][0]
    title = [v.string() for v in vals if v.is_string()][0]
    folder, rest = title.split(" #"); key = (folder.split("/")[-1], int(rest.split(",")[0]))
    x, m, r = found.pop(key)
    b = poly.bbox()
    assert b.contains(db.DPoint(x["layout_um"]["x"], x["layout_um"]["y"])), (key, b, x["layout_um"])
    (a,bb,tx),(c,d,ty) = m
    px = [(a*p.x+bb*p.y+tx, c*p.x+d*p.y+ty) for p in poly.each_point_hull()]
    e = max(abs(min(p[0] for p in px)-x["box"]["x"]), abs(max(p[1] for p in px)-x["box"]["y"]-x["box"]["height"]))
    worst = max(worst, e); assert item.has_image(), key; n += 1
print(n, "markers on findings,", len(found), "without, worst", round(worst, 4), "px; cells", [c.name() for c in base.each_cell()])
