#!/bin/bash
# openssl.sh TARGET: makes libcrypto.a for a target from Debian's tarball, once, and prints its folder.
# Left out: everything that loads, listens or is asked for by no format of ours. Kept: CMS, TS, EC, OCSP.
set -euo pipefail
. "$(dirname "$0")/common.sh"
target=${1:?TARGET}
target_tools "$target"
tarball=$(openssl_tarball)
trimmed="aria bf blake2 camellia cast chacha cmp ct dgram dsa ec2m gost idea md4 mdc2 ocb poly1305 rc2 rc4 rmd160
	scrypt seed siphash siv sm2 sm3 sm4 srp srtp whirlpool cmac"
off="shared tests dso engine module legacy autoload-config sock ui-console comp"
more="-O2 -ffunction-sections -fdata-sections"
# The compiler's flags stand in the library, so no path that varies may be among them.
key=$({ sha256sum <"$tarball"; echo "$cc $ssl_target $ssl_more $off $trimmed $more"; } | sha256sum | cut -c1-12)
out=$cache/openssl-$target-$key
[ -e "$out/ready" ] && { printf '%s\n' "$out"; exit 0; }

work=$(mktemp -d "$cache/build-XXXXXX")
trap 'rm -rf "$work"' EXIT
start=$SECONDS
tar xf "$tarball" -C "$work" --strip-components=1
cd "$work"
options=
for word in $off $trimmed; do options="$options no-$word"; done
# One date for all: the build date stands in the library.
export SOURCE_DATE_EPOCH=0
# shellcheck disable=SC2086
{
	CC="$cc" AR="$ar" RANLIB=true RC=x86_64-w64-mingw32-windres ./Configure "$ssl_target" $options $ssl_more \
		--prefix=/nonexistent --openssldir=/nonexistent $more
	nice -n 15 make -j"$jobs" build_generated
	nice -n 15 make -j"$jobs" libcrypto.a
} >"$cache/openssl-$target.log" 2>&1 || { tail -n 15 "$cache/openssl-$target.log" >&2; die "OpenSSL for $target failed"; }
rm -rf "$out"
mkdir -p "$out/include"
cp -r include/openssl "$out/include/"
cp libcrypto.a "$out/"
touch "$out/ready"
say "$target: libcrypto.a from $(basename "$tarball"), $(stat -c %s "$out/libcrypto.a") bytes, $((SECONDS - start)) s"
printf '%s\n' "$out"
