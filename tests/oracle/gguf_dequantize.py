"""Element types decoded with numpy from their published layouts (the GGUF format's block types, OCP 8-bit floats, plain types).

Standard input: lines "TYPE base64". Standard output: one line of float32 bits in hexadecimal each.
With the argument "encode": lines "TYPE base64-of-float32", and the encoded bytes come back.
"""
import base64
import sys

import numpy as np

np.seterr(all="ignore")
F = np.float32


def half(raw):
    """[n, 2] bytes -> [n, 1] float32."""
    return np.ascontiguousarray(raw).view("<f2").astype(F)


def bits(raw, width):
    """[n, k] bytes -> [n, k, 8 // width] fields, lowest first."""
    shifts = np.arange(0, 8, width, dtype=np.uint8)
    return (raw[..., None] >> shifts) & ((1 << width) - 1)


def planes(raw, width, run):
    """Bytes in runs of `run`; field 0 of a whole run comes first, then field 1 of the same run, and so on."""
    n, k = raw.shape
    fields = bits(raw.reshape(n, k // run, run), width)
    return fields.transpose(0, 1, 3, 2).reshape(n, -1).astype(np.int32)


def per_group(values, group):
    return np.repeat(values, group, axis=1)


def q8_0(b):
    return b[:, 2:].view(np.int8).astype(F) * half(b[:, :2])


def q4_0(b):
    return (planes(b[:, 2:], 4, 16) - 8).astype(F) * half(b[:, :2])


def q4_1(b):
    return planes(b[:, 4:], 4, 16).astype(F) * half(b[:, :2]) + half(b[:, 2:4])


def fifth_bit(raw):
    return np.unpackbits(np.ascontiguousarray(raw), axis=1, bitorder="little").astype(np.int32)


def q5_0(b):
    q = planes(b[:, 6:], 4, 16) + 16 * fifth_bit(b[:, 2:6])
    return (q - 16).astype(F) * half(b[:, :2])


def q5_1(b):
    q = planes(b[:, 8:], 4, 16) + 16 * fifth_bit(b[:, 4:8])
    return q.astype(F) * half(b[:, :2]) + half(b[:, 2:4])


def q2_k(b):
    scale = half(b[:, 80:82]) * (b[:, :16] & 15).astype(F)
    minimum = half(b[:, 82:84]) * (b[:, :16] >> 4).astype(F)
    return per_group(scale, 16) * planes(b[:, 16:80], 2, 32).astype(F) - per_group(minimum, 16)


def q3_k(b):
    low = planes(b[:, 96:104], 4, 8)
    high = planes(b[:, 104:108], 2, 4)
    scale = half(b[:, 108:110]) * (low + 16 * high - 32).astype(F)
    third = bits(b[:, :32], 1).transpose(0, 2, 1).reshape(len(b), 256).astype(np.int32)
    q = planes(b[:, 32:96], 2, 32) - 4 * (1 - third)
    return per_group(scale, 16) * q.astype(F)


def six_bit_pairs(raw):
    a, b, c = raw[:, 0:4], raw[:, 4:8], raw[:, 8:12]
    scales = np.concatenate([a & 63, (c & 15) | ((a >> 6) << 4)], axis=1)
    minima = np.concatenate([b & 63, (c >> 4) | ((b >> 6) << 4)], axis=1)
    return scales.astype(F), minima.astype(F)


def q45_k(b, q):
    scales, minima = six_bit_pairs(b[:, 4:16])
    return per_group(half(b[:, 0:2]) * scales, 32) * q.astype(F) - per_group(half(b[:, 2:4]) * minima, 32)


def q4_k(b):
    return q45_k(b, planes(b[:, 16:144], 4, 32))


def q5_k(b):
    fifth = bits(b[:, 16:48], 1).transpose(0, 2, 1).reshape(len(b), 256).astype(np.int32)
    return q45_k(b, planes(b[:, 48:176], 4, 32) + 16 * fifth)


def q6_k(b):
    q = planes(b[:, :128], 4, 64) + 16 * planes(b[:, 128:192], 2, 32) - 32
    scale = half(b[:, 208:210]) * b[:, 192:208].view(np.int8).astype(F)
    return per_group(scale, 16) * q.astype(F)


UNEVEN = np.array([-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113], dtype=F)
TWICE_E2M1 = np.array([0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12], dtype=F)


def iq4_nl(b):
    return UNEVEN[planes(b[:, 2:], 4, 16)] * half(b[:, :2])


def iq4_xs(b):
    high = bits(b[:, 2:4], 2).reshape(len(b), 8).astype(np.int32)
    low = bits(b[:, 4:8], 4).reshape(len(b), 8).astype(np.int32)
    scale = half(b[:, :2]) * (low + 16 * high - 32).astype(F)
    return per_group(scale, 32) * UNEVEN[planes(b[:, 8:], 4, 16)]


def mxfp4(b):
    scale = np.ldexp(np.float64(1), b[:, :1].astype(np.int32) - 128).astype(F)
    return TWICE_E2M1[planes(b[:, 1:], 4, 16)] * scale


def nvfp4(b):
    scale = np.array([0 if byte == 0x7F else abs(small_float(byte & 0x7F, 4, 3)) if byte & 0x7F != 0x7F else 480 for byte in range(256)], dtype=F) / F(2)
    return per_group(scale[b[:, :4]], 16) * TWICE_E2M1[planes(b[:, 4:], 4, 8)]


def digits(raw, count):
    """A byte is a fraction of 256 whose digits to the base of three are 0, 1 and 2, first the most significant."""
    fractions = [raw.astype(np.int64)]
    for _ in range(count - 1):
        fractions.append(fractions[-1] * 3 % 256)
    return np.stack(fractions, axis=1).reshape(len(raw), -1) * 3 // 256 - 1


def tq1_0(b):
    q = np.concatenate([digits(b[:, :32], 5), digits(b[:, 32:48], 5), digits(b[:, 48:52], 4)], axis=1)
    return q.astype(F) * half(b[:, 52:54])


def tq2_0(b):
    return (planes(b[:, :64], 2, 32) - 1).astype(F) * half(b[:, 64:66])


def small_float(byte, exponent_bits, mantissa_bits):
    """IEEE-like, from the definition; the 'fn' variant of E4M3 has no infinity."""
    bias = 2 ** (exponent_bits - 1) - 1
    sign = -1.0 if byte & 128 else 1.0
    exponent = (byte >> mantissa_bits) & (2**exponent_bits - 1)
    mantissa = byte & (2**mantissa_bits - 1)
    if exponent == 2**exponent_bits - 1:
        if exponent_bits == 4 and mantissa == 7:
            return float("nan")
        if exponent_bits == 5:
            return sign * float("inf") if mantissa == 0 else float("nan")
    if exponent == 0:
        return sign * mantissa * 2.0 ** (1 - bias - mantissa_bits)
    return sign * (1 + mantissa / 2**mantissa_bits) * 2.0 ** (exponent - bias)


def table(exponent_bits, mantissa_bits):
    values = np.array([small_float(byte, exponent_bits, mantissa_bits) for byte in range(256)], dtype=F)
    return lambda raw: values[raw]


def plain(dtype):
    return lambda raw: raw.view(dtype).astype(F)


BLOCKS = {
    "Q8_0": (34, q8_0), "Q4_0": (18, q4_0), "Q4_1": (20, q4_1), "Q5_0": (22, q5_0), "Q5_1": (24, q5_1),
    "Q2_K": (84, q2_k), "Q3_K": (110, q3_k), "Q4_K": (144, q4_k), "Q5_K": (176, q5_k), "Q6_K": (210, q6_k),
    "IQ4_NL": (18, iq4_nl), "IQ4_XS": (136, iq4_xs), "MXFP4": (17, mxfp4), "NVFP4": (36, nvfp4), "TQ1_0": (54, tq1_0), "TQ2_0": (66, tq2_0),
}
PLAIN = {
    "F64": plain("<f8"), "F32": plain("<f4"), "F16": plain("<f2"), "I64": plain("<i8"), "I32": plain("<i4"), "I16": plain("<i2"), "I8": plain("i1"), "U8": plain("u1"),
    "I4": lambda raw: np.stack([raw & 15, raw >> 4], axis=-1).reshape(-1).astype(F),
    "Bool": lambda raw: (raw != 0).astype(F), "BF16": lambda raw: (raw.view("<u2").astype(np.uint32) << 16).view(F), "F8E4M3": table(4, 3), "F8E5M2": table(5, 2),
}


def decode(kind, raw):
    if kind in PLAIN:
        return PLAIN[kind](raw)
    size, function = BLOCKS[kind]
    return function(raw.reshape(-1, size)).reshape(-1)


def encode_q8_0(x):
    d = np.abs(x).max(axis=1, keepdims=True) / F(127)
    inverse = np.where(d != 0, F(1) / d, F(0)).astype(F)
    scaled = x * inverse
    q = (np.sign(scaled) * np.floor(np.abs(scaled).astype(np.float64) + 0.5)).astype(np.int8)
    return np.concatenate([d.astype("<f2").view(np.uint8), q.view(np.uint8)], axis=1)


def encode_q4_0(x):
    extreme = np.take_along_axis(x, np.abs(x).argmax(axis=1)[:, None], axis=1)
    d = extreme / F(-8)
    inverse = np.where(d != 0, F(1) / d, F(0)).astype(F)
    q = np.minimum(15, (x * inverse + F(8.5)).astype(np.int32)).astype(np.uint8)
    return np.concatenate([d.astype("<f2").view(np.uint8), q[:, :16] | (q[:, 16:] << 4)], axis=1)


def encode(kind, x):
    if kind == "F16":
        return x.astype("<f2").view(np.uint8)
    if kind == "BF16":
        wide = x.view(np.uint32).astype(np.uint64)
        upper, lower = wide >> 16, wide & 0xFFFF
        up = (lower > 0x8000) | ((lower == 0x8000) & (upper & 1 == 1))
        return (upper + up).astype("<u2").view(np.uint8)
    return {"Q8_0": encode_q8_0, "Q4_0": encode_q4_0}[kind](x.reshape(-1, 32)).reshape(-1)


for line in sys.stdin:
    kind, data = line.split()
    raw = np.frombuffer(base64.b64decode(data), dtype=np.uint8)
    result = encode(kind, raw.view(F)) if sys.argv[1:] == ["encode"] else decode(kind, raw).astype("<f4").view(np.uint8)
    print(np.ascontiguousarray(result).tobytes().hex())
