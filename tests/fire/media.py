"""Hostile and failing sources and media (threats, group G): special files, names, links, sparse and changing
files, files that cannot be read, full and read-only targets, two programs on one case, Ctrl-C, resuming."""
import base64
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time

import fire


def stored(case):
    """SHA-256 of every payload file -> its path."""
    return {fire.sha256(os.path.join(d, f)): os.path.join(d, f)
            for d, _, files in os.walk(os.path.join(case, "data")) for f in files}


def records(case):
    found = []
    for folder, _, files in os.walk(os.path.join(case, "custody")):
        if "records.jsonl" in files:
            with open(os.path.join(folder, "records.jsonl"), encoding="utf-8") as f:
                found += [json.loads(line) for line in f]
    return found


def name_of(record):
    if "nameBytes" in record:
        text = record["nameBytes"]
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return record["name"].encode()


def special(w):
    """G-07, G-08, G-10, G-11, G-13, G-14, G-20: what is no plain file is named and not read."""
    case, src = w.open_case("special"), w.path("specials")
    os.makedirs(src)
    os.mkfifo(os.path.join(src, "fifo"))
    server = socket.socket(socket.AF_UNIX)
    server.bind(os.path.join(src, "socket"))
    os.symlink("/etc/shadow", os.path.join(src, "link"))
    os.symlink("nowhere", os.path.join(src, "dangling"))
    os.symlink("loop", os.path.join(src, "loop"))
    os.symlink(".", os.path.join(src, "here"))
    if os.geteuid() == 0:
        os.mknod(os.path.join(src, "zero"), 0o600 | stat.S_IFCHR, os.makedev(1, 5))
    bodies = {"empty": b"", ".hidden": b"hidden", "Thumbs.db": b"thumbs", "...": b"three dots",
              "block": fire.body(1, 1 << 20), "block-1": fire.body(2, (1 << 20) - 1),
              "block+1": fire.body(3, (1 << 20) + 1)}
    for name, content in bodies.items():
        with open(os.path.join(src, name), "wb") as f:
            f.write(content)
    os.link(os.path.join(src, "block"), os.path.join(src, "twin"))
    with open(os.path.join(src, "sparse"), "wb") as f:
        f.truncate((8 << 20) << 7 * fire.SCALE)
        f.seek(5 << 20)
        f.write(b"in the middle")
    p = w.evidence(["add", src], case, timeout=300)
    server.close()
    fire.expect(p.returncode == 1, "special files: exit %d" % p.returncode)
    for name in (b"fifo", b"socket", b"link", b"dangling", b"loop", b"here"):
        fire.expect(re.search(rb"not taken: .*/" + name + b": ", p.stderr) is not None,
                    "special files: %s is not named" % name.decode())
    have = stored(case)
    for name in list(bodies) + ["twin", "sparse"]:
        fire.expect(fire.sha256(os.path.join(src, name)) in have, "special files: %s is not stored" % name)
    fire.expect(len(fire.acknowledged(p.stdout)) == len(bodies) + 2, "special files: wrong number of items")
    sparse = have.get(fire.sha256(os.path.join(src, "sparse")))
    if sparse:
        fire.expect(os.stat(sparse).st_blocks * 512 < 4 << 20, "a sparse file was filled up")
    fire.check_state(w, case, p.stdout, None, "special files")
    return 1


