"""The n-th allocation fails, once and from then on (threats F-04): verify, check, add, seal.

A tampered bundle is never found unaltered, no program dies of a signal, every exit code is a documented
one, and the case is afterwards in one of the allowed states.
"""
import os
import re
import shutil

import fire
from memory_points import counted, failing, points


def judge(p, where, exits):
    fire.expect(p.returncode in exits, "%s: exit %d: %s" % (
        where, p.returncode, p.stderr.decode(errors="replace")[-300:]))


def verify(w, good, most):
    tampered = w.path("tampered.asice")
    shutil.copy(good, tampered)
    with open(tampered, "r+b") as f:
        at = open(good, "rb").read().index(fire.body(2, 64)) + 40
        f.seek(at)
        byte = f.read(1)
        f.seek(at)
        f.write(bytes([byte[0] ^ 1]))
    fire.expect(fire.run([fire.VERIFY, tampered]).returncode == 1, "the tampered bundle is not tampered")
    done = 0
    for path in (good, tampered):
        for n in points(counted([fire.VERIFY, path]), most):
            for on in (False, True):
                p = failing([fire.VERIFY, path], n, on)
                where = "verify %s, allocation %d%s" % (os.path.basename(path), n, "+" if on else "")
                judge(p, where, fire.VERIFY_EXITS)
                if path == tampered:
                    fire.expect(p.returncode not in (0, 2) and b"unaltered:" not in p.stdout,
                                where + ": found unaltered")
                else:
                    fire.expect(p.returncode != 1, where + ": a good bundle was called altered")
                done += 1
    return done


def change(w, words, most, out=None):
    base = w.path("base")
    probe = w.copy(base, "case")
    n_all = counted(w.words(words, probe))
    done = 0
    for n in points(n_all, most):
        for on in (False, True):
            if out and os.path.exists(out):
                os.unlink(out)
            case = w.copy(base, "case")
            p = failing(w.words(words, case), n, on)
            where = "%s, allocation %d of %d%s" % (words[0], n, n_all, "+" if on else "")
            judge(p, where, fire.EXITS)
            fire.check_state(w, case, p.stdout, out, where)
            if out and p.returncode == 0:
                fire.expect(os.path.exists(out), where + ": exit 0 and no bundle")
            if not out and p.returncode == 0:
                fire.expect(len(fire.acknowledged(p.stdout)) == 3, where + ": exit 0, not all items named")
            done += 1
    return done


def check(w, most):
    """A case that holds is never said not to: exit 1 is for findings."""
    words = w.words(["check"], w.copy(w.path("base"), "case"))
    done = 0
    for n in points(counted(words), most):
        for on in (False, True):
            p = failing(words, n, on)
            where = "check, allocation %d%s" % (n, "+" if on else "")
            judge(p, where, fire.EXITS - {1})
            done += 1
    return done


with fire.World() as world:
    limit = {0: 25, 1: 120}.get(fire.SCALE, 20000)
    base_case = world.open_case("base")
    world.must(["add", world.sources(3)], base_case)
    bundle = world.path("good.asice")
    world.must(["seal", bundle], world.copy(base_case, "case"))
    total = verify(world, bundle, limit)
    total += check(world, max(limit, 120))  # its hashing is the last of what it asks memory for
    total += change(world, ["add", world.sources(3, "more", 700)], limit // 2)
    total += change(world, ["seal", world.path("out.asice")], limit // 2, world.path("out.asice"))
fire.finish("memory", total)
