#!/usr/bin/env bash
# Writes the hash-locked requirements anew. Needs uv (`pip install uv`) and a package index.
set -euo pipefail
cd "$(dirname "$0")/.."
lock() { uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-header --no-annotate "$@"; }
lock --extra agent pyproject.toml -o requirements/agent.txt
lock --extra collector --extra collector-gsm-modem pyproject.toml -o requirements/collector.txt
lock --extra agent --extra collector pyproject.toml -o requirements/run.txt
lock --extra agent --extra collector --extra dev pyproject.toml -o requirements/dev.txt
lock --extra agent --extra collector --extra dev --extra bench pyproject.toml -o requirements/bench.txt
lock requirements/bench-gateway.in -o requirements/bench-gateway.txt
lock requirements/build.in -o requirements/build.txt
lock requirements/pages.in -o requirements/pages.txt
# The names behind the gate's hashes, so that a test can see that each has a wheel for a Raspberry Pi.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
uv pip compile -q --universal --python-version 3.11 --extra agent pyproject.toml -o "$folder/pylock.toml"
python3 requirements/wheels.py "$folder/pylock.toml" requirements/agent-wheels.txt