def names(w):
    """G-15, G-17, G-18, G-19: names byte for byte, and never raw on the terminal."""
    case, src = w.open_case("names"), os.fsencode(w.path("hostile"))
    os.makedirs(src)
    hostile = [b"\xff\xfe", b"line\nbreak", b"q\"uote", b"back\\slash", b"\x1b[31mred\x1b[0m", b"-rf", b"--help", b"   ",
               b"\xe2\x80\xaegpj.exe", b"\xed\xa0\x80", b"x" * 255, b"tab\there", "\u0161\u0111\u010d\u0107\u017e.txt".encode()]
    for i, name in enumerate(hostile):
        with open(os.path.join(src, name), "wb") as f:
            f.write(fire.body(i, 100))
    os.mkfifo(os.path.join(src, b"\x1b]0;title\x07fifo\nevidence: done"))
    deep = src
    for _ in range(30):
        deep = os.path.join(deep, b"d" * 60)
        os.mkdir(deep)
    with open(os.path.join(deep, b"deep.bin"), "wb") as f:
        f.write(b"at the bottom")
    p = w.evidence(["add", os.fsdecode(src)], case)
    fire.expect(p.returncode == 1, "names: exit %d" % p.returncode)
    said = p.stdout + p.stderr
    fire.expect(not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", said), "names: control bytes reach the terminal")
    fire.expect("\u202e".encode() not in said, "names: a direction override reaches the terminal")
    fire.expect(not re.search(rb"(?m)^evidence: done", said), "names: a file name makes a line of its own")
    found = {name_of(r) for r in records(case) if r["kind"] == "origin"}
    for name in hostile + [b"deep.bin"]:
        fire.expect(name in found, "names: %r is not recorded byte for byte" % name)
    fire.check_state(w, case, p.stdout, None, "names")
    return 1


def too_deep(w):
    """G-15: a tree deeper than the limit is said, not silently cut, and nothing crashes."""
    case, top = w.open_case("deepcase"), w.path("tree")
    os.mkdir(top)
    here = os.open(top, os.O_RDONLY)
    for _ in range(400):
        os.mkdir("n", dir_fd=here)
        below = os.open("n", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("bottom", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    with open(os.path.join(top, "near"), "w") as f:
        f.write("near")
    p = w.evidence(["add", top], case)
    fire.expect(p.returncode == 1 and b"deeper than 256" in p.stderr, "deep tree: exit %d" % p.returncode)
    fire.check_state(w, case, p.stdout, None, "deep tree")
    subprocess.run(["rm", "-rf", top], check=True)
    return 1


def unprivileged():
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)


def unreadable(w):
    """G-23: what cannot be read is listed; the rest is taken. As another user, since root may read all."""
    case, src = w.open_case("unreadable"), w.sources(3, "locked")
    os.chmod(os.path.join(src, "f00001.jpg"), 0)
    os.makedirs(os.path.join(src, "closed"))
    os.chmod(os.path.join(src, "closed"), 0)
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", "65534:65534", w.dir], check=True)
        os.chmod(w.dir, 0o755)
    p = w.evidence(["add", src], case, preexec_fn=unprivileged)
    fire.expect(p.returncode == 1 and p.stderr.count(b"ermission denied") == 2,
                "unreadable: exit %d: %s" % (p.returncode, p.stderr.decode(errors="replace")))
    fire.expect(len(fire.acknowledged(p.stdout)) == 2, "unreadable: the others were not taken")
    os.chmod(os.path.join(case, "custody"), 0o500) # a target that may not be written
    q = w.evidence(["note", "x"], case, preexec_fn=unprivileged)
    fire.expect(q.returncode == 77 and q.stderr.count(b"\n") == 1, "target without permission: exit %d: %s" % (
        q.returncode, q.stderr.decode(errors="replace")))
    os.chmod(os.path.join(case, "custody"), 0o700)
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", "0:0", w.dir], check=True)
    fire.check_state(w, case, p.stdout, None, "unreadable")
    return 2


def changing(w):
    """G-01 to G-05, G-26: a source that changes while it is read is stored as read, and said."""
    case, src = w.open_case("changing"), w.sources(2, "moving", 3 << 20)
    env = dict(os.environ, LD_PRELOAD=fire.SHIM, FIRE_CHANGE="f00001.jpg")
    p = w.evidence(["add", src], case, env=env)
    fire.expect(p.returncode == 0, "changing: exit %d" % p.returncode)
    seen = [r.get("observations", []) for r in records(case) if r["kind"] == "origin"]
    fire.expect(["changed-while-read" in s for s in seen] == [False, True], "changing: recorded as %s" % seen)
    fire.check_state(w, case, p.stdout, None, "changing")
    q = w.evidence(["add", "--leave-changing", os.path.join(src, "f00001.jpg")], case, env=env)
    fire.expect(q.returncode != 0 and b"kept changing" in q.stderr, "changing, left out: exit %d" % q.returncode)
    rounds = {0: 5, 1: 60}.get(fire.SCALE, 10000)
    code = ("import os,sys\ni=0\nwhile True:\n f=os.open(sys.argv[1],os.O_WRONLY)\n os.pwrite(f,bytes([i%256])*99,i%70000)\n"
            " i+=1\n if i%5==0: os.ftruncate(f,60000+i%9000)\n os.close(f)\n if i%7==0:\n"
            "  os.replace(sys.argv[1],sys.argv[1]+'x'); open(sys.argv[1],'wb').write(bytes(90000))\n")
    racer = subprocess.Popen([sys.executable, "-c", code, os.path.join(src, "f00000.jpg")])
    for i in range(rounds):
        p = w.evidence(["add", os.path.join(src, "f00000.jpg")], case)
        fire.expect(p.returncode in (0, 1, 66), "racing writer: exit %d: %s" % (p.returncode, p.stderr.decode()))
    racer.kill()
    racer.wait()
    fire.check_state(w, case, b"", None, "racing writer")
    return 2 + rounds


def mounted(w, options, prepare, commands):
    """Runs shell `commands` in a mount namespace with a tmpfs at $M."""
    mount = w.path("mount")
    os.makedirs(mount, exist_ok=True)
    script = "mount -t tmpfs -o %s none '%s' || exit 99\ncd '%s'\n%s\n%s" % (options, mount, mount, prepare, commands)
    return fire.run(["unshare", "-Urm", "sh", "-c", script],
                    env=dict(os.environ, E=fire.EVIDENCE, V=fire.VERIFY, P=w.pw, W=w.dir))


def full(w):
    """G-30, F-09: media that fill up, at several sizes, and one that is read-only."""
    w.sources(6, "forfull", 40000)
    if mounted(w, "size=1m", "", "true").returncode != 0:
        print("no mount namespace here: full and read-only media are not tested")
        return 0
    done = 0
    for size in range(96, 900, {0: 160, 1: 40}.get(fire.SCALE, 4)):
        p = mounted(w, "size=%dk" % size, "$E --passphrase-file $P --quiet open case --number 1 --title t || exit 98",
                    "$E -C case --passphrase-file $P add $W/forfull > $W/said; a=$?; $E -C case check >&2; c=$?\n"
                    "$E -C case --passphrase-file $P --quiet seal out.asice; s=$?; [ -e out.asice ]; o=$?\n"
                    "v=-; if [ $o = 0 ]; then $V out.asice > /dev/null; v=$?; fi\n"
                    "$E -C case check > /dev/null; d=$?; echo $a $c $s $o $v $d; ls case/.case/incoming | wc -l")
        if p.returncode == 98:
            continue # too small even for opening the case, and it said so
        add, check, seal, there, verified, after = p.stdout.split()[:6]
        where = "medium of %d KiB: %s" % (size, p.stdout.decode().split("\n")[0])
        # 1: all is in, and the medium was full when what was read was to be committed
        fire.expect(add in (b"0", b"1", b"74") and check == b"0" and after == b"0", where)
        fire.expect((seal == b"0") == (there == b"0") and verified in (b"-", b"2"), where + " (seal)")
        fire.expect(seal in (b"0", b"74"), where + " (exit of seal): " + p.stderr.decode(errors="replace"))
        done += 1
    p = mounted(w, "size=8m", "$E --passphrase-file $P --quiet open case --number 1 --title t; mount -o remount,ro .",
                "$E -C case --passphrase-file $P add $W/forfull; a=$?; $E -C case check; c=$?; echo $a $c")
    fire.expect(p.stdout.split()[-2:] == [b"77", b"0"], "read-only target: " + repr(p.stdout + p.stderr))
    p = mounted(w, "size=8m", "cp -r $W/forfull src; mount -o remount,ro .",
                "$E --passphrase-file $P --quiet open $W/roc --number 1 --title t; $E -C $W/roc --passphrase-file $P add src; echo $?")
    fire.expect(p.stdout.split()[-1:] == [b"0"], "read-only source: " + repr(p.stdout[-80:] + p.stderr))
    return done + 2


def two_programs(w):
    """G-36: two at once; the lock of a killed one does not stay."""
    case, src = w.open_case("two"), w.sources(40, "forty", 20000)
    codes = []
    for _ in range(3):
        pair = [subprocess.Popen(w.words(["--quiet", "add", os.path.join(src, "f%05d.jpg" % i)], case),
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE) for i in range(4)]
        for p in pair:
            said = p.communicate()[1]
            codes.append(p.returncode)
            fire.expect(p.returncode in (0, 75), "two programs: exit %d" % p.returncode)
            fire.expect(p.returncode == 0 or (b"try again" in said and said.count(b"\n") == 1),
                        "two programs: %s" % said.decode())
    fire.expect(0 in codes, "two programs: none got through")
    p = w.evidence(["add", src], case, before=fire.strace("syncfs:signal=KILL:when=1"))
    fire.expect(w.evidence(["note", "after the kill"], case).returncode == 0, "the lock of a killed program stays")
    fire.check_state(w, case, b"", None, "two programs")
    return 13


def stopped(log):
    """The program that strace stopped, once it stands."""
    until = time.time() + 300
    while time.time() < until:
        with open(log, errors="replace") as f:
            pids = re.findall(r"^(\d+) +--- stopped by SIGSTOP ---", f.read(), re.M)
        if pids:
            return int(pids[0])
        time.sleep(0.05)
    raise SystemExit("the program never stopped: " + log)


def checked_meanwhile(w):
    """What another program adds while a case is checked is no stray, and does not count as checked."""
    case, src = w.open_case("checked"), w.sources(2, "forcheck")
    w.must(["add", src], case)
    log = w.path("opened-by-check")
    w.evidence(["check"], case, before=["strace", "-f", "-qq", "-o", log, "-e", "trace=openat"])
    with open(log, errors="replace") as f:
        at = [i for i, line in enumerate((line for line in f if "openat(" in line), 1) if "data/00000002/00000002.jpg" in line][0]
    open(log, "w").close()
    p = subprocess.Popen(["strace", "-f", "-qq", "-o", log, "-e", "trace=openat", "-e", "inject=openat:signal=STOP:when=%d" % at] + w.words(["check"], case),
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    checking = stopped(log)
    w.must(["seal", w.path("meanwhile.asice")], case)
    w.must(["add", os.path.join(src, "f00000.jpg")], case)
    os.kill(checking, signal.SIGCONT)
    out, said = p.communicate()
    fire.expect(p.returncode == 0 and b"holds: 2 entries, 3 items" in out, "checked meanwhile: exit %d: %s" % (p.returncode, out))
    fire.expect(said.startswith(b"evidence: entries were added") and b"from 3 on" in said, "checked meanwhile: %s" % said)
    p = w.evidence(["check"], case)
    fire.expect(b"4 entries" in p.stdout and not p.stderr, "checked afterwards: %s %s" % (p.stdout, p.stderr))
    with open(os.path.join(case, "custody", "00000002", "records.jsonl"), "ab") as f:
        f.write(b"{}\n")
    p = w.evidence(["check"], case)
    fire.expect(p.returncode == 1 and not p.stderr, "a log that does not hold: %s %s" % (p.stdout, p.stderr))
    return 3


def interrupted(w):
    """Ctrl-C at several moments, in add and seal."""
    case, src = w.open_case("ctrlc"), w.sources(300, "threehundred", 200000)
    done = 0
    for delay in [0.02 * i for i in range({0: 4, 1: 20}.get(fire.SCALE, 100))]:
        for words in (["add", src], ["seal", w.path("c%.2f.asice" % delay)]):
            p = subprocess.Popen(w.words(words, case), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            time.sleep(delay)
            p.send_signal(signal.SIGINT)
            out, err = p.communicate()
            where = "%s, Ctrl-C after %.2f s" % (words[0], delay)
            fire.expect(p.returncode in (0, 1, -2), "%s: exit %d: %s" % (where, p.returncode, err.decode()))
            fire.check_state(w, case, out, words[1] if words[0] == "seal" else None, where)
            done += 1
    return done


def resumed(w):
    """An add that was killed goes on: what is safely in is not opened again, which strace sees."""
    case, n = w.open_case("resume"), 10300 # an entry takes 10,000 items, so one is committed before the kill
    src = w.sources(n, "tenthousand", 0)
    for i in range(n):
        with open(os.path.join(src, "f%05d.jpg" % i), "wb") as f:
            f.write(b"%d" % i)
    p = w.evidence(["add", src], case, before=fire.strace("syncfs:signal=KILL:when=2"))
    fire.expect(p.returncode != 0, "resume: it was not killed")
    first = len(fire.acknowledged(p.stdout))
    log = w.path("opened")
    q = w.evidence(["add", src], case, before=["strace", "-f", "-qq", "-o", log, "-e", "trace=openat"])
    with open(log, errors="replace") as f:
        opened = {m.group(1) for m in re.finditer(r'"(f\d{5}\.jpg)", O_RDONLY', f.read())}
    second = len(fire.acknowledged(q.stdout))
    fire.expect(q.returncode == 0, "resume: exit %d: %s" % (q.returncode, q.stderr.decode(errors="replace")))
    fire.expect(0 < first <= 10000, "resume: %d items were acknowledged before the kill" % first)
    fire.expect(second == n - 10000 and len(opened) == second, "resume: %d files taken, %d opened" % (second, len(opened)))
    fire.expect(b"10000 were safely in" in q.stdout, "resume: it does not say so")
    fire.check_state(w, case, p.stdout + q.stdout, None, "resume")
    # and the description that opening the case makes
    fire.expect(len(stored(case)) == n + 1, "resume: %d files stored" % len(stored(case)))
    return 1


with fire.World() as world:
    total = 0
    for test in (names, changing, special, too_deep, unreadable, full, two_programs, checked_meanwhile, interrupted, resumed):
        began = time.time()
        total += test(world)
        print("%s: %.1f s" % (test.__name__, time.time() - began), flush=True)
fire.finish("media", total)
