# The Debian packages that building and testing need, and how they get installed. Sourced by jobs/demo, jobs/package,
# tests/run and .ci/run.
# shellcheck shell=bash

# shellcheck disable=SC2034 # used by the scripts that source this file
build_packages=(
    g++ cmake ninja-build pkg-config git ca-certificates python3
    libpoco-dev libxlsxwriter-dev libfmt-dev libexpected-dev libtomlplusplus-dev libcli11-dev
    libre2-dev libhowardhinnant-date-dev tzdata libarchive-dev libexpat1-dev libpq-dev libssl-dev libsqlite3-dev rapidjson-dev libhpdf-dev zlib1g-dev
    libminizip-dev libdeflate-dev libqpdf-dev
)

# What packing needs besides (jobs/package).
# shellcheck disable=SC2034
package_packages=(dpkg-dev file)

# shellcheck disable=SC2034
test_packages=(
    doctest-dev python3 python3-openpyxl python3-babel python3-prometheus-client iso-codes libxml2-utils libreoffice-calc-nogui miller qpdf poppler-utils
    unzip zip postgresql nginx-light curl sqlite3 procps openssl universal-ctags iso-codes python3-babel
    python3-license-expression hledger ledger beancount tryton-server tryton-modules-account tryton-modules-account-fr tryton-proteus
    dpkg-dev file python3-jsonschema mmdebstrap lintian groff-base mandoc man-db zsh fish shellcheck systemd python3-yaml python3-seccomp rsync
    radosgw ceph-mon ceph-osd ceph-common python3-aiosmtpd chromium fonts-dejavu-core parallel
)

# Of .ci/run alone: clang with its sanitizers and libFuzzer. Older ones know no structured bindings in lambdas, newer ones refuse RapidJSON 1.1.
# shellcheck disable=SC2034
clang_packages=(clang-16 libclang-rt-16-dev lld-16 llvm-16)

# Judges from npm (tests/npm) need Node.js 18 or later. Where another one than Debian's is installed, its npm came with it, and Debian's
# would conflict with it.
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    test_packages+=(nodejs npm)
fi

# missing_packages NAME...: prints those that are not installed, one a line.
missing_packages() {
    local name state
    for name in "$@"; do
        state=$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null || true)
        if [[ $state != installed ]]; then
            echo "$name"
        fi
    done
}

# outdated_libraries: the installed libraries that what we build with needs, one a line, of which apt's lists name a newer version. The lists
# are those of the last update: nothing is asked of the network.
outdated_libraries() {
    local libraries
    mapfile -t libraries < <(dpkg-query -W -f '${Depends}\n' "${build_packages[@]}" 2>/dev/null | tr ',|' '\n\n' |
        sed -nE 's/^ *(lib[a-z0-9.+-]*[0-9][a-z0-9.+-]*|zlib1g)(:any)?( .*)?$/\1/p' | grep -v -- '-dev$' | sort -u)
    LC_ALL=C apt-get install --simulate --only-upgrade --no-install-recommends "${libraries[@]}" 2>/dev/null | sed -nE 's/^Inst ([^ ]+) \[.*/\1/p'
}

# as_root COMMAND...: runs apt-get with root's rights; fails where there are none.
as_root() {
    if ((EUID == 0)); then
        DEBIAN_FRONTEND=noninteractive "$@" >&2
    elif command -v sudo >/dev/null; then
        sudo env DEBIAN_FRONTEND=noninteractive "$@" >&2
    else
        return 1
    fi
}

# ensure_packages NAME...: installs what is missing, and says so; the libraries that are needed are brought up to date with it. Does nothing,
# without root and without network, when nothing is missing.
ensure_packages() {
    local missing
    mapfile -t missing < <(missing_packages "$@")
    if ((${#missing[@]} == 0)); then
        return 0
    fi
    echo "These packages are missing: ${missing[*]}" >&2
    if ((EUID != 0)) && ! command -v sudo >/dev/null; then
        {
            echo "There is no sudo here. As root, run:"
            echo "    apt-get update && apt-get install --no-install-recommends ${missing[*]}"
        } >&2
        return 1
    fi
    echo "Installing them with apt-get." >&2
    as_root apt-get update -q
    as_root apt-get install -q -y --no-install-recommends "${missing[@]}"
    upgrade_libraries
}

# upgrade_libraries: security updates of the libraries that the program loads. A mirror that has lost them is no reason to stop.
upgrade_libraries() {
    local outdated
    mapfile -t outdated < <(outdated_libraries)
    if ((${#outdated[@]} > 0)); then
        echo "Newer versions of these libraries are there: ${outdated[*]}" >&2
        as_root apt-get install -q -y --only-upgrade --no-install-recommends "${outdated[@]}" ||
            echo "They could not be brought up to date; moisson doctor says which of them matter." >&2
    fi
}

# build_jobs: how many compilers fit: one a core, and one a GiB of free memory.
build_jobs() {
    local cores memory
    cores=$(nproc)
    memory=$(awk '/^MemAvailable:/ {print int($2 / 1048576)}' /proc/meminfo)
    if ((memory < 1)); then
        memory=1
    fi
    echo $((cores < memory ? cores : memory))
}
