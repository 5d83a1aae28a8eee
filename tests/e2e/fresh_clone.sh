#!/usr/bin/env bash
# Clones the committed state, starts it with `make run` as on a fresh machine, stops it, starts it
# again, and tells how long each took. Nothing of the person's home or environment is used, except
# how this machine reaches its package index (PIP_*, UV_*, proxies and certificates).
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
place=$(mktemp -d)
port=${NUANYU_TEST_PORT:-18080}
make_pid=""

finish() {
    [ -z "$make_pid" ] || kill -KILL "$make_pid" 2>/dev/null || true
    rm -rf "$place"
}
trap finish EXIT

git clone --quiet "$source" "$place/clone"
mkdir "$place/home"
cd "$place/clone"

kept=()
while IFS= read -r -d '' pair; do
    case "$pair" in
        PIP_* | UV_* | SSL_CERT_* | *_proxy=* | *_PROXY=* | LANG=* | LC_*) kept+=("$pair") ;;
    esac
done < <(env -0)
[ ! -f "$HOME/.config/pip/pip.conf" ] || kept+=("PIP_CONFIG_FILE=$HOME/.config/pip/pip.conf")

is_ready() {
    python3 - "$port" <<'PYTHON'
import sys, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
try:
    sys.exit(opener.open(f"http://127.0.0.1:{sys.argv[1]}/readyz", timeout=2).status != 200)
except OSError:
    sys.exit(1)
PYTHON
}

leftovers() { pgrep -f "$place" || true; }

start_and_stop() {
    local began=$SECONDS log="$place/$1.log"
    # Job control off: the make gets a group of its own by setsid, as a terminal would give it.
    setsid env -i HOME="$place/home" PATH="$PATH" NUANYU_PORT="$port" "${kept[@]}" make run >"$log" 2>&1 &
    make_pid=$!
    until is_ready; do
        kill -0 "$make_pid" 2>/dev/null || { cat "$log" && echo "The $1 start ended by itself." && exit 1; }
        [ $((SECONDS - began)) -lt 600 ] || { cat "$log" && echo "The $1 start is not ready." && exit 1; }
        sleep 0.5
    done
    echo "The $1 start was ready after $((SECONDS - began)) s."
    began=$SECONDS
    kill -TERM "$make_pid"
    wait "$make_pid" || true
    make_pid=""
    [ -z "$(leftovers)" ] || { sleep 1; }
    if [ -n "$(leftovers)" ]; then
        ps -fp "$(leftovers | paste -sd,)"
        echo "The processes above were left running."
        exit 1
    fi
    echo "The $1 stop took $((SECONDS - began)) s and left nothing running."
}

start_and_stop first
start_and_stop second
