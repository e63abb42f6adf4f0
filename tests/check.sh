#!/bin/sh
# check.sh NAME...: the quality checks by name, the same on a laptop and in CI. Without a name: lists them.
# BUILD is the build folder (default: build); it is configured and built where a check needs it. Further
# builds go beside it (BUILD-asan, …).
set -eu
LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")/.." && pwd)
cd "$here"
build=${BUILD:-build}
jobs=${JOBS:-2}
mkdir -p "$build"
build=$(cd "$build" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
	echo "FAILED: $*" >&2
	exit 1
}

# configure FOLDER [OPTION...]
configure() {
	folder=$1
	shift
	cmake -S . -B "$folder" -G Ninja "$@" >"$work/cmake.log" 2>&1 || { cat "$work/cmake.log"; fail "cmake"; }
}

# run_ninja FOLDER [TARGET...]
run_ninja() {
	folder=$1
	shift
	ninja -C "$folder" -j"$jobs" "$@" >"$work/ninja.log" 2>&1 ||
		{ grep -E 'error|warning|undefined|unknown' "$work/ninja.log" | head -20; fail "build"; }
}

# make_it [TARGET...]: in the build folder
make_it() {
	[ -f "$build/build.ninja" ] || configure "$build"
	run_ninja "$build" "$@"
}

sources() {
	git ls-files 'libevidence/*.[ch]' 'cmd/*.[ch]' 'formats/*.[ch]' 'tests/*.[ch]'
}

# own_sources TARGET...: the sources of these targets, as this system builds them
own_sources() {
	for target in "$@"; do
		jq -r --arg t "/$target.dir/" '.[] | select(.command | contains($t)) | .file' \
			"$build/compile_commands.json"
	done | sort -u
}

# Which libraries a program links by itself.
needed() {
	readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'
}

# includes FOLDER PATTERN: fails if a file in FOLDER includes one of ours that does not match PATTERN
includes() {
	git ls-files "$1" | grep '\.[ch]$' | xargs grep -Hn '^#include "' >"$work/includes" || true
	if grep -vE "#include \"($2)" "$work/includes" | grep -v '#include EVD_'; then
		fail "$1 includes what it must not (above)"
	fi
}

check_layers() {
	# base stands alone (the pool asks how many cores there are); formats sees base and format.h
	includes 'libevidence/base/*' 'base/|platform/input\.h'
	includes 'libevidence/chain/*' 'base/|chain/|platform/|key/'
	includes 'libevidence/platform/*' 'base/|platform/'
	includes 'libevidence/verify/*' 'base/|chain/|verify/|platform/|seal/(tagfiles|kept)\.h'
	includes 'libevidence/report/*' 'base/|chain/|verify/|report/'
	includes 'libevidence/seal/*' 'base/|chain/|verify/|platform/|seal/|key/|capture/copy\.h'
	includes 'libevidence/envelope/*' 'base/|chain/|verify/|platform/|seal/|key/|envelope/'
	includes 'libevidence/capture/*' 'base/|chain/|platform/|capture/|key/'
	includes 'libevidence/key/*' 'base/|chain/|platform/|key/'
	includes 'libevidence/stamp/*' 'base/|chain/|platform/|seal/|verify/|stamp/'
	includes 'libevidence/index/*' 'base/|chain/|platform/|index/|derive/(when|fate)\.h'
	includes 'libevidence/reader/*' 'base/|platform/|reader/'
	includes 'libevidence/derive/*' 'base/|chain/|platform/|key/|reader/|derive/'
	includes 'formats/*' 'base/|format\.h|formats\.def|[a-z0-9_]+\.(h|def)"'
	make_it evidence evidence-verify evidence-reader-light
	# what evidence-verify is made of sees no key, no case, no intake, no index
	for file in $(own_sources evd_base evd_core evidence-verify); do
		if grep -nE '#include "(key|capture|index|reader|derive|envelope)/|#include "seal/[^t]|#include "chain/case' "$file"; then
			fail "$file is part of the verifier"
		fi
	done
	for program in evidence evidence-verify; do
		for library in archive exif magic xml2 gmime glib tag curl sqlite3; do
			[ "$program$library" = evidencesqlite3 ] && continue # its own catalogue
			if needed "$build/cmd/$program" | grep -q "^lib${library}[-.0-9]"; then
				fail "$program links lib$library"
			fi
		done
	done
	if needed "$build/cmd/evidence-verify" | grep -vE '^(libcrypto\.so\.3|libc\.so\.6|ld-linux.*)$'; then
		fail "evidence-verify links more than libcrypto and libc (above)"
	fi
	# what every process of a photo would pay for (docs/reader.md); the list of libraries is transitive
	if ldd "$build/cmd/evidence-reader-light" | grep -E 'lib(gmime|glib|gio|gpgme|gobject)'; then
		fail "evidence-reader-light links what it is there to do without (above)"
	fi
	check_verify_symbols
	echo "layers: fine"
}

