"""evidence-verify killed at each write (threats I-17): what is printed is nothing, or the beginning of the one true report.

strace kills at the n-th write; and where the report is longer than a pipe holds, the verifier is killed in the middle of one. Nothing
is printed before the verdict is known, so no beginning says another verdict than the end, and a JSON line that is cut is none. The
exit code is never 0.
"""
import array
import fcntl
import json
import os
import re
import subprocess
import tempfile
import termios
import time

import fire
from vectors import rows

PAGE = 4096
# verified, not verified with a long report, not decided, refused
CASES = ["good-2", "R-04.4", "X-01", "Z-57"]


def judge(where, args, whole, code, said):
    fire.expect(code != 0, where + ": exit 0")
    fire.expect(whole.startswith(said) and said != whole, "%s: %r" % (where, said[-200:]))
    if "--json" in args:
        fire.expect(not reads_as_report(said), where + ": a cut report can be read")


def at_writes(row, args, folder, whole):
    log, done = os.path.join(folder, "trace"), 0
    fire.run(["strace", "-f", "-qq", "-o", log, "-e", "trace=write"] + args)
    with open(log, errors="replace") as f:
        n = sum(1 for line in f if re.match(r"\d+ +write\(1,", line))
    fire.expect(n > 0, row["name"] + ": no write was found")
    for at in range(1, n + 1):
        p = fire.run(fire.strace("write:signal=KILL:when=%d" % at) + args)
        judge("%s, killed at write %d of %d" % (row["name"], at, n), args, whole, p.returncode, p.stdout)
        done += 1
    return done


def within(row, args, whole):
    """Killed while it waits for room in a pipe of one page."""
    r, w = os.pipe()
    fcntl.fcntl(w, fcntl.F_SETPIPE_SZ, PAGE)
    p = subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=w, stderr=subprocess.DEVNULL)
    os.close(w)
    held, until = array.array("i", [0]), time.monotonic() + 120
    while held[0] < PAGE and time.monotonic() < until:
        time.sleep(0.01)
        fcntl.ioctl(r, termios.FIONREAD, held)
    p.kill()
    code = p.wait()
    with os.fdopen(r, "rb") as f:
        said = f.read()
    fire.expect(len(said) == PAGE, "%s: %d bytes in a pipe of one page" % (row["name"], len(said)))
    judge(row["name"] + ", killed within a write", args, whole, code, said)
    return 1


def kills(row, args, folder):
    p = fire.run(args)
    fire.expect(p.returncode == row["exit"] and p.stdout, "%s: exit %d" % (row["name"], p.returncode))
    return at_writes(row, args, folder, p.stdout) + (within(row, args, p.stdout) if len(p.stdout) > PAGE else 0)


def reads_as_report(text):
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


if __name__ == "__main__":
    total = 0
    with tempfile.TemporaryDirectory() as made, tempfile.TemporaryDirectory() as scratch:
        for one, command in rows(made, " ".join(CASES)):
            total += kills(one, command, scratch) + kills(one, [a for a in command if a != "--json"], scratch)
    fire.finish("printing", total)
