"""Makes odd_oasis.json: small OASIS streams (base64) and what klayout finds in them.

Run with klayout and gdstk installed: python make_odd_oasis.py
Most streams are put together here record by record, so that every kind of record, repetition, list of points and number
occurs; some are written by klayout and gdstk. Areas and boxes are in database units, as in odd_layouts.json.
"""
import base64, json, os, random, struct, tempfile, zlib

import gdstk
import klayout.db as db

from make_odd_layouts import by_klayout_file


def u(value):
    out = b""
    while value >= 0x80: out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def s(value): return u(abs(value) << 1 | (value < 0))
def text(value): return u(len(value)) + value.encode()
def g2(x, y): return u(abs(x) << 2 | (x < 0) << 1 | 1) + s(y)  # a g-delta to anywhere
def g1(direction, length): return u(length << 4 | direction << 1)
def real(kind, *values): return bytes([kind]) + b"".join(map(u, values))


def start(unit=None, offsets=bytes(12), flag=0):
    return b"%SEMI-OASIS\r\n" + u(1) + text("1.0") + (unit or real(0, 1000)) + u(flag) + (offsets if not flag else b"")


def end(before, flag=0, scheme=0):
    tables = bytes(12) if flag else b""
    rest = 256 - 1 - len(tables) - (5 if scheme else 1)
    body = u(2) + tables + u(rest - 2) + bytes(rest - 2) + u(scheme)
    assert len(body) == (252 if scheme else 256)
    whole = before + body
    if scheme == 1: whole += struct.pack("<I", zlib.crc32(whole))
    if scheme == 2: whole += struct.pack("<I", sum(whole) & 0xFFFFFFFF)
    return whole


def cell(name, *records): return u(14) + text(name) + b"".join(records)
def top(*records): return end(start() + cell("T", *records))
def cblock(records): packed = zlib.compressobj(9, zlib.DEFLATED, -15); data = packed.compress(records) + packed.flush(); return u(34) + u(0) + u(len(records)) + u(len(data)) + data


def rectangle(x, y, w, h, rep=b""): return u(20) + bytes([0x7B | (4 if rep else 0)]) + u(1) + u(0) + u(w) + u(h) + s(x) + s(y) + rep
def polygon(points, x=0, y=0, rep=b""): return u(21) + bytes([0x3B | (4 if rep else 0)]) + u(1) + u(0) + points + s(x) + s(y) + rep
def path(half, points, scheme=b"\x05", rep=b""): return u(22) + bytes([0xFB | (4 if rep else 0)]) + u(1) + u(0) + u(half) + scheme + points + s(0) + s(0) + rep
def circle(radius, x, y, rep=b""): return u(27) + bytes([0x3B | (4 if rep else 0)]) + u(1) + u(0) + u(radius) + s(x) + s(y) + rep
def trapezoid(kind, vertical, w, h, *deltas): return u(kind) + bytes([0x7B | (0x80 if vertical else 0)]) + u(1) + u(0) + u(w) + u(h) + b"".join(map(s, deltas)) + s(0) + s(0)


def ctrapezoid(kind, w, h, rep=b""):
    has_w, has_h = kind not in (20, 21), kind not in (16, 17, 18, 19, 22, 23, 25)
    info = 0x80 | (0x40 if has_w else 0) | (0x20 if has_h else 0) | 0x1B | (4 if rep else 0)
    return u(26) + bytes([info]) + u(1) + u(0) + u(kind) + (u(w) if has_w else b"") + (u(h) if has_h else b"") + s(5) + s(7) + rep


def place(name, x, y, rep=b"", angle=0, flip=0):
    return u(17) + bytes([0x80 | 0x30 | (8 if rep else 0) | angle << 1 | flip]) + text(name) + s(x) + s(y) + rep


def place_real(name, x, y, magnification=None, angle=None, flip=0, rep=b""):
    info = 0x80 | 0x30 | (8 if rep else 0) | (4 if magnification else 0) | (2 if angle else 0) | flip
    return u(18) + bytes([info]) + text(name) + (magnification or b"") + (angle or b"") + s(x) + s(y) + rep


REPETITIONS = {
    1: u(1) + u(3) + u(2) + u(700) + u(900), 2: u(2) + u(4) + u(800), 3: u(3) + u(1) + u(650),
    4: u(4) + u(2) + u(600) + u(1000) + u(1200), 5: u(5) + u(2) + u(10) + u(60) + u(100) + u(120),
    6: u(6) + u(1) + u(600) + u(1000), 7: u(7) + u(1) + u(100) + u(6) + u(11),
    8: u(8) + u(2) + u(1) + g2(700, 100) + g2(-50, 800), 9: u(9) + u(3) + g2(-700, 650),
    10: u(10) + u(1) + g2(700, 100) + g1(5, 900), 11: u(11) + u(1) + u(10) + g2(70, 10) + g1(3, 90)}
