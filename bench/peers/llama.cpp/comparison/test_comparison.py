"""What the comparison computes; no program is measured. python3 -m unittest comparison.test_comparison, in the folder above; Temoto's tests run it too."""
import json
import struct
import tempfile
import time
import unittest
from pathlib import Path

from comparison import cells, processor, program, quiet, rounds, scales, servers, serving, sides, table

CELL = cells.Cell("some", 2, tokens=64)
MACHINE = {"bandwidth": 30e9, "bytes_per_token": 300e6, "weight_bytes": 300e6, "kernels": "avx2"}


def measured(number=1, ours=50.0, theirs=(60.0, 40.0), others=0.01):
    settings = ("flash attention on", "flash attention off")
    rates = {"temoto": [sides.Rate("avx2", ours)], "llama.cpp": [sides.Rate(*pair) for pair in zip(settings, theirs)]}
    return rounds.Measured(number, rates, MACHINE, others)


class ProgramTests(unittest.TestCase):
    def test_folders_of_the_caller_are_not_published(self):
        published = "bench/peers/llama.cpp/compare --usual --file name=FILE.gguf -t 2 --out results"
        for folder in ("/somebody/models/", "~/models/", "../models/"):
            self.assertEqual(published, program.called("compare", ["--usual", "--file", f"name={folder}FILE.gguf", "-t", "2", "--out", f"{folder}results"]))

    def test_folders_of_the_project_are(self):
        self.assertEqual("bench/peers/llama.cpp/compare --file name=models/FILE.gguf", program.called("compare", ["--file", "name=models/FILE.gguf"]))


class ProcessorTests(unittest.TestCase):
    def test_family_and_model_name_the_folder(self):
        text = "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 1\nmodel name\t: AMD EPYC\nflags\t\t: fpu avx2 fma\npower management:\n\nprocessor\t: 1\nmodel\t\t: 9\n"
        found = processor.parse(text, 2)
        self.assertEqual("amd-25-1-2vcpu", found.slug)
        self.assertEqual(("AMD EPYC", ("avx2", "fma")), (found.name, found.flags))
        self.assertIn("family 25 model 1", str(found))

    def test_an_unknown_processor_has_a_folder_too(self):
        self.assertEqual("unknown-0-0-4vcpu", processor.parse("Model\t: a board\n", 4).slug)


class QuietTests(unittest.TestCase):
    STAT = "cpu  {} 0 100 {} 5 0 0 {} 0 0\ncpu0 1 2 3\n"

    def test_others_are_what_is_busy_or_stolen_less_what_is_ours(self):
        ticks = quiet.TICKS
        before = quiet.totals(self.STAT.format(0, 0, 0))
        after = quiet.totals(self.STAT.format(10 * ticks, 8 * ticks, 2 * ticks))
        self.assertAlmostEqual((12 - 9) / 20, quiet.others(before, after, 9))
        self.assertEqual(0, quiet.others(before, after, 13))
        self.assertEqual(0, quiet.others(before, before, 0))

    def test_a_program_that_fails_says_why(self):
        with self.assertRaisesRegex(quiet.Failed, "no such thing"):
            quiet.run(["sh", "-c", "echo first >&2; echo no such thing >&2; exit 3"])
        self.assertEqual("out\n", quiet.run(["echo", "out"]).output)


class RoundTests(unittest.TestCase):
    def test_a_round_counts_where_others_were_quiet_and_nobody_beat_the_memory(self):
        judge = lambda one, cell=CELL, cache=32 << 20: rounds.judge(one, cell, 0.05, cache)
        self.assertEqual("", judge(measured()))
        self.assertEqual("", judge(measured(others=0.05)))
        self.assertIn("6%", judge(measured(others=0.06)))
        self.assertIn("llama.cpp read at 1.01", judge(measured(theirs=(101, 1))))
        self.assertIn("temoto read at 1.10", judge(measured(ours=110)))
        self.assertEqual("", judge(measured(ours=110), cells.Cell("some", 2, prompt=512)))
        self.assertEqual("", judge(measured(ours=110), cache=100 << 20))

    def test_settings_far_behind_are_not_run_again(self):
        result, both = rounds.Result(CELL), ["flash attention on", "flash attention off"]
        self.assertEqual(both, rounds.worth_running(result, "llama.cpp", both))
        result.rounds.append(measured())
        self.assertEqual(both[:1], rounds.worth_running(result, "llama.cpp", both))
        result.rounds[0] = measured(theirs=(60, 54))
        self.assertEqual(both, rounds.worth_running(result, "llama.cpp", both))