# What the verifier's own objects take from outside: exactly the list, which holds nothing that writes a
# file, opens a socket, starts a program or touches a private key.
check_verify_symbols() {
	find "$build/libevidence/CMakeFiles/evd_base.dir" "$build/libevidence/CMakeFiles/evd_core.dir" \
		"$build/cmd/CMakeFiles/evidence-verify.dir" -name '*.o' >"$work/objects"
	xargs nm --defined-only <"$work/objects" | awk 'NF == 3 { print $3 }' | sort -u >"$work/defined"
	xargs nm -u <"$work/objects" | awk 'NF == 2 { print $2 }' | sort -u |
		comm -23 - "$work/defined" >"$work/undefined"
	# compilers' own helpers differ between builds: fortified names are the plain ones
	sed -E 's/^__(.*)_chk$/\1/; /^__(stack_chk_fail|asan|ubsan|gcov|sanitizer)/d; /^_GLOBAL_OFFSET_TABLE_$/d' \
		"$work/undefined" | sort -u >"$work/used"
	grep -v '^#' tests/verify-symbols.txt | sort -u >"$work/allowed"
	if comm -23 "$work/used" "$work/allowed" | grep .; then
		fail "the verifier uses symbols that tests/verify-symbols.txt does not list (above)"
	fi
	if grep -nE '^(creat|mkdir|rename|unlink|remove|truncate|ftruncate|mkstemp|socket|connect|bind|send|recv|exec|fork|vfork|system|popen|posix_spawn|dlopen|getaddrinfo|EVP_PKEY_sign|EVP_DigestSign|PEM_read.*PrivateKey|d2i_.*PrivateKey|d2i_AutoPrivateKey|RSA_sign|ECDSA_sign|ECDSA_do_sign|BIO_s_connect|SSL_)' \
		"$work/allowed"; then
		fail "tests/verify-symbols.txt lists what a verifier must not have (above)"
	fi
}

# Over each EVERY-th vector (default 40; 1: all of them): nothing is opened for writing, no socket, and nothing is
# started once it runs. EVD_VECTORS: a folder of vectors that was generated already.
check_seccomp() {
	make_it evidence-verify
	vectors=${EVD_VECTORS:-}
	if [ -z "$vectors" ]; then
		vectors=$work/vectors
		python3 -B tests/vectors/generate.py "$vectors" >"$work/vectors.log" 2>&1 || { tail "$work/vectors.log"; fail "vectors"; }
	fi
	# names may hold anything, also the end of a line
	python3 - "$vectors" "${EVERY:-40}" "$work/list" "$work/first" <<'EOF' || fail "no vectors in $vectors"
import os, sys
folder, every, listed, first = sys.argv[1:]
found = sorted(os.path.join(at, n) for at, _, names in os.walk(folder) for n in names if n.endswith('.asice'))[::int(every)]
open(listed, 'wb').write(b''.join(os.fsencode(n) + b'\0' for n in found))
open(first, 'w').write([n for n in found if n.isprintable() and ' ' not in n][0])
EOF
	bundles=$(tr -cd '\0' <"$work/list" | wc -c)
	# in calls of some hundred bundles: the list may be longer than a command line
	: >"$work/trace"
	: >"$work/out"
	# shellcheck disable=SC2016
	xargs -0 -n 400 sh -c 'verify=$1; work=$2; shift 2
		strace -f -qq -o "$work/trace1" -e trace=file,network,process,desc "$verify" --json "$@" >>"$work/out" 2>/dev/null || true
		sed 1d "$work/trace1" >>"$work/trace"' sh "$build/cmd/evidence-verify" "$work" <"$work/list"
	[ "$(grep -c '^{' "$work/out")" -ge "$bundles" ] || fail "not all vectors were judged"
	# left out were the first lines, the start of the program itself; /dev/null stands in for a closed descriptor 0 to 2
	grep -v 'openat(AT_FDCWD, "/dev/null", O_RDWR) = ' "$work/trace" >"$work/calls"
	if grep -E 'O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|O_TMPFILE' "$work/calls"; then
		fail "a file was opened for writing (above)"
	fi
	if grep -E ' (socket|connect|bind|sendto|sendmsg|execve|execveat|fork|vfork|rename[a-z0-9]*|unlink[a-z]*|mkdir[a-z]*|link[a-z]*|symlink[a-z]*|chmod|fchmod[a-z]*|chown|truncate|ftruncate|mknod[a-z]*)\(' "$work/calls"; then
		fail "a call that a verifier must not make (above)"
	fi
	# threads are made before the confinement; behind it not even those
	strace -f -qq -o "$work/trace2" -e trace=seccomp,prctl,clone,clone3,openat \
		"$build/cmd/evidence-verify" "$(cat "$work/first")" >/dev/null 2>&1 || true
	grep -qE 'seccomp\(SECCOMP_SET_MODE_FILTER|PR_SET_SECCOMP' "$work/trace2" || fail "no seccomp filter was put up"
	if sed '1,/SECCOMP_SET_MODE_FILTER\|PR_SET_SECCOMP/d' "$work/trace2" | grep -E 'clone'; then
		fail "something was started behind the confinement (above)"
	fi
	grep -q asice "$work/trace2" || fail "the bundle was not seen to be opened"
	if sed '/SECCOMP_SET_MODE_FILTER\|PR_SET_SECCOMP/,$d' "$work/trace2" | grep asice; then
		fail "the bundle was opened before the confinement (above)"
	fi
	echo "seccomp: $bundles bundles, $(wc -l <"$work/calls") calls looked at"
}

