#!/bin/bash
# readers.sh SECONDS [READER...] | ci: libFuzzer over the readers (all of formats.def, or those named: exif, chat-sms …), with
# AddressSanitizer, UndefinedBehaviorSanitizer and LeakSanitizer, FUZZ_AT_ONCE of them at a time. Exit 1 if anything was
# found or did not run.
#
#   SECONDS   seconds of processor time for each reader: a loaded machine makes it longer, not less. Prints a line of
#             LOG.md for each; a finding stands in FUZZ_WORK/found-READER-*, and the next reader goes on.
#   ci        the kept inputs and the samples, then 2,000 new inputs from one seed, so that CI says the same of the same
#             tree; after 6 s a slow reader has had enough of them, and a slow machine tries the first of the same ones
#
#   nice -n 19 tests/fuzz/readers.sh 600         the bar of ten minutes for each: some five hours on one core
#
#   FUZZ_BUILD  default build-fuzz    FUZZ_WORK  default build-fuzz/work-readers    FUZZ_AT_ONCE  default 1; ci: all cores
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${FUZZ_BUILD:-$PWD/build-fuzz}
work=${FUZZ_WORK:-$build/work-readers}
seconds=${1:?SECONDS or ci}
shift
mapfile -t names < <(sed -n 's/^EVD_FORMAT(\(.*\))$/\1/p' formats/formats.def | tr _ -)
[ $# -eq 0 ] || names=("$@")
at_once=${FUZZ_AT_ONCE:-1}
[ "$seconds" != ci ] || at_once=${FUZZ_AT_ONCE:-$(nproc)}
mkdir -p "$work"
rm -f "$work"/failed-*

cmake -S . -B "$build" -G Ninja -DEVD_TESTS=ON -DEVD_FUZZ=ON -DEVD_WERROR=OFF -DEVD_SANITIZE=ON \
	-DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=RelWithDebInfo >"$work/cmake.log" || { cat "$work/cmake.log"; exit 1; }
targets=()
for name in "${names[@]}"; do targets+=("fuzz_format_${name//-/_}"); done
cmake --build "$build" --target "${targets[@]}" -- --quiet >"$work/build.log" 2>&1 || { tail -n 20 "$work/build.log"; exit 1; }

# program NAME OPTION...: over the kept inputs and the samples of that reader
program() {
	local name=$1 folder seeds=()
	shift
	for folder in "tests/fuzz/corpus/$name" "tests/formats/$name"; do
		[ ! -d "$folder" ] || seeds+=("$folder")
	done
	"$build/tests/formats-readers/fuzz_format_${name//-/_}" "$@" -max_len=40000 -timeout=120 -rss_limit_mb=2000 \
		-print_final_stats=1 -artifact_prefix="$work/found-$name-" "$work/new-$name" "${seeds[@]}" >>"$work/$name.log" 2>&1
}
executions() { sed -n 's/^stat::number_of_executed_units: *//p' "$work/$1.log" | awk '{ n += $1 } END { print n + 0 }'; }

# in_ci NAME: kept inputs, samples, then the same new inputs as ever
in_ci() {
	rm -rf "$work/new-$1"
	mkdir -p "$work/new-$1"
	rm -f "$work/$1.log"
	if program "$1" -runs=0 && program "$1" -seed=8 -runs=2000 -max_total_time=6; then
		printf '%s: %s executions, clean\n' "$1" "$(executions "$1")"
	else
		tail -n 40 "$work/$1.log"
		printf '%s: FOUND something: %s\n' "$1" "$(find "$work" -name "found-$1-*" | tr '\n' ' ')"
		return 1
	fi
}

# campaign NAME: SECONDS of processor time, in rounds as long as what is left of them
campaign() {
	local had=0 said=clean spent round
	mkdir -p "$work/new-$1"
	rm -f "$work/$1.log"
	for round in {1..50}; do
		spent=$(TIMEFORMAT='%U %S'; { time program "$1" -max_total_time=$((seconds - had)); } 2>&1) || said="see $work/$1.log"
		spent=$(awk '{ printf "%d", $1 + $2 }' <<<"$spent")
		had=$((had + spent))
		echo "round $round: $spent s of processor time" >>"$work/$1.log"
		if [ "$had" -ge "$seconds" ] || [ "$said" != clean ]; then break; fi
	done
	echo "| $(date +%F) | $1 | $had | $(executions "$1") | $said |"
	[ "$said" = clean ] && [ "$(executions "$1")" -gt 0 ]
}

what=campaign
[ "$seconds" != ci ] || what=in_ci
for name in "${names[@]}"; do
	while [ "$(jobs -rp | wc -l)" -ge "$at_once" ]; do wait -n || true; done
	{ "$what" "$name" || : >"$work/failed-$name"; } &
done
wait
! find "$work" -name 'failed-*' | grep -q .
