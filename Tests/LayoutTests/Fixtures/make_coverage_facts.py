"""Makes coverage_facts.json: how much of the pixels of some tiles klayout's merged polygons cover.

python make_coverage_facts.py shared/data   (with klayout; the layouts are those of github.com/SiEPIC/openEBL-2024-02)

Polygons are enlarged 64 times before they are merged and cut, so that the grid of whole units costs less than 1/5000 of
a pixel. Tolerance: 1/64 a pixel, 0.0005 on average.
"""
import json, os, random, sys

import klayout.db as db

FOLDER = os.path.join(sys.argv[1], "openebl-2024-02", "layouts")
SIDE, ENLARGED = 14, 64
chance = random.Random(11)
tiles = []
for name in sorted(os.listdir(FOLDER)):
    layout = db.Layout()
    layout.read(os.path.join(FOLDER, name))
    if len(layout.top_cells()) != 1: continue
    top = layout.top_cells()[0]
    for index in layout.layer_indexes():
        info = layout.get_info(index)
        if info.layer not in (1, 4, 11, 12): continue
        every = db.RecursiveShapeIterator(layout, top, index)
        every.shape_flags = db.Shapes.SPolygons | db.Shapes.SBoxes | db.Shapes.SPaths
        corners = []
        while not every.at_end() and len(corners) < 3000:
            corners.append(next(every.shape().polygon.transformed(every.trans()).each_point_hull(), None))
            every.next()
        corners = [corner for corner in corners if corner is not None]
        if not corners: continue
        for _ in range(2):
            corner, pixel = chance.choice(corners), chance.choice([20, 45, 110, 333])
            left, top_side = corner.x - chance.randrange(SIDE * pixel), corner.y + chance.randrange(SIDE * pixel)
            window = db.Box(left, top_side - SIDE * pixel, left + SIDE * pixel, top_side)
            seen = db.RecursiveShapeIterator(layout, top, index, window.enlarged(2 * pixel, 2 * pixel), True)
            seen.shape_flags = every.shape_flags
            region = db.Region()
            while not seen.at_end():
                polygon = seen.shape().polygon.transformed(seen.trans()).moved(-left, -top_side)
                region.insert(polygon.transformed(db.ICplxTrans(ENLARGED)))
                seen.next()
            region.merge()
            step = pixel * ENLARGED
            shares = []
            for row in range(SIDE):
                for column in range(SIDE):
                    box = db.Box(column * step, -(row + 1) * step, (column + 1) * step, -row * step)
                    shares.append(round((region & db.Region(box)).area() / step**2 * 10000))
            if len(set(shares)) < 8: continue
            tiles.append({"file": name, "layer": f"{info.layer}/{info.datatype}", "left": round(left * layout.dbu, 6),
                          "top": round(top_side * layout.dbu, 6), "pixel": round(pixel * layout.dbu, 6), "shares": shares})

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "coverage_facts.json"), "w") as file:
    json.dump({"origin": "make_coverage_facts.py", "oracle": f"klayout {db.__version__}", "tiles": tiles}, file)
    file.write("\n")
print(len(tiles), "tiles", sum(0 < share < 10000 for tile in tiles for share in tile["shares"]), "pixels partly covered")
