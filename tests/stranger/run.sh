#!/usr/bin/env bash
# Walks a stranger's path in an empty CARGO_HOME and outside of the checkout: installs `storewright` from git, makes clients of
# two documents, compiles programs that call them on loopback, follows the recipe of docs/build-script.md, and compiles a
# caller of App Store Connect over a git dependency. Prints the time of each step. It needs a network or a registry mirror.
# `run.sh large` walks to the first call of three large documents of vendors instead, which are next to the checkout.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The settings of a mirror, if there are any, and nothing else of the person's.
config="${CARGO_HOME:-$HOME/.cargo}/config.toml"
if [ -f "$config" ]; then mkdir -p "$work/cargo" && cp "$config" "$work/cargo/"; fi
export CARGO_HOME="$work/cargo" CARGO_TARGET_DIR="$work/target"
cd "$work"

fail() {
    printf 'stranger: %s\n' "$*" >&2
    exit 1
}

# Runs a step and prints how long it took; its output is shown if it fails.
step() {
    local name=$1 start=$SECONDS
    shift
    "$@" > "$work/log" 2>&1 || {
        cat "$work/log" >&2
        fail "$name failed"
    }
    printf '%4d s  %s\n' $((SECONDS - start)) "$name"
}

# What is committed, as a repository that cargo can read.
git clone --quiet --no-hardlinks --depth 1 "file://$root" "$work/repository"
url="file://$work/repository"

step "cargo install --git URL storewright" cargo install --quiet --locked --git "$url" --root "$work/installed" storewright
export PATH="$work/installed/bin:$PATH"
size=$(wc -c < "$work/installed/bin/storewright")
printf '        %s bytes\n' "$size"
[ "$size" -le 15000000 ] || fail "the binary is larger than 15 MB"

# Makes a program of a package that depends on a client and is given its main function.
program() {
    local name=$1 dependency=$2
    mkdir -p "$name/src"
    cat > "$name/Cargo.toml" <<MANIFEST
[package]
name = "$name"
version = "0.1.0"
edition = "2024"

[workspace]

[dependencies]
$dependency
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
MANIFEST
    cat > "$name/src/main.rs"
}

judge() {
    if ! command -v node > /dev/null || ! command -v npm > /dev/null; then return 1; fi
    [ -d "$root/tests/contract/node_modules" ] || (cd "$root/tests/contract" && npm ci --silent)
}

# Runs a program against a server that was made from its document.
call() {
    local document=$1 manifest=$2
    coproc SERVER { node "$root/tests/contract/judge.mjs" "$document"; }
    local line address input=${SERVER[1]} server=$SERVER_PID result=0
    read -r line <&"${SERVER[0]}" || return 1
    address=${line#*\"address\":\"}
    # The shell does not end at an error here, since the caller looks at the result.
    BASE_URL="${address%%\"*}" cargo run --quiet --manifest-path "$manifest" || result=$?
    exec {input}>&-
    wait "$server" || true
    return "$result"
}

# Initializes a project for a document, generates its client, and calls it by the program of that name.
walk() {
    local name=$1 document=$2
    step "$name: storewright init" storewright init "$document" --dir "$name" --runtime "git=$url"
    cd "$name"
    step "$name: storewright generate" storewright generate
    step "$name: storewright generate --check" storewright generate --check
    step "$name: storewright overlay check" storewright overlay check
    cd ..
    program "call-$name" "$name-client = { path = \"../$name/client\" }" < "$here/$name.rs"
    step "$name: cargo build" cargo build --manifest-path "call-$name/Cargo.toml"
    if judge; then
        step "$name: a call to Prism" call "$document" "call-$name/Cargo.toml"
        printf '%4d s  from nothing to the response\n' "$SECONDS"
    else
        printf '        node or npm is missing: no call\n'
    fi
}

if [ "${1:-}" = large ]; then
    documents="${STOREWRIGHT_SHARED:-$root/../shared}/corpus/docs"
    large=(box=box-openapi--openapi.json discord=discord-api-spec--openapi.json twilio=twilio-oai--json-twilio_api_v2010.json)
    for one in "${large[@]}"; do
        document="$work/${one%%=*}.json"
        cp "$documents/${one#*=}" "$document" || fail "set STOREWRIGHT_SHARED to the folder of corpus/docs"
        walk "${one%%=*}" "$document"
    done
    exit 0
fi

for name in shop tasks; do walk "$name" "$here/$name.json"; done

# The recipe, file by file, with the name and the address of this package.
cd shop
for file in Cargo.toml build.rs src/lib.rs; do
    mkdir -p "$(dirname "$file")"
    awk -v file="\`$file\`:" '$0 == file { found = 1; next } found && /^```$/ { exit } found && !/^```/ && !/^$/ || found && started { started = 1; print }' \
        "$root/docs/build-script.md" | sed "s|URL|$url|" > "$file"
    [ -s "$file" ] || fail "docs/build-script.md has no $file"
done
printf '[workspace]\n' >> Cargo.toml
step "shop: the client in a build script" cargo check --manifest-path Cargo.toml
cd ..

client="app-store-connect-client = { git = \"$url\", default-features = false, features = [\"app-store\", \"jwt\", \"reqwest\"] }"
awk '/^```rust/ { found = 1; next } found && /^```/ { exit } found { print }' "$root/README.md" | program connect "$client"
step "App Store Connect: cargo check" cargo check --manifest-path connect/Cargo.toml
if grep -E '^(error|warning)' "$work/log"; then fail "cargo complains about the repository"; fi
printf '%4d s  in all\n' "$SECONDS"
