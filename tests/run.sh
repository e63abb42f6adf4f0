#!/bin/sh
# The core tests, from nothing: installs what is needed, builds, runs them.
set -eu
cd "$(dirname "$0")/.."
sh tests/packages.sh build core
cmake -S . -B build -G Ninja -DEVD_TESTS=ON >/dev/null
cmake --build build -- --quiet
ctest --test-dir build -L core --output-on-failure -j "$(nproc)"
