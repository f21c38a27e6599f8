"""Writes the pictures that a JSON list on standard input asks for with Pillow, then decodes every picture of the folder FOLDER with Pillow.

pictures.py FOLDER. An entry of the list: name, width, height, mode (L, RGB, CMYK), noise (standard deviation of the pixels), save (arguments of Image.save), orientation (EXIF, optional).
For each picture NAME.EXT it writes NAME.EXT.rgb, the pixels [height, width, 3] turned upright; prints {"NAME.EXT": [width, height]}.
"""
import json
import os
import sys

import numpy
from PIL import Image, ImageOps

folder = sys.argv[1]


def pixels(width, height, channels, noise, seed):
    random = numpy.random.default_rng(seed)
    y, x = numpy.mgrid[0:height, 0:width]
    planes = [128 + 100 * numpy.sin(x / (7 + 3 * c) + y / (11 - c)) + 60 * ((x // 9 + y // 13) % 2) for c in range(channels)]
    return numpy.clip(numpy.stack(planes, -1) + random.normal(0, noise, (height, width, channels)), 0, 255).astype(numpy.uint8)


for seed, entry in enumerate(json.load(sys.stdin)):
    channels = {"L": 1, "RGB": 3, "CMYK": 4}[entry["mode"]]
    array = pixels(entry["width"], entry["height"], channels, entry["noise"], seed)
    picture = Image.fromarray(array[:, :, 0] if channels == 1 else array, entry["mode"])
    save = dict(entry["save"])
    if entry.get("orientation"):
        exif = Image.Exif()
        exif[0x0112] = entry["orientation"]
        save["exif"] = exif.tobytes()
    picture.save(os.path.join(folder, entry["name"]), **save)

sizes = {}
for name in sorted(os.listdir(folder)):
    if name.endswith(".rgb"):
        continue
    with Image.open(os.path.join(folder, name)) as picture:
        picture.load()
        picture = ImageOps.exif_transpose(picture)
        if picture.mode.startswith("I"):
            # Pillow's own conversion cuts 16-bit grey off at 255; what is meant is its high byte.
            array = numpy.asarray(picture).astype(numpy.int64) >> 8
            rgb = numpy.repeat(array[:, :, None], 3, 2).astype(numpy.uint8)
        else:
            rgb = numpy.asarray(picture.convert("RGB"))
        rgb.tofile(os.path.join(folder, name + ".rgb"))
        sizes[name] = [rgb.shape[1], rgb.shape[0]]
print(json.dumps(sizes))
