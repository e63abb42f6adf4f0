"""The n-th allocation fails, OpenSSL's among them, once and from then on, while time stamps, paths and revocation
lists are judged (threats F-04): the report is then exactly the usual one, or there is none (exit 64 and up).

Every branch for a call of OpenSSL that fails lies behind one of these allocations."""
import fire
import memory_points
from vectors import rows

# LT and LTA with lists; revoked before and after; wrong signatures of tokens; tokens that disagree; OCSP answers, by delegates too
GROUPS = ("good-level-lt*", "X-21.*", "T-25.*", "T-17.*", "X-23.?", "X-23.8?")


def judge(row, args, most):
    whole = fire.run(args)
    fire.expect(whole.returncode == row["exit"], "%s: exit %d" % (row["name"], whole.returncode))
    silent = 0
    for n in memory_points.points(memory_points.counted(args), most):
        for on in (False, True):
            p = memory_points.failing(args, n, on)
            where = "%s, allocation %d%s" % (row["name"], n, "+" if on else "")
            if p.returncode >= 64:
                fire.expect(not p.stdout, where + ": a report and exit %d" % p.returncode)
                fire.expect(p.returncode in fire.VERIFY_EXITS, where + ": exit %d" % p.returncode)
                silent += 1
            else:
                fire.expect(p.stdout == whole.stdout and p.returncode == whole.returncode,
                            where + ": exit %d, another report" % p.returncode)
    fire.expect(silent > 0, row["name"] + ": no allocation that failed was felt")
    return 2 * most


with fire.World() as world:
    limit = {0: 12, 1: 150}.get(fire.SCALE, 20000)
    total = 0
    for i, group in enumerate(GROUPS):
        for at, (r, words) in enumerate(rows(world.path("vectors%d" % i), group)):
            if at % {0: 6, 1: 2}.get(fire.SCALE, 1) == 0:
                total += judge(r, words, limit)
    fire.expect(total > 0, "no vectors")
fire.finish("memory_time", total)
