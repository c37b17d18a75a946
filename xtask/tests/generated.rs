//! Compares `generated/` with the files that the stored Apis give, by the comparer of `generate --check`.

#![allow(clippy::unwrap_used)] // only a `#[test]` may unwrap by clippy.toml, and these are what tests are made of

use std::path::Path;
use std::process::Command;

#[test]
fn the_committed_crates_are_what_the_stored_apis_give() {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let output = command.args(["generate", "--check"]).current_dir(checkout).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
