"""Runs a command on a pseudo-terminal, as a person would: waits for texts on its screen and sends keys.

Arguments: the command. Standard input: JSON, a list of {"wait": TEXT} and {"send": TEXT}. Waiting looks behind what was waited for before.
Standard output: JSON with the exit code (null if the command had to be killed), everything the screen got, and the step that was not met, if any.
"""
import json
import os
import pty
import select
import signal
import sys
import time

PATIENCE_SECONDS = 100


def read(descriptor, seconds):
    """What comes within the time; empty at the end, None when nothing came."""
    if not select.select([descriptor], [], [], seconds)[0]:
        return None
    try:
        return os.read(descriptor, 1 << 16)
    except OSError:  # Linux says so when the other side is closed.
        return b""


def main():
    steps = json.load(sys.stdin)
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(sys.argv[1], sys.argv[1:])
    screen, seen, failed = b"", 0, None
    deadline = time.monotonic() + PATIENCE_SECONDS
    for step in steps:
        if "send" in step:
            os.write(terminal, step["send"].encode())
            continue
        wanted = step["wait"].encode()
        while wanted not in screen[seen:]:
            new = read(terminal, max(0, deadline - time.monotonic()))
            if not new:
                failed = step
                break
            screen += new
        if failed:
            break
        seen = screen.index(wanted, seen) + len(wanted)
    while not failed:
        new = read(terminal, max(0, deadline - time.monotonic()))
        if new is None:
            failed = "the end"
        if not new:
            break
        screen += new
    if failed:
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
    print(json.dumps({"exit": code, "screen": screen.decode(errors="replace"), "failed": failed}))


main()
