#!/bin/sh
# old_kernel.sh OLD_KERNEL RUN_FORMAT READ_ITEMS EVIDENCE_READER TEST_READER EVIDENCE_READER_ATTACK SAME GOLDEN TESTS -- FOLDER…:
# the reader's tests once more, on a kernel without Landlock, close_range and openat2 (threats P-15): nothing is
# read unless that is allowed; allowed, the same records come, and each item says which layers stood.
set -u
