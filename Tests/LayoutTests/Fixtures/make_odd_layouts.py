"""Makes odd_layouts.json: small GDSII streams (base64) and what klayout or gdstk finds in them.

Run with klayout and gdstk installed: python make_odd_layouts.py
Areas and bounding boxes are in database units; klayout's areas are those of Shape.polygon, its truncated half units
and rounded vertices being the reason for the tolerance.
"""
import base64, json, math, os, struct, tempfile

import gdstk
import klayout.db as db


def rec(kind, data_type, body=b""):
    return struct.pack(">HBB", len(body) + len(body) % 2 + 4, kind, data_type) + body + b"\0" * (len(body) % 2)


def i2(kind, *values): return rec(kind, 2, struct.pack(">%dh" % len(values), *values))
def i4(kind, *values): return rec(kind, 3, struct.pack(">%di" % len(values), *values))
def text(kind, value): return rec(kind, 6, value.encode())


def real(value):
    if value == 0: return bytes(8)
    sign, value, exponent = (0x80 if value < 0 else 0), abs(value), 64
    while value >= 1: value /= 16; exponent += 1
    while value < 1 / 16: value *= 16; exponent -= 1
    return bytes([sign | exponent]) + int(value * 2**56).to_bytes(7, "big")


def r8(kind, *values): return rec(kind, 5, b"".join(map(real, values)))
def element(kind, *records): return rec(kind, 0) + b"".join(records) + rec(0x11, 0)
def cell(name, *elements): return i2(0x05, *[0] * 12) + text(0x06, name) + b"".join(elements) + rec(0x07, 0)


def library(*cells):
    return (i2(0, 600) + i2(1, *[0] * 12) + text(2, "L") + r8(3, 1e-3, 1e-9) + b"".join(cells) + rec(4, 0))


def on(layer): return i2(0x0D, layer) + i2(0x0E, 0)
def boundary(*xy, layer=1): return element(8, on(layer), i4(0x10, *xy))


def path(width, kind, xy, begin=None, end=None):
    return element(
        9, on(1), i2(0x21, kind) if kind is not None else b"", i4(0x0F, width) if width is not None else b"",
        i4(0x30, begin) if begin is not None else b"", i4(0x31, end) if end is not None else b"", i4(0x10, *xy))


def strans(flags, mag, angle):
    return rec(0x1A, 1, struct.pack(">H", flags)) + r8(0x1B, mag) + r8(0x1C, angle)


def sref(name, x, y, flags=0, mag=1, angle=0):
    return element(0x0A, text(0x12, name), strans(flags, mag, angle), i4(0x10, x, y))


def aref(name, columns, rows, xy, flags=0, mag=1, angle=0):
    return element(0x0B, text(0x12, name), strans(flags, mag, angle), i2(0x13, columns, rows), i4(0x10, *xy))


def top(*elements): return library(cell("T", *elements))


LEAF = cell("A", boundary(0, 0, 900, 0, 900, 300, 200, 500, 0, 0), path(120, 1, (0, 0, 400, 0, 400, 900)))
def with_leaf(*elements): return library(LEAF, cell("T", *elements))


