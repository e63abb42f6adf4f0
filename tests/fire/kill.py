"""kill -9 at every call that changes something, in add and in seal, then the state is judged.

strace's inject=CALL:signal=KILL:when=N kills at the N-th call of that name; N is raised until a run ends by
itself. FIRE_SCALE=1 spreads more than 200 points; 0 is a short run; larger takes every point of more files.
"""
import os
import re
import shutil

import fire

# openat, close and read are points too: between two changes the state must be one of the allowed ones.
CHANGES = ["write", "pwrite64", "fsync", "syncfs", "renameat2", "mkdirat", "mkdir", "unlinkat", "ftruncate",
           "openat", "close"]


def count(w, words, case, name):
    log = w.path("trace")
    w.evidence(words, case, before=["strace", "-f", "-qq", "-o", log, "-e", "trace=" + name])
    with open(log, errors="replace") as f:
        return sum(1 for line in f if re.match(r"\d+ +" + name + r"\(", line))


def points(n, most):
    if n <= most:
        return range(1, n + 1)
    return sorted({1 + i * (n - 1) // (most - 1) for i in range(most)})


def kill_add(w, most):
    base = w.open_case("base")
    src = w.sources(6)
    w.must(["add", "--basis", "public", src], base)
    more = w.sources(5, "more", 5000)
    done = 0
    for name in CHANGES:
        probe = w.copy(base, "case")
        for n in points(count(w, ["add", more], probe, name), most):
            case = w.copy(base, "case")
            p = w.evidence(["add", more], case, before=fire.strace("%s:signal=KILL:when=%d" % (name, n)))
            where = "add, killed at %s %d" % (name, n)
            if fire.check_state(w, case, p.stdout, None, where):
                again = w.evidence(["add", more], case)
                fire.expect(again.returncode == 0, "%s: the next add exits %d: %s" % (
                    where, again.returncode, again.stderr.decode(errors="replace")))
            done += p.returncode != 0
    return done


def kill_seal(w, most):
    base = w.open_case("sealbase")
    w.must(["add", w.sources(4, "src2")], base)
    done = 0
    for name in CHANGES:
        out = w.path("out.asice")
        probe = w.copy(base, "case")
        n_calls = count(w, ["seal", out], probe, name)
        os.unlink(out)
        for n in points(n_calls, most):
            case = w.copy(base, "case")
            for left in os.listdir(w.dir):
                if left.startswith("out.asice"):
                    os.unlink(w.path(left))
            p = w.evidence(["seal", out], case, before=fire.strace("%s:signal=KILL:when=%d" % (name, n)))
            where = "seal, killed at %s %d" % (name, n)
            if fire.check_state(w, case, b"", out, where) and not os.path.exists(out):
                again = w.evidence(["seal", out], case)
                fire.expect(again.returncode == 0, "%s: the next seal exits %d: %s" % (
                    where, again.returncode, again.stderr.decode(errors="replace")))
                fire.check_state(w, case, b"", out, where + ", sealed again")
            done += p.returncode != 0
        if os.path.exists(out):
            os.unlink(out)
    return done


def kill_open(w):
    """No case is there before its first entry, and who says it again is told what stands in the way."""
    done = 0
    for call, n in ("renameat2", 1), ("syncfs", 1), ("renameat2", 3):
        case = w.path("cut-off")
        shutil.rmtree(case, ignore_errors=True)
        words = ["open", case, "--number", "1", "--title", "T"]
        p = w.evidence(words, before=fire.strace("%s:signal=KILL:when=%d" % (call, n)))
        where = "open, killed at %s %d" % (call, n)
        fire.expect(p.returncode != 0 and os.path.isdir(case) and w.evidence(["check"], case).returncode == 66, where + ": a case is there")
        again = w.evidence(words)
        fire.expect(again.returncode == 73 and b"cut off, remove it" in again.stderr, "%s: %s" % (where, again.stderr))
        done += 1
    shutil.rmtree(case)
    w.must(words)
    p = w.evidence(words)
    fire.expect(p.returncode == 73 and b"remove it" not in p.stderr, "a case that is one: %s" % p.stderr)
    return done


with fire.World() as world:
    limit = {0: 3, 1: 24}.get(fire.SCALE, 1000)
    total = kill_open(world) + kill_add(world, limit)
    shutil.rmtree(world.path("case"), ignore_errors=True)
    total += kill_seal(world, limit)
    if fire.SCALE >= 1:
        fire.expect(total >= 200, "only %d points" % total)
fire.finish("kill", total)
