"""The n-th system call of one name fails (threats F-05, F-08, G-30, G-31, G-34): add, seal and verify.

strace's inject=CALL:error=E:when=N; the counter is per call name, so name by name. Afterwards: a documented
exit code with a line on standard error, or success with everything really there; and an allowed state.
Then the whole disc: a small tmpfs that fills up, limits on file size, descriptors and memory.
"""
import os
import re
import resource
import shutil

import fire

CALLS = {
    "write": ["ENOSPC", "EIO", "EDQUOT", "EINTR"],
    "pwrite64": ["ENOSPC", "EIO", "EINTR"],
    "fsync": ["EIO", "EINTR"],
    "syncfs": ["EIO", "ENOSPC"],
    "renameat2": ["EIO", "ENOSPC", "EXDEV"],
    "mkdirat": ["ENOSPC"],
    "openat": ["EMFILE", "EIO", "EACCES"],
    "read": ["EIO", "EINTR"],
    "pread64": ["EIO", "EINTR"],
    "close": ["EIO", "EDQUOT"],
    "ftruncate": ["EIO", "ENOSPC"],
    "newfstatat": ["EIO"],
    "fstat": ["EIO"],
    "lseek": ["EIO"],
    "getdents64": ["EIO"],
    "flock": ["EIO"],
}
# For the other commands: what tells where the last step failed.
OTHERS = [("write", "ENOSPC"), ("fsync", "EIO"), ("syncfs", "EIO"), ("renameat2", "EIO"), ("renameat", "EIO"), ("mkdirat", "ENOSPC"),
          ("unlinkat", "EIO"), ("getdents64", "EIO"), ("openat", "EMFILE")]
LOADER = 127  # the dynamic loader could not start the program: nothing of ours has run


def calls_made(w, args, name):
    log = w.path("trace")
    fire.run(["strace", "-f", "-qq", "-o", log, "-e", "trace=" + name] + args)
    with open(log, errors="replace") as f:
        return sum(1 for line in f if re.match(r"\d+ +" + name + r"\(", line))


