"""Random weights of a seeded checkpoint, made again from their description alone.

Standard input: one line per piece, "seed name first count mean standard_deviation". Standard output: the float32 bits in hexadecimal, one line per piece.
"""
import sys

import numpy as np

MASK = (1 << 64) - 1


def mix_int(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def mix(z):
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


for line in sys.stdin:
    seed, name, first, count, mean, deviation = line.split(" ")
    hashed = 0xCBF29CE484222325
    for byte in name.encode():
        hashed = ((hashed ^ byte) * 0x100000001B3) & MASK
    stream = mix_int((int(seed) + hashed) & MASK)
    index = np.arange(int(first), int(first) + int(count), dtype=np.uint64)
    bits = mix(np.uint64(stream) + (index + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15))
    total = bits.astype("<u8").view("<u2").reshape(-1, 4).astype(np.int64).sum(axis=1)
    scale = np.float32(float(deviation) / np.sqrt(4 * (65536.0**2 - 1) / 12))
    value = np.float32(float(mean)) + (total - 131070).astype(np.float32) * scale
    print(value.astype("<f4").tobytes().hex())
