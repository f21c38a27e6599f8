"""Safetensors files of BF16 tensors, as the training scripts write and read them."""

import json
import struct

import numpy as np
import torch


def read_safetensors(path):
    """The tensors of a file that write_safetensors wrote, as float32."""
    with open(path, "rb") as file:
        length, = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    state = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            bits = np.frombuffer(data[begin:end], "<u2").astype(np.uint32) << 16
            state[name] = torch.from_numpy(bits.view(np.float32).reshape(entry["shape"]).copy())
    return state


def write_safetensors(state, path):
    """The format's own layout: length of the header, header, data. Tensors in BF16, in the order of their names."""
    header, data = {"__metadata__": {"format": "pt"}}, []
    at = 0
    for name in sorted(state):
        content = state[name].to(torch.bfloat16).contiguous().view(torch.int16).numpy().astype("<i2").tobytes()
        header[name] = {"dtype": "BF16", "shape": list(state[name].shape), "data_offsets": [at, at + len(content)]}
        at += len(content)
        data.append(content)
    text = json.dumps(header, separators=(",", ":")).encode("ascii")
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(data))
