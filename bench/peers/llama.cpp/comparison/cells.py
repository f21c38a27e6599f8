"""What is measured: a test of a file with so many threads, and in how many rounds. The order is the order of what matters, since the time may be up before the end."""
from dataclasses import dataclass

SMALL, LARGE = "qwen2.5-0.5b", "llama-3.2-1b"
TYPES = ("Q4_0", "Q8_0", "Q4_K_M", "Q6_K", "BF16")


@dataclass(frozen=True)
class Cell:
    """A prompt where prompt > 0, else so many tokens of each sequence behind so many cached ones."""
    file: str
    threads: int
    prompt: int = 0
    tokens: int = 0
    depth: int = 0
    sequences: int = 1
    most_rounds: int = 1 << 30

    @property
    def test(self):
        """As temoto bench names it."""
        if self.prompt:
            return f"pp{self.prompt}"
        return f"tg{self.tokens}" + (f"x{self.sequences}" if self.sequences > 1 else "") + (f"@{self.depth}" if self.depth else "")

    @property
    def repetitions(self):
        """Samples of one process: many of what is short."""
        return 1 if self.prompt else 3


def _tokens(file):
    return 32 if LARGE in file else 64


def decode(files, threads, depth=0, **more):
    return [Cell(file, threads, tokens=_tokens(file) if depth == 0 else 32, depth=depth, **more) for file in files]


def prompts(files, threads, prompt=512, **more):
    return [Cell(file, threads, prompt=prompt, **more) for file in files]


def batches(file, threads):
    """Behind prompts of 16, as llama-batched-bench has it."""
    return [Cell(file, threads, tokens=32, depth=16, sequences=sequences) for sequences in (1, 4, 8)]


def of(shape, types=TYPES):
    return [f"{shape}-{kind}" for kind in types]


def usual(threads, extra):
    """Below twenty minutes on two cores."""
    both = of(SMALL) + of(LARGE)
    return (decode([f"{SMALL}-Q4_0-pure"] + both + extra, threads)
            + prompts(of(SMALL, ("Q4_0", "Q4_K_M")) + of(LARGE, ("Q4_K_M",)) + extra, threads)
            + (decode(both, 1) if threads > 1 else [])
            + decode(of(SMALL, ("Q4_0",)), threads, depth=2048)
            + batches(f"{SMALL}-Q4_0", threads)
            + decode(of(LARGE, ("Q4_K_M-normal", "Q6_K-normal")), threads)
            + prompts(of(SMALL, ("Q8_0",)), threads)
            + decode(of(LARGE, ("Q4_K_M",)), threads, depth=2048, most_rounds=1))


def full(threads, extra):
    """Below ninety minutes on two cores: what usual has, and every file in every test; what takes longest comes last, in one round."""
    normal = of(LARGE, ("Q4_K_M-normal", "Q6_K-normal"))
    small, large = [f"{SMALL}-Q4_0-pure"] + of(SMALL), of(LARGE)
    long = of(SMALL, ("Q4_0",)) + of(LARGE, ("Q4_K_M",))
    counts = (threads, 1) if threads > 1 else (1,)
    cells = usual(threads, extra)
    for count in counts:
        cells += decode(small + large + normal + extra, count)
        cells += prompts(small + extra, count)
        cells += batches(f"{SMALL}-Q4_0", count)
    for count in counts:
        cells += prompts(large, count, most_rounds=2 if count > 1 else 1)
        cells += decode(small + extra, count, depth=2048, most_rounds=2 if count > 1 else 1)
        cells += decode(large, count, depth=2048, most_rounds=1)
    cells += prompts(long, threads, prompt=2048, most_rounds=1) + decode(long, threads, depth=8192, most_rounds=1)
    return _once(cells)


def _once(cells):
    """Each test of a file and a number of threads at its first place, with the rounds it has there."""
    found = {}
    for cell in cells:
        found.setdefault((cell.file, cell.threads, cell.test), cell)
    return list(found.values())
