"""compare: see the head of the file beside this folder."""
import argparse
import dataclasses
import datetime
import json
import os
import sys
from pathlib import Path

from . import cells, processor, quiet, rounds, scales, sides, table
from .files import Files
from .program import HERE, ROOT, called, commit, peer_version, run

MINUTES = {"usual": 18, "full": 86}


def say(text):
    print(f"compare: {text}", file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="compare", description="Temoto beside llama.cpp at its best, on the same files")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--usual", dest="kind", action="store_const", const="usual", help="what matters most, below twenty minutes (default)")
    kind.add_argument("--full", dest="kind", action="store_const", const="full", help="all files and tests, below ninety minutes")
    parser.add_argument("--prepare", action="store_true", help="install, build and make the files, and measure nothing")
    parser.add_argument("--list", action="store_true", help="print the tests and do nothing else")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--minutes", type=float, metavar="M", help="the time for measuring (18 usual, 86 full)")
    parser.add_argument("-t", "--threads", type=int, default=min(2, len(os.sched_getaffinity(0))), metavar="N", help="beside one (default: 2)")
    parser.add_argument("--only", default="", metavar="TEXT", help="tests whose file or name holds one of these, with commas between")
    parser.add_argument("--file", action="append", default=[], metavar="NAME=PATH", help="another GGUF file to measure")
    parser.add_argument("--others", type=float, default=5, metavar="PERCENT", help="how much of the processors others may take in a round that counts (default: 5)")
    parser.add_argument("--isa", metavar="FAMILY", help="llama.cpp with the library of one processor family alone (haswell is AVX2)")
    parser.add_argument("--kernels", metavar="SET", help="the kernel set of Temoto that goes with it")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where table and JSON are written (default: bench/results/PROCESSOR)")
    chosen = parser.parse_args()
    chosen.kind = chosen.kind or "usual"
    chosen.minutes = MINUTES[chosen.kind] if chosen.minutes is None else chosen.minutes
    if chosen.rounds < 1 or chosen.threads < 1 or chosen.minutes <= 0 or any("=" not in item for item in chosen.file):
        parser.error("expected --rounds, --threads and --minutes above 0, and --file NAME=PATH")
    return chosen


def chosen_cells(chosen, extra):
    wanted = getattr(cells, chosen.kind)(chosen.threads, list(extra))
    words = [word for word in chosen.only.split(",") if word]
    return [cell for cell in wanted if not words or any(word in f"{cell.file} {cell.test}" for word in words)]


def cache_bytes():
    try:
        return int(Path("/sys/devices/system/cpu/cpu0/cache/index3/size").read_text().strip().removesuffix("K")) * 1024
    except (OSError, ValueError):
        return 0


