"""Failing the n-th allocation through the shim: which, and how many there are."""
import os

import fire


def counted(args):
    r, wr = os.pipe()
    fire.run(args, env=dict(os.environ, LD_PRELOAD=fire.SHIM, FIRE_COUNT=str(wr)), pass_fds=[wr])
    os.close(wr)
    n = int.from_bytes(os.read(r, 8), "little")
    os.close(r)
    return n


def failing(args, n, on):
    return fire.run(args, env=dict(os.environ, LD_PRELOAD=fire.SHIM, FIRE_MALLOC="%d%s" % (n, "+" if on else "")))


def points(n, most):
    """All of the first ones (start-up), then evenly."""
    return sorted({1 + i * (n - 1) // max(1, most - 1) for i in range(most)})
