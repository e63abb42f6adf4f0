"""A bundle that becomes shorter while evidence-verify reads it (threats R-20), at each of its reads.

The shim stops the verifier before its n-th read of the bundle; the file is cut, and it goes on. No crash, no hang; what was cut
off before it was read is never verified, and a copy that ends early is not called altered: exit 74 and no report. The
usual report is right where nothing of what was cut off was read any more.
"""
import os
import select
import shutil
import subprocess
import tempfile

import fire
from vectors import rows

MOST = {0: 8, 1: 40}.get(fire.SCALE, 100000)
# small files, several threads over large ones, signatures and tokens at the end, an envelope
CASES = ["good-2", "good-64mib", "good-level-lta", "A-36"]


def stopped(args, path, at, cut):
    """The run, its file cut before read number `at`, and whether there was such a read."""
    asked, ask = os.pipe()
    answer, answered = os.pipe()
    env = dict(os.environ, LD_PRELOAD=fire.SHIM, FIRE_WAIT=path, FIRE_WAIT_AT=str(at), FIRE_ASK=str(ask), FIRE_ANSWER=str(answer))
    p = subprocess.Popen(args, env=env, pass_fds=[ask, answer], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.close(ask)
    os.close(answer)
    # without such a read the pipe just ends
    met = bool(select.select([asked], [], [], 120)[0]) and os.read(asked, 1) != b""
    if met:
        os.truncate(path, cut)
        os.write(answered, b"x")
    out, err = p.communicate(timeout=600)
    os.close(asked)
    os.close(answered)
    return met, subprocess.CompletedProcess(args, p.returncode, out, err)


def reads(args, path):
    """How many reads of the bundle a whole run makes: by halving, as each run tells only whether it had so many."""
    low, high = 1, 2
    while stopped(args, path, high, os.path.getsize(path))[0]:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if stopped(args, path, middle, os.path.getsize(path))[0] else (low, middle)
    return low


def points(n):
    return range(1, n + 1) if n <= MOST else sorted({1 + i * (n - 1) // (MOST - 1) for i in range(MOST)})


def cuts(row, args, folder):
    good = args[-1]
    size = os.path.getsize(good)
    whole = fire.run(args)
    fire.expect(whole.returncode == row["exit"], "%s: exit %d" % (row["name"], whole.returncode))
    n, done, felt = reads(args, good), 0, 0
    path = os.path.join(folder, os.path.basename(good))
    for at in points(n):
        for cut in (0, size // 2, size - 1):
            shutil.copyfile(good, path)
            met, p = stopped(args[:-1] + [path], path, at, cut)
            where = "%s, cut to %d of %d before read %d of %d" % (row["name"], cut, size, at, n)
            if p.returncode == 74:
                fire.expect(not p.stdout and p.stderr, where + ": a report and exit 74")
                felt += 1
            else:
                fire.expect(p.returncode == whole.returncode and p.stdout == whole.stdout, "%s: exit %d, %r" % (where, p.returncode, p.stdout[:200]))
                fire.expect(cut > 0 or not met, where + ": nothing was left to read, and there is a report")
            done += 1
    os.unlink(path)
    fire.expect(felt >= len(points(n)), "%s: a cut was not felt" % row["name"])
    return done


if __name__ == "__main__":
    total = 0
    with tempfile.TemporaryDirectory() as made, tempfile.TemporaryDirectory() as scratch:
        for one, command in rows(made, " ".join(CASES)):
            total += cuts(one, command, scratch)
    fire.finish("cut", total)
