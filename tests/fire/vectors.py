"""Tamper vectors as commands for evidence-verify."""
import json
import os
import subprocess
import sys

import fire

VECTORS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "vectors", "generate.py")


def rows(folder, pattern):
    subprocess.run([sys.executable, "-B", VECTORS, folder, "--only", pattern], check=True, stdout=subprocess.DEVNULL)
    with open(os.path.join(folder, "expected.json"), encoding="utf-8") as f:
        for row in json.load(f)["vectors"]:
            if row["exit"] < 64:
                args = [os.path.join(folder, a[2:]) if a.startswith("@/") else a for a in row["args"]]
                yield row, [fire.VERIFY, "--json"] + args + [os.path.join(folder, row["file"])]