check_symbols() {
	make_it evidence_shared
	library=$(find "$build" -name 'libevidence.so' -o -name 'libevidence.so.0' | head -1)
	[ -n "$library" ] || fail "no libevidence.so"
	nm -D --defined-only "$library" | awk '{ print $3 }' | sed 's/@.*//' | sort -u >"$work/exported"
	if grep -v '^evd_' "$work/exported" | grep -vE '^(EVIDENCE|LIBEVIDENCE)_[0-9.]+$'; then
		fail "exported beside evd_ (above)"
	fi
	for symbol in $(grep '^evd_' "$work/exported"); do
		grep -rqw "$symbol" libevidence/evidence.h libevidence/base/error.h || fail "$symbol is exported but not public"
	done
	echo "symbols: $(grep -c '^evd_' "$work/exported") exported, all public"
}

check_headers() {
	n=0
	for header in $(git ls-files 'libevidence/*.h' 'formats/*.h' 'cmd/*.h'); do
		case $header in
		libevidence/base/banned.h) continue ;;
		esac
		printf '#include "%s"\n' "$here/$header" >"$work/one.c"
		# shellcheck disable=SC2046
		gcc -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Wall -Wextra -Werror -fsyntax-only -Ilibevidence -Iformats -Icmd \
			$(pkg-config --cflags libcrypto) "$work/one.c" || fail "$header does not compile alone"
		n=$((n + 1))
	done
	header=libevidence/evidence.h
	printf '#include "%s"\nint main() { return 0; }\n' "$here/$header" >"$work/one.cc"
	g++ -std=c++17 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -Ilibevidence "$work/one.cc" || fail "$header as C++"
	echo "headers: $n compile alone"
}

check_format() {
	sources | xargs clang-format --dry-run -Werror || fail "clang-format (above): clang-format -i FILE"
	echo "format: $(sources | wc -l) files"
}

# All of our sources that the build compiles, but the tests.
check_tidy() {
	[ -f "$build/compile_commands.json" ] || configure "$build"
	jq -r '.[].file' "$build/compile_commands.json" | grep -E "^$here/(libevidence|cmd|formats)/" | sort -u >"$work/files"
	xargs -P "$jobs" -n 1 clang-tidy -p "$build" --quiet --warnings-as-errors='*' <"$work/files" >"$work/tidy" 2>/dev/null ||
		{ grep -E 'warning:|error:' "$work/tidy" | sort -u; fail "clang-tidy (above)"; }
	echo "tidy: $(wc -l <"$work/files") files"
}

check_cppcheck() {
	cppcheck --quiet --std=c11 --language=c --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
		--suppress=missingInclude --suppress=arrayIndexThenCheck --suppress=missingIncludeSystem -D__linux__ -D_GNU_SOURCE -DEVD_VERSION='"0"' -DEVD_BUILD='"0"' \
		-j "$jobs" -Ilibevidence -Iformats -Icmd libevidence cmd formats --suppress=normalCheckLevelMaxBranches \
		-i cmd/verify-page || fail "cppcheck (above)"
	echo "cppcheck: fine"
}

