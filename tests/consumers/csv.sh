#!/usr/bin/env bash
# csv.sh FOLDER: Miller and Python's csv module read ledger.csv of a published month; both must find the totals of summary.json.
# If this failed, an ERP import of the ledger would find other amounts than the summary states, or shifted columns.
set -euo pipefail
folder=$1

# Minor units as whole numbers: Miller adds decimals as doubles. Without zeros in front: Miller would read them as octal.
# shellcheck disable=SC1010 # Miller has a then of its own
# shellcheck disable=SC2016 # Miller's own variables
mlr -S --icsv --ojson filter '$counted == "yes"' then put '$minor = int(sub(gsub($amount, "\.", ""), "^(-?)0+([0-9])", "\1\2"))' \
    then stats1 -a sum,count -f minor -g currency "$folder/ledger.csv" |
    /usr/bin/python3 -B "$(dirname "$0")/csv_totals.py" "$folder"