class Comparison:
    def __init__(self, chosen):
        self.chosen = chosen
        extra = dict(item.split("=", 1) for item in chosen.file)
        bin_folder = ROOT / "artifacts" / "peers" / "llama.cpp" / (f"bin-{chosen.isa}" if chosen.isa else "bin")
        self.files = Files(ROOT, ROOT / "artifacts" / "peers" / "llama.cpp" / "bin", extra, say)
        self.cells = chosen_cells(chosen, extra)
        self.temoto, self.llama = sides.Temoto(ROOT, chosen.kernels), sides.LlamaBench(bin_folder)
        self.bystanders, self.subnormal, self.schedule = [], {}, None
        self.cache_bytes = cache_bytes()

    def prepare(self):
        for name in dict.fromkeys(cell.file for cell in self.cells):
            self.subnormal[name] = scales.subnormal_shares(self.files.path(name))
        self.kernel_sets = [] if self.chosen.kernels else self.temoto.others()
        self.about = self._about()

    def _about(self):
        return [("date", f"{datetime.datetime.now():%Y-%m-%d %H:%M}"), ("commit", commit()), ("processor", str(processor.this())),
                ("llama.cpp", f"{peer_version()}, llama-bench and llama-batched-bench with {self.llama.library()}"),
                ("Temoto", f"kernels {self.chosen.kernels or 'of its own choice'}; tried beside them in the first round: {', '.join(self.kernel_sets) or 'none'}"),
                ("rounds", f"at most {self.chosen.rounds}, thrown away where others took more than {self.chosen.others:g} % of the processors or a program was faster than the read loop"),
                ("command", called("compare", sys.argv[1:]))]

    def measure(self, result, number):
        """One round: the sides in turn, the other first each time."""
        cell, path = result.cell, self.files.path(result.cell.file)
        with open(path, "rb") as file: # Into the page cache, for both.
            while file.read(1 << 24):
                pass
        settings = rounds.worth_running(result, self.llama.name, list(self.llama.FLASH))
        turns = [lambda: self.temoto.measure(cell, path), lambda: self.llama.measure(cell, path, settings)]
        answers = [turn() for turn in (turns if number % 2 else turns[::-1])]
        ours, theirs = answers if number % 2 else answers[::-1]
        if not result.kernels and cell.depth < 2048:
            self._try_kernels(result, path)
        return rounds.Measured(number, {self.temoto.name: ours.rates, self.llama.name: theirs.rates}, ours.machine, max(ours.ran.others, theirs.ran.others))

    def _try_kernels(self, result, path):
        for kernels in self.kernel_sets:
            answer = self.temoto.measure(result.cell, path, kernels)
            if answer.ran.others <= self.chosen.others / 100:
                result.kernels += answer.rates

    def measure_bystanders(self):
        """LLamaSharp, which a .NET user would take, and the addon of node, on one file; and what a start costs."""
        name, threads = f"{cells.SMALL}-Q4_0", self.chosen.threads
        if self.chosen.only and name not in {cell.file for cell in self.cells}:
            return
        path = self.files.path(name)
        program = next((ROOT / "artifacts" / "bin" / "LLamaSharpPeer").glob("release*/LLamaSharpPeer"), "LLamaSharpPeer")
        for side in (sides.LlamaSharp(program), sides.Node(HERE)):
            self._bystander(f"{side.name}, {name}", lambda side=side: side.measure(path, 512, 64, threads))
        self._bystander(f"Temoto, {name}", lambda: self.temoto.first_token(path, threads))

    def _bystander(self, who, ask):
        """The quietest of some tries."""
        tries = []
        for _ in range(1 + rounds.MOST_REPEATS):
            try:
                figures, ran = ask()
            except (quiet.Failed, OSError) as failure:
                tries = [{"refusal": str(failure), "others": 0}]
                break
            tries.append({**figures, "others": ran.others})
            if ran.others <= self.chosen.others / 100:
                break
        figures = min(tries, key=lambda one: one["others"])
        say(f"{who}: {figures}")
        self.bystanders.append((who, figures))

    def run(self):
        judge = lambda measured, cell: rounds.judge(measured, cell, self.chosen.others / 100, self.cache_bytes)
        self.schedule = rounds.Schedule(self.cells, self.chosen.rounds, self.chosen.minutes * 60, self.measure, judge, say, self.write)
        self.measure_bystanders() # In the same time.
        self.schedule.run()
        self.write()

    def write(self):
        """After each cell: what is there survives an interruption."""
        folder = self.chosen.out or ROOT / "bench" / "results" / processor.this().slug
        folder.mkdir(parents=True, exist_ok=True)
        name = "llama-cpp" + ("" if self.chosen.kind == "usual" else "-full") + (f"-{self.chosen.isa}" if self.chosen.isa else "")
        (folder / f"{name}.md").write_text(table.document(self.about, self.schedule.results, self.bystanders, self.subnormal), encoding="utf-8")
        whole = {"about": dict(self.about), "processor": dataclasses.asdict(processor.this()), "results": [dataclasses.asdict(result) for result in self.schedule.results],
                 "bystanders": dict(self.bystanders), "subnormal_scales": self.subnormal}
        (folder / f"{name}.json").write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
        return folder / f"{name}.md"


def main():
    chosen = arguments()
    comparison = Comparison(chosen)
    if chosen.list:
        for cell in comparison.cells:
            print(f"{cell.file} {cell.test} -t {cell.threads}" + (f", at most {cell.most_rounds} round(s)" if cell.most_rounds < chosen.rounds else ""))
        return 0
    comparison.prepare()
    for name, text in comparison.about:
        say(f"{name}: {text}")
    if chosen.prepare:
        return 0
    comparison.run()
    print(comparison.write().read_text(encoding="utf-8"), end="")
    return 0


if __name__ == "__main__":
    run(main, say)