def points(n, most):
    if n <= most:
        return range(1, n + 1)
    return sorted({1 + i * (n - 1) // (most - 1) for i in range(most)})


def judge(p, where):
    if p.returncode == LOADER:
        return
    fire.expect(p.returncode in fire.EXITS, "%s: exit %d is not documented: %s" % (
        where, p.returncode, p.stderr.decode(errors="replace")[-200:]))
    if p.returncode:
        fire.expect(re.search(rb"^(evidence|not taken): .+", p.stderr, re.M) is not None,
                    "%s: exit %d without a line that says why" % (where, p.returncode))


def change(w, words, most, n_items, out=None):
    base, done = w.path("base"), 0
    for name in CALLS:
        n_all = calls_made(w, w.words(words, w.copy(base, "case")), name)
        if out and os.path.exists(out):
            os.unlink(out)
        for error in CALLS[name]:
            for n in points(n_all, most):
                case = w.copy(base, "case")
                p = w.evidence(words, case, before=fire.strace("%s:error=%s:when=%d" % (name, error, n)))
                where = "%s, %s at %s %d of %d" % (words[0], error, name, n, n_all)
                judge(p, where)
                fire.check_state(w, case, p.stdout, out, where)
                if p.returncode == 0 and out:
                    fire.expect(os.path.exists(out), where + ": exit 0 and no bundle")
                if p.returncode == 0 and not out:
                    fire.expect(len(fire.acknowledged(p.stdout)) == n_items, where + ": exit 0, items missing")
                if out and os.path.exists(out):
                    os.unlink(out)
                done += 1
    return done


def spoilt(w, base):
    """A case one of whose items is not as it was recorded."""
    case = w.copy(base, "spoilt")
    with open(os.path.join(case, "data", "00000002", "00000002.jpg"), "ab") as f:
        f.write(b"spoilt")
    return case


def others(w, base, most):
    """The other commands that write. Where one failed, the line names a place or an entry; what then follows (the same
    again, or what the line says) leaves a case that holds: nothing is recorded that is not so."""
    out, done = w.path("other"), 0
    sealed = w.copy(base, "sealed")
    w.must(["seal", w.path("sealed.asice")], sealed)
    finish = ["dispose", "--finish"]
    for start, words, then in ((spoilt(w, base), ["lost", "--reason", "r", "1"], None),
                               (base, ["dispose", "--cause", "order", "--reason", "r", "1"], finish),
                               (base, ["export", out], None), (base, ["export", "--as", "csv", out], None), (sealed, ["seal", out], None),
                               (base, ["timestamp", "request", "--entry", "1", "--out", out], None)):
        for name, error in OTHERS:
            n_all = calls_made(w, w.words(words, w.copy(start, "case")), name)
            for n in {*points(n_all, most), n_all} - {0}:
                clear(out)
                case = w.copy(start, "case")
                p = w.evidence(words, case, before=fire.strace("%s:error=%s:when=%d" % (name, error, n)))
                where = "%s, %s at %s %d of %d" % (" ".join(words[:2]), error, name, n, n_all)
                judge(p, where)
                if p.returncode:
                    fire.expect(re.search(rb"/|entry \d|output", p.stderr), "%s: what was it? %s" % (where, p.stderr))
                    w.evidence(then or words, case)
                fire.check_state(w, case, where=where)
                done += 1
    clear(out)
    return done


def clear(path):
    shutil.rmtree(path, ignore_errors=True)
    if os.path.exists(path):
        os.unlink(path)


def verify(w, bundle, most):
    done = 0
    for name in ("read", "pread64", "openat", "fstat", "close"):
        n_all = calls_made(w, [fire.VERIFY, bundle], name)
        for error in ("EIO", "EINTR", "ENOMEM"):
            for n in points(n_all, most):
                p = fire.run(fire.strace("%s:error=%s:when=%d" % (name, error, n)) + [fire.VERIFY, bundle])
                where = "verify, %s at %s %d of %d" % (error, name, n, n_all)
                fire.expect(p.returncode in fire.VERIFY_EXITS | {LOADER}, "%s: exit %d" % (where, p.returncode))
                fire.expect(p.returncode != 1, where + ": a good bundle was called altered")
                done += 1
    return done


def limited(kind, value):
    return lambda: resource.setrlimit(kind, (value, value))


def limits(w, bundle):
    """Threats F-10: few descriptors, little memory, small files."""
    base, done = w.path("base"), 0
    more = w.sources(90, "many", 900)
    for what, set_up in (("8 descriptors", limited(resource.RLIMIT_NOFILE, 8)),
                         ("24 descriptors", limited(resource.RLIMIT_NOFILE, 24)),
                         ("64 MiB", limited(resource.RLIMIT_AS, 64 << 20)),
                         ("files of 64 KiB", limited(resource.RLIMIT_FSIZE, 64 << 10)),
                         ("files of 1 KiB", limited(resource.RLIMIT_FSIZE, 1 << 10))):
        case = w.copy(base, "case")
        p = w.evidence(["add", more], case, preexec_fn=set_up)
        judge(p, "add with " + what)
        fire.check_state(w, case, p.stdout, None, "add with " + what)
        out = w.path("limited.asice")
        p = w.evidence(["seal", out], case, preexec_fn=set_up)
        judge(p, "seal with " + what)
        fire.check_state(w, case, b"", out, "seal with " + what)
        if os.path.exists(out):
            os.unlink(out)
        p = fire.run([fire.VERIFY, bundle], preexec_fn=set_up)
        fire.expect(p.returncode in fire.VERIFY_EXITS | {LOADER} and p.returncode != 1,
                    "verify with %s: exit %d" % (what, p.returncode))
        done += 3
    return done


def short(w, bundle):
    """Threats F-07, G-24: a few bytes a call give the same result."""
    case = w.copy(w.path("base"), "case")
    src = w.sources(4, "short", 2000)
    env = dict(os.environ, LD_PRELOAD=fire.SHIM, FIRE_SHORT="7")
    w.must(["add", src], case, env=env)
    out = w.path("short.asice")
    w.must(["seal", out], case, env=env)
    fire.check_state(w, case, b"", out, "short reads and writes")
    fire.expect(fire.run([fire.VERIFY, out], env=env).returncode == 2, "verify with short reads")
    whole = fire.run([fire.VERIFY, bundle]).stdout
    fire.expect(fire.run([fire.VERIFY, bundle], env=env).stdout == whole, "short reads give another report")
    stored = sorted(fire.sha256(os.path.join(d, f)) for d, _, fs in os.walk(os.path.join(case, "data")) for f in fs)
    for name in os.listdir(src):
        fire.expect(fire.sha256(os.path.join(src, name)) in stored, "short reads: %s is stored wrongly" % name)
    return 4


with fire.World() as world:
    limit = {0: 2, 1: 8}.get(fire.SCALE, 1000)
    base_case = world.open_case("base")
    world.must(["add", world.sources(3)], base_case)
    good = world.path("good.asice")
    world.must(["seal", good], world.copy(base_case, "case"))
    total = short(world, good) + limits(world, good) + verify(world, good, 2 * limit)
    total += change(world, ["add", world.sources(3, "more", 700)], limit, 3)
    total += change(world, ["seal", world.path("out.asice")], limit, 0, world.path("out.asice"))
    total += others(world, base_case, limit)
fire.finish("faults", total)
