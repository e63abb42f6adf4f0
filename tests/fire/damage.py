"""Every file of a case missing, cut short, altered in turn: 'evidence check' says which. And a bundle cut at
sampled lengths, a case of a newer version, wrong passphrases and unknown identities: never "unaltered"."""
import os
import re
import shutil

import fire


def files_of(case):
    found = []
    for folder, _, names in os.walk(case):
        found += [os.path.relpath(os.path.join(folder, n), case) for n in names]
    return sorted(found)


def missing(path):
    os.unlink(path)


def cut(path):
    os.truncate(path, os.path.getsize(path) // 2)


def altered(path):
    with open(path, "r+b") as f:
        f.seek(os.path.getsize(path) // 2)
        byte = f.read(1)
        f.seek(-1, 1)
        f.write(bytes([byte[0] ^ 1]))


def names_it(said, relative):
    """The file itself, or its entry ("entry 3", "3: ...") or item ("3/4")."""
    if relative in said:
        return True
    m = re.match(r"(custody|data)/0*(\d+)/(?:0*(\d+)\.)?", relative)
    if not m:
        return False
    if m.group(1) == "data":
        return re.search(r"\b%s/%s\b" % (m.group(2), m.group(3)), said) is not None
    return re.search(r"(^|\n)(failed|unknown): (%s[:/ ]|.*entry %s\b)" % (m.group(2), m.group(2)), said) is not None


def case_files(w, base):
    done = 0
    for relative in files_of(base):
        if relative.startswith(".case/"):
            continue # the lock and the index, a cache: 'evidence index' compares it
        for how in (missing, cut, altered):
            case = w.copy(base, "damaged")
            how(os.path.join(case, relative))
            p = w.evidence(["check"], case)
            said = (p.stdout + p.stderr).decode(errors="replace")
            where = "%s %s" % (relative, how.__name__)
            fire.expect(p.returncode in (1, 65, 66), "%s: check exits %d" % (where, p.returncode))
            fire.expect(names_it(said, relative), "%s: not named in: %s" % (where, said.strip()[:300]))
            if relative.startswith(("custody/", "data/")):
                out = w.path("damaged.asice")
                p = w.evidence(["seal", out], case)
                fire.expect(p.returncode not in (0, 70) and not os.path.exists(out), where + ": it was sealed")
            done += 1
    return done


def cuts(w, bundle):
    size, done = os.path.getsize(bundle), 0
    step = max(1, size // {0: 60, 1: 1500}.get(fire.SCALE, size))
    short = w.path("short.asice")
    shutil.copy(bundle, short)
    for length in sorted({*range(size - 1, 0, -step), 0, 1, 22, size - 1, size - 22}, reverse=True):
        os.truncate(short, length)
        p = fire.run([fire.VERIFY, short])
        fire.expect(p.returncode in (1, 3) and b"unaltered:" not in p.stdout,
                    "cut to %d of %d bytes: exit %d" % (length, size, p.returncode))
        done += 1
    return done


def refusals(w, base):
    """Clear lines and their exit codes."""
    wrong = w.path("wrong")
    with open(wrong, "w") as f:
        f.write("not this one\n")
    out = w.path("there.asice")
    with open(out, "w") as f:
        f.write("something of the user's")
    for words, code, line in (
            ([fire.EVIDENCE, "-C", base, "--passphrase-file", wrong, "note", "x"], 77, b"passphrase"),
            (w.words(["--identity", "0000", "note", "x"], base), 66, b""),
            (w.words(["note", "x"], w.path("nowhere")), 66, b""),
            (w.words(["note", "x"], w.dir), 66, b"no case"),
            (w.words(["seal", out], base), 73, b"exists already"),
            (w.words(["seal", w.path("no", "such", "folder.asice")], base), 66, b""),
            (w.words(["add", w.path("nothing")], base), 66, b""),
            (w.words(["add", base], base), 64, b"case itself"),
            (w.words(["open", base, "--number", "2", "--title", "t"]), 73, b"not empty"),
            ([fire.VERIFY, w.path("nothing.asice")], 66, b"")):
        p = fire.run(words)
        what = " ".join(os.path.basename(x) for x in words[-4:])
        fire.expect(p.returncode == code, "%s: exit %d, not %d: %s" % (
            what, p.returncode, code, p.stderr.decode(errors="replace")))
        fire.expect(line in p.stderr and p.stderr.count(b"\n") == 1, "%s: not one clear line: %s" % (
            what, p.stderr.decode(errors="replace")))
    with open(out) as f:
        fire.expect(f.read() == "something of the user's", "seal touched a file that was there")
    return 10


with fire.World() as world:
    made = world.open_case("base")
    world.must(["add", world.sources(3)], made)
    good = world.path("good.asice")
    world.must(["seal", good], made)
    world.must(["note", "after the seal"], made)
    total = refusals(world, made) + case_files(world, made) + cuts(world, good)
fire.finish("damage", total)
