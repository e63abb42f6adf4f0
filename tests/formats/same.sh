#!/bin/sh
# same.sh [-s LAYERS] RUN_FORMAT READ_ITEMS EVIDENCE_READER FOLDER…: every sample gives the same records inside the
# sandbox as outside it, reader by reader, twice: nothing a library needs is refused to it there, and
# no chance enters a read-out (threats P-25). With -s where layers are missing: just LAYERS stand, for each
# item, and nothing is read of it without that being allowed.
set -u
export TZ=UTC0 # as in the sandbox
allow='' layers='landlock[0-9]*+seccomp+rlimit'
if [ "$1" = -s ]; then
	allow=-s layers=$2
	shift 2
fi
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
			"$items" $allow "$reader" "$sample" 2>"$t/err" | tee "$t/all" | grep '"kind":' >"$t/inside"
			if ! grep -q "\"sandbox\":\"$layers\",\"state\":\"done\"" "$t/all" ||
				! grep -v '"code":"ambiguous".*"text":"equally well read as' "$t/inside" | cmp -s - "$t/outside"; then
				bad=$((bad + 1))
				echo "differs: $sample"
				diff "$t/outside" "$t/inside" | head -5
				tail -2 "$t/all"
			fi
		done
		[ -z "$allow" ] && continue
		"$items" "$reader" "$sample" >"$t/all" 2>"$t/err"
		if ! grep -q '"state":"refused"' "$t/all" || grep -q '"kind":' "$t/all"; then
			bad=$((bad + 1))
			echo "read without a layer: $sample"
		fi
	done
done
echo "$n passed, $bad failed"
[ $bad -eq 0 ] && [ $n -gt 20 ]
