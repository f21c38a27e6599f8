"""Rounds of cells: each round measures every cell once, so that a slow minute of the machine meets all alike. A round of a cell in which others took more than a few per cent of the processors,
or in which a program was faster than the read loop beside it, is thrown away and repeated."""
import time
from dataclasses import dataclass, field

from . import quiet

#: A setting of the peer that is further behind than this in the first round is not run again.
SETTING_SLACK = 0.9
#: The share of the time that the first round may take; it runs every setting, the others only those that may win.
FIRST_ROUND_SHARE = 0.5
#: What a cell must find left where nobody knows how long it takes.
UNKNOWN_SECONDS = 120
MOST_REPEATS = 2


@dataclass
class Measured:
    """One round of one cell."""
    number: int
    rates: dict  # {side: [Rate]}
    machine: dict
    others: float
    seconds: float = 0
    thrown_away: str = ""


@dataclass
class Result:
    """All rounds of one cell."""
    cell: object
    rounds: list = field(default_factory=list)
    kernels: list = field(default_factory=list)  # of Temoto, beside the ones it chooses: [Rate]
    refusal: str = ""

    @property
    def good(self):
        """The rounds that count; those thrown away where there is no other."""
        kept = [one for one in self.rounds if not one.thrown_away]
        return kept or self.rounds[-1:]

    @property
    def all_noisy(self):
        return bool(self.rounds) and all(one.thrown_away for one in self.rounds)

    def settings(self, side):
        """{setting: [tokens per second of each round]}"""
        found = {}
        for one in self.good:
            for rate in one.rates.get(side, []):
                found.setdefault(rate.setting, []).append(rate.tokens_per_second)
        return found


def judge(measured, cell, most_others, cache_bytes):
    """Why a round does not count; empty where it does."""
    if measured.others > most_others:
        return f"others took {measured.others:.0%} of the processors"
    machine = measured.machine
    # A prompt is bound by arithmetic, and weights that stay in the cache are read faster than memory gives them.
    if cell.prompt or not machine or machine["weight_bytes"] <= 4 * cache_bytes:
        return ""
    for side, rates in measured.rates.items():
        fastest = max(rate.tokens_per_second for rate in rates)
        share = fastest * machine["bytes_per_token"] / machine["bandwidth"]
        if share > 1:
            return f"{side} read at {share:.2f} of the read loop beside it"
    return ""


def worth_running(result, side, settings):
    """All settings of the peer at first; then those that may be its best."""
    seen = {}
    for one in result.rounds:
        for rate in one.rates.get(side, []):
            seen[rate.setting] = max(seen.get(rate.setting, 0), rate.tokens_per_second)
    return [setting for setting in settings if setting not in seen or seen[setting] >= SETTING_SLACK * max(seen.values())]


class Schedule:
    """Runs the cells in rounds until all are done or the time is up.

    measure(result, number) gives a Measured or raises quiet.Failed; judge_round(measured, cell) says why it does not count.
    """

    def __init__(self, cells, rounds, seconds, measure, judge_round, say, kept=lambda: None, clock=time.monotonic):
        self.results = [Result(cell) for cell in cells]
        self.rounds, self.measure, self.judge_round, self.say, self.kept, self.clock = rounds, measure, judge_round, say, kept, clock
        self.began = clock()
        self.seconds = seconds

    def run(self):
        for number in range(1, self.rounds + 1):
            share = FIRST_ROUND_SHARE if number == 1 and self.rounds > 1 else 1
            self._round(number, [result for result in self.results if self._wants(result, number)], self.began + share * self.seconds)
        # What the first round's share left out, once.
        self._round(1, [result for result in self.results if not result.rounds and not result.refusal], self.began + self.seconds)
        return self.results

    def _wants(self, result, number):
        return number <= result.cell.most_rounds and not result.refusal and (number == 1 or result.rounds)

    def _round(self, number, wanted, until):
        for result in wanted:
            for _ in range(1 + MOST_REPEATS):
                if not self._fits(result, until):
                    break
                if not self._once(result, number):
                    break
            self.kept()

    def _fits(self, result, until):
        needed = result.rounds[-1].seconds if result.rounds else min(UNKNOWN_SECONDS, self.seconds / 10)
        return self.clock() + needed <= until

    def _once(self, result, number):
        """True where the round was thrown away."""
        cell, before = result.cell, self.clock()
        try:
            measured = self.measure(result, number)
        except quiet.Failed as failure:
            result.refusal = str(failure)
            self.say(f"round {number}: {cell.file} {cell.test} -t {cell.threads}: {failure}")
            return False
        measured.seconds = self.clock() - before
        measured.thrown_away = self.judge_round(measured, cell)
        result.rounds.append(measured)
        rates = ", ".join(f"{side} {max(rate.tokens_per_second for rate in found):.1f}" for side, found in measured.rates.items())
        self.say(f"round {number}: {cell.file} {cell.test} -t {cell.threads}: {rates} tokens/s ({measured.seconds:.0f} s)"
                 + (f"; thrown away: {measured.thrown_away}" if measured.thrown_away else ""))
        return bool(measured.thrown_away)
