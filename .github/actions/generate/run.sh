#!/usr/bin/env bash
# Generates a project's client and proposes the changes. The inputs are environment variables: see action.yml.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
out=${RUNNER_TEMP:-$(mktemp -d)}
cargo build --quiet --release --locked --package storewright --manifest-path "$here/Cargo.toml"
storewright="${CARGO_TARGET_DIR:-$here/target}/release/storewright"

cd "$FOLDER"
# A string in TOML of which only plain ones are taken: the path comes from the repository itself.
document=$(sed -n 's/^document *= *"\([^"\\]*\)".*/\1/p' storewright.toml)
if [ -n "${DOCUMENT_URL:-}" ]; then
    if [ ! -f "$document" ]; then
        printf 'storewright.toml names no file as its document, so there is nothing to replace: leave document-url empty\n' >&2
        exit 2
    fi
    curl --fail --silent --show-error --location --proto '=https' --max-time 120 --output "$out/document" --url "$DOCUMENT_URL"
    cp "$out/document" "$document"
fi
"$storewright" generate
if [ -f "$document" ]; then
    "$storewright" diff "HEAD:$document" "$document" --format markdown --max-chars 65000 --out "$out/diff.md"
else
    printf 'The generated client changed.\n' > "$out/diff.md"
fi

git add --all .
if git diff --cached --quiet; then
    printf 'changed=false\n' >> "${GITHUB_OUTPUT:-/dev/null}"
    exit 0
fi
printf 'changed=true\n' >> "${GITHUB_OUTPUT:-/dev/null}"
if [ -z "${TOKEN:-}" ]; then exit 0; fi
export GH_TOKEN="$TOKEN"
git switch --force-create "$BRANCH"
git -c user.name=github-actions -c user.email=github-actions@users.noreply.github.com commit --quiet --message "Generate the client again"
git push --force origin "$BRANCH"
gh pr create --base "$BASE" --head "$BRANCH" --title "Generate the client again" --body-file "$out/diff.md" ||
    gh pr edit "$BRANCH" --body-file "$out/diff.md"