LARGE = u(1) + u(998) + u(998) + u(700) + u(900)
LIST = u(10) + u(98) + b"".join(g2(600 + 7 * i, 610 - 11 * i) for i in range(99))

POINTS = {  # a count and deltas; the first two kinds leave the last corner of a polygon to be found
    0: u(0) + u(4) + s(500) + s(400) + s(-200) + s(300), 1: u(1) + u(4) + s(500) + s(400) + s(-200) + s(300),
    2: u(2) + u(3) + u(500 << 2 | 0) + u(400 << 2 | 1) + u(500 << 2 | 2),
    3: u(3) + u(5) + u(500 << 3 | 0) + u(200 << 3 | 4) + u(300 << 3 | 1) + u(100 << 3 | 5) + u(600 << 3 | 2),
    4: u(4) + u(3) + g2(500, 100) + g2(-100, 400) + g1(2, 300),
    5: u(5) + u(4) + g2(500, 0) + g2(-300, 200) + g2(-300, 100) + g2(-100, -50)}

SMALL = cell("A", polygon(POINTS[4]), circle(150, 900, 0))
CASES = {f"repetition {kind} of {what}": top(make(rep)) for kind, rep in REPETITIONS.items() for what, make in {
    "a rectangle": lambda rep: rectangle(10, 20, 500, 300, rep), "a polygon": lambda rep: polygon(POINTS[4], 10, 20, rep)}.items()}
CASES |= {f"repetition {kind} of a placement": end(start() + SMALL + cell("T", place("A", 3, 4, rep, 1, 1)))
          for kind, rep in REPETITIONS.items()}
CASES |= {
    "a large repetition": top(rectangle(0, 0, 500, 300, LARGE)),
    "a large repetition of a path": top(path(50, POINTS[0], rep=LARGE)),
    "a long list of places": top(rectangle(0, 0, 300, 300, LIST), circle(100, 5, 5, u(0)), polygon(POINTS[4], rep=u(0))),
    "a repetition of a trapezoid": top(ctrapezoid(4, 900, 300, LARGE), ctrapezoid(16, 900, 0, REPETITIONS[9])),
    "a repetition used again": top(rectangle(0, 0, 500, 300, REPETITIONS[8]), rectangle(9, 9, 80, 30, u(0)))}
CASES |= {f"a polygon of points of kind {kind}": top(polygon(points, -20, 30)) for kind, points in POINTS.items()}
CASES |= {f"a path of points of kind {kind}": top(path(60, points)) for kind, points in POINTS.items()}
CASES |= {f"a path with ends {scheme:#x}": top(path(60, POINTS[0], u(scheme) + more)) for scheme, more in {
    5: b"", 0xA: b"", 6: b"", 9: b"", 0xF: s(30) + s(-20), 0xD: s(70), 7: s(11)}.items()}
CASES |= {"ends of the path before": top(
    path(60, POINTS[2], u(0xF) + s(10) + s(20)), u(22) + bytes([0x98]) + u(0) + s(900) + s(0), u(22) + bytes([0x58]) + u(30) + s(0) + s(3000))}
CASES |= {f"trapezoid {kind} {'upright' if v else 'flat'} {deltas}": top(trapezoid(kind, v, 1000, 900, *deltas))
          for v in (False, True) for kind, deltas in (
              (23, (100, 200)), (23, (-100, 200)), (23, (100, -200)), (23, (-100, -200)), (24, (300,)), (24, (-300,)), (25, (250,)), (25, (-250,)))}
