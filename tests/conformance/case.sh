#!/bin/sh
# case.sh PROGRAMS: evidence export --as case before case_validate, which is installed into a folder of its own.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv=${EVD_CASE_VENV:-$here/../../build/case-venv}
if [ ! -x "$venv/bin/case_validate" ]; then
	sh "$here/../packages.sh" python3-venv
	python3 -m venv "$venv"
	"$venv/bin/pip" -q install case-utils==0.17.0
fi
exec python3 -B "$here/case.py" "$1" "$here/../samples/evidence" "$venv/bin/case_validate"
