#!/bin/sh
# Installs Debian packages that are missing. Usage: packages.sh LIST... (names of the lists below).
# shellcheck disable=SC2034
# Needs root or sudo only if something is missing.
set -eu

build='build-essential cmake ninja-build pkg-config git gettext
 libssl-dev libsqlite3-dev libarchive-dev libmagic-dev libxml2-dev libzstd-dev nettle-dev liblzma-dev libbz2-dev libicu-dev libp11-kit-dev libgmime-3.0-dev
 libxcb1-dev libxcb-randr0-dev libxcb-screensaver0-dev libpng-dev libsystemd-dev libqrencode-dev libcurl4-openssl-dev
 libwayland-dev'
core='libcmocka-dev zlib1g-dev age softhsm2 opensc python3 python3-jsonschema openssl unzip strace zip coreutils procps file time faketime xmlsec1 librsvg2-bin zbar-tools
 libimage-exiftool-perl ffmpeg poppler-utils'
capture='xvfb x11-apps x11-utils x11-xserver-utils xterm xdotool dbus chromium libnss3-tools
 sway swaybg grim xwayland xdg-desktop-portal xdg-desktop-portal-wlr python3-dbus python3-gi'
sticks='dosfstools ntfs-3g exfatprogs exfat-fuse fusefat python3-fusepy'
bench='hashdeep zip eatmydata time'
check='clang clang-tidy clang-format cppcheck valgrind gcovr shellcheck libclang-rt-14-dev lld jq'

want=
known=
for list in "$@"; do
	case $list in
	*[!a-z]*) want="$want $list" ;; # a package
	*)
		eval "known=\${$list-}" # a list, or else a package
		want="$want ${known:-$list}"
		;;
	esac
done
missing=
for p in $want; do
	dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $p"
done
[ -n "$missing" ] || exit 0
sudo=
[ "$(id -u)" -eq 0 ] || sudo=sudo
echo "Installing:$missing"
$sudo apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
