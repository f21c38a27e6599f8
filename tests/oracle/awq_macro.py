"""AWQ_MACRO matrices with numpy alone, from the published layout; independent of Temoto.

Usage: awq_macro.py STREAM OFFSET GROUPS TILES X OUTPUT
  STREAM  the file; the matrix starts at OFFSET: [GROUPS, TILES] macros of 288 bytes
  X       float32 [64 GROUPS]
  OUTPUT  float32: the weights [8 TILES, 64 GROUPS], then the sums [8 TILES] in the order of the published MAC unit

A macro is 72 little-endian 32-bit words: 0 zero points, 1-3 unused, 4-7 float16 scales (channel 2j low, 2j+1 high), 8-71 one word per input feature.
Nibble of channel c: [0, 4, 1, 5, 2, 6, 3, 7][c].
"""

import sys

import numpy as np

NIBBLE = [0, 4, 1, 5, 2, 6, 3, 7]
F = np.float32

stream, offset, groups, tiles, x_path, output = sys.argv[1:]
offset, groups, tiles = int(offset), int(groups), int(tiles)
words = np.fromfile(stream, "<u4", groups * tiles * 72, offset=offset).reshape(groups, tiles, 72)
x = np.fromfile(x_path, "<f4").reshape(groups, 64)

zeros = np.stack([(words[:, :, 0] >> np.uint32(4 * n)) & 15 for n in NIBBLE], -1).astype(np.int32)
scales = np.stack([(words[:, :, 4 + c // 2] >> np.uint32(16 * (c % 2))) & 0xFFFF for c in range(8)], -1).astype(np.uint16).view(np.float16).astype(F)
integers = np.stack([(words[:, :, 8:] >> np.uint32(4 * n)) & 15 for n in NIBBLE], -1).astype(np.int32)  # [group, tile, input, channel]
centred = (integers - zeros[:, :, None, :]).astype(F)
weights = (centred * scales[:, :, None, :]).transpose(1, 3, 0, 2).reshape(8 * tiles, 64 * groups)

sums = np.zeros((tiles, 8), F)
for g in range(groups):
    lanes = np.zeros((8, tiles, 8), F)
    for i in range(64):
        lanes[i % 8] = lanes[i % 8] + (x[g, i] * scales[g]) * centred[g, :, i]
    low = (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
    high = (lanes[4] + lanes[5]) + (lanes[6] + lanes[7])
    sums = sums + (low + high)

with open(output, "wb") as file:
    file.write(np.ascontiguousarray(weights, F).tobytes())
    file.write(sums.astype(F).tobytes())
