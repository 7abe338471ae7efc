# The Debian packages that building and testing need, and how they get installed. Sourced by jobs/demo, tests/run and .ci/run.
# shellcheck shell=bash

# shellcheck disable=SC2034 # used by the scripts that source this file
build_packages=(
    g++ cmake ninja-build pkg-config git ca-certificates
    libpoco-dev libxlsxwriter-dev libfmt-dev libexpected-dev libtomlplusplus-dev libcli11-dev
    libre2-dev libhowardhinnant-date-dev tzdata libarchive-dev libexpat1-dev libpq-dev libssl-dev libsqlite3-dev rapidjson-dev libhpdf-dev zlib1g-dev
)

# shellcheck disable=SC2034
test_packages=(
    doctest-dev python3 python3-openpyxl python3-babel python3-prometheus-client iso-codes libxml2-utils libreoffice-calc-nogui miller qpdf poppler-utils
    unzip zip postgresql nginx-light curl sqlite3 procps openssl universal-ctags iso-codes python3-babel
    hledger ledger beancount tryton-server tryton-modules-account tryton-modules-account-fr tryton-proteus
)

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

# ensure_packages NAME...: installs what is missing, and says so. Does nothing, without root and without network, when nothing is.
ensure_packages() {
    local missing
    mapfile -t missing < <(missing_packages "$@")
    if ((${#missing[@]} == 0)); then
        return 0
    fi
    echo "These packages are missing: ${missing[*]}" >&2
    local as_root=(env)
    if ((EUID != 0)); then
        if ! command -v sudo >/dev/null; then
            {
                echo "There is no sudo here. As root, run:"
                echo "    apt-get update && apt-get install --no-install-recommends ${missing[*]}"
            } >&2
            return 1
        fi
        as_root=(sudo env)
        echo "Installing them with sudo apt-get." >&2
    else
        echo "Installing them with apt-get." >&2
    fi
    "${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get update -q >&2
    "${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" >&2
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