KLAYOUT = {
    "boundary of two points": top(boundary(0, 0, 10, 10, 0, 0), boundary(0, 0, 5, 0, 5, 5)),
    "flat boundary": top(boundary(0, 0, 10, 0, 20, 0, 0, 0)),
    "boundary not closed": top(boundary(0, 0, 10, 0, 10, 10, 0, 10)),
    "bow tie": top(boundary(0, 0, 10, 10, 10, 0, 0, 12, 0, 0)),
    "box": top(element(0x2D, i2(0x0D, 1), i2(0x2E, 0), i4(0x10, 0, 0, 10, 0, 10, 20, 0, 20, 0, 0))),
    "path type 0": top(path(100, 0, (0, 0, 1000, 0))),
    "path type 1": top(path(100, 1, (0, 0, 1000, 0))),
    "path type 1, large": top(path(10000, 1, (0, 0, 100000, 3000))),
    "path type 2": top(path(100, 2, (0, 0, 1000, 0))),
    "path type 2, odd width": top(path(101, 2, (0, 0, 1000, 0, 1000, 700))),
    "path type 4": top(path(100, 4, (0, 0, 1000, 0), 30, 70)),
    "path type 4, drawn back": top(path(100, 4, (0, 0, 1000, 0), -30, -70)),
    "path type 4 without extensions": top(path(100, 4, (0, 0, 1000, 0))),
    "no path type": top(path(100, None, (0, 0, 1000, 0))),
    "negative width": top(path(-100, 0, (0, 0, 1000, 0))),
    "zero width": top(path(0, 0, (0, 0, 1000, 0))),
    "no width": top(path(None, 2, (0, 0, 1000, 0))),
    "one point, flat": top(path(100, 0, (5, 5))),
    "one point, round": top(path(100, 1, (5, 5))),
    "one point, square": top(path(100, 2, (5, 5, 5, 5))),
    "right angle": top(path(100, 0, (0, 0, 1000, 0, 1000, 1000))),
    "sharp corner": top(path(100, 0, (0, 0, 1000, 0, 0, 300))),
    "straight back": top(path(100, 0, (0, 0, 1000, 0, 300, 0))),
    "round with bends": top(path(100, 1, (0, 0, 1000, 0, 1000, 1000, 300, 1500))),
    "short segment": top(path(100, 0, (0, 0, 1000, 0, 1000, 20, 0, 20))),
    "any angle": top(path(100, 2, (0, 0, 937, 411, 1500, 500))),
    "points on the way": top(path(100, 0, (0, 0, 300, 0, 300, 0, 700, 0, 1000, 0, 1000, 500))),
    "reference": with_leaf(sref("A", 100, 200)),
    "reflected and turned": with_leaf(sref("A", 100, 200, 0x8000, 1, 90)),
    "magnified": with_leaf(sref("A", -100, 200, 0, 2.5, 270)),
    "any angle reference": with_leaf(sref("A", 100, 200, 0x8000, 1, 33)),
    "nested": library(
        LEAF, cell("B", sref("A", 10, 20, 0x8000, 2, 15), sref("A", 5000, 20, 0, 1, 180)),
        cell("T", sref("B", 70, -20, 0, 1.5, 75), sref("B", 0, 0, 0x8000, 1, -90))),
    "array": with_leaf(aref("A", 3, 2, (0, 0, 6000, 0, 0, 4000))),
    "array turned": with_leaf(aref("A", 4, 5, (10, 20, 8010, 20, 10, -9980), 0x8000, 1, 270)),
    "array skewed": with_leaf(aref("A", 3, 4, (0, 0, 6000, 600, -800, 8000))),
    "array off grid": with_leaf(aref("A", 3, 7, (0, 0, 7000, 0, 0, 10000))),
    "array of no columns": with_leaf(aref("A", 0, 2, (0, 0, 1000, 0, 0, 4000))),
    "array without step": with_leaf(aref("A", 5, 2, (0, 0, 0, 0, 0, 4000))),
    "two top cells": library(LEAF, cell("B", boundary(0, 0, 5, 0, 5, 5))),
}

GDSTK = {
    "several XY records": top(element(8, on(1), i4(0x10, 0, 0, 10, 0), i4(0x10, 10, 10, 0, 10), i4(0x10, 0, 0))),
    "width that is not magnified": library(
        cell("A", path(-100, 0, (0, 0, 1000, 0))), cell("T", sref("A", 0, 0, 0, 3, 0))),
    "width that is magnified": library(
        cell("A", path(100, 0, (0, 0, 1000, 0))), cell("T", sref("A", 0, 0, 0, 3, 0))),
}


def load(data, reader):
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "x.gds")
        with open(name, "wb") as file: file.write(data)
        return reader(name)


def by_klayout_file(path):
    layout = db.Layout()
    layout.read(path)
    count, area, box = 0, 0.0, db.DBox()
    for top_cell in layout.top_cells():
        for layer in layout.layer_indexes():
            shapes = db.RecursiveShapeIterator(layout, top_cell, layer)
            shapes.shape_flags = db.Shapes.SPolygons | db.Shapes.SBoxes | db.Shapes.SPaths
            while not shapes.at_end():
                polygon = shapes.shape().polygon
                count, area = count + 1, area + polygon.area() * shapes.trans().mag ** 2
                box += db.DPolygon(polygon).transformed(db.DCplxTrans(shapes.trans())).bbox()
                shapes.next()
    return count, area, [box.left, box.bottom, box.right, box.top]


def by_klayout(data): return load(data, by_klayout_file)


def by_gdstk(data):
    library = load(data, gdstk.read_gds)
    top_cell = library.top_level()[0]
    top_cell.flatten()  # unlike get_polygons, it keeps widths that are not to be scaled
    polygons = top_cell.get_polygons()
    (left, bottom), (right, top_) = top_cell.bounding_box()
    box = [1000 * value for value in (left, bottom, right, top_)]
    return len(polygons), sum(polygon.area() for polygon in polygons) * 1e6, box


if __name__ == "__main__":
    cases = []
    for tool, version, streams, measure in (
        ("klayout", db.__version__, KLAYOUT, by_klayout), ("gdstk", gdstk.__version__, GDSTK, by_gdstk)):
        for name, data in streams.items():
            count, area, box = measure(data)
            cases.append({
                "name": name, "oracle": f"{tool} {version}", "gds": base64.b64encode(data).decode(),
                "shapes": count, "area": area, "box": [round(value, 6) for value in box]})

    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "odd_layouts.json"), "w") as file:
        json.dump({
            "origin": "make_odd_layouts.py", "area_tolerance_per_shape": 1.0, "box_tolerance": 1.0, "cases": cases},
            file, indent=1)
        file.write("\n")
