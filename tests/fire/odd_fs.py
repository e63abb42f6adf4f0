"""A file system whose files lie, for places.py: odd_fs.py MOUNT-POINT BUNDLE. Runs until it is unmounted.

/endless.jpg says 10 bytes and gives as many as are asked for; /short.jpg says 1 GiB and has 10 bytes; /failing.jpg
fails behind 1 MiB; /denied.jpg opens, and then is not permitted to be read, as over NFS or from a telephone;
/failing.asice is BUNDLE, of which the second half fails.
"""
import errno
import stat
import sys

from fusepy import FUSE, FuseOSError, Operations

with open(sys.argv[2], "rb") as f:
    BUNDLE = f.read()


class Odd(Operations):
    SIZE = {"/endless.jpg": 10, "/short.jpg": 1 << 30, "/failing.jpg": 3 << 20, "/denied.jpg": 10, "/failing.asice": len(BUNDLE)}

    def getattr(self, path, fh=None):
        if path == "/":
            return {"st_mode": stat.S_IFDIR | 0o755, "st_nlink": 2}
        if path not in self.SIZE:
            raise FuseOSError(errno.ENOENT)
        return {"st_mode": stat.S_IFREG | 0o644, "st_nlink": 1, "st_size": self.SIZE[path], "st_mtime": 1700000000}

    def readdir(self, path, fh):
        return [".", ".."] + [name[1:] for name in self.SIZE]

    def open(self, path, info):
        info.direct_io = 1  # the kernel does not cut reads at the size
        return 0

    def read(self, path, size, offset, fh):
        if path == "/endless.jpg":
            return b"x" * size
        if path == "/short.jpg":
            return b"0123456789"[offset:offset + size]
        if path == "/failing.asice" and offset + size <= len(BUNDLE) // 2:
            return BUNDLE[offset:offset + size]
        if path == "/failing.jpg" and offset < 1 << 20:
            return b"x" * size
        raise FuseOSError(errno.EACCES if path == "/denied.jpg" else errno.EIO)


FUSE(Odd(), sys.argv[1], foreground=True, raw_fi=True, nothreads=True)
