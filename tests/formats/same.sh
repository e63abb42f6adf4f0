#!/bin/sh
# same.sh RUN_FORMAT READ_ITEMS EVIDENCE_READER FOLDER…: every sample gives the same records inside the
# sandbox as outside it, reader by reader, twice: nothing a library needs is refused to it there, and
# no chance enters a read-out (threats P-25).
set -u
run=$1 items=$2 reader=$3
shift 3
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
n=0 bad=0
for folder; do
	for sample in "$folder"/*; do
		case $sample in *.jsonl | *-wal | *-shm | *-journal) continue ;; esac
		[ -f "$sample" ] || continue
		n=$((n + 1))
		: >"$t/outside"
		"$run" --probe "$sample" | while read -r name _ runs; do
			[ "$runs" = runs ] && "$run" "$name" "$sample" >>"$t/outside" 2>/dev/null
		done
		for _ in 1 2; do
			"$items" "$reader" "$sample" 2>"$t/err" | tee "$t/all" | grep '"kind":' >"$t/inside"
			if ! grep -q '"state":"done"' "$t/all" ||
				! grep -v '"code":"ambiguous"' "$t/inside" | cmp -s - "$t/outside"; then
				bad=$((bad + 1))
				echo "differs: $sample"
				diff "$t/outside" "$t/inside" | head -5
				tail -2 "$t/all"
			fi
		done
	done
done
echo "$n passed, $bad failed"
[ $bad -eq 0 ] && [ $n -gt 20 ]
