#!/usr/bin/env bash
# Runs `diff` once per format, then writes the comment. The inputs are environment variables: see action.yml.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
out=${RUNNER_TEMP:-$(mktemp -d)}
root=${ROOT:-$here}
cargo build --quiet --release --package xtask --manifest-path "$here/Cargo.toml"
xtask="${CARGO_TARGET_DIR:-$here/target}/release/xtask"
arguments=(--root "$root" diff "$OLD" "$NEW")
if [ -n "${POLICY:-}" ]; then arguments+=(--policy "$POLICY"); fi

"$xtask" "${arguments[@]}" --format sarif --out "$out/diff.sarif"
"$xtask" "${arguments[@]}" --format github
# The marker names the comment, and takes its part of the 65,536 characters that a comment may have.
marker="<!-- storewright diff: $(printf '%s' "$OLD" | tr -cd 'A-Za-z0-9:./-') -->"
"$xtask" "${arguments[@]}" --format markdown --max-chars 65000 --out "$out/report.md"
printf '%s\n%s' "$marker" "$(cat "$out/report.md")" > "$out/diff.md"
if [ -n "${GITHUB_OUTPUT:-}" ]; then
    printf 'report=%s\nsarif=%s\n' "$out/diff.md" "$out/diff.sarif" >> "$GITHUB_OUTPUT"
fi

if [ -n "${TOKEN:-}" ] && [ -n "${NUMBER:-}" ]; then
    export GH_TOKEN="$TOKEN"
    comments="repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments"
    known=$(gh api --paginate "$comments" --jq ".[] | select(.body | startswith(\"$marker\")) | .id" | head -n 1)
    if [ -n "$known" ]; then
        gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$known" --field "body=@$out/diff.md" --silent
    else
        gh api --method POST "$comments" --field "body=@$out/diff.md" --silent
    fi
fi

if [ -n "${FAIL_ON:-}" ]; then
    "$xtask" "${arguments[@]}" --format json --out "$out/diff.json" --fail-on "$FAIL_ON"
fi