CASES |= {f"ctrapezoid {kind}": top(ctrapezoid(kind, 300 if 8 <= kind <= 15 else 1000, 1000 if 8 <= kind <= 15 else 300)) for kind in range(26)}
CASES |= {
    "a square": top(u(20) + bytes([0xDB]) + u(1) + u(0) + u(400) + s(5) + s(6)),
    "circles": top(circle(1000, 0, 0), circle(333, 5000, 1), u(27) + bytes([0x18]) + s(9000) + s(0)),
    "a path of no width": top(path(0, POINTS[0])),
    "modal values": top(
        rectangle(0, 0, 500, 300), u(20) + bytes([0x10]) + s(1000), u(20) + bytes([0x48]) + u(70) + s(2000),
        polygon(POINTS[4]), u(21) + bytes([0x18]) + s(-900) + s(-900), circle(50, 0, 7000), u(27) + bytes([0x08]) + s(9000)),
    "relative places": top(
        u(16), rectangle(100, 100, 500, 300), rectangle(700, -50, 500, 300), circle(90, 900, 900), u(15), rectangle(9, 9, 5, 3)),
    "relative placements": end(start() + SMALL + cell(
        "T", u(16), place("A", 100, 100), place("A", 2000, -100), u(17) + bytes([0x20]) + s(3000))),
    "a turned placement": end(start() + SMALL + cell("T", *[place("A", 5000 * a, 0, b"", a, f) for a in range(4) for f in (0, 1)])),
    "numbers of all kinds": end(start() + SMALL + cell("T", *[
        place_real("A", 9000 * i, 0, magnification, angle, i % 2) for i, (magnification, angle) in enumerate([
            (real(0, 3), real(0, 30)), (real(2, 4), real(1, 45)), (real(4, 3, 2), real(5, 181, 2)), (real(4, 5, 4), real(4, 7, 3)),
            (b"\x06" + struct.pack("<f", 1.5), b"\x07" + struct.pack("<d", 12.25)), (None, real(3, 2)), (real(0, 2), None)])])),
    "a unit that is a double": end(start(b"\x07" + struct.pack("<d", 2000.0)) + cell("T", rectangle(0, 0, 500, 300))),
    "names by number, told before": end(
        start() + u(3) + text("A") + u(3) + text("T") + u(13) + u(0) + rectangle(0, 0, 9, 9) + u(13) + u(1)
        + u(17) + bytes([0xF0]) + u(0) + s(5) + s(6)),
    "names by number, told after": end(
        start() + u(13) + u(7) + u(17) + bytes([0xF0]) + u(900) + s(5) + s(6) + u(13) + u(900) + rectangle(0, 0, 9, 9)
        + u(4) + text("T") + u(7) + u(4) + text("A") + u(900)),
    "a cell by number, its placement by name": end(
        start() + u(4) + text("A") + u(4) + u(13) + u(4) + rectangle(0, 0, 9, 9) + cell("T", place("A", 1, 2))),
    "texts": top(
        rectangle(0, 0, 9, 9), u(19) + bytes([0x5B]) + text("label") + u(1) + u(0) + s(5000) + s(0),
        u(19) + bytes([0x14]) + s(-9000) + LARGE),
    "texts by number": end(
        start() + cell("T", rectangle(0, 0, 9, 9), u(19) + bytes([0x7B]) + u(3) + u(1) + u(0) + s(5000) + s(0)) + u(6) + text("late") + u(3)),
    "properties": top(
        u(28) + bytes([0x14]) + text("N") + u(8) + u(5), rectangle(0, 0, 9, 9),
        u(28) + bytes([0xF4]) + text("M") + u(13) + b"".join(
            [real(k, 3, 4)[:3 if k in (4, 5) else 2] for k in range(6)]
            + [b"\x06" + bytes(4), b"\x07" + bytes(8), u(8) + u(300), u(9) + s(-3), u(10) + text("a"), u(11) + text("b"), u(12) + text("n"),
               b""]), u(29), rectangle(50, 0, 9, 9), u(28) + bytes([0x08])),
    "properties by number": end(
        start() + u(7) + text("N") + u(9) + text("v") + cell("T", rectangle(0, 0, 9, 9), u(28) + bytes([0x16]) + u(0) + u(13) + u(0))),
    "names of layers and properties": end(
        start() + u(11) + text("metal") + u(3) + u(1) + u(0) + u(12) + text("t") + u(4) + u(1) + u(5) + u(2) + u(7) + u(8) + text("q") + u(4) + u(10) + text("w") + u(5)
        + cell("T", rectangle(0, 0, 9, 9))),
    "padding": top(u(0), rectangle(0, 0, 9, 9), u(0), u(0)),
    "a compressed block": end(start() + cell("T") + cblock(b"".join(rectangle(i, 2 * i, 5, 7) for i in range(300)))),
    "blocks among records": end(
        start() + cell("T", rectangle(0, 0, 9, 9), cblock(u(20) + bytes([0x08]) + s(50)), u(20) + bytes([0x08]) + s(90))),
    "cells in blocks": end(start() + cblock(SMALL) + cblock(cell("T", place("A", 1, 2), place("A", 3000, 2)))),
    "tables told at the end": end(start(flag=1) + cell("T", rectangle(0, 0, 9, 9)), flag=1),
    "a checksum of cyclic redundancy": end(start() + cell("T", rectangle(0, 0, 9, 9)), scheme=1),
    "a checksum of bytes": end(start() + cell("T", rectangle(0, 0, 9, 9)), scheme=2),
}


