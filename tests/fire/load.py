"""Load: very many files in one folder, a huge sparse file, and sticks with file systems of Windows.

FIRE_SCALE 0: 2,000 files and 1 GiB of sparse file; 1: 100,000 files; 2: 1,000,000 files and 100 GiB. Peak memory is that of the
largest process by the kernel's account; the key of this test needs none worth counting (fire.cheap_key).
Sticks are images mounted here; where the machine lets none be mounted, that is said, and fails with FIRE_SCALE 2.
"""
import json
import os
import shutil
import subprocess

import fire
from ingest import seen

MIB = 1 << 20
LIMIT_KIB = 64 << 10


def peak(args, expect=0):
    """Runs it, gives its output and its peak memory in KiB. By time(1): a child of this large process would
    inherit the peak that the interpreter had."""
    figure = os.path.join(os.path.dirname(os.environ["EVIDENCE_HOME"]), "peak")
    p = fire.run(["/usr/bin/time", "-o", figure, "-f", "%M"] + args, timeout=3600)
    fire.expect(p.returncode == expect, "%s: exit %d: %s" % (
        args[-2:], p.returncode, p.stderr.decode(errors="replace")[-300:]))
    with open(figure) as f:
        return p.stdout, int(f.read().split()[-1])


def within(what, kib, limit=LIMIT_KIB):
    print("%s: peak memory %d KiB" % (what, kib), flush=True)
    fire.expect(kib <= limit, "%s: peak memory %d KiB, the bar is %d" % (what, kib, limit))


def many(w, n, limit=LIMIT_KIB):
    """n files in one folder: all of them in, in order, every digest as sha256sum has it."""
    folder = w.path("many")
    os.mkdir(folder)
    for i in range(n):
        with open(os.path.join(folder, "%06d.jpg" % i), "wb") as f:
            f.write(b"%d\n" % i * 40)
    case, out = w.open_case("manycase"), w.path("many.asice")
    said, kib = peak(w.words(["add", folder], case))
    within("add of %d files" % n, kib, limit)
    fire.expect(len(fire.acknowledged(said)) == n, "%d of %d files acknowledged" % (len(fire.acknowledged(said)), n))
    _, kib = peak(w.words(["check"], case))
    within("check", kib, limit)
    fire.expect(not os.path.exists(os.path.join(case, ".case", "index.fresh")), "check left its second index behind")
    _, kib = peak(w.words(["--quiet", "seal", out], case))
    within("seal", kib, limit)
    said, kib = peak([fire.VERIFY, "--json", out], expect=2)
    within("verify", kib, limit)
    fire.expect(json.loads(said)["counts"]["items"] == n + 1, "not all items are in the bundle")
    known = subprocess.run("find . -type f -exec sha256sum {} + | cut -c1-64 | sort", shell=True, cwd=folder, stdout=subprocess.PIPE, check=True).stdout
    held = subprocess.run("unzip -p '%s' 'case-*/manifest-sha256.txt' | cut -c1-64 | sort" % out, shell=True,
                          stdout=subprocess.PIPE, check=True).stdout
    missing = set(known.split()) - set(held.split())
    fire.expect(not missing, "%d digests that sha256sum has are not in the bundle" % len(missing))
    shutil.rmtree(folder)
    shutil.rmtree(case)
    os.unlink(out)
    return 1


class Small:
    """A medium of 64 MiB that keeps holes, mounted where the machine lets it; else a folder."""

    def __init__(self, w):
        self.at = w.path("small")

    def __enter__(self):
        os.mkdir(self.at)
        if os.geteuid() == 0 and shutil.which("mount"):
            fire.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", self.at])
        return self.at

    def __exit__(self, *exc):
        if os.path.ismount(self.at):
            subprocess.run(["umount", self.at])


def sparse(w, gib):
    with Small(w) as small:
        return sparse_on(w, small, gib)


def sparse_on(w, small, gib):
    """A sparse file takes no room in the case or the bundle, where less is free than it has bytes; flat memory; and has the
    digest openssl has."""
    at = w.path("sparse.bin")
    with open(at, "wb") as f:
        f.truncate(gib << 30)
        f.seek((gib << 29) + 12345)
        f.write(b"in the middle")
    case, out = w.open_case(os.path.join(small, "case")), os.path.join(small, "sparse.asice")
    _, kib = peak(w.words(["--quiet", "add", at], case))
    within("add of %d GiB sparse" % gib, kib)
    _, kib = peak(w.words(["--quiet", "seal", out], case))
    within("seal of it", kib)
    said, kib = peak([fire.VERIFY, "--json", out], expect=2)
    within("verify of it", kib)
    fire.expect(json.loads(said)["size"] > gib << 30, "the bundle is too small")
    used = sum(os.stat(os.path.join(d, n)).st_blocks * 512 for top in (case,) for d, _, names in os.walk(top) for n in names)
    fire.expect(used < 64 * MIB and os.stat(out).st_blocks * 512 < 64 * MIB, "the holes were filled: %d bytes" % used)
    known = fire.run(["openssl", "dgst", "-r", "-sha256", at], timeout=3600).stdout[:64]
    held = fire.run(["sh", "-c", "unzip -p '%s' 'case-*/manifest-sha256.txt'" % out]).stdout
    fire.expect(known in held, "the digest is not the one that openssl has")
    os.unlink(at)
    os.unlink(out)
    shutil.rmtree(case)
    return 1