class Clock:
    """A cell takes ten seconds."""

    def __init__(self, noisy=(), failing=()):
        self.now, self.order, self.noisy, self.failing = 0, [], noisy, failing

    def __call__(self):
        return self.now

    def measure(self, result, number):
        self.order.append((number, result.cell.file))
        self.now += 10
        if result.cell.file in self.failing:
            raise quiet.Failed("refused")
        return measured(number, others=1 if len(self.order) in self.noisy else 0)

    def run(self, cells_, count, seconds):
        schedule = rounds.Schedule(cells_, count, seconds, self.measure, lambda one, cell: rounds.judge(one, cell, 0.05, 0), lambda text: None, clock=self)
        return schedule.run()


class ScheduleTests(unittest.TestCase):
    A, B, ONCE = (cells.Cell(name, 2, tokens=64) for name in "abc")
    ONCE = cells.Cell("c", 2, tokens=64, most_rounds=1)

    def test_rounds_go_over_all_cells(self):
        clock = Clock()
        clock.run([self.A, self.B, self.ONCE], 2, 1000)
        self.assertEqual([(1, "a"), (1, "b"), (1, "c"), (2, "a"), (2, "b")], clock.order)

    def test_noisy_rounds_are_repeated_twice_at_most(self):
        clock = Clock(noisy=(1, 3, 4, 5))
        first, second = clock.run([self.A, self.B], 1, 1000)
        self.assertEqual([(1, "a"), (1, "a"), (1, "b"), (1, "b"), (1, "b")], clock.order)
        self.assertEqual((1, False), (len(first.good), first.all_noisy))
        self.assertEqual((1, True), (len(second.good), second.all_noisy))

    def test_what_is_refused_is_not_asked_again(self):
        clock = Clock(failing=("a",))
        results = clock.run([self.A, self.B], 2, 1000)
        self.assertEqual([(1, "a"), (1, "b"), (2, "b")], clock.order)
        self.assertEqual("refused", results[0].refusal)

    def test_time_that_is_up_leaves_the_last_cells_out(self):
        clock = Clock()
        results = clock.run([self.A, self.B, self.ONCE], 2, 44)
        self.assertLessEqual(clock.now, 44)
        self.assertEqual([(1, "a"), (1, "b"), (2, "a"), (2, "b")], clock.order)
        self.assertIn("the time was up", table.row(results[2]))


class CellTests(unittest.TestCase):
    def test_each_test_is_there_once_and_the_full_list_has_the_usual_one(self):
        usual, full = cells.usual(2, ["real"]), cells.full(2, ["real"])
        for chosen in (usual, full, cells.usual(1, []), cells.full(1, [])):
            keys = [(cell.file, cell.threads, cell.test) for cell in chosen]
            self.assertEqual(len(set(keys)), len(keys))
        self.assertLessEqual(set(usual), set(full))
        wanted = {(f"{shape}-{kind}", count, test) for shape, test_ in ((cells.SMALL, "tg64"), (cells.LARGE, "tg32")) for kind in cells.TYPES for count in (1, 2) for test in (test_, "pp512", "tg32@2048")}
        self.assertLessEqual(wanted, {(cell.file, cell.threads, cell.test) for cell in full})


class SideTests(unittest.TestCase):
    def test_rates_are_medians_in_the_order_of_the_settings(self):
        output = json.dumps([{"samples_ts": [1, 9, 5]}, {"samples_ts": [7]}])
        self.assertEqual([sides.Rate("a", 5), sides.Rate("b", 7)], sides.LlamaBench.rates(output, ["a", "b"]))
        with self.assertRaises(quiet.Failed):
            sides.LlamaBench.rates(output, ["a"])

    def test_batches_are_the_lines_that_are_json(self):
        self.assertEqual([3.5, 4], sides.LlamaBench.batched_rates('\nmain: text\n{"pl": 4, "speed_tg": 3.5}\n{"pl": 4, "speed_tg": 4}\n'))


class TableTests(unittest.TestCase):
    def test_ratios_are_taken_round_by_round_over_the_peers_best(self):
        result = rounds.Result(CELL, [measured(1, ours=30), measured(2, ours=60, theirs=(60,)), measured(3, ours=48)])
        result.rounds[2].thrown_away = "others"
        row = table.row(result)
        self.assertIn("| 45.0 (30.0 to 60.0) (avx2) | the same | 60.0 (60.0 to 60.0) | flash attention on | 0.75 (0.50 to 1.00) | 0.45 / 0.60 | 2, 1 thrown away |", row)
        self.assertEqual(table.HEAD[1].count("|"), row.count("|"))
        result.kernels = [sides.Rate("vector256", 70), sides.Rate("vector128", 20)]
        self.assertIn("vector256 70.0", table.row(result))