# Lines of code without blank lines and comments. The verifier is to be read in a day: docs/reading.md is the way through it.
check_size() {
	[ -f "$build/compile_commands.json" ] || configure "$build"
	all=0
	for file in $(own_sources evd_base evd_core evidence-verify); do
		n=$(gcc -fpreprocessed -dD -E -P -w "$file" | grep -cv '^[[:space:]]*$')
		printf '%6d %s\n' "$n" "${file#"$here"/}"
		all=$((all + n))
		name=${file#"$here"/}
		grep -qF "\`${name#libevidence/}\`" docs/reading.md || fail "docs/reading.md, the way through the verifier, does not name $name"
	done
	# The aim is about 3000 (issue 2); it is missed. What this gate holds is that it does not grow unseen.
	# It grew by 49 with an audit on 2026-11-29: words for extracts that are not proved, quoted names, trust files that are no files; by 29 for the time of --at and a revoked signer in the text, and the order of trust files in a folder.
	# Of it 177 are covers of envelopes, 446 answers about single certificates (OCSP), which issue 6 asks for.
	echo "size: the verifier has $all lines of code; the aim is about 3000, the gate ${SIZE_MAX:-8790}"
	[ "$all" -le "${SIZE_MAX:-8790}" ] || fail "the verifier has grown over the gate"
	sources | grep -E '^(libevidence|cmd|formats)/.*\.c$' | while read -r file; do
		case $file in formats/*) most=800 ;; *) most=500 ;; esac
		n=$(gcc -fpreprocessed -dD -E -P -w "$file" | grep -cv '^[[:space:]]*$')
		[ "$n" -le "$most" ] || echo "long: $file has $n lines of code, over $most"
	done >"$work/long"
	cat "$work/long"
	[ ! -s "$work/long" ] || fail "files over the bar (above)"
}

# build_and_test FOLDER OPTION...: another build, and the core suite with it
build_and_test() {
	folder=$1
	shift
	configure "$folder" "$@"
	run_ninja "$folder"
	ctest --test-dir "$folder" -L core --output-on-failure -j"$jobs" >"$work/ctest.log" 2>&1 ||
		{ tail -80 "$work/ctest.log"; fail "tests"; }
	grep 'tests passed' "$work/ctest.log"
}

check_asan() {
	ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1 \
		build_and_test "$build-asan" -DEVD_SANITIZE=ON
}

check_clang() {
	configure "$build-clang" -DCMAKE_C_COMPILER=clang
	run_ninja "$build-clang"
	echo "clang: fine"
}

# The unit tests, or those that UNITS names.
check_valgrind() {
	make_it
	if [ -n "${UNITS-}" ]; then
		for name in $UNITS; do echo "$build/tests/unit/test_$name"; done >"$work/programs"
	else
		find "$build/tests/unit" -maxdepth 1 -name 'test_*' -type f -perm -u+x | sort >"$work/programs"
	fi
	[ -s "$work/programs" ] || fail "no unit tests in $build"
	mkdir "$work/valgrind"
	# shellcheck disable=SC2016
	EVD_TEST_EVERY=37 xargs -P "$jobs" -I{} sh -c '"$@" >"$0/$(basename "{}")" 2>&1 || { tail -40 "$0/$(basename "{}")"; exit 1; }' \
		"$work/valgrind" valgrind --quiet --error-exitcode=9 --leak-check=full \
		--errors-for-leak-kinds=definite,indirect,possible {} <"$work/programs" || fail "valgrind (above)"
	echo "valgrind: $(wc -l <"$work/programs") programs"
}

check_coverage() {
	folder=$build-coverage
	find "$folder" -name '*.gcda' -delete 2>/dev/null || true
	# warnings are the ordinary build's to judge: at -O0 gcc sees others
	configure "$folder" -DEVD_COVERAGE=ON -DEVD_WERROR=OFF -DCMAKE_BUILD_TYPE=Debug
	run_ninja "$folder"
	# counted is what ran; whether it passes the ordinary build says (here limits of time and memory are too short for some)
	for which in '-L core' '-R ^capture-(watch|screen)$'; do
		# shellcheck disable=SC2086
		ctest --test-dir "$folder" $which -j"$jobs" >"$work/ctest.log" 2>&1 || true
		grep 'tests passed' "$work/ctest.log" || fail "no tests ran"
	done
	gcovr --root "$here" --filter "$here/libevidence/" --exclude '.*_none\.c' --exclude '.*_windows\.c' \
		--gcov-ignore-parse-errors --print-summary "$folder" >"$work/coverage" 2>"$work/gcovr.log" || { cat "$work/gcovr.log"; fail "gcovr"; }
	cat "$work/coverage"
	lines=$(sed -n 's/^lines: \([0-9]*\).*/\1/p' "$work/coverage")
	[ "$lines" -ge 90 ] || fail "lines of libevidence: $lines %, the bar is 90"
	gcovr --root "$here" --filter "$here/libevidence/verify/verdict.c" --gcov-ignore-parse-errors --branches --print-summary \
		"$folder" >"$work/verdict" 2>/dev/null
	cat "$work/verdict"
	branches=$(sed -n 's/^branches: \([0-9.]*\)%.*/\1/p' "$work/verdict")
	[ "$branches" = 100.0 ] || fail "branches of verify/verdict.c: $branches %, the bar is 100"
}

# Without EVD_NETWORK no program of ours can reach a network: none imports what opens a connection or looks a
# name up, and what captures pages is not in them. (evidence-capture speaks to the display through libxcb.)
check_nonetwork() {
	opens='socket|connect|bind|listen|accept4?|getaddrinfo|getnameinfo|gethostby.*|res_.*|curl_.*|SSL_.*|BIO_(new_)?(connect|socket|accept).*'
	configure "$build-quiet" -DEVD_NETWORK=OFF -DEVD_TESTS=OFF
	run_ninja "$build-quiet" evidence evidence-verify evidence-reader evidence-reader-light evidence-capture
	make_it evidence evidence-capture
	# what is looked for is there to be found in the ordinary build
	grep -aq 'remote-debugging-pipe' "$build/cmd/evidence-capture" || fail "the ordinary build captures no pages: nothing can be told"
	"$build/cmd/evidence-capture" --version | grep -qx 'kind: web' || fail "the ordinary build has no kind 'web'"
	nm -D "$(command -v openssl)" >"$work/openssl" 2>/dev/null || fail "nm -D"
	awk '{ print $NF }' "$work/openssl" | sed 's/@.*//' | grep -qxE "$opens" || fail "the openssl command imports nothing of the list: it is wrong"
	for program in evidence evidence-verify evidence-reader evidence-reader-light evidence-capture; do
		file=$build-quiet/cmd/$program
		nm -D --undefined-only "$file" | awk '{ print $NF }' | sed 's/@.*//' | sort -u >"$work/imports"
		[ -s "$work/imports" ] || fail "$program: no imports to be seen"
		if grep -xE "$opens" "$work/imports"; then fail "$program imports these"; fi
		if grep -aoE 'remote-debugging|web-%03u|--ignore-certificates' "$file"; then fail "$program: of the capture of pages"; fi
	done
	if "$build-quiet/cmd/evidence-capture" --version | grep -x 'kind: web'; then fail "evidence-capture has the kind"; fi
	"$build-quiet/cmd/evidence" capture --help >"$work/help" || fail "evidence capture --help"
	if grep -inE 'web|https?:|--(list|revisit|browser|profile)' "$work/help"; then fail "evidence capture offers it"; fi
	code=0
	"$build-quiet/cmd/evidence" -C "$work/none" capture web http://127.0.0.1/ >"$work/out" 2>&1 || code=$?
	[ "$code" -eq 64 ] || fail "evidence capture web: exit $code, not 64"
	echo "nonetwork: 5 programs import nothing that opens a connection; no capture of pages"
}

check_shellcheck() {
	git ls-files '*.sh' '.ci/run' | xargs shellcheck -x -P SCRIPTDIR -S warning || fail "shellcheck (above)"
	echo "shellcheck: fine"
}

check_untracked() {
	git status --porcelain --untracked-files=all >"$work/status"
	if [ -s "$work/status" ]; then
		cat "$work/status"
		fail "files that are not committed (above)"
	fi
	echo "untracked: none"
}

names='layers seccomp symbols headers format tidy cppcheck size asan valgrind coverage shellcheck untracked clang nonetwork'
if [ $# -eq 0 ]; then
	echo "usage: check.sh NAME...   NAME: $names all"
	exit 64
fi
[ "$1" != all ] || { shift; set -- $names "$@"; }
for name in "$@"; do
	case " $names " in
	*" $name "*) "check_$name" ;;
	*) fail "no check '$name'" ;;
	esac
done
