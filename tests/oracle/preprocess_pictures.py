"""Does to pictures what Hugging Face's numpy processors of ViT and DeiT do, with Pillow and numpy.

preprocess_pictures.py FOLDER. Standard input: a JSON list of {picture, out, config}; config has all keys of a preprocessor_config.json, size and crop_size as [width, height] or,
for size, a number: the shortest edge. Writes the float32 values [3, height, width] to FOLDER/out and prints {out: [width, height]}.
"""
import json
import math
import os
import sys

import numpy
from PIL import Image

folder = sys.argv[1]
sizes = {}
for entry in json.load(sys.stdin):
    config = entry["config"]
    picture = Image.open(os.path.join(folder, entry["picture"])).convert("RGB")
    if config["do_resize"]:
        size = config["size"]
        if isinstance(size, int):
            short, long = sorted(picture.size)
            longer = int(size * long / short)
            size = (size, longer) if picture.size[0] <= picture.size[1] else (longer, size)
        picture = picture.resize(tuple(size), config["resample"])
    pixels = numpy.asarray(picture)
    if config["do_center_crop"]:
        width, height = config["crop_size"]
        # Black round the picture where it is too small, then the middle.
        above, left = (max(0, math.ceil((want - have) / 2)) for want, have in zip((height, width), pixels.shape))
        below, right = (max(0, want - have - before) for want, have, before in zip((height, width), pixels.shape, (above, left)))
        pixels = numpy.pad(pixels, ((above, below), (left, right), (0, 0)))
        top, start = (pixels.shape[0] - height) // 2, (pixels.shape[1] - width) // 2
        pixels = pixels[top:top + height, start:start + width]
    values = pixels.astype(numpy.float64)
    if config["do_rescale"]:
        values = values * config["rescale_factor"]
    values = values.astype(numpy.float32)
    if config["do_normalize"]:
        values = (values - numpy.array(config["image_mean"], numpy.float32)) / numpy.array(config["image_std"], numpy.float32)
    values.transpose(2, 0, 1).astype(numpy.float32).tofile(os.path.join(folder, entry["out"]))
    sizes[entry["out"]] = [values.shape[1], values.shape[0]]
print(json.dumps(sizes))
