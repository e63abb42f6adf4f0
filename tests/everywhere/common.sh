# Sourced by the scripts of this folder: the cache, the source of OpenSSL, and compilers of each target.
# shellcheck shell=bash disable=SC2034
#
#   EVD_CACHE   what takes minutes to make and does not change (default ~/.cache/libevidence)
#   EVD_JOBS    compilers at a time (default 2)

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
cache=${EVD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/libevidence}
jobs=${EVD_JOBS:-2}
export LC_ALL=C TZ=UTC
mkdir -p "$cache"

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# need PROGRAM PACKAGE...: installs the packages where the program is absent and we may.
need() {
	command -v "$1" >/dev/null && return 0
	shift
	[ "$(id -u)" = 0 ] || die "missing: $* (install them, or run as root)"
	say "installing $*"
	apt-get install -y --no-install-recommends "$@" >"$cache/apt.log" 2>&1 ||
		{ apt-get update >>"$cache/apt.log" 2>&1 &&
			apt-get install -y --no-install-recommends "$@" >>"$cache/apt.log" 2>&1; } ||
		{ tail -n 5 "$cache/apt.log" >&2; die "apt-get install $* failed"; }
}

# Our own package lists with sources and arm64, so that the machine's are left as they are.
apt_own() {
	local dir=$cache/apt
	if [ ! -e "$dir/ready" ]; then
		mkdir -p "$dir/lists/partial" "$dir/archives/partial"
		sed -E 's/^Types: deb$/Types: deb deb-src/' /etc/apt/sources.list.d/debian.sources >"$dir/debian.sources"
		touch "$dir/status"
	fi
	apt-get -o Dir::Etc::sourcelist="$dir/debian.sources" -o Dir::Etc::sourceparts=- \
		-o Dir::State="$dir" -o Dir::State::lists="$dir/lists" -o Dir::State::status="$dir/status" \
		-o Dir::Cache="$dir" -o APT::Architectures::=amd64 -o APT::Architectures::=arm64 \
		-o APT::Sandbox::User=root "$@"
}

apt_own_ready() {
	[ -e "$cache/apt/ready" ] && return
	apt_own update >"$cache/apt-own.log" 2>&1 || { tail -n 3 "$cache/apt-own.log" >&2; die "apt-get update failed"; }
	touch "$cache/apt/ready"
}

# The upstream tarball that Debian's signed index lists (its packaging files are not always served).
openssl_tarball() {
	local have
	have=$(find "$cache" -maxdepth 1 -name 'openssl_3.*.orig.tar.gz' | sort | tail -n 1)
	if [ -z "$have" ]; then
		need dpkg-source dpkg-dev
		apt_own_ready
		(cd "$cache" && apt_own source --tar-only --download-only openssl >"$cache/openssl-source.log" 2>&1) ||
			{ tail -n 3 "$cache/openssl-source.log" >&2; die "the source of OpenSSL could not be fetched"; }
		have=$(find "$cache" -maxdepth 1 -name 'openssl_3.*.orig.tar.gz' | sort | tail -n 1)
	fi
	[ -n "$have" ] || die "no OpenSSL tarball"
	printf '%s\n' "$have"
}

# musl for arm64: Debian's own packages of that architecture, unpacked beside a spec file for the
# cross compiler, as musl-gcc has one for the native compiler.
musl_arm64() {
	local dir=$cache/musl-arm64 root
	root=$dir/root
	if [ ! -e "$dir/ready" ]; then
		need aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu libc6-dev-arm64-cross
		apt_own_ready
		rm -rf "$dir"
		mkdir -p "$root"
		(cd "$dir" && apt_own download musl-dev:arm64 >"$cache/musl-arm64.log" 2>&1) ||
			{ tail -n 3 "$cache/musl-arm64.log" >&2; die "musl for arm64 could not be fetched"; }
		dpkg-deb -x "$dir"/musl-dev_*_arm64.deb "$root"
		sed -E "s#/usr/(lib|include)/[a-z0-9_]*-linux-musl#$root&#g" \
			"$root/usr/lib/aarch64-linux-musl/musl-gcc.specs" >"$dir/musl-gcc.specs"
		touch "$dir/ready"
	fi
	printf '%s\n' "$dir"
}

# target_tools TARGET: sets cc, ar, ssl_target and ssl_more for musl-x86_64, musl-arm64, windows-x64.
target_tools() {
	local m
	case $1 in
	musl-x86_64)
		need musl-gcc musl-tools
		cc=musl-gcc ar=ar ssl_target=linux-x86_64
		ssl_more="no-afalgeng no-secure-memory -static" ;;
	musl-arm64)
		need aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu libc6-dev-arm64-cross
		m=$(musl_arm64)
		cc="aarch64-linux-gnu-gcc -specs $m/musl-gcc.specs -mno-outline-atomics"
		ar=aarch64-linux-gnu-ar ssl_target=linux-aarch64
		ssl_more="no-afalgeng no-secure-memory -static" ;;
	windows-x64)
		need x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64
		cc=x86_64-w64-mingw32-gcc-posix ar=x86_64-w64-mingw32-ar
		ssl_target=mingw64 ssl_more= ;;
	*) die "unknown target: $1 (musl-x86_64, musl-arm64, windows-x64)" ;;
	esac
}

# kernel_headers TARGET: a folder with linux/, asm/ and asm-generic/ of the kernel's interface, for musl.
kernel_headers() {
	local dir=$cache/kernel-$1 from
	case $1 in
	musl-x86_64) from=/usr/include/x86_64-linux-gnu/asm ;;
	*) from=/usr/aarch64-linux-gnu/include/asm ;;
	esac
	if [ ! -e "$dir/ready" ]; then
		rm -rf "$dir"
		mkdir -p "$dir"
		cp -rL /usr/include/linux /usr/include/asm-generic "$dir/"
		cp -rL "$from" "$dir/asm"
		touch "$dir/ready"
	fi
	printf '%s\n' "$dir"
}
