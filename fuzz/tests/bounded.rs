//! Runs the fuzz targets on the corpus, unchanged and changed at random, within a time limit.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../generator/tests/support/sample.rs"]
mod sample;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// The time limit of one input, on a machine that does other work too.
const PATIENCE: Duration = Duration::from_secs(20);
/// Changed inputs of a run, in a sample and of all; libfuzzer goes on where this ends.
const ROUNDS: [usize; 2] = [400, 2000];
/// Texts that mean something to a parser.
const WORDS: &[&str] = &[
    "null",
    "true",
    "{}",
    "[]",
    "\"\"",
    "{",
    "[",
    "\"",
    "\\u0000",
    "\\ud800",
    "1e999",
    "-0",
    "18446744073709551616",
    "$ref",
    "'#/'",
    "#/components/schemas/A",
    "allOf",
    "oneOf",
    "items",
    "properties",
    "type",
    "id",
    "data",
    "included",
    "target: $..*",
    "copy: $",
    "remove: true",
    "&a ",
    "*a",
    "<<: *a",
    "- ",
    ": ",
    "\n  ",
    "\u{feff}",
    "é",
    "!!binary ",
];

/// SplitMix64: the same numbers on every machine.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    /// A place in the bytes and one behind it.
    fn range(&mut self, bytes: &[u8]) -> std::ops::Range<usize> {
        let start = self.below(bytes.len() + 1);
        start..start + self.below((bytes.len() - start).min(64) + 1)
    }

    fn change(&mut self, bytes: &mut Vec<u8>, corpus: &[Vec<u8>]) {
        let range = self.range(bytes);
        match self.below(6) {
            0 => drop(bytes.drain(range)),
            1 => {
                let copy = bytes[range.clone()].to_vec();
                drop(bytes.splice(range.start..range.start, copy));
            }
            2 => drop(bytes.splice(range, WORDS[self.below(WORDS.len())].bytes())),
            3 => {
                let other = &corpus[self.below(corpus.len())];
                let part = self.range(other);
                drop(bytes.splice(range.start..range.start, other[part].to_vec()));
            }
            4 => bytes.truncate(range.start),
            _ => {
                if let Some(byte) = bytes.get_mut(range.start) {
                    *byte ^= 1 << self.below(8);
                }
            }
        }
    }
}

fn run(target: fn(&[u8]), name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    // Inputs that are made to be costly are tried unchanged, once.
    let is_large =
        |path: &&std::path::PathBuf| path.file_name().unwrap().to_string_lossy().starts_with("large-");
    let read = |path: &std::path::PathBuf| fs::read(path).unwrap();
    let corpus: Vec<Vec<u8>> = files.iter().filter(|path| !is_large(path)).map(read).collect();
    assert!(!corpus.is_empty(), "{} is empty", folder.display());
    let mut numbers = Numbers(1);
    let changed = (0..sample::of(ROUNDS[0], ROUNDS[1])).map(|round| {
        let mut bytes = corpus[round % corpus.len()].clone();
        (0..=numbers.below(6)).for_each(|_| numbers.change(&mut bytes, &corpus));
        bytes
    });
    for (round, bytes) in files.iter().map(read).chain(changed).enumerate() {
        let start = Instant::now();
        if std::panic::catch_unwind(|| target(&bytes)).is_err() || start.elapsed() > PATIENCE {
            panic!(
                "{name}, round {round}, after {:?}:\n{}",
                start.elapsed(),
                String::from_utf8_lossy(&bytes)
            );
        }
    }
}

#[test]
fn documents() {
    run(storewright_fuzz::load, "load");
}

#[test]
fn overlays() {
    run(storewright_fuzz::overlay, "overlay");
}

#[test]
fn models() {
    run(storewright_fuzz::decode, "decode");
}
