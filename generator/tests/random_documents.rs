//! Generates crates from documents of random structure: no stage panics or works without bounds, and accepted documents
//! compile.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[allow(unreachable_pub, reason = "it is public for the fuzz targets")]
#[path = "../../fuzz/src/documents.rs"]
mod documents;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::Duration;
use std::{env, fs};

use crate::support::cargo::cargo;
use crate::support::stages::{Made, Texts};
use crate::support::{sample, shared, stages};
use serde_json::Value;
use storewright_generator::diagnostic::Sink;
use storewright_generator::diff::{self, Side};
use storewright_generator::render::File;
use storewright_generator::{plan, report};

/// Documents of a run, in a sample and of all; `STOREWRIGHT_DOCUMENTS` sets another number.
const DOCUMENTS: [u64; 2] = [80, 400];
/// The number of accepted ones that are compiled.
const COMPILED: usize = 25;
/// The CPU time that one document may take in a debug build.
const PATIENCE: Duration = Duration::from_secs(20);
/// Bytes of a crate whose document is empty, and the number of further bytes allowed for each byte of the document.
const CRATE: (usize, usize) = (100_000, 200);

/// SplitMix64: the same bytes on every machine.
fn bytes(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    };
    let length = usize::try_from(next() % 600).unwrap();
    (0..length).map(|_| next().to_le_bytes()[0]).collect()
}

fn cpu_time() -> Duration {
    nix::time::clock_gettime(nix::time::ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap().into()
}

fn made(name: &str, document: &Value) -> (Made, Option<Vec<File>>) {
    let text = serde_json::to_vec(document).unwrap();
    let texts = Texts { name: name.to_owned(), document: Some(("document.json", text)), ..Texts::default() };
    let mut out = Sink::new();
    let made = texts.make(|_| false, &mut out);
    assert_eq!(made.names.is_none(), out.has_errors(), "{}", stages::report(&out));
    let files = made.names.is_some().then(|| stages::rendered(&made, &runtime()));
    (made, files)
}

fn runtime() -> String {
    fs::canonicalize(shared::workspace().join("runtime")).unwrap().to_str().unwrap().replace('\\', "/")
}

/// Every report of the differences.
fn compare(old: &Made, new: &Made) {
    let of = |made: &Made| {
        let model = made.api.as_ref()?.model();
        Some((plan::items(&model, made.names.as_ref()?), model))
    };
    let (Some((old_items, old_model)), Some((new_items, new_model))) = (of(old), of(new)) else { return };
    let (Some(old_api), Some(old_names)) = (&old.api, &old.names) else { return };
    let (Some(new_api), Some(new_names)) = (&new.api, &new.names) else { return };
    let found = diff::diff(
        &Side { api: old_api, model: &old_model, names: old_names, items: Some(&old_items) },
        &Side { api: new_api, model: &new_model, names: new_names, items: Some(&new_items) },
        None,
    );
    report::text(&found, true);
    report::json(&found).unwrap();
    report::html(&found).unwrap();
    assert!(report::markdown(&found, report::COMMENT).chars().count() <= report::COMMENT);
}

#[test]
fn no_document_makes_a_stage_panic_or_work_without_bounds() {
    let wanted = env::var("STOREWRIGHT_DOCUMENTS").ok().and_then(|text| text.parse().ok());
    let mut last = Made::default();
    let (mut accepted, mut refused) = (0, 0);
    let wanted = wanted.unwrap_or_else(|| sample::of(DOCUMENTS[0], DOCUMENTS[1]));
    for seed in 0..wanted {
        let document = documents::document(&bytes(seed));
        let start = cpu_time();
        let run = || {
            let (made, files) = made("random", &document);
            compare(&last, &made);
            (made, files)
        };
        let Ok((made, files)) = catch_unwind(AssertUnwindSafe(run)) else { panic!("{seed}: {document:#}") };
        let took = cpu_time() - start;
        assert!(took < PATIENCE, "{seed} took {took:?}: {document:#}");
        match files {
            Some(files) => {
                let size: usize = files.iter().map(|file| file.text.len()).sum();
                let most = CRATE.0 + CRATE.1 * document.to_string().len();
                assert!(size < most, "{seed}: {size} bytes of Rust for {document:#}");
                accepted += 1;
                last = made;
            }
            None => refused += 1,
        }
    }
    println!("{accepted} documents accepted, {refused} refused");
    assert!(accepted > wanted / 4, "{accepted} accepted, {refused} refused");
}

#[test]
fn accepted_documents_compile() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("random");
    let crates = folder.join("crates");
    let _ = fs::remove_dir_all(&crates);
    let mut names = Vec::new();
    for seed in 0.. {
        let name = format!("random-{seed}");
        let document = documents::document(&bytes(seed));
        if let (_, Some(files)) = made(&name, &document) {
            for file in files {
                let path = crates.join(&name).join(file.path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, file.text).unwrap();
            }
            fs::write(crates.join(&name).join("document.json"), document.to_string()).unwrap();
            names.push(name);
        }
        if names.len()
            >= env::var("STOREWRIGHT_COMPILED").ok().and_then(|n| n.parse().ok()).unwrap_or(COMPILED)
        {
            break;
        }
    }
    let manifest = "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n\n[workspace.lints.rust]\nunsafe_code = \"forbid\"\n";
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::copy(shared::workspace().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let output = cargo(&folder, &["build", "--no-default-features", "--workspace", "--keep-going"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}:\n{said}", crates.display());
}
