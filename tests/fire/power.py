"""Power loss (threats G-33): the calls that add and seal made are replayed up to every point, and of what was
not synced by then a file system may have kept all, nothing, or any part. In each such state the case opens,
holds everything acknowledged, and no false bundle stands.

strace records the calls with their bytes. The model is POSIX's, stricter than any real file system: fsync of a
file keeps its bytes, fsync of a folder its names, syncfs everything; nothing else is kept by itself.
"""
import os
import random
import re
import shutil

import fire

CALLS = ("openat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,rmdir,write,writev,pwrite64,pwritev,"
         "ftruncate,fallocate,fsync,fdatasync,syncfs,sync,linkat,link,symlinkat,copy_file_range,sendfile")
LINE = re.compile(r"^(\d+) +(\w+)\((.*)\) += (-?\d+)(.*)$", re.S)


class Folder:
    def __init__(self):
        self.now, self.kept = {}, {}


class File:
    def __init__(self, content=b""):
        self.now, self.kept = bytearray(content), bytes(content)


def load(path):
    """What is on the disc, all of it kept."""
    folder = Folder()
    for name in os.listdir(path):
        at = os.path.join(path, name)
        if os.path.isdir(at):
            folder.now[name] = load(at)
        else:
            with open(at, "rb") as f:
                folder.now[name] = File(f.read())
    folder.kept = dict(folder.now)
    return folder


def keep_all(node):
    if isinstance(node, File):
        node.kept = bytes(node.now)
        return
    node.kept = dict(node.now)
    for child in node.now.values():
        keep_all(child)


class Disc:
    """The file system under `root` as the calls make it; a deaf one syncs nothing of a whole file system."""

    def __init__(self, root, deaf=False):
        self.root, self.top, self.offset, self.deaf = root, load(root), {}, deaf

    def inside(self, path):
        return path.startswith(self.root + "/")

    def parent(self, path):
        folder = self.top
        parts = os.path.relpath(path, self.root).split("/")
        for name in parts[:-1]:
            folder = folder.now[name]
        return folder, parts[-1]

    def node(self, path):
        if path == self.root:
            return self.top
        folder, name = self.parent(path)
        return folder.now[name]

    def put(self, path, data, at):
        f = self.node(path)
        if len(f.now) < at:
            f.now.extend(bytes(at - len(f.now)))
        f.now[at:at + len(data)] = data

    def create(self, path):
        folder, name = self.parent(path)
        if name not in folder.now:
            folder.now[name] = File()

    def move(self, old, new):
        a, from_name = self.parent(old)
        b, to_name = self.parent(new)
        b.now[to_name] = a.now.pop(from_name)


def write_out(node, path, choose):
    """A state after the loss: `choose(node)` says whether a node is as last written or as last kept."""
    if isinstance(node, File):
        with open(path, "wb") as f:
            f.write(node.now if choose(node) else node.kept)
        return
    os.mkdir(path, 0o700)
    for name, child in (node.now if choose(node) else node.kept).items():
        write_out(child, os.path.join(path, name), choose)


def unescape(text):
    return bytes(int(h, 16) for h in text.split("\\x")[1:])


def strings(args):
    """The quoted strings of a call, and the paths behind its descriptors."""
    return ([unescape(s) for s in re.findall(r'"((?:\\x[0-9a-f]{2})*)"', args)],
            [unescape(p).decode() if p.startswith("\\x") else p for p in re.findall(r"(?:AT_FDCWD|\d+)<([^<>]*)", args)])


def calls(log):
    """Finished, successful calls in order: (name, arguments, result, rest)."""
    begun = {}
    with open(log, errors="replace") as f:
        for line in f:
            line = line.rstrip("\n")
            pid = line.split(" ", 1)[0]
            if line.endswith("<unfinished ...>"):
                begun[pid] = line[:-len("<unfinished ...>")].rstrip()
                continue
            m = re.match(r"^\d+ +<\.\.\. \w+ resumed>(.*)$", line)
            if m:
                line = begun.pop(pid) + m.group(1)
            m = LINE.match(line)
            if m and int(m.group(4)) >= 0:
                yield m.group(2), m.group(3), int(m.group(4)), m.group(5)


def number(args, which):
    return int(re.sub(r'"[^"]*"', "", args).split(", ")[which].split("<")[0])


