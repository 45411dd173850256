"""Makes the pictures that the tests read, with Pillow, tifffile and OpenCV, whose versions go to origin.json.

Every sample is known by a formula that the tests repeat; for JPEG, which loses, Pillow's decoded values lie beside
(grey.raw and so on), to be met within 2 of 255.
"""
import json
import pathlib
import struct
import zlib

import cv2
import numpy as np
import PIL
import tifffile
from PIL import Image

HERE = pathlib.Path(__file__).parent
W, H = 37, 29
y, x = np.mgrid[0:H, 0:W]


def grey8(c=0):
    return ((x * 7 + y * 13 + c * 50) % 256).astype(np.uint8)


def grey16(c=0):
    return ((x * 701 + y * 1301 + c * 5000) % 65536).astype(np.uint16)


def rgb(f):
    return np.stack([f(0), f(1), f(2)], axis=-1)


def smooth(c=0):
    return ((x * 3 + y * 2 + c * 30) % 256).clip(0, 255).astype(np.uint8)


def save(image, name, **options):
    image.save(HERE / name, **options)


# PNG
save(Image.fromarray(grey8()), "grey8.png")
save(Image.fromarray(rgb(grey8)), "rgb8.png", dpi=(50800, 50800))  # 0.5 µm
save(Image.fromarray(np.dstack([rgb(grey8), grey8(3)])), "rgba8.png", dpi=(300, 300))
save(Image.fromarray(np.dstack([grey8(), grey8(3)])), "greyalpha8.png")
save(Image.fromarray(grey16()), "grey16.png")
cv2.imwrite(str(HERE / "rgb16.png"), rgb(grey16)[:, :, ::-1])
save(Image.fromarray(((x + y) % 2 == 0)), "bit1.png")
indexed = Image.fromarray(((x + y) % 8).astype(np.uint8))
indexed.putpalette([v for i in range(8) for v in (i * 30, 255 - i * 20, i * i)])
save(indexed, "palette.png")
save(indexed, "palette_clear.png", transparency=3)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def interlaced(array, color, name):
    """Adam7 by hand: none of the three libraries writes it."""
    array = array.reshape(H, W, -1)
    data = b""
    for x0, y0, dx, dy in [
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]:
        for row in array[y0::dy, x0::dx]:
            data += b"\0" + row.tobytes()
    head = struct.pack(">IIBBBBB", W, H, 8, color, 0, 0, 1)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
    (HERE / name).write_bytes(b"\x89PNG\r\n\x1a\n" + body)


interlaced(grey8(), 0, "interlaced_grey8.png")
interlaced(rgb(grey8), 2, "interlaced_rgb8.png")

# JPEG
for name, image, options in [
    ("grey", Image.fromarray(smooth()), {"dpi": (25400, 25400)}),  # 1 µm
    ("colour", Image.fromarray(rgb(smooth)), {"subsampling": 2}),
    ("progressive", Image.fromarray(rgb(smooth)), {"progressive": True, "subsampling": 0, "dpi": (300, 300)}),
]:
    save(image, name + ".jpg", quality=90, **options)
    (HERE / (name + ".raw")).write_bytes(np.asarray(Image.open(HERE / (name + ".jpg"))).tobytes())
save(Image.fromarray(rgb(smooth)).convert("CMYK"), "cmyk.jpg", quality=90)
# TIFF: name = depth, tone, arrangement, blocks, compression
for depth, f in [(8, grey8), (16, grey16)]:
    for tone in ["grey", "rgb"]:
        for planar in ["chunky", "planar"] if tone == "rgb" else ["chunky"]:
            array = f(0) if tone == "grey" else rgb(f)
            if planar == "planar":
                array = np.moveaxis(array, -1, 0)
            for blocks, size in [("strips", {"rowsperstrip": 10}), ("tiles", {"tile": (16, 32)})]:
                for compression in [None, "deflate"]:  # Pillow writes LZW below
                    tifffile.imwrite(
                        HERE / f"{depth}_{tone}_{planar}_{blocks}_{compression or 'none'}.tif", array,
                        photometric="minisblack" if tone == "grey" else "rgb",
                        planarconfig=None if tone == "grey" else ("separate" if planar == "planar" else "contig"),
                        compression=compression, predictor=bool(compression) and blocks == "tiles", metadata=None,
                        software=False, **size)
