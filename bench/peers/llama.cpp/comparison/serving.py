"""compare-servers: see the head of the file beside this folder."""
import argparse
import dataclasses
import datetime
import json
import os
import statistics
import sys
from pathlib import Path

from . import cells, processor, rounds, servers, sides
from .files import Files
from .program import ROOT, called, commit, peer_version, run
from .table import rounds_of, spread

HEAD = ("| load | tokens/s, all answers: Temoto | llama-server | its best setting | ratio | first token, ms (median): Temoto | llama-server | each token after it, ms: Temoto | llama-server | peak resident, MiB: Temoto / llama-server | rounds |",
        "|---|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|")


def say(text):
    print(f"compare-servers: {text}", file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="compare-servers", description="temoto serve beside llama-server, on the same file and asked by the same client")
    parser.add_argument("--prepare", action="store_true", help="install, build and make the file, and measure nothing")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--minutes", type=float, default=25, metavar="M", help="the time for measuring (25)")
    parser.add_argument("--clients", type=int, default=8, metavar="N", help="where several ask (8)")
    parser.add_argument("-t", "--threads", type=int, default=min(2, len(os.sched_getaffinity(0))), metavar="N")
    parser.add_argument("--file", type=Path, metavar="PATH", help=f"a GGUF file (default: seeded weights of {cells.SMALL}'s shape in Q4_0)")
    parser.add_argument("--others", type=float, default=5, metavar="PERCENT", help="how much of the processors others may take in a round that counts (default: 5)")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where table and JSON are written (default: bench/results/PROCESSOR)")
    chosen = parser.parse_args()
    if min(chosen.rounds, chosen.threads, chosen.minutes) <= 0 or chosen.clients < 2:
        parser.error("expected --rounds, --threads and --minutes above 0, and --clients from 2")
    return chosen


def loads(file, threads, clients):
    """What matters most first. One prompt in 432 tokens is an operator's question behind a system message of 400."""
    def load(count, requests, prompt, tokens, **more):
        return servers.Load(file, threads, count, requests, prompt, tokens, **more)
    return [load(clients, 2 * clients, 512, 128), load(1, 4, 512, 128), load(clients, 4 * clients, 432, 32, shared=400), load(1, 12, 432, 16, shared=400), load(1, 12, 432, 16, shared=400, keeps=False)]


def measure(result, number, temoto, llama, path):
    """The sides in turn, the other first each time."""
    settings = rounds.worth_running(result, llama.name, list(llama.settings))
    turns = [(side, setting) for side, wanted in ((temoto, temoto.settings), (llama, settings)) for setting in wanted]
    rates, others = {temoto.name: [], llama.name: []}, 0.0
    for side, setting in turns if number % 2 else turns[::-1]:
        served, busy = servers.measure(side, result.cell, setting, path, ROOT)
        rates[side.name].append(served)
        others = max(others, busy)
    return rounds.Measured(number, rates, {}, others)


def best(result, side):
    """Of each round that counts, the quickest setting of a side."""
    return [max(one.rates[side], key=lambda served: served.tokens_per_second) for one in result.good]


def row(result):
    load = result.cell
    if result.refusal or not result.rounds:
        return f"| {load.test} | {'refused: ' + result.refusal if result.refusal else 'not measured: the time was up'} | | | | | | | | | 0 |"
    ours, theirs = best(result, servers.Temoto.name), best(result, servers.LlamaServer.name)
    rate = lambda served: spread(one.tokens_per_second for one in served)
    times = lambda served, name: spread(one.figures[name]["p50"] * 1000 for one in served)
    peak = lambda served: f"{max(one.figures['peak_resident_bytes'] for one in served) / 1048576:.0f}"
    ratio = spread((our.tokens_per_second / their.tokens_per_second for our, their in zip(ours, theirs)), 2)
    setting = statistics.mode(one.setting for one in theirs)
    return (f"| {load.test} | {rate(ours)} | {rate(theirs)} | {setting} | {ratio} | {times(ours, 'first_token_seconds')} | {times(theirs, 'first_token_seconds')} "
            f"| {times(ours, 'token_seconds')} | {times(theirs, 'token_seconds')} | {peak(ours)} / {peak(theirs)} | {rounds_of(result)} |")


def document(about, results):
    lines = [f"# temoto serve beside llama-server, {dict(about)['date']}", "", *[f"- {name}: {text}" for name, text in about], "",
             "Measured by `temoto bench --server`; medians of the rounds that count (least to most), a fresh server for each load of each round, as many slots as clients, KV cache in f16 on both sides. A ratio above 1 means that Temoto is faster.", "", *HEAD]
    return "\n".join(lines + [row(result) for result in results]) + "\n"


def about(chosen, path, llama):
    return [("date", f"{datetime.datetime.now():%Y-%m-%d %H:%M}"), ("commit", commit()), ("processor", str(processor.this())), ("file", path.name),
            ("threads", str(chosen.threads)), ("llama.cpp", f"{peer_version()}, llama-server with {llama.library()}"),
            ("command", called("compare-servers", sys.argv[1:]))]


def main():
    chosen = arguments()
    bin_folder = ROOT / "artifacts" / "peers" / "llama.cpp" / "bin"
    name = f"{cells.SMALL}-Q4_0"
    path = chosen.file.resolve() if chosen.file else Files(ROOT, bin_folder, {}, say).path(name)
    if chosen.prepare:
        return 0
    temoto, llama = servers.Temoto(ROOT), servers.LlamaServer(bin_folder)
    told = about(chosen, path, sides.LlamaBench(bin_folder))
    folder = chosen.out or ROOT / "bench" / "results" / processor.this().slug
    folder.mkdir(parents=True, exist_ok=True)

    def write():
        (folder / "llama-server.md").write_text(document(told, schedule.results), encoding="utf-8")
        whole = {"about": dict(told), "processor": dataclasses.asdict(processor.this()), "results": [dataclasses.asdict(result) for result in schedule.results]}
        (folder / "llama-server.json").write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")

    schedule = rounds.Schedule(loads(path.stem, chosen.threads, chosen.clients), chosen.rounds, chosen.minutes * 60, lambda result, number: measure(result, number, temoto, llama, path),
                               lambda measured, load: rounds.judge(measured, load, chosen.others / 100, 0), say, write)
    schedule.run()
    write()
    print((folder / "llama-server.md").read_text(encoding="utf-8"), end="")
    return 0


if __name__ == "__main__":
    run(main, say)
