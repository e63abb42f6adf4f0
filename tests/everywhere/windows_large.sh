#!/bin/bash
# windows_large.sh EXE: a bundle over 4 GiB (ZIP64) under wine, good and with one byte changed beyond 4 GiB. Needs 5 GB of room.
set -euo pipefail
exe=$(realpath "${1:?EXE}")
top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d "${EVD_LARGE_DIR:-${TMPDIR:-/tmp}}/evd-large-XXXXXX")
trap 'rm -rf "$work"' EXIT
python3 "$top/tests/vectors/generate.py" "$work" --large --only "${EVD_LARGE:-good-4gib}" >/dev/null
bundle=$(find "$work" -name '*.asice' -size +4194304k | head -n 1)
[ -n "$bundle" ] || { echo "FAIL no bundle over 4 GiB was made"; exit 1; }
pin=$(grep -A1 -e '"--pin"' "$work/expected.json" | grep -oE '[0-9a-f]{64}' | head -n 1)
start=$SECONDS
wine "$exe" --json --pin "$pin" "$bundle" >"$work/json" </dev/null
grep -q '"verdict":"TOTAL-PASSED"' "$work/json" || { echo "FAIL $(cat "$work/json")"; exit 1; }
echo "verified: $(stat -c %s "$bundle") bytes in $((SECONDS - start)) s under wine"
python3 - "$bundle" <<'PY'
import sys
with open(sys.argv[1], 'r+b') as f:
    f.seek((1 << 32) + 4096)
    b = f.read(1)
    f.seek((1 << 32) + 4096)
    f.write(bytes([b[0] ^ 1]))
PY
code=0
wine "$exe" --json --pin "$pin" "$bundle" >"$work/json" </dev/null || code=$?
[ $code = 1 ] && grep -q ITEM_ALTERED "$work/json" || { echo "FAIL a byte beyond 4 GiB: exit $code"; exit 1; }
echo "PASS a bundle over 4 GiB, and one byte beyond 4 GiB changed in it"