save(Image.fromarray(grey8()), "8_grey_chunky_strips_lzw.tif", compression="tiff_lzw")
save(Image.fromarray(rgb(grey8)), "8_rgb_chunky_strips_lzw.tif", compression="tiff_lzw")
save(Image.fromarray(grey16()), "16_grey_chunky_strips_lzw.tif", compression="tiff_lzw")
plain = {"metadata": None, "software": False}
tifffile.imwrite(HERE / "inverted8.tif", 255 - grey8(), photometric="miniswhite", **plain)
tifffile.imwrite(HERE / "inverted16.tif", 65535 - grey16(), photometric="miniswhite", compression="deflate", **plain)
tifffile.imwrite(HERE / "big8.tif", grey8(), bigtiff=True, tile=(16, 16), **plain)
tifffile.imwrite(HERE / "big_endian16.tif", grey16(), byteorder=">", **plain)
tifffile.imwrite(HERE / "big_endian16_deflate.tif", grey16(), byteorder=">", compression="deflate", **plain)
tifffile.imwrite(HERE / "centimetre.tif", grey8(), resolution=(20000, 20000), resolutionunit="CENTIMETER", **plain)
tifffile.imwrite(HERE / "inch300.tif", grey8(), resolution=(300, 300), resolutionunit="INCH", **plain)
tifffile.imwrite(
    HERE / "nanometres.ome.tif", grey8(), ome=True, software=False,
    metadata={"axes": "YX", "PhysicalSizeX": 250.0, "PhysicalSizeXUnit": "nm", "PhysicalSizeY": 250.0,
              "PhysicalSizeYUnit": "nm", "UUID": "urn:uuid:00000000-0000-0000-0000-000000000000"})
tifffile.imwrite(HERE / "imagej.tif", grey8(), imagej=True, resolution=(4, 4), metadata={"unit": "um"}, software=False)
tifffile.imwrite(HERE / "rgba8.tif", np.dstack([rgb(grey8), grey8(3)]), photometric="rgb", extrasamples=["unassalpha"], **plain)
save(indexed, "palette.tif")
save(Image.fromarray(rgb(smooth)), "jpeg.tif", compression="jpeg", quality=95)

def packed(values, bits):
    """Rows of samples of so many bits, the highest bit first, each row filled up to whole bytes."""
    flat = values.reshape(values.shape[0], -1).astype(np.uint32)
    digits = (flat[:, :, None] >> np.arange(bits - 1, -1, -1)) & 1
    return np.packbits(digits.reshape(flat.shape[0], -1).astype(np.uint8), axis=1).tobytes()


def by_hand(name, bits, data, photometric=1, samples=1, palette=None, pages=()):
    """An uncompressed TIFF of one strip, written tag by tag: tifffile packs no samples without imagecodecs."""
    tags = [(256, 4, [W]), (257, 4, [H]), (258, 3, [bits] * samples), (259, 3, [1]), (262, 3, [photometric]), (273, 4, [None]),
            (277, 3, [samples]), (278, 4, [H]), (279, 4, [len(data)])]
    if palette is not None: tags.append((320, 3, palette))
    size, tail = 8 + 2 + 12 * len(tags) + 4, b""
    tails = {}
    for tag, kind, values in tags:
        if len(values) * (2 if kind == 3 else 4) > 4: tails[tag] = size + len(tail); tail += struct.pack(f"<{len(values)}H", *values)
    entries = b""
    for tag, kind, values in tags:
        if tag == 273: values = [size + len(tail)]
        if tag in tails: value = struct.pack("<I", tails[tag])
        else: value = struct.pack("<%d%s" % (len(values), "H" if kind == 3 else "I"), *values).ljust(4, b"\0")
        entries += struct.pack("<HHI", tag, kind, len(values)) + value
    (HERE / name).write_bytes(b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(tags)) + entries + bytes(4) + tail + data)


def few(bits, c=0): return (x * 7 + y * 13 + c * 50) % (1 << bits)


for bits in (1, 2, 4, 12):
    by_hand(f"grey{bits}.tif", bits, packed(few(bits), bits))
    by_hand(f"rgb{bits}.tif", bits, packed(rgb(lambda c: few(bits, c)), bits), photometric=2, samples=3)
by_hand("inverted1.tif", 1, packed(1 - few(1), 1), photometric=0)
by_hand("inverted12.tif", 12, packed(4095 - few(12), 12), photometric=0)
by_hand("palette4.tif", 4, packed((x + y) % 8, 4), photometric=3,
        palette=[(f(i) if i < 8 else 0) * 257 for f in (lambda i: i * 30, lambda i: 255 - i * 20, lambda i: i * i) for i in range(16)])
