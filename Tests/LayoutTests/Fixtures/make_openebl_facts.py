"""Makes openebl_facts.json: what klayout counts in layouts that are not part of the project.

Run with klayout installed: python make_openebl_facts.py FOLDER, the folder that holds openebl-2024-02.
"""
import json, os, sys

import klayout.db as db

ROOT = sys.argv[1]
FOLDER = os.path.join(ROOT, "openebl-2024-02")
names = sorted("layouts/" + name for name in os.listdir(os.path.join(FOLDER, "layouts")))

files = []
for name in names + ["sem/WF150UL_SEM_LL.gds"]:
    path = os.path.join(FOLDER, name)
    with open(path, "rb") as file:
        is_oasis = file.read(11) == b"%SEMI-OASIS"
    layout = db.Layout()
    layout.read(path)
    layers = []
    for index in layout.layer_indexes():
        count, area = 0, 0
        for top in layout.top_cells():
            shapes = db.RecursiveShapeIterator(layout, top, index)
            shapes.shape_flags = db.Shapes.SPolygons | db.Shapes.SBoxes | db.Shapes.SPaths
            while not shapes.at_end():
                count, area = count + 1, area + shapes.shape().polygon.transformed(shapes.trans()).area()
                shapes.next()
        layer = layout.get_info(index)
        layers.append({
            "layer": layer.layer, "datatype": layer.datatype, "shapes": count, "area_um2": area * layout.dbu**2})
    box = db.DBox()
    for top in layout.top_cells(): box += top.dbbox()
    layers.sort(key=lambda layer: (layer["layer"], layer["datatype"]))
    files.append({
        "file": "openebl-2024-02/" + name, "format": "OASIS" if is_oasis else "GDSII",
        "top_cells": [top.name for top in layout.top_cells()], "dbu_um": layout.dbu,
        "bbox_um": [box.left, box.bottom, box.right, box.top], "layers": layers})

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "openebl_facts.json"), "w") as file:
    json.dump({
        "origin": "make_openebl_facts.py on github.com/SiEPIC/openEBL-2024-02",
        "oracle": f"klayout {db.__version__}, flattened polygons, boxes and paths; area of Shape.polygon",
        "relative_area_tolerance": 1e-6, "files": files}, file, indent=1)
    file.write("\n")
