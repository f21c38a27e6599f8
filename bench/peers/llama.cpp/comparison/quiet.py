"""Who else used the processors while something ran: /proc/stat of the machine less what the program itself used. Time stolen by the host counts as others'."""
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Ran:
    """A program that has ended well."""
    output: str
    errors: str
    seconds: float
    others: float
    peak_resident_bytes: int


class Failed(Exception):
    """A program that did not: its last line says why."""


def totals(stat):
    """(busy, all) seconds of all processors since the start, from the text of /proc/stat. Guests are counted in user and nice already."""
    user, nice, system, idle, iowait, irq, softirq, steal = (int(word) / TICKS for word in stat.split("\n")[0].split()[1:9])
    busy = user + nice + system + irq + softirq + steal
    return busy, busy + idle + iowait


def others(before, after, own_seconds):
    """The share of all processors that was taken by others between two totals."""
    whole = after[1] - before[1]
    return max(0.0, after[0] - before[0] - own_seconds) / whole if whole > 0 else 0.0


def _read():
    with open("/proc/stat", encoding="ascii") as file:
        return totals(file.read())


def used(stat):
    """Seconds of processor time that a program has used, from the text of its /proc/PID/stat; its name, in brackets, may hold anything."""
    words = stat.rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / TICKS


def _used_by(pids):
    seconds = 0.0
    for pid in pids:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            seconds += used(file.read())
    return seconds


def run(command, environment=None, beside=()):
    """Runs a program to its end, and looks at the machine meanwhile. beside: other programs that belong to what is measured, as a server does to its client."""
    with tempfile.TemporaryFile("w+", errors="replace") as out, tempfile.TemporaryFile("w+", errors="replace") as err:
        own, before, began = time.process_time() + _used_by(beside), _read(), time.monotonic()
        process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment)
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds, after = time.monotonic() - began, _read()
        own_seconds = usage.ru_utime + usage.ru_stime + time.process_time() + _used_by(beside) - own
        out.seek(0)
        err.seek(0)
        output, errors = out.read(), err.read()
    if process.returncode != 0:
        lines = (errors.strip() or output.strip() or f"exit code {process.returncode}").splitlines()
        raise Failed(lines[-1])
    return Ran(output, errors, seconds, others(before, after, own_seconds), usage.ru_maxrss * 1024)
