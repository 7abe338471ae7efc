#!/usr/bin/env bash
# bundle.sh FOLDER: unzip, sha256sum, sha512sum and qpdf judge bundle.zip of a published month by BagIt's rules (RFC 8493).
# If this failed, an auditor without Moisson could not open the archive or would find it damaged.
set -euo pipefail
folder=$(realpath "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
    echo "bundle: $*" >&2
    exit 1
}

unzip -tqq "$folder/bundle.zip" || fail "unzip -t finds errors"
zipinfo -1 "$folder/bundle.zip" >"$scratch/names"
sort "$scratch/names" | uniq -di | grep . && fail "names that are equal but for their case"
LC_ALL=C grep -vE '^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)+$' "$scratch/names" && fail "names that not every system can hold"
grep -E '(^|/)\.\.?(/|$)' "$scratch/names" && fail "names that leave the folder"

unzip -qq "$folder/bundle.zip" -d "$scratch/bag"
[[ $(find "$scratch/bag" -mindepth 1 -maxdepth 1 | wc -l) == 1 ]] || fail "not one top folder"
cd "$scratch/bag"/*
[[ $(cat bagit.txt) == $'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8' ]] || fail "bagit.txt"
sha256sum -c --strict --quiet manifest-sha256.txt tagmanifest-sha256.txt || fail "sha256sum finds differences"
sha512sum -c --strict --quiet manifest-sha512.txt tagmanifest-sha512.txt || fail "sha512sum finds differences"

# Every payload file in both manifests, every tag file in both tag manifests, nothing else anywhere.
payload() { LC_ALL=C find data -type f -printf '%p\n' | LC_ALL=C sort; }
listed() { sed -E 's/^[0-9a-f]+  //; s/%25/%/g' "$1" | LC_ALL=C sort; }
tags=(LISEZ-MOI.txt README.txt bag-info.txt bagit.txt index.html manifest-sha256.txt manifest-sha512.txt)
for kind in sha256 sha512; do
    diff <(payload) <(listed "manifest-$kind.txt") || fail "manifest-$kind.txt and the files under data/ differ"
    diff <(printf '%s\n' "${tags[@]}") <(listed "tagmanifest-$kind.txt") ||
        fail "tagmanifest-$kind.txt does not list the tag files"
done
diff <(LC_ALL=C find . -type f -not -path './data/*' -printf '%P\n' | LC_ALL=C sort) \
    <(printf '%s\n' "${tags[@]}" tagmanifest-sha256.txt tagmanifest-sha512.txt) ||
    fail "stray files beside data/"
find . -type l -o -type d -empty | grep . && fail "links or empty folders"
oxum=$(find data -type f -printf '%s\n' | awk '{bytes += $1; ++files} END {printf "%d.%d", bytes, files}')
grep -qx "Payload-Oxum: $oxum" bag-info.txt || fail "Payload-Oxum is not $oxum"
grep -q '^Bagging-Date:' bag-info.txt && fail "a Bagging-Date, which can only be another day than that of the run"
cmp "$folder/ledger.csv" data/ledger.csv || fail "the ledger inside is another one"

pdfs=0
while IFS= read -r -d '' pdf; do
    qpdf --check "$pdf" >"$scratch/qpdf" 2>&1 || { cat "$scratch/qpdf" >&2; fail "qpdf refuses $pdf"; }
    pdfs=$((pdfs + 1))
done < <(find data -name '*.pdf' -print0)
while IFS= read -r -d '' book; do
    unzip -tqq "$book" || fail "unzip refuses $book"
done < <(find data -name '*.xlsx' -print0)
echo "bundle: $(payload | wc -l) files under data/, $pdfs of them PDFs, all as their manifests say"