def written_by_klayout(level, blocks, strict):
    chance = random.Random(7)
    layout = db.Layout()
    leaf, cell = layout.create_cell("LEAF"), layout.create_cell("T")
    layer = layout.layer(1, 0)
    for i in range(60):
        # No place twice: of equal polygons that a repetition puts on one place, klayout 0.30 reads only one.
        x, y, w = i % 20 * 500, i // 20 * 700, chance.randrange(20) * 500
        leaf.shapes(layer).insert(db.Box(x, y, x + w + 100, y + 250))
        leaf.shapes(layer).insert(db.Polygon([db.Point(x, y), db.Point(x + 300, y + 10), db.Point(x + 40, y + 500)]))
        if i % 5 == 0: leaf.shapes(layer).insert(db.Path([db.Point(x, y), db.Point(x + w, y), db.Point(x + w, y + 900)], 120, 60, 0))
    for i in range(8): cell.insert(db.CellInstArray(leaf.cell_index(), db.Trans(i % 4, i > 3, 30000 * (i % 3), 30000 * i)))
    cell.insert(db.CellInstArray(leaf.cell_index(), db.Trans(0, 90000), db.Vector(30000, 500), db.Vector(-300, 20000), 4, 5))
    cell.insert(db.CellInstArray(leaf.cell_index(), db.CplxTrans(1.5, 33, True, -90000, 0)))
    cell.shapes(layer).insert(db.Text("label", 5, 5))
    options = db.SaveLayoutOptions()
    options.format, options.oasis_compression_level, options.oasis_write_cblocks, options.oasis_strict_mode = "OASIS", level, blocks, strict
    with tempfile.TemporaryDirectory() as folder:
        layout.write(os.path.join(folder, "x.oas"), options)
        with open(os.path.join(folder, "x.oas"), "rb") as file: return file.read()


def written_by_gdstk():
    library = gdstk.Library()
    leaf, top_cell = library.new_cell("LEAF"), library.new_cell("T")
    leaf.add(gdstk.rectangle((0, 0), (1, 2), layer=1), gdstk.Polygon([(0, 0), (3, 0), (2, 1), (1, 1)], layer=1),
             gdstk.FlexPath([(0, 0), (4, 0), (4, 4)], 0.2, layer=1, simple_path=True, ends="extended"))
    for repetition in (dict(columns=3, rows=4, spacing=(9, 11)), dict(columns=2, rows=3, v1=(9, 1), v2=(-2, 8)),
                       dict(x_offsets=[5.5, 12, 30]), dict(y_offsets=[7, 12]), dict(offsets=[(7, 8), (-9, 3)])):
        reference = gdstk.Reference(leaf, (50, 0), rotation=0.5, magnification=2, x_reflection=True)
        shape = gdstk.rectangle((0, 0), (1, 1), layer=1)
        shape.repetition, reference.repetition = gdstk.Repetition(**repetition), gdstk.Repetition(**repetition)
        top_cell.add(reference, shape)
    with tempfile.TemporaryDirectory() as folder:
        library.write_oas(os.path.join(folder, "x.oas"), detect_trapezoids=True, validation="crc32")
        with open(os.path.join(folder, "x.oas"), "rb") as file: return file.read()


for level, blocks, strict in ((0, False, False), (2, True, True), (10, True, False)):
    CASES[f"written by klayout, level {level}{', blocks' * blocks}{', strict' * strict}"] = written_by_klayout(level, blocks, strict)
CASES["written by gdstk"] = written_by_gdstk()

cases = []
for name, data in CASES.items():
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "x.oas"), "wb") as file: file.write(data)
        try: count, area, box = by_klayout_file(os.path.join(folder, "x.oas"))
        except RuntimeError as error: print(name, error); continue
    cases.append({
        "name": name, "oracle": f"klayout {db.__version__}", "gds": base64.b64encode(data).decode(), "shapes": count,
        "area": area, "box": [round(value, 6) for value in box]})

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "odd_oasis.json"), "w") as file:
    json.dump({"origin": "make_odd_oasis.py", "area_tolerance_per_shape": 1.0, "box_tolerance": 1.0, "cases": cases}, file, indent=1)
    file.write("\n")
