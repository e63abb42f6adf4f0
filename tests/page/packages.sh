#!/bin/sh
# What the verify page is built and tested with: Node packages as the lock file names them, and
# Chromium with a font (it stops at the first page without one).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if command -v apt-get >/dev/null 2>&1 && ! command -v chromium >/dev/null 2>&1; then
	apt-get install -y --no-install-recommends chromium fonts-dejavu-core
fi
cd "$here/../../cmd/verify-page"
npm ci --no-audit --no-fund
