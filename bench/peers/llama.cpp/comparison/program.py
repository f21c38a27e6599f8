"""What the programs of this folder have in common: where they lie, what they are of, and how they end."""
import json
import subprocess
import sys
from pathlib import Path

from . import quiet

HERE = Path(__file__).resolve().parent.parent
ROOT = HERE.parent.parent.parent


def commit():
    def git(*words):
        return subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False).stdout.strip()
    return git("rev-parse", "--short=10", "HEAD") + (" with changes" if git("status", "--porcelain", "--untracked-files=no") else "")


def called(name, words):
    """How it was called, as it may be published: paths without the folders of whoever called."""
    def plain(word):
        key, equals, path = word.rpartition("=")
        return key + equals + Path(path).name if path.startswith(("/", "~", "..")) else word
    return " ".join([f"bench/peers/llama.cpp/{name}", *map(plain, words)])


def peer_version():
    return "node-llama-cpp " + json.loads((HERE / "node_modules" / "node-llama-cpp" / "package.json").read_text())["version"]


def run(main, say):
    """Ends the process as main does; a program that failed has said why."""
    try:
        sys.exit(main())
    except quiet.Failed as failure:
        say(str(failure))
        sys.exit(1)
    except KeyboardInterrupt:
        say("interrupted; what was measured is written")
        sys.exit(130)
