"""AutoAWQ checkpoints with numpy alone, from the published layouts; independent of Temoto, down to its own safetensors code.

Usage: autoawq.py unpack DIRECTORY OUTPUT
         Dequantizes every quantized layer (in the order of their names) to float32 [out, in], written to OUTPUT one behind the other; prints "name out in" lines.
       autoawq.py make DIRECTORY VERSION GROUP_SIZE SEED OUTPUT MODULE:OUT:IN ...
         Writes model.safetensors and config.json with random layers of that layout (gemm or gemv), and what they stand for to OUTPUT as above.

gemm: qweight int32 [in, out/8], qzeros int32 [in/g, out/8], scales float16 [in/g, out]; nibble i of a word holds channel [0,2,4,6,1,3,5,7][i]
gemv: qweight int32 [out, in/8], qzeros int32 [out, ZW], scales float16 [out, 8 ZW]; nibbles in natural order along the input
"""

import json
import os
import struct
import sys

import numpy as np

CHANNEL_OF_NIBBLE = [0, 2, 4, 6, 1, 3, 5, 7]
TYPES = {"I32": "<i4", "F16": "<f2"}


def load(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        body = file.read()
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] in TYPES:
            begin, end = entry["data_offsets"]
            tensors[name] = np.frombuffer(body[begin:end], TYPES[entry["dtype"]]).reshape(entry["shape"])
    return tensors


def save(path, tensors):
    header, body = {}, b""
    for name, values in tensors.items():
        dtype = next(key for key, code in TYPES.items() if np.dtype(code) == values.dtype)
        raw = np.ascontiguousarray(values).tobytes()
        header[name] = {"dtype": dtype, "shape": list(values.shape), "data_offsets": [len(body), len(body) + len(raw)]}
        body += raw
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + body)


def nibbles(words, order):
    """[r, c] words -> [r, 8 c] integers; nibble i of a word goes to place order[i]."""
    result = np.zeros((words.shape[0], words.shape[1], 8), np.int32)
    unsigned = words.astype(np.int64) & 0xFFFFFFFF
    for i in range(8):
        result[:, :, order[i]] = (unsigned >> (4 * i)) & 15
    return result.reshape(words.shape[0], -1)


def words(integers, order):
    """The inverse of nibbles()."""
    eights = integers.reshape(integers.shape[0], -1, 8).astype(np.int64)
    result = sum(eights[:, :, order[i]] << (4 * i) for i in range(8))
    return result.astype(np.uint32).view(np.int32)


def dequantize(q, z, s, group):
    """[out, in], [out, groups], [out, groups] -> float32 [out, in]"""
    z, s = np.repeat(z, group, axis=1), np.repeat(s.astype(np.float32), group, axis=1)
    return (q - z).astype(np.float32) * s


def zero_words(groups, group):
    unit = {64: 2, 32: 4}.get(group, 1)
    width = -(-groups // 8)
    return -(-width // unit) * unit


def unpack(directory, output):
    config = json.load(open(os.path.join(directory, "config.json")))["quantization_config"]
    assert config["quant_method"] == "awq" and config["bits"] == 4
    group, version = config["group_size"], config["version"]
    tensors = load(os.path.join(directory, "model.safetensors"))
    natural = list(range(8))
    with open(output, "wb") as file:
        for name in sorted(name[: -len(".qweight")] for name in tensors if name.endswith(".qweight")):
            qweight, qzeros, scales = (tensors[f"{name}.{member}"] for member in ("qweight", "qzeros", "scales"))
            if version == "gemm":
                q, z, s = nibbles(qweight, CHANNEL_OF_NIBBLE).T, nibbles(qzeros, CHANNEL_OF_NIBBLE).T, scales.T
            else:
                q = nibbles(qweight, natural)
                groups = q.shape[1] // group
                z, s = nibbles(qzeros, natural)[:, :groups], scales[:, :groups]
            weights = dequantize(q, z, s, group)
            file.write(np.ascontiguousarray(weights).tobytes())
            print(name, *weights.shape)


def make(directory, version, group, seed, output, layers):
    random = np.random.RandomState(seed)
    tensors, weights = {}, {}
    natural = list(range(8))
    for layer in layers:
        name, outputs, inputs = layer.split(":")
        outputs, inputs = int(outputs), int(inputs)
        groups = inputs // group
        q, z = random.randint(0, 16, (outputs, inputs)), random.randint(0, 16, (outputs, groups))
        # Every positive finite float16, subnormals among them.
        s = random.randint(1, 0x7C00, (outputs, groups)).astype(np.uint16).view(np.float16)
        if version.lower() == "gemm":
            tensors[name + ".qweight"] = words(q.T, CHANNEL_OF_NIBBLE)
            tensors[name + ".qzeros"] = words(z.T, CHANNEL_OF_NIBBLE)
            tensors[name + ".scales"] = s.T
        else:
            width = zero_words(groups, group)
            # The padding holds what nobody may read.
            padded_z, padded_s = np.full((outputs, 8 * width), 15), np.full((outputs, 8 * width), 60000, np.float16)
            padded_z[:, :groups], padded_s[:, :groups] = z, s
            tensors[name + ".qweight"] = words(q, natural)
            tensors[name + ".qzeros"] = words(padded_z, natural)
            tensors[name + ".scales"] = padded_s
        weights[name] = dequantize(q, z, s, group)
    save(os.path.join(directory, "model.safetensors"), tensors)
    shape = {"model_type": "llama", "hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": 16, "max_position_embeddings": 32}
    quantization = {"quant_method": "awq", "bits": 4, "group_size": group, "zero_point": True, "version": version, "modules_to_not_convert": None}
    json.dump({**shape, "quantization_config": quantization}, open(os.path.join(directory, "config.json"), "w"))
    with open(output, "wb") as file:
        for name in sorted(weights):
            file.write(weights[name].tobytes())


if sys.argv[1] == "unpack":
    unpack(*sys.argv[2:])
else:
    make(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]), sys.argv[6], sys.argv[7:])
