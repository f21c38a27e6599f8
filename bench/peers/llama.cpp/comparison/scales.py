"""The half-float scales of a GGUF file's blocks: how many are subnormal, and a copy in which none is. Subnormal ones cost some kernels half their speed, and whether a file has them
depends on the spread of its weights: seeded weights (0.02) have them in Q6_K and parts of Q4_K, trained ones from none to most."""
import array
import shutil
import struct
import sys
from dataclasses import dataclass

#: GGML type -> (name, bytes of a block, weights of a block, where its half-float scales lie)
BLOCKS = {
    2: ("Q4_0", 18, 32, (0,)), 3: ("Q4_1", 20, 32, (0, 2)), 6: ("Q5_0", 22, 32, (0,)), 7: ("Q5_1", 24, 32, (0, 2)), 8: ("Q8_0", 34, 32, (0,)),
    12: ("Q4_K", 144, 256, (0, 2)), 13: ("Q5_K", 176, 256, (0, 2)), 14: ("Q6_K", 210, 256, (208,)),
}
SAMPLE_BYTES = 1 << 20
#: Times 64: exact for every half-float that is subnormal or small.
FACTOR_LOG2 = 6
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_STRING, _ARRAY = 8, 9


@dataclass(frozen=True)
class Tensor:
    name: str
    kind: int
    offset: int
    elements: int

    @property
    def bytes(self):
        _, block_bytes, block_weights, _ = BLOCKS[self.kind]
        return self.elements // block_weights * block_bytes


class _Reader:
    def __init__(self, file):
        self.file = file

    def number(self, form):
        return struct.unpack("<" + form, self.file.read(struct.calcsize("<" + form)))[0]

    def string(self):
        return self.file.read(self.number("Q")).decode("utf-8", "replace")

    def value(self, kind):
        """Only what is needed: numbers come as None but for 32-bit ones."""
        if kind == _STRING:
            return self.string()
        if kind == _ARRAY:
            of, count = self.number("I"), self.number("Q")
            if of in _SIZES:
                self.file.seek(_SIZES[of] * count, 1)
            else:
                for _ in range(count):
                    self.value(of)
            return None
        if kind == 4:
            return self.number("I")
        self.file.seek(_SIZES[kind], 1)
        return None


def tensors(file):
    """Those in blocks with scales; file is open in binary."""
    read = _Reader(file)
    if file.read(4) != b"GGUF":
        raise ValueError("not a GGUF file")
    read.number("I")
    count, keys, alignment, found = read.number("Q"), read.number("Q"), 32, []
    for _ in range(keys):
        key = read.string()
        value = read.value(read.number("I"))
        if key == "general.alignment" and value:
            alignment = value
    for _ in range(count):
        name, elements = read.string(), 1
        for _ in range(read.number("I")):
            elements *= read.number("Q")
        kind, offset = read.number("I"), read.number("Q")
        if kind in BLOCKS:
            found.append((name, kind, offset, elements))
    start = (file.tell() + alignment - 1) // alignment * alignment
    return [Tensor(name, kind, start + offset, elements) for name, kind, offset, elements in found]


def _halves(data, block_bytes, at):
    """The half-floats that stand at one place of every block."""
    pairs = bytearray(len(data) // block_bytes * 2)
    pairs[0::2], pairs[1::2] = data[at::block_bytes], data[at + 1::block_bytes]
    halves = array.array("H", bytes(pairs))
    if sys.byteorder == "big":
        halves.byteswap()
    return halves


def is_subnormal(half):
    return half & 0x7C00 == 0 and half & 0x03FF != 0


def subnormal_shares(path):
    """{type: share of its scales that are subnormal}, of the start of every tensor."""
    seen = {}
    with open(path, "rb") as file:
        for tensor in tensors(file):
            name, block_bytes, _, places = BLOCKS[tensor.kind]
            file.seek(tensor.offset)
            data = file.read(min(tensor.bytes, SAMPLE_BYTES // block_bytes * block_bytes))
            halves = [half for at in places for half in _halves(data, block_bytes, at)]
            share = seen.setdefault(name, [0, 0])
            share[0] += sum(map(is_subnormal, halves))
            share[1] += len(halves)
    return {name: subnormal / count for name, (subnormal, count) in seen.items() if count}


def times_factor(half):
    """A half-float times 2^6; infinite and too large ones stay as they are."""
    value = struct.unpack("<e", struct.pack("<H", half))[0]
    larger = value * 2 ** FACTOR_LOG2
    return half if half & 0x7C00 == 0x7C00 or abs(larger) > 65504 else struct.unpack("<H", struct.pack("<e", larger))[0]


def write_normal(source, destination):
    """A copy whose scales are 64 times as large. What the model says is nonsense then; how long it takes is not."""
    larger = array.array("H", map(times_factor, range(1 << 16)))
    shutil.copyfile(source, destination)
    with open(destination, "r+b") as file:
        for tensor in tensors(file):
            _, block_bytes, _, places = BLOCKS[tensor.kind]
            file.seek(tensor.offset)
            data = bytearray(file.read(tensor.bytes))
            for at in places:
                halves = array.array("H", [larger[half] for half in _halves(data, block_bytes, at)])
                if sys.byteorder == "big":
                    halves.byteswap()
                pairs = halves.tobytes()
                data[at::block_bytes], data[at + 1::block_bytes] = pairs[0::2], pairs[1::2]
            file.seek(tensor.offset)
            file.write(data)
