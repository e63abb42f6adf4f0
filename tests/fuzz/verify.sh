#!/bin/bash
# verify.sh replay | libfuzzer SECONDS | afl SECONDS: the fuzz target of the verifier, over bundles of tests/vectors (README.md).
#
#   replay      the good bundles and the kept inputs, with sanitizers: what CI does
#   libfuzzer   SECONDS for each set of bundles; what is new stays in FUZZ_WORK/libfuzzer-SET
#   afl         the same with AFL++ and its forms of mutation beside ours; in FUZZ_WORK/afl-SET
#
#   EVD_FUZZ_SETS  which sets of bundles (all)
#   EVD_VECTORS  folder of tests/vectors/generate.py (made if not given)    FUZZ_WORK  default build-fuzz/work
set -euo pipefail
cd "$(dirname "$0")/../.."
work=${FUZZ_WORK:-$PWD/build-fuzz/work}
kept=tests/fuzz/corpus/verify
mode=${1-} seconds=${2-600}
mkdir -p "$work"

vectors() {
	if [ ! -f "${EVD_VECTORS:-}/expected.json" ]; then
		EVD_VECTORS=$work/vectors
		[ -f "$EVD_VECTORS/expected.json" ] || python3 -B tests/vectors/generate.py "$EVD_VECTORS" >"$work/vectors.log"
	fi
	rm -rf "$work/good"
	python3 -B tests/fuzz/good.py "$EVD_VECTORS" "$work/good"
}

# build FOLDER COMPILER OPTION...: warnings are the ordinary build's to judge
build() {
	local folder=$1 cc=$2
	shift 2
	cmake -S . -B "$folder" -G Ninja -DEVD_TESTS=ON -DEVD_FUZZ=ON -DEVD_WERROR=OFF -DCMAKE_C_COMPILER="$cc" \
		-DCMAKE_BUILD_TYPE=RelWithDebInfo "$@" >"$work/cmake.log" || { cat "$work/cmake.log"; return 1; }
	AFL_QUIET=1 cmake --build "$folder" --target fuzz_verify -- --quiet
}

vectors
case $mode in
replay | libfuzzer)
	build build-fuzz clang -DEVD_SANITIZE=ON
	for set in ${EVD_FUZZ_SETS:-signed stamped envelopes}; do
		export EVD_FUZZ_GOOD=$work/good/$set
		if [ "$mode" = replay ]; then
			# no new inputs, and the ways of altering tried a thousand times
			build-fuzz/tests/fuzz/fuzz_verify -runs=0 "$kept-$set" "$EVD_FUZZ_GOOD" 2>&1 | tail -n 3
			mkdir -p "$work/tried-$set"
			build-fuzz/tests/fuzz/fuzz_verify -runs=2000 -seed=1 -max_len=65536 "$work/tried-$set" "$kept-$set" "$EVD_FUZZ_GOOD" 2>&1 | tail -n 1
		else
			mkdir -p "$work/libfuzzer-$set"
			build-fuzz/tests/fuzz/fuzz_verify -max_total_time="$seconds" -max_len=65536 -timeout=25 -rss_limit_mb=1500 \
				-artifact_prefix="$work/failed-$set-" "$work/libfuzzer-$set" "$kept-$set" "$EVD_FUZZ_GOOD"
		fi
	done
	;;
afl)
	build build-afl afl-clang-fast
	# not instrumented: it is loaded by the fuzzer itself
	cc -O2 -shared -fPIC -o "$work/alter_afl.so" tests/fuzz/alter_afl.c tests/fuzz/alter.c tests/fuzz/bundle.c -lcrypto
	export AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_AFFINITY=1
	export AFL_CUSTOM_MUTATOR_LIBRARY=$work/alter_afl.so
	for set in ${EVD_FUZZ_SETS:-signed stamped envelopes}; do
		export EVD_FUZZ_GOOD=$work/good/$set
		mkdir -p "$work/afl-in-$set"
		cp "$EVD_FUZZ_GOOD"/*.asice "$work/afl-in-$set"
		afl-fuzz -V "$seconds" -t 5000 -G 65536 -i "$work/afl-in-$set" -o "$work/afl-$set" -- build-afl/tests/fuzz/fuzz_verify >"$work/afl-$set.log"
		grep -E '^(run_time|execs_done|corpus_count|saved_crashes|saved_hangs|edges_found)' "$work/afl-$set/default/fuzzer_stats"
		! find "$work/afl-$set/default/crashes" "$work/afl-$set/default/hangs" -name 'id*' | grep .
	done
	;;
*)
	sed -n '2s/^# //p' "$0"
	exit 64
	;;
esac
