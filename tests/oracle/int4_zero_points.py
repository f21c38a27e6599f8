"""Int4 with zero points as published for AWQ, the scale rounded to float16 first: bits of float32 weights in, q, zeros and scale bits out."""
import sys

import numpy as np

rows, columns, group = map(int, sys.argv[1:4])
w = np.array(sys.stdin.read().split(), dtype=np.uint32).view(np.float32).reshape(-1, group)
largest, smallest = w.max(axis=1, keepdims=True), w.min(axis=1, keepdims=True)
half = (np.maximum(largest - smallest, np.float32(1e-5)) / np.float32(15)).astype(np.float16)
scale = half.astype(np.float32)
zero = np.clip(-np.round(smallest / scale), 0, 15)
q = np.clip(np.round(w / scale) + zero, 0, 15).astype(int)
print(*q.reshape(-1))
print(*zero.astype(int).reshape(-1))
print(*half.view(np.uint16).reshape(-1))
