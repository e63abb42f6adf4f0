"""What the fire tests share: programs, an identity, a case, runs under strace, and what must hold.

The states that are allowed after any death or fault (docs/format.md, section 1):
  - the case opens, 'evidence check' finds nothing wrong;
  - every item that 'add' had named on its standard output is in it, with the right bytes;
  - at the name given to 'seal' there is no file, or one that evidence-verify finds unaltered.
"""
import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile

EVIDENCE = os.environ["EVIDENCE"]
VERIFY = os.environ["EVIDENCE_VERIFY"]
SHIM = os.environ.get("FIRE_SHIM", "")
SCALE = int(os.environ.get("FIRE_SCALE", "1"))
PASSPHRASE = "rekom balkon sidro zrno"

# Exit codes of evidence (docs/exit-codes.md) and of evidence-verify (docs/verify.md).
EXITS = {0, 1, 64, 65, 66, 69, 70, 73, 74, 75, 77}
VERIFY_EXITS = {0, 1, 2, 3, 64, 66, 70, 74}

failures = []


def fail(text):
    failures.append(text)
    print("FAIL " + text, flush=True)


def demand_shim():
    """A shim that is loaded but replaces nothing would let every test pass: it must count allocations."""
    r, w = os.pipe()
    subprocess.run([VERIFY, "--version"], pass_fds=[w], stdout=subprocess.DEVNULL,
                   env=dict(os.environ, LD_PRELOAD=SHIM, FIRE_COUNT=str(w)), check=True)
    os.close(w)
    said = os.read(r, 8)
    os.close(r)
    if len(said) != 8 or int.from_bytes(said, "little") == 0:
        sys.exit("the shim does not act: nothing would be tested")


if SHIM:
    demand_shim()


def finish(what, n):
    print("%s: %d states, %d failed" % (what, n, len(failures)))
    if n == 0:
        print("nothing was tested")
        sys.exit(1)
    sys.exit(1 if failures else 0)


def expect(ok, text):
    if not ok:
        fail(text)
    return ok


def run(args, **more):
    more.setdefault("timeout", 600)
    return subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, **more)


def octet_strings(der):
    """All OCTET STRINGs of DER, in order: of a PKCS#8 under PBES2 these are salt, IV and ciphertext."""
    found, at = [], 0
    while at < len(der):
        tag, length, at = der[at], der[at + 1], at + 2
        if length & 0x80:
            n = length & 0x7f
            length, at = int.from_bytes(der[at:at + n], "big"), at + n
        if tag == 0x30:
            found += octet_strings(der[at:at + length])
        elif tag == 0x04:
            found.append(der[at:at + length])
        at += length
    return found


