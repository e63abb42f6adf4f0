"""Odd places: files of the kernel, a file system whose files lie, and a root folder with nothing in it (threats
G-12, G-27, F-19, F-22). What cannot be set up here is said, and fails with FIRE_SCALE 1."""
import os
import re
import shutil
import subprocess
import time

import fire
from ingest import seen, stored


def untested(what):
    print("%s: cannot be set up here; not tested" % what)
    fire.expect(fire.SCALE < 1, what + ": not tested")
    return 0


def kernel(w):
    """G-12: files that say 0 bytes and have more: whole, with a note, or refused in a line; never an empty item."""
    case = w.open_case("kernel")
    with open("/proc/version", "rb") as f:
        known = f.read()
    w.must(["add", "/proc/version"], case)
    fire.expect(seen(case, "version")[0] >= {"changed-while-read"}, "/proc/version: no note: %s" % seen(case, "version"))
    out = w.path("kernel.asice")
    w.must(["seal", out], case)
    held = fire.run(["sh", "-c", "unzip -p '%s' 'case-*/data/*'" % out]).stdout
    fire.expect(known in held, "/proc/version: not all of its bytes are in")
    return 1


def liars(w):
    """G-27, F-22: a file that goes on behind its size, one that ends before it, errors half-way."""
    src, bundle, at = w.sources(3, "liarsrc", 50000), w.path("good.asice"), w.path("mount")
    case = w.open_case("good")
    w.must(["add", src], case)
    w.must(["seal", bundle], case)
    os.mkdir(at)
    driver = subprocess.Popen(["/usr/bin/python3", os.path.join(os.path.dirname(__file__), "odd_fs.py"), at, bundle],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.time() + 10
        while not os.path.ismount(at) and driver.poll() is None and time.time() < until:
            time.sleep(0.05)
        return judge_liars(w, at) if os.path.ismount(at) else untested("a file system whose files lie")
    finally:
        if os.path.ismount(at):
            subprocess.run(["umount", "-l", at])
        driver.terminate()
        driver.wait()


def judge_liars(w, at):
    case = w.open_case("liars")
    for name, held in (("endless.jpg", b"x" * 10), ("short.jpg", b"0123456789")):
        said = w.evidence(["add", os.path.join(at, name)], case, timeout=60)
        fire.expect(said.returncode == 0, "%s: exit %d: %s" % (name, said.returncode, said.stderr.decode(errors="replace")))
        fire.expect(seen(case, name) and "changed-while-read" in seen(case, name)[0], "%s: no note that there was more or less: %s" % (name, seen(case, name)))
        fire.expect(fire.hashlib.sha256(held).hexdigest() in stored(case), name + ": other bytes were taken")
    for name, why in (("failing.jpg", b"Input/output error"), ("denied.jpg", b"Permission denied")):
        said = w.evidence(["add", os.path.join(at, name)], case, timeout=60)
        fire.expect(said.returncode == 66 and b"%s: read failed" % name.encode() in said.stderr and why in said.stderr,
                    "%s: exit %d: %s" % (name, said.returncode, said.stderr.decode(errors="replace")))
    said = w.evidence(["add", at], case, timeout=60) # one that cannot be read costs none of the others
    fire.expect(said.returncode == 1 and len(seen(case, "endless.jpg")) == 2 and len(seen(case, "short.jpg")) == 2,
                "a folder with what cannot be read: exit %d: %s" % (said.returncode, said.stderr.decode(errors="replace")))
    fire.check_state(w, case, b"", None, "liars")
    p = fire.run([fire.VERIFY, os.path.join(at, "failing.asice")], timeout=60)
    fire.expect(p.returncode in (3, 66, 74) and b"UNALTERED" not in p.stdout.upper().replace(b"NOT UNALTERED", b""),
                "a bundle that cannot be read to its end: exit %d: %s" % (p.returncode, p.stdout.decode(errors="replace")[:200]))
    return 6


def bare_root(w):
    """F-19: no /proc, no /dev, no locale, no home, nothing but the programs and their libraries."""
    root = w.path("root")
    for program in (fire.EVIDENCE, fire.VERIFY):
        needed = subprocess.run(["ldd", program], stdout=subprocess.PIPE).stdout.decode()
        for path in [program] + re.findall(r"(/\S+) \(0x", needed):
            to = os.path.join(root, "bin" if path == program else os.path.dirname(path).lstrip("/"))
            os.makedirs(to, exist_ok=True)
            shutil.copy(path, to)
    shutil.copytree(w.path("home"), os.path.join(root, "home"))
    shutil.copy(w.pw, os.path.join(root, "pw"))
    with open(os.path.join(root, "photo.jpg"), "wb") as f:
        f.write(fire.body(1, 70000))
    chroot = [shutil.which("chroot", path=os.defpath + ":/usr/sbin:/sbin") or "chroot", root]
    into = chroot + ["/bin/evidence", "--passphrase-file", "/pw"]
    env = {"EVIDENCE_HOME": "/home", "PATH": "/nowhere"}
    if os.geteuid() != 0 or fire.run(chroot + ["/bin/evidence", "--version"], env=env).returncode != 0:
        return untested("a bare root folder")
    for words in (["open", "/case", "--number", "1", "--title", "t"], ["-C", "/case", "add", "--no-read", "/photo.jpg"],
                  ["-C", "/case", "check"], ["-C", "/case", "seal", "/out.asice"]):
        p = fire.run(into + words, env=env)
        fire.expect(p.returncode == 0, "bare root: %s: exit %d: %s" % (words, p.returncode, p.stderr.decode(errors="replace")))
    p = fire.run(chroot + ["/bin/evidence-verify", "--json", "/out.asice"], env=env)
    q = fire.run([fire.VERIFY, "--json", os.path.join(root, "out.asice")])
    no_time = lambda said: re.sub(rb'"at":"[^"]*"|"(file|name)":"[^"]*"', b"", said)
    fire.expect(p.returncode == q.returncode == 2 and no_time(p.stdout) == no_time(q.stdout), "bare root: verify: exit %d and %d:\n%s\n%s" % (
        p.returncode, q.returncode, p.stdout.decode(), q.stdout.decode()))
    return 5


if __name__ == "__main__":
    with fire.World() as world:
        total = kernel(world) + liars(world) + bare_root(world)
    fire.finish("places", total)