for kind in (np.float16, np.float32, np.float64):
    tifffile.imwrite(HERE / f"float{np.dtype(kind).itemsize * 8}.tif", (few(8) / 256).astype(kind), **plain)
tifffile.imwrite(HERE / "float32_big_endian_tiles.tif", (few(8) / 256).astype(np.float32), byteorder=">", tile=(16, 16), **plain)
tifffile.imwrite(HERE / "float32_deflate.tif", (few(8) / 256).astype(np.float32), compression="deflate", **plain)
tifffile.imwrite(HERE / "whole32.tif", few(8).astype(np.uint32) * 0x01010101, **plain)
save(Image.fromarray(grey8()), "8_grey_chunky_strips_packbits.tif", compression="packbits")
save(Image.fromarray(rgb(grey8)), "8_rgb_chunky_strips_zstd.tif", compression="zstd")

# Orientations: the picture that is seen is grey8 in all of them.
UPRIGHT = grey8()
STORED = {1: UPRIGHT, 2: UPRIGHT[:, ::-1], 3: UPRIGHT[::-1, ::-1], 4: UPRIGHT[::-1], 5: UPRIGHT.T, 6: UPRIGHT.T[::-1],
          7: UPRIGHT.T[::-1, ::-1], 8: UPRIGHT.T[:, ::-1]}
for number, stored in STORED.items():
    options = dict(extratags=[(274, "H", 1, number, True)], **plain)
    tifffile.imwrite(HERE / f"orientation{number}.tif", stored, tile=(16, 32), compression="deflate", **options)
    exif = Image.Exif()
    exif[274] = number
    save(Image.fromarray(np.ascontiguousarray(stored)), f"orientation{number}.png", exif=exif)
exif = Image.Exif()
exif[274] = 6
save(Image.fromarray(np.ascontiguousarray(smooth().T[::-1])), "turned.jpg", quality=95, exif=exif)

# Pyramids: every second, every fourth pixel of grey8, in pages and in children of the first page.
levels = [grey8(), grey8()[::2, ::2], grey8()[::4, ::4]]
for name, children in (("pyramid_pages.tif", 0), ("pyramid_children.tif", 2)):
    with tifffile.TiffWriter(HERE / name, bigtiff=True) as file:
        for number, level in enumerate(levels):
            more = {"subifds": children} if number == 0 and children else {}
            file.write(level, tile=(16, 16), subfiletype=1 if number else 0, **plain, **more)

# Differences along rows that are no whole number of vectors.
tifffile.imwrite(HERE / "predictor8.tif", grey8(), compression="deflate", predictor=True, rowsperstrip=7, **plain)
tifffile.imwrite(HERE / "predictor8_rgb.tif", rgb(grey8), photometric="rgb", compression="deflate", predictor=True, rowsperstrip=7, **plain)

# With a sign, the least being black: the same pictures as without.
tifffile.imwrite(HERE / "signed8.tif", (grey8().astype(int) - 128).astype(np.int8), **plain)
tifffile.imwrite(HERE / "signed8_tiles.tif", (rgb(grey8).astype(int) - 128).astype(np.int8), photometric="rgb", tile=(16, 32),
                 compression="deflate", **plain)
tifffile.imwrite(HERE / "signed16.tif", (grey16().astype(int) - 32768).astype(np.int16), byteorder=">", **plain)
tifffile.imwrite(HERE / "signed16_deflate.tif", (grey16().astype(int) - 32768).astype(np.int16), compression="deflate",
                 predictor=True, **plain)
tifffile.imwrite(HERE / "signed16_inverted.tif", (32767 - grey16().astype(int)).astype(np.int16), photometric="miniswhite", **plain)
tifffile.imwrite(HERE / "signed32.tif", (few(8) * 0x01010101 - (1 << 31)).astype(np.int32), **plain)

# Refused
tifffile.imwrite(HERE / "complex.tif", x.astype(np.complex64), **plain)
tifffile.imwrite(HERE / "cmyk.tif", np.dstack([rgb(grey8), grey8(3)]), photometric="separated", **plain)

(HERE / "origin.json").write_text(json.dumps({
    "made_by": "make_fixtures.py", "pillow": PIL.__version__, "tifffile": tifffile.__version__,
    "opencv": cv2.__version__, "numpy": np.__version__, "width": W, "height": H,
    "tolerance": "exact; JPEG within 2 of 255 of the .raw beside it"}, indent=1) + "\n")
