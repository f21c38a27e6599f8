"""The GGUF files that both sides read: seeded random weights of a shape as Temoto writes them in BF16, and llama.cpp's own llama-quantize for every other type, so each has its usual mix."""
import os
from pathlib import Path

from . import cells, quiet, scales

#: Name of a file's kind -> what llama-quantize is told.
QUANTIZED = {"Q4_0": ["Q4_0"], "Q8_0": ["Q8_0"], "Q4_K_M": ["Q4_K_M"], "Q6_K": ["Q6_K"], "Q4_0-pure": ["Q4_0"]}


class Files:
    def __init__(self, root, bin_folder, extra, say):
        self.root, self.folder, self.bin, self.say = root, root / "artifacts" / "models", bin_folder, say
        self.extra = {name: Path(path).resolve() for name, path in extra.items()}

    def path(self, name):
        """Where a file lies; made on the first call."""
        if name in self.extra:
            return self.extra[name]
        path = self.folder / f"{name}.gguf"
        if not path.is_file():
            self.folder.mkdir(parents=True, exist_ok=True)
            self.say(f"making {path.name}")
            part = path.with_suffix(".part.gguf")
            part.unlink(missing_ok=True)
            self._make(name, part)
            os.replace(part, path)
        return path

    def _make(self, name, path):
        shape = next(shape for shape in (cells.SMALL, cells.LARGE) if name.startswith(shape))
        kind = name[len(shape) + 1:]
        if kind == "BF16":
            self._bf16(shape, path)
        elif kind.endswith("-normal"):
            scales.write_normal(self.path(name.removesuffix("-normal")), path)
        else:
            pure = ["--pure"] if kind.endswith("-pure") else []
            quiet.run([self.bin / "llama-quantize", *pure, self.path(f"{shape}-BF16"), path, *QUANTIZED[kind]])

    def _bf16(self, shape, path):
        directory = self.folder / shape
        if not (directory / "config.json").is_file():
            quiet.run([self.root / "temoto", "pack", "--shape", shape, "--seed", "1", "-o", directory])
        quiet.run([self.root / "temoto", "pack", directory, "--format", "gguf", "--weights", "bf16", "-o", path])