class Stick:
    """An image with a file system, mounted; `None` in a with if this machine does not let it."""

    def __init__(self, w, kind, make, mount):
        self.image, self.at, self.loop = w.path(kind + ".img"), w.path(kind), None
        self.kind, self.make, self.mount = kind, make, mount

    def __enter__(self):
        os.makedirs(self.at, exist_ok=True)
        with open(self.image, "wb") as f:
            f.truncate(96 * MIB)
        if not shutil.which(self.make[0]) or not shutil.which(self.mount[0]) or os.geteuid() != 0:
            return None
        fire.run(self.make + [self.image])
        self.loop = fire.run(["losetup", "-f", "--show", self.image]).stdout.decode().strip()
        if not self.loop or fire.run(self.mount + [self.loop, self.at]).returncode != 0 or not os.path.ismount(self.at):
            return None
        return self.at

    def __exit__(self, *exc):
        if os.path.ismount(self.at):
            subprocess.run(["umount", self.at])
        if self.loop:
            subprocess.run(["losetup", "-d", self.loop])


STICKS = (("ntfs", ["mkfs.ntfs", "-F", "-q"], ["mount.ntfs-3g"]),
          ("exfat", ["mkfs.exfat"], ["mount.exfat-fuse"]))
FAT = ("fat", ["mkfs.vfat"], ["fusefat", "-o", "rw+"])


def hold(w, kind, at):
    """A case lives on the stick, and evidence on it is taken in; nothing of the source changes."""
    src = os.path.join(at, "DCIM")
    os.mkdir(src)
    for i, name in enumerate(("snimak ekrana.png", "Žana Đ.jpg", "фото.jpg", "a" * 200 + ".bin")):
        with open(os.path.join(src, name), "wb") as f:
            f.write(fire.body(i, 70000 + i))
    if kind == "ntfs":  # a second stream of the photo, which no copy keeps (G-22)
        os.setxattr(os.path.join(src, "фото.jpg"), "user.hidden", b"stream")
    before = {n: (fire.sha256(os.path.join(src, n)), os.stat(os.path.join(src, n)).st_mtime_ns) for n in os.listdir(src)}
    case, out = os.path.join(at, "case"), os.path.join(at, "out.asice")
    w.must(["open", case, "--number", "1", "--title", kind])
    w.must(["add", src], case)
    fire.check_state(w, case, b"", None, kind)
    if kind == "ntfs":
        fire.expect("attributes-not-kept" in seen(case, "фото.jpg")[0], "ntfs: the second stream is not noted")
    w.must(["seal", out], case)
    fire.expect(fire.run([fire.VERIFY, out]).returncode == 2, kind + ": the bundle on the stick does not verify")
    after = {n: (fire.sha256(os.path.join(src, n)), os.stat(os.path.join(src, n)).st_mtime_ns) for n in os.listdir(src)}
    fire.expect(before == after, kind + ": the source changed")
    held = fire.run(["sh", "-c", "unzip -p '%s' 'case-*/manifest-sha256.txt'" % out]).stdout.decode()
    fire.expect(all(digest in held for digest, _ in before.values()), kind + ": a digest is missing")
    p = w.evidence(["add", at], w.open_case("far-" + kind))
    fire.expect(p.returncode == 0, "%s, whole stick: exit %d: %s" % (kind, p.returncode, p.stderr.decode(errors="replace")))


def fat(w, at):
    """This FAT driver loses what is in a folder that is renamed: as a place for a case it is refused in one
    line, and nothing is acknowledged; as a source it serves."""
    with open(os.path.join(at, "PHOTO.JPG"), "wb") as f:
        f.write(fire.body(1, 50000))
    p = w.evidence(["open", os.path.join(at, "case"), "--number", "1", "--title", "t"])
    if p.returncode == 0: # a driver without that fault
        fire.check_state(w, os.path.join(at, "case"), b"", None, "fat")
    else:
        fire.expect(p.returncode == 74 and p.stderr.count(b"\n") == 1 and b"cannot hold a case" in p.stderr and not p.stdout,
                    "fat: exit %d: %s%s" % (p.returncode, p.stdout.decode(), p.stderr.decode()))
    case = w.open_case("fromfat")
    said = w.must(["add", os.path.join(at, "PHOTO.JPG")], case).stdout
    fire.expect(len(fire.acknowledged(said)) == 1, "fat: the photo was not taken")
    fire.check_state(w, case, said, None, "from fat")


def sticks(w):
    done = 0
    for kind, make, mount in STICKS + (FAT,):
        with Stick(w, kind, make, mount) as at:
            if at is None:
                print("%s: no such stick can be mounted here; not tested" % kind)
                fire.expect(fire.SCALE < 2, kind + ": not tested")
                continue
            fat(w, at) if kind == "fat" else hold(w, kind, at)
            done += 1
    return done


with fire.World(under=os.environ.get("TMPDIR", "/var/tmp")) as world:
    total = sticks(world)
    total += many(world, 2000 if fire.SCALE == 0 else 100000)
    if fire.SCALE >= 2:
        total += many(world, 1000000, 256 << 10)
    total += sparse(world, 100 if fire.SCALE >= 2 else 1)
fire.finish("load", total)
