"""A long log is verified without being held (threats R-08): the peak of evidence-verify over 2,000 entries, 8 MB, against that
over 50. It is below the 64 MiB that the catalogue allows, and grows by less than 1 KiB an entry.
"""
import os
import re
import subprocess
import sys
import tempfile

import fire

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "vectors"))
from gen.case import Case  # noqa: E402

FEW, MANY = 50, 2000
ROOM = 64 << 10  # KiB


def bundle(n):
    c = Case()
    while len(c.entries) < n - 1:
        c.note()
    c.seal()
    return c


def peak(n, path):
    """KiB, of a run that verifies."""
    c = bundle(n)
    with open(path, "wb") as f:
        f.write(c.bundle())
    r, w = os.pipe()
    p = subprocess.run([fire.VERIFY, "--quiet", "--pin", c.custodian.id, path], pass_fds=[w],
                       env=dict(os.environ, LD_PRELOAD=fire.SHIM, FIRE_PEAK=str(w)))
    os.close(w)
    with os.fdopen(r) as f:
        kib = int(re.search(r"^VmHWM:\s+(\d+) kB", f.read(), re.M).group(1))
    fire.expect(p.returncode == 0, "%d entries: exit %d" % (n, p.returncode))
    return kib


with tempfile.TemporaryDirectory() as folder:
    few, many = (peak(n, os.path.join(folder, "%d.asice" % n)) for n in (FEW, MANY))
print("%d entries: %d KiB, %d entries: %d KiB" % (FEW, few, MANY, many))
fire.expect(many < ROOM and many - few < MANY - FEW, "too much memory")
fire.finish("long_log", 2)
