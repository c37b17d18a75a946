//! Sets `shared` if the files next to the checkout are there: tests that need them are ignored where they are not.

use std::env;
use std::path::PathBuf;

/// Names the folder of these files; by default it is `../shared`.
const SHARED: &str = "STOREWRIGHT_SHARED";

fn main() {
    println!("cargo::rustc-check-cfg=cfg(shared)");
    println!("cargo::rerun-if-env-changed={SHARED}");
    // Not the folder itself: where it is missing, cargo would compile the package again and again.
    println!("cargo::rerun-if-changed=build.rs");
    let usual = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    if env::var_os(SHARED).map_or_else(usual, PathBuf::from).is_dir() {
        println!("cargo::rustc-cfg=shared");
    }
}
