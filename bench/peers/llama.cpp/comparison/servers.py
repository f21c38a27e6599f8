"""The servers that are compared, each started for one load and stopped after it, and what temoto bench --server says of them."""
import contextlib
import json
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass

from . import quiet

#: Loading a model and warming it up.
MOST_START_SECONDS = 120
MOST_STOP_SECONDS = 20


@dataclass(frozen=True)
class Load:
    """So many clients, each asking again as soon as it is answered. The names are those of a cell (see cells)."""
    file: str
    threads: int
    clients: int
    requests: int
    prompt: int
    tokens: int
    shared: int = 0
    #: Whether the servers may use what they keep of prompts.
    keeps: bool = True
    most_rounds: int = 1 << 30

    @property
    def test(self):
        beginning = f", {self.shared} of them alike" if self.shared else ""
        return f"{self.clients} client{'s' if self.clients > 1 else ''}, prompts of {self.prompt}{beginning}, answers of {self.tokens}" + ("" if self.keeps else ", nothing reused")

    @property
    def context(self):
        """Of one text: prompts are only near to their length."""
        return -(-(self.prompt * 5 // 4 + self.tokens) // 256) * 256


@dataclass(frozen=True)
class Served:
    """One load on one setting of one side."""
    setting: str
    tokens_per_second: float
    #: Of bench --server's JSON, and peak_resident_bytes of the server.
    figures: dict


class Temoto:
    name = "temoto"
    settings = ("",)

    def __init__(self, root):
        self.program = root / "temoto"

    def command(self, load, setting, path, port):
        return [self.program, "serve", path, "--port", port, "--no-log", "--slots", load.clients, "--context", load.context, "-t", load.threads, "--kv", "f16"]


class LlamaServer:
    name = "llama.cpp"
    settings = ("flash attention on", "flash attention off")

    def __init__(self, bin_folder):
        self.program = bin_folder / "llama-server"

    def command(self, load, setting, path, port):
        return [self.program, "-m", path, "--host", "127.0.0.1", "--port", port, "-np", load.clients, "-c", load.clients * load.context, "-t", load.threads, "-fa", setting.rpartition(" ")[2]]


@contextlib.contextmanager
def running(command, port):
    """The process of a server that is ready."""
    with tempfile.TemporaryFile("w+", errors="replace") as log:
        process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            _wait_until_ready(process, port, log)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(MOST_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_ready(process, port, log):
    until = time.monotonic() + MOST_START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError, urllib.error.URLError):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        time.sleep(0.1)
    log.seek(0)
    raise quiet.Failed((log.read().strip() or "the server did not become ready").splitlines()[-1])


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def peak_resident_bytes(status):
    """From the text of /proc/PID/status."""
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:"))


def asking(load, root, port):
    """The command of the client."""
    reuse = [] if load.keeps else ["--no-reuse"]
    return [root / "temoto", "bench", "--server", f"http://127.0.0.1:{port}", "--clients", load.clients, "--requests", load.requests, "-p", load.prompt, "-n", load.tokens, "--shared", load.shared, *reuse, "--json"]


def measure(side, load, setting, path, root):
    """A fresh server: nothing of an earlier load is kept. Returns Served and the share of the processors that others took."""
    port = free_port()
    with running(side.command(load, setting, path, port), port) as process:
        ran = quiet.run(asking(load, root, port), beside=[process.pid])
        with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
            peak = peak_resident_bytes(file.read())
    return Served(setting, *figures(ran.output, load, peak)), ran.others


def figures(output, load, peak):
    """(tokens per second, figures) of bench --server's JSON. A load that lost a request is no figure."""
    result = json.loads(output)["results"][0]
    if result["whole"] != load.requests:
        raise quiet.Failed(f"{result['whole']} of {load.requests} answers were whole: {result.get('fault') or 'refused'}")
    if round(result["mean_answer_tokens"]) != load.tokens:
        raise quiet.Failed(f"answers of {result['mean_answer_tokens']:.0f} tokens; expected {load.tokens}")
    return result["tokens_per_second"], {**result, "peak_resident_bytes": peak}
