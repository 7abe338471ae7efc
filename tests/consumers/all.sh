#!/usr/bin/env bash
# all.sh FOLDER: every judge of a published month; ends at the first difference.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
bash "$here/csv.sh" "$1"
bash "$here/bundle.sh" "$1"
/usr/bin/python3 -B "$here/workbook.py" "$1"
