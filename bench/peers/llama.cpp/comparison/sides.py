"""The programs that are compared, each asked for one cell: its command, and the rates in what it prints."""
import json
import re
import statistics
from dataclasses import dataclass

from . import quiet

#: Kernel sets that are there to be compared with, not to be fast.
SPECIFICATIONS = ("scalar",)


@dataclass(frozen=True)
class Rate:
    """Tokens per second of one setting of one side; the median of the samples of a process."""
    setting: str
    tokens_per_second: float


@dataclass(frozen=True)
class Answer:
    rates: list
    ran: quiet.Ran
    #: Of Temoto alone: {bandwidth (bytes per second), bytes_per_token, kernels}.
    machine: dict


class Temoto:
    """With the kernels it chooses itself; the others are what it might have chosen."""
    name = "temoto"

    def __init__(self, root, kernels=None):
        self.program, self.default = root / "temoto", kernels

    def others(self):
        """Kernel sets of this processor beside the one that is taken. The refusal of a name that is none lists them, the default first."""
        try:
            quiet.run(["env", "TEMOTO_KERNELS=none-such", self.program, "bench", "--shape", "tiny-llama", "-p", "0", "-n", "1", "-r", "1"])
        except quiet.Failed as refusal:
            names = re.search(r"expected one of (.*) on this processor", str(refusal)).group(1).split(", ")
            return [name for name in names[1:] if name not in ("auto", *SPECIFICATIONS)]
        raise quiet.Failed("temoto took a kernel set that is none")

    def measure(self, cell, path, kernels=None):
        kernels = kernels or self.default
        chosen = ["--kernels", kernels] if kernels else []
        ran = quiet.run([self.program, "bench", path, "-p", cell.prompt, "-n", cell.tokens, "-d", cell.depth, "--batch", cell.sequences, "-r", cell.repetitions, "-t", cell.threads,
                         "--kv", "f16", "--json", *chosen])
        document = json.loads(ran.output)
        result = document["results"][0]
        machine = {"bandwidth": document["read_bandwidth_gigabytes_per_second"] * 1e9, "bytes_per_token": result["bytes_per_token"], "kernels": document["kernels"],
                   "peak_resident_bytes": document["peak_resident_bytes"], "weight_bytes": document["weight_bytes"], "noisy_rounds": document["noisy_rounds"]}
        return Answer([Rate(document["kernels"], result["tokens_per_second"]["median"])], ran, machine)

    def first_token(self, path, threads):
        ran = quiet.run([self.program, "run", path, "--raw", "-p", "a", "-n", "1", "-t", threads, "--json"])
        document = json.loads(ran.output)
        first = document["load_seconds"] + document["time_to_first_token_seconds"]
        return {"load_seconds": document["load_seconds"], "first_token_seconds": first, "peak_resident_bytes": ran.peak_resident_bytes}, ran


class LlamaBench:
    """llama-bench and llama-batched-bench, KV in f16, with and without flash attention."""
    name = "llama.cpp"
    FLASH = {"flash attention on": 1, "flash attention off": 0}

    def __init__(self, bin_folder):
        self.bin = bin_folder

    def library(self):
        """The libggml-cpu that is loaded here: the program says so."""
        ran = quiet.run([self.bin / "llama-bench", "--list-devices"])
        return re.search(r"loaded CPU backend from .*/(libggml-cpu-[\w.-]+)", ran.output + ran.errors).group(1)

    def measure(self, cell, path, settings):
        return self._batched(cell, path, settings) if cell.sequences > 1 or cell.depth == 16 else self._bench(cell, path, settings)

    def _bench(self, cell, path, settings):
        flash = ",".join(str(self.FLASH[setting]) for setting in settings)
        ran = quiet.run([self.bin / "llama-bench", "-m", path, "-p", cell.prompt, "-n", cell.tokens, "-d", cell.depth, "-r", cell.repetitions, "-t", cell.threads, "-fa", flash, "-o", "json"])
        return Answer(self.rates(ran.output, settings), ran, {})

    @classmethod
    def rates(cls, output, settings):
        """Of llama-bench's JSON, in the order of the settings asked for."""
        results = json.loads(output)
        if len(results) != len(settings):
            raise quiet.Failed(f"llama-bench gave {len(results)} results for {len(settings)} settings")
        return [Rate(setting, statistics.median(result["samples_ts"])) for setting, result in zip(settings, results)]

    def _batched(self, cell, path, settings):
        rates, rans = [], []
        for setting in settings:
            several = ",".join([str(cell.sequences)] * cell.repetitions)
            ran = quiet.run([self.bin / "llama-batched-bench", "-m", path, "-npp", cell.depth, "-ntg", cell.tokens, "-npl", several, "-c", 2 * cell.sequences * (cell.depth + cell.tokens),
                             "-t", cell.threads, "-fa", "on" if self.FLASH[setting] else "off", "--output-format", "jsonl"])
            rates.append(Rate(setting, statistics.median(self.batched_rates(ran.output))))
            rans.append(ran)
        noisiest = max(rans, key=lambda ran: ran.others)
        return Answer(rates, quiet.Ran("", "", sum(ran.seconds for ran in rans), noisiest.others, noisiest.peak_resident_bytes), {})

    @staticmethod
    def batched_rates(output):
        """Of llama-batched-bench's JSON lines: all sequences together. Other lines stand between them."""
        rates = [json.loads(line)["speed_tg"] for line in output.splitlines() if line.startswith("{")]
        if not rates:
            raise quiet.Failed("llama-batched-bench printed no result")
        return rates


class LlamaSharp:
    """The package of NuGet that a .NET user finds."""
    name = "LLamaSharp"

    def __init__(self, program):
        self.program = program

    def measure(self, path, prompt, tokens, threads):
        ran = quiet.run([self.program, path, prompt, tokens, threads])
        return json.loads(ran.output.strip().splitlines()[-1]), ran


class Node:
    """node-llama-cpp: the same libraries driven by its addon."""
    name = "node-llama-cpp"

    def __init__(self, folder):
        self.folder = folder

    def measure(self, path, prompt, tokens, threads):
        ran = quiet.run(["node", self.folder / "rates.mjs", path, prompt, tokens, threads])
        return json.loads(ran.output.strip().splitlines()[-1]), ran