def apply(disc, name, args, result, rest):
    """True if the disc changed or something was synced; what went to standard output is given back."""
    texts, paths = strings(args)
    if name in ("fsync", "fdatasync", "syncfs"):
        if not (disc.inside(paths[0]) or paths[0] == disc.root):
            return False
        node = disc.node(paths[0])
        if name == "syncfs" and disc.deaf:
            return True
        if name == "syncfs":
            keep_all(disc.top)
        else:
            node.kept = dict(node.now) if isinstance(node, Folder) else bytes(node.now)
        return True
    if name == "openat":
        path = strings(rest)[1] or re.findall(r"<([^<>]*)", rest)
        path = unescape(path[0]).decode() if path[0].startswith("\\x") else path[0]
        if disc.inside(path) and "O_CREAT" in args:
            disc.create(path)
        disc.offset[result] = 0
        return disc.inside(path) and "O_CREAT" in args
    if name in ("write", "pwrite64", "ftruncate"):
        if not disc.inside(paths[0]):
            return False
        if name == "ftruncate":
            f, size = disc.node(paths[0]), number(args, 1)
            del f.now[size:]
            f.now.extend(bytes(size - len(f.now)))
            return True
        fd = int(args.split("<", 1)[0])
        at = disc.offset[fd] if name == "write" else number(args, 3)
        disc.put(paths[0], texts[0][:result], at)
        disc.offset[fd] = at + result if name == "write" else disc.offset.get(fd, 0)
        return True
    full = [os.path.normpath(os.path.join(p, t.decode())) for p, t in zip(paths, texts)] if paths else \
           [os.path.normpath(t.decode()) for t in texts]
    if not full or not all(disc.inside(p) for p in full):
        return False
    if name in ("mkdir", "mkdirat"):
        folder, last = disc.parent(full[0])
        folder.now[last] = Folder()
    elif name in ("rename", "renameat", "renameat2"):
        disc.move(full[0], full[1])
    elif name in ("unlink", "unlinkat", "rmdir"):
        folder, last = disc.parent(full[0])
        del folder.now[last]
    else:
        raise SystemExit("power: a call that the model does not know: %s(%s)" % (name, args[:200]))
    return True


def states(seed):
    """Everything written; only what was kept; names without bytes; bytes without names; mixtures."""
    yield "all written", lambda node: True
    yield "only what was synced", lambda node: False
    yield "names, not bytes", lambda node: isinstance(node, Folder)
    yield "bytes, not names", lambda node: isinstance(node, File)
    for i in range(2):
        chance = random.Random(seed * 2 + i)
        picked = {}
        yield "mixture %d" % i, lambda node: picked.setdefault(id(node), chance.random() < 0.5)


def replay(w, words, out, most, deaf=False):
    root = w.path("disc")
    log = w.path("trace")
    disc = Disc(root, deaf)
    p = w.evidence(words, os.path.join(root, "case"),
                   before=["strace", "-f", "-y", "-qq", "-o", log, "-xx", "-s", "10000000", "-e", "trace=" + CALLS])
    if p.returncode != 0:
        raise SystemExit("%s: exit %d: %s" % (words[0], p.returncode, p.stderr.decode()))
    found = list(calls(log))
    done, changes, said, tried = 0, 0, b"", set()
    step = max(1, len(found) // most)
    for i, (name, args, result, rest) in enumerate(found):
        if name == "write" and args.startswith("1<"):
            said += strings(args)[0][0][:result]
        elif apply(disc, name, args, result, rest):
            changes += 1
        if i % step and i != len(found) - 1:
            continue
        for how, choose in states(i):
            at = w.path("lost")
            shutil.rmtree(at, ignore_errors=True)
            write_out(disc.top, at, choose)
            where = "%s, power lost after call %d of %d (%s), %s" % (words[0], i + 1, len(found), name, how)
            bundle = os.path.join(at, out) if out else None
            fire.check_state(w, os.path.join(at, "case"), said, bundle, where)
            if bundle and p.returncode == 0 and i == len(found) - 1:
                fire.expect(os.path.exists(bundle), where + ": the finished bundle is gone")
            done += 1
    fire.expect(changes >= 10, "%s: only %d changes were seen" % (words[0], changes))
    with_all = w.path("model")
    shutil.rmtree(with_all, ignore_errors=True)
    write_out(disc.top, with_all, lambda node: True)
    fire.expect(listing(with_all) == listing(root), "%s: the model is not what is on the disc" % words[0])
    return done


def bites(w):
    """On a disc that does not sync, the same test must find losses; else it would find nothing anywhere."""
    before = len(fire.failures)
    replay(w, ["add", w.sources(2, "bite")], None, 6, deaf=True)
    lost = fire.failures[before:]
    del fire.failures[before:]
    fire.expect(lost, "a disc without syncfs lost nothing: the model does not act")
    print("(those %d were expected: that disc did not sync)" % len(lost))


def listing(top):
    found = {}
    for folder, _, names in os.walk(top):
        for name in names:
            with open(os.path.join(folder, name), "rb") as f:
                found[os.path.relpath(os.path.join(folder, name), top)] = f.read()
    return found


with fire.World() as world:
    limit = {0: 12, 1: 100000}.get(fire.SCALE, 100000)
    os.mkdir(world.path("disc"))
    made = world.path("disc", "case")
    world.must(["open", made, "--number", "F-1", "--title", "Fire"])
    world.must(["add", world.sources(3)], made)
    total = replay(world, ["add", world.sources(4, "more", 5000)], None, limit)
    total += replay(world, ["seal", world.path("disc", "out.asice")], "out.asice", limit)
    total += replay(world, ["note", "words"], None, limit)
    bites(world)
fire.finish("power", total)
