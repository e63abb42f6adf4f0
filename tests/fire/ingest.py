"""Sources that move under the hands, and surroundings that are not as they should be (threats, groups G and F):
what fire/media.py does not have."""
import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time

import fire


def origins(case):
    found = []
    for folder, _, files in os.walk(os.path.join(case, "custody")):
        if "records.jsonl" in files:
            with open(os.path.join(folder, "records.jsonl"), encoding="utf-8") as f:
                found += [r for r in map(json.loads, f) if r["kind"] == "origin"]
    return found


def stored(case):
    return {fire.sha256(os.path.join(d, f)) for d, _, files in os.walk(os.path.join(case, "data")) for f in files}


def seen(case, name):
    return [set(r.get("observations", [])) for r in origins(case) if r["name"] == name]


class Meanwhile:
    """Does something over and over in another thread while the body runs."""

    def __init__(self, act):
        self.act, self.stop = act, threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.stop.is_set():
            self.act()

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *exc):
        self.stop.set()
        self.thread.join()


def truncated(w):
    """G-02, G-41: a source cut short, or gone, while it is read: no signal, and it is said."""
    case, at = w.open_case("truncated"), w.path("cut.bin")
    whole = fire.body(1, 20 << 20)
    for cut in (lambda: os.truncate(at, 1000), lambda: os.unlink(at)):
        with open(at, "wb") as f:
            f.write(whole)
        # each read waits, so that the file is cut between two of them
        p = subprocess.Popen(fire.strace("read:delay_enter=100000:when=20+") + w.words(["add", at], case),
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(1)
        cut()
        out, err = p.communicate(timeout=120)
        fire.expect(p.returncode in (0, 1, 66), "cut while read: exit %d: %s" % (p.returncode, err.decode()))
        fire.check_state(w, case, out, None, "cut while read")
    return 2


def replaced(w):
    """G-03, G-04: one name, two files that take turns: what is stored is one of them whole, and its digest fits."""
    case, at = w.open_case("replaced"), w.path("turns.bin")
    bodies = [fire.body(n, 400000) for n in (1, 2)]
    known = set()
    for n, b in enumerate(bodies):
        with open(at + ".%d" % n, "wb") as f:
            f.write(b)
        known.add(fire.sha256(at + ".%d" % n))
    shutil.copy(at + ".0", at)
    turn = [0]

    def act():
        turn[0] ^= 1
        shutil.copy(at + ".%d" % turn[0], at + ".new")
        os.rename(at + ".new", at)

    rounds = {0: 4, 1: 40}.get(fire.SCALE, 400)
    with Meanwhile(act):
        for _ in range(rounds):
            w.must(["add", at], case)
    held = stored(case)
    fire.expect(len(held & known) >= 1 and len(held - known) <= 1, "replaced: %d files that never were" % (len(held - known) - 1))
    fire.check_state(w, case, b"", None, "replaced")
    return rounds


def moving_tree(w):
    """G-06, G-16: while a tree is walked a folder becomes a symbolic link out of it, files come and go."""
    case, top, secret = w.open_case("moving"), w.path("moving-tree"), w.path("secret")
    os.mkdir(secret)
    with open(os.path.join(secret, "f.txt"), "wb") as f:
        f.write(b"not of this tree")
    inside = os.path.join(top, "b")
    os.makedirs(inside)
    for n in range(300):
        with open(os.path.join(top, "a%03d.txt" % n), "wb") as f:
            f.write(b"%d" % n)
    with open(os.path.join(inside, "f.txt"), "wb") as f:
        f.write(b"of this tree")
    leaks = fire.sha256(os.path.join(secret, "f.txt"))

    def act():
        os.rename(inside, inside + ".away")
        os.symlink(secret, inside)
        os.unlink(inside)
        os.rename(inside + ".away", inside)
        extra = os.path.join(top, "zz.txt")
        with open(extra, "wb") as f:
            f.write(b"comes and goes")
        os.unlink(extra)

    rounds = {0: 3, 1: 15}.get(fire.SCALE, 200)
    with Meanwhile(act):
        for _ in range(rounds):
            p = w.evidence(["add", top], case)
            fire.expect(p.returncode in (0, 1), "moving tree: exit %d: %s" % (p.returncode, p.stderr.decode()))
    fire.expect(leaks not in stored(case), "a link put in place of a folder was followed")
    fire.check_state(w, case, b"", None, "moving tree")
    return rounds


def attributes(w):
    """G-09, G-21, G-25, G-29: attributes are said not to be kept; times stay; links and twins are two items."""
    case, src, out = w.open_case("attributes"), w.path("attributed"), w.path("outside.bin")
    os.mkdir(src)
    with open(out, "wb") as f:
        f.write(b"named twice")
    os.link(out, os.path.join(src, "linked.bin"))
    plain = os.path.join(src, "plain.bin")
    with open(plain, "wb") as f:
        f.write(b"with an attribute")
    try:
        os.setxattr(plain, "user.xdg.origin.url", b"https://example.invalid/")
    except OSError:
        plain = None
    os.utime(out, ns=(1_000_000_000_123456789, 1_100_000_000_987654321))
    before = os.stat(out)
    w.must(["add", src], case)
    w.must(["add", out], case)
    after = os.stat(out)
    fire.expect((before.st_atime_ns, before.st_mtime_ns, before.st_ctime_ns) ==
                (after.st_atime_ns, after.st_mtime_ns, after.st_ctime_ns), "the times of a source changed")
    fire.expect(seen(case, "linked.bin") == [{"hard-linked"}], "hard link: %s" % seen(case, "linked.bin"))
    fire.expect(len(seen(case, "outside.bin")) == 1, "a second intake of the same file is no second item")
    if plain:
        fire.expect(seen(case, "plain.bin") == [{"attributes-not-kept"}], "attributes: %s" % seen(case, "plain.bin"))
    else:
        print("no extended attributes on this file system: not tested")
    return 3


def itself(w):
    """G-28: the case, a folder that holds it, and its own files are refused in one line."""
    holder = w.path("holder")
    os.mkdir(holder)
    case = w.open_case("holder/case")
    for what in (case, holder, os.path.join(case, "data"), os.path.join(case, ".case", "index.sqlite")):
        p = w.evidence(["add", what], case)
        fire.expect(p.returncode == 64 and p.stderr.count(b"\n") == 1, "%s: exit %d: %s" % (
            what, p.returncode, p.stderr.decode()))
    fire.check_state(w, case, b"", None, "itself")
    return 4


def clocks(w):
    """G-35: the clock is set back between two entries: the order stands, the step is noted, nothing fails."""
    case, src = w.open_case("clocks"), w.sources(1, "clocksrc")
    if not shutil.which("faketime"):
        fire.fail("faketime is not installed")
        return 0
    p = w.evidence(["add", src], case, before=["faketime", "-f", "-3d"])
    fire.expect(p.returncode == 0, "clock set back: exit %d: %s" % (p.returncode, p.stderr.decode()))
    out = w.path("clocks.asice")
    w.must(["seal", out], case)
    v = fire.run([fire.VERIFY, "--json", out])
    codes = [f["code"] for f in json.loads(v.stdout)["findings"]]
    fire.expect(v.returncode == 2 and codes.count("TIME_BACKWARDS") == 1, "clock set back: exit %d, %s" % (v.returncode, codes))
    before = sorted(os.listdir(os.path.join(case, "custody")))
    for when in "@1969-06-01 00:00:00", "+7980y": # which no entry can say
        p = w.evidence(["note", "x"], case, before=["faketime", "-f", when])
        fire.expect(p.returncode == 65 and b"before 1970" in p.stderr and sorted(os.listdir(os.path.join(case, "custody"))) == before,
                    "the clock at %s: exit %d: %s" % (when, p.returncode, p.stderr.decode()))
    return 3


def surroundings(w):
    """G-38, G-39, F-10: umask 0, a hostile working folder and environment, few descriptors."""
    case, src, cwd = w.open_case("surroundings"), w.sources(2, "surroundsrc"), w.path("cwd")
    os.mkdir(cwd)
    os.chmod(cwd, 0o777)
    for name in ("file", "openssl", "sh", "evidence-reader", "libcrypto.so.3", "openssl.cnf"):
        with open(os.path.join(cwd, name), "w") as f:
            f.write("#!/bin/sh\ntouch %s\n" % w.path("it-ran"))
        os.chmod(os.path.join(cwd, name), 0o755)
    hostile = dict(os.environ, PATH=cwd + ":" + os.environ["PATH"], TMPDIR=cwd, TZ=":/etc/shadow", MAGIC=os.path.join(cwd, "file"),
                   OPENSSL_CONF=os.path.join(cwd, "openssl.cnf"), LC_ALL="C", HOME=cwd, LANGUAGE="../../../../etc")
    p = subprocess.run(w.words(["add", src], case), cwd=cwd, env=hostile, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       preexec_fn=lambda: os.umask(0))
    fire.expect(p.returncode == 0, "surroundings: exit %d: %s" % (p.returncode, p.stderr.decode(errors="replace")))
    fire.expect(not os.path.exists(w.path("it-ran")), "a program of the working folder was started")
    fire.expect(sorted(os.listdir(cwd)) == sorted(("file", "openssl", "sh", "evidence-reader", "libcrypto.so.3", "openssl.cnf")),
                "something was left in the working folder: %s" % os.listdir(cwd))
    modes = {os.stat(os.path.join(d, n)).st_mode & 0o777 for d, dirs, files in os.walk(case) for n in dirs + files}
    fire.expect(modes <= {0o600, 0o700}, "modes with umask 0: %s" % [oct(m) for m in modes])
    fire.check_state(w, case, p.stdout, None, "surroundings")
    return 1


def descriptors(w):
    """F-20: 0, 1 and 2 closed at the start: nothing of the case or the bundle gets their numbers."""
    case, src, out = w.open_case("closed"), w.sources(3, "closedsrc"), w.path("closed.asice")
    done = 0
    for closed in ("0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"):
        for words in (["add", src], ["note", "x"], ["check"], ["list"]):
            fire.run(["sh", "-c", 'exec "$@" ' + closed, "sh"] + w.words(words, case))
            done += 1
        fire.check_state(w, case, b"", None, "descriptors closed " + closed)
    w.must(["seal", out], case)
    before = fire.sha256(out)
    for closed in ("0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"):
        p = fire.run(["sh", "-c", 'exec "$@" ' + closed, "sh", fire.VERIFY, out])
        fire.expect(p.returncode == (74 if "1>" in closed else 2), "verify with %s: exit %d" % (closed, p.returncode))
        fire.expect(fire.sha256(out) == before, "verify wrote into the bundle")
        done += 1
    return done


def at_once(w):
    """F-21: sixteen verifications of one file, and of one that is being written."""
    case, src, out = w.open_case("many"), w.sources(20, "manysrc", 100000), w.path("sixteen.asice")
    w.must(["add", src], case)
    w.must(["seal", out], case)
    all16 = [subprocess.Popen([fire.VERIFY, "--json", out], stdout=subprocess.PIPE) for _ in range(16)]
    said = {p.communicate()[0] for p in all16}
    fire.expect(len(said) == 1 and {p.returncode for p in all16} == {2}, "sixteen verifications disagree")
    with open(out, "rb") as f:
        whole = f.read()
    growing = w.path("growing.asice")
    codes = set()
    with open(growing, "wb", buffering=0) as f:
        for at in range(0, len(whole), 90000):
            f.write(whole[at:at + 90000])
            if at + 90000 < len(whole):
                codes.add(fire.run([fire.VERIFY, growing]).returncode)
    fire.expect(codes <= {1, 3}, "a bundle half written: exits %s" % codes)
    fire.expect(fire.run([fire.VERIFY, growing]).returncode == 2, "the finished bundle does not verify")
    return 16 + len(whole) // 90000


def no_chance(w):
    """F-11: without a source of random bytes no key and no entry is made."""
    src = w.sources(1, "nochance")
    case = w.open_case("nochance-case")
    bare = ["unshare", "-Urm", "sh", "-c", 'for f in /dev/*random; do mount --bind /dev/null $f || exit 99; done; exec "$@"', "sh"]
    if fire.run(bare + ["true"]).returncode != 0:
        print("no mount namespace here: life without random bytes is not tested")
        return 0
    for words, at in ((["identity", "create", "--name", "No", "--role", "x"], None), (["add", src], case)):
        before = sorted(os.listdir(w.path("home", "identities"))), sorted(os.listdir(os.path.join(case, "custody")))
        p = w.evidence(words, at, before=bare + ["strace", "-f", "-qq", "-o", w.path("trace"), "-e", "trace=getrandom",
                                                 "-e", "inject=getrandom:error=ENOSYS"])
        after = sorted(os.listdir(w.path("home", "identities"))), sorted(os.listdir(os.path.join(case, "custody")))
        fire.expect(p.returncode in fire.EXITS - {0} and before == after, "%s without random bytes: exit %d, %s" % (
            words[0], p.returncode, "something was made" if before != after else "nothing was made"))
        fire.expect(b"random" in p.stderr or b"entropy" in p.stderr, "%s without random bytes says: %s" % (words[0], p.stderr.decode(errors="replace")))
    return 2


if __name__ == "__main__":
    with fire.World() as world:
        total = 0
        for test in (truncated, replaced, moving_tree, attributes, itself, clocks, surroundings, descriptors, at_once, no_chance):
            began = time.time()
            total += test(world)
            print("%s: %.1f s" % (test.__name__, time.time() - began), flush=True)
    fire.finish("ingest", total)