class World:
    """A folder of its own with an identity, whose key file takes a cheap scrypt so that 1,000 runs
    are possible: the file is the same PKCS#8 with another N, written by openssl."""

    def __init__(self, under=None):
        # in memory where it can be: a sync then waits for nobody else's writing
        shm = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.dir = tempfile.mkdtemp(prefix="fire-", dir=under or shm)
        os.environ["EVIDENCE_HOME"] = self.path("home")
        self.pw = self.path("passphrase")
        with open(self.pw, "w") as f:
            f.write(PASSPHRASE + "\n")
        self.must(["identity", "create", "--name", "Fire Test", "--role", "custodian"])
        self.cheap_key()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        subprocess.run(["chmod", "-R", "u+rwX", self.dir], stderr=subprocess.DEVNULL)
        shutil.rmtree(self.dir, ignore_errors=True)

    def path(self, *more):
        return os.path.join(self.dir, *more)

    def cheap_key(self):
        at = self.path("home", "identities")
        key = os.path.join(at, os.listdir(at)[0], "key.pem")
        with open(key) as f:
            der = base64.b64decode("".join(line for line in f if not line.startswith("-")))
        salt, iv, sealed = octet_strings(der)
        derived = hashlib.scrypt(PASSPHRASE.encode(), salt=salt, n=1 << 17, r=8, p=1, maxmem=1 << 28, dklen=32)
        plain = self.path("plain.der")
        subprocess.run(["openssl", "enc", "-d", "-aes-256-cbc", "-K", derived.hex(), "-iv", iv.hex(), "-out", plain],
                       input=sealed, check=True)
        subprocess.run(["openssl", "pkcs8", "-topk8", "-inform", "DER", "-in", plain, "-out", key, "-v2",
                        "aes-256-cbc", "-scrypt", "-scrypt_N", "16", "-scrypt_r", "1", "-scrypt_p", "1",
                        "-passout", "file:" + self.pw], check=True)
        os.unlink(plain)

    def words(self, words, case=None):
        # the intake alone is under fire here: reading after it is cli-read's matter
        words = [more for w in words for more in ([w, "--no-read"] if w == "add" else [w])]
        return ([EVIDENCE, "--passphrase-file", self.pw] + (["-C", case] if case else []) + words)

    def evidence(self, words, case=None, before=(), **more):
        return run(list(before) + self.words(words, case), **more)

    def must(self, words, case=None, **more):
        p = self.evidence(words, case, **more)
        if p.returncode != 0:
            sys.exit("%s: exit %d: %s" % (words[0], p.returncode, p.stderr.decode(errors="replace")))
        return p

    def open_case(self, name="case"):
        case = self.path(name)
        self.must(["open", case, "--number", "F-1", "--title", "Fire"])
        return case

    def sources(self, n, name="src", size=3000):
        folder = self.path(name)
        os.makedirs(folder, exist_ok=True)
        for i in range(n):
            with open(os.path.join(folder, "f%05d.jpg" % i), "wb") as f:
                f.write(body(i, size + 37 * i if size else 0))
        return folder

    def copy(self, source, name):
        target = self.path(name)
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target, symlinks=True)
        return target


def body(seed, size):
    """Bytes that differ for every seed, made without a random generator."""
    out = b"".join(hashlib.sha512(b"%d %d" % (seed, i)).digest() for i in range(size // 64 + 1))
    return out[:size]


def sha256(path):
    h = hashlib.sha256()
    with open(path, "rb") as f:
        for block in iter(lambda: f.read(1 << 20), b""):
            h.update(block)
    return h.hexdigest()


def acknowledged(out):
    """Item ids that 'add' named on standard output; a last line cut short does not count."""
    return re.findall(rb"item (\d+/\d+)  .*\n", out)


def one_line(p):
    return p.stderr.count(b"\n") >= 1 and not p.stdout.startswith(b"evidence:")


def uncommitted(said, case):
    """Whether the one thing found is the data folder of the entry that was about to be committed."""
    lines = [line for line in said.decode().split("\n") if line.startswith(("failed:", "unknown:"))]
    last = max(int(name) for name in os.listdir(os.path.join(case, "custody")))
    return len(lines) == 1 and lines[0].startswith("failed: data/%08d: a file that no entry" % (last + 1))


def check_state(w, case, said=b"", out=None, where=""):
    """The case opens and holds, nothing acknowledged is lost, no false bundle stands at `out`."""
    p = w.evidence(["check"], case)
    if p.returncode == 1 and uncommitted(p.stdout, case):
        # between the two renames; the next program that opens the case for writing moves it aside
        n = w.evidence(["note", "after"], case)
        expect(n.returncode == 0, "%s: a note afterwards exits %d: %s" % (
            where, n.returncode, n.stderr.decode(errors="replace")))
        p = w.evidence(["check"], case)
    if not expect(p.returncode == 0, "%s: check exits %d: %s%s" % (
            where, p.returncode, p.stdout.decode(errors="replace"), p.stderr.decode(errors="replace"))):
        return False
    ok = True
    ids = acknowledged(said)
    if ids:
        held = set(re.findall(rb"\b(\d+/\d+)\b", w.must(["list"], case).stdout))
        for i in ids:
            ok = expect(i in held, "%s: acknowledged item %s is lost" % (where, i.decode())) and ok
    if out and os.path.lexists(out):
        v = run([VERIFY, out])
        ok = expect(v.returncode == 2 and b"unaltered" in v.stdout,
                    "%s: a bundle stands at its name and does not verify (exit %d)" % (
                        where, v.returncode)) and ok
    return ok


def strace(injection, calls=None):
    return ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + (calls or injection.split(":")[0]),
            "-e", "inject=" + injection]