class ScaleTests(unittest.TestCase):
    @staticmethod
    def _file(folder, d):
        """One Q6_K tensor of two blocks, after a key of each kind of value."""
        string = lambda text: struct.pack("<Q", len(text)) + text.encode()
        keys = [string("general.alignment") + struct.pack("<II", 4, 64), string("a") + struct.pack("<IIQ", 9, 8, 2) + string("x") + string("yz"), string("b") + struct.pack("<IIQ", 9, 5, 3) + b"\0" * 12]
        head = b"GGUF" + struct.pack("<IQQ", 3, 1, len(keys)) + b"".join(keys) + string("w") + struct.pack("<IQQIQ", 2, 256, 2, 14, 0)
        blocks = b"".join(bytes([i + 1]) * 208 + struct.pack("<e", value) for i, value in enumerate(d))
        path = Path(folder) / "a.gguf"
        path.write_bytes(head + b"\0" * (-len(head) % 64) + blocks)
        return path, len(head) + -len(head) % 64

    def test_subnormal_scales_are_counted_and_made_normal(self):
        with tempfile.TemporaryDirectory() as folder:
            path, start = self._file(folder, (3e-5, 0.01))
            self.assertEqual({"Q6_K": 0.5}, scales.subnormal_shares(path))
            other = Path(folder) / "b.gguf"
            scales.write_normal(path, other)
            self.assertEqual({"Q6_K": 0}, scales.subnormal_shares(other))
            before, after = path.read_bytes(), other.read_bytes()
            self.assertEqual([i for i in range(len(before)) if before[i] != after[i]], [i for i in (start + 208, start + 209, start + 418, start + 419) if before[i] != after[i]])
            for at in (start + 208, start + 418):
                self.assertEqual(64 * struct.unpack_from("<e", before, at)[0], struct.unpack_from("<e", after, at)[0])

    def test_what_cannot_grow_stays(self):
        for half in (0x7C00, 0x7E00, 0x7BFF, 0, 0x8000):
            self.assertEqual(half, scales.times_factor(half))


class ServerTests(unittest.TestCase):
    LOAD = servers.Load("a", 2, clients=8, requests=16, prompt=512, tokens=128)

    @staticmethod
    def _served(rate, setting="", first=0.5, token=0.01):
        return servers.Served(setting, rate, {"first_token_seconds": {"p50": first}, "token_seconds": {"p50": token}, "peak_resident_bytes": 3 << 20})

    def test_processor_time_is_found_behind_any_name(self):
        stat = "7 (a) b ( c) S 1 7 7 0 -1 4194560 100 0 0 0 " + f"{3 * quiet.TICKS} {2 * quiet.TICKS} 9 9 20 0 1 0"
        self.assertEqual(5, quiet.used(stat))
        with open("/proc/self/stat", encoding="utf-8") as file:
            self.assertAlmostEqual(quiet.used(file.read()), time.process_time(), delta=0.1) # Ticks are hundredths of a second.

    def test_answers_that_are_missing_or_short_are_no_figure(self):
        def output(whole=16, tokens=128.0):
            return json.dumps({"results": [{"whole": whole, "fault": "gone", "mean_answer_tokens": tokens, "tokens_per_second": 40.0}]})
        self.assertEqual(40, servers.figures(output(), self.LOAD, 5)[0])
        self.assertEqual(5, servers.figures(output(), self.LOAD, 5)[1]["peak_resident_bytes"])
        for wrong in (output(whole=15), output(tokens=90.0)):
            with self.assertRaises(quiet.Failed):
                servers.figures(wrong, self.LOAD, 5)

    def test_a_row_takes_the_quickest_setting_of_each_round(self):
        ours = [self._served(60.0, first=0.4), self._served(80.0, first=0.6)]
        theirs = [[self._served(20.0, "on"), self._served(40.0, "off")], [self._served(50.0, "off", token=0.02)]]
        result = rounds.Result(self.LOAD, [rounds.Measured(number, {"temoto": [our], "llama.cpp": their}, {}, 0) for number, (our, their) in enumerate(zip(ours, theirs))])
        row = serving.row(result)
        self.assertIn("| 70.0 (60.0 to 80.0) | 45.0 (40.0 to 50.0) | off | 1.55 (1.50 to 1.60) | 500.0 (400.0 to 600.0) |", row)
        self.assertEqual(serving.HEAD[0].count("|"), row.count("|"))
        self.assertEqual(row.count("|"), serving.row(rounds.Result(self.LOAD)).count("|"))

    def test_what_is_not_reused_is_said_to_the_client_of_both(self):
        load = servers.Load("a", 2, clients=1, requests=2, prompt=432, tokens=16, shared=400, keeps=False)
        self.assertEqual(768, load.context)
        self.assertIn("--no-reuse", servers.asking(load, Path("root"), 1))
        self.assertNotIn("--no-reuse", servers.asking(self.LOAD, Path("root"), 1))


if __name__ == "__main__":
    unittest.main()
