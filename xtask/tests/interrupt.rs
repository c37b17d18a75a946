//! Runs that are stopped at many points go in; files that are all old or all new, and a next run that works, are asserted.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/checkout.rs"]
mod checkout;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use checkout::Checkout;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Areas of the library: enough of them that writing takes a while.
const HANDLES: usize = 60;
/// What is seen of a run before it is stopped: so many files that it has staged or moved.
const POINTS: &[usize] = &[0, 1, 2, 10, 30, 60, 70, 75, 80];

/// A library with a version of its own, and with many handles.
fn library(version: &str) -> String {
    let paths: Vec<String> = (0..HANDLES)
        .map(|n| {
            format!(
                r#""/shelf{n}/books": {{ "get": {{ "operationId": "shelf{n}_list", "tags": ["Shelf{n}"],
                "parameters": [{{ "name": "v{version}", "in": "query", "schema": {{ "type": "string" }} }}],
                "responses": {{ "204": {{ "description": "" }} }} }} }}"#
            )
        })
        .collect();
    format!(
        r#"{{ "openapi": "3.0.3", "info": {{ "title": "Library", "version": "{version}" }}, "paths": {{ {} }} }}"#,
        paths.join(",")
    )
}

type Files = BTreeMap<PathBuf, Vec<u8>>;

/// A checkout whose stored Api and crate are of version 1, beside documents of both.
struct Shelf {
    checkout: Checkout,
    /// Every file of it.
    all: Files,
    /// What is stored and generated of both versions.
    old: Files,
    new: Files,
}

impl Shelf {
    fn new() -> Self {
        let checkout = Checkout::new();
        for version in ["1", "2"] {
            fs::write(checkout.path(&format!("{version}.json")), library(version)).unwrap();
        }
        checkout.run(&["update", "mini", "--from", "1.json"], 0);
        let (all, old) = (checkout.files(), written(&checkout));
        checkout.run(&["update", "mini", "--from", "2.json"], 0);
        let new = written(&checkout);
        assert_ne!(old, new);
        let out = Self { checkout, all, old, new };
        out.restore();
        out
    }

    /// Makes every file what it is at version 1.
    fn restore(&self) {
        for folder in ["specs/mini", "generated/mini"] {
            fs::remove_dir_all(self.checkout.path(folder)).unwrap();
        }
        for (path, bytes) in &self.all {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }

    fn start(&self) -> Child {
        Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(["update", "mini", "--from", "2.json"])
            .current_dir(self.checkout.path(""))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// How many files a run has staged or moved, in any order; none where it has not begun to.
    fn progress(&self) -> Option<usize> {
        let staging = ["specs/.mini.storewright", "generated/.mini.storewright"];
        let found: Vec<usize> = staging.iter().filter_map(|s| count(&self.checkout.path(s))).collect();
        (!found.is_empty()).then(|| found.iter().sum())
    }

    /// Sends `signal` once so much is done; whether the run was writing then, its exit code and what it said come out.
    fn stop(&self, signal: Signal, point: usize) -> (bool, Option<i32>, String) {
        let mut child = self.start();
        let mut seen = 0;
        let mut is_writing = false;
        while child.try_wait().unwrap().is_none() {
            // Files that are moved are no longer where they were staged, so what was seen once counts.
            let now = self.progress();
            is_writing = now.is_some();
            seen = seen.max(now.unwrap_or(0));
            let is_past = is_writing && now.unwrap_or(0) < seen;
            if point == 0 || seen >= point || is_past {
                kill(Pid::from_raw(child.id().try_into().unwrap()), signal).unwrap();
                break;
            }
        }
        let output = child.wait_with_output().unwrap();
        (is_writing, output.status.code(), String::from_utf8(output.stderr).unwrap())
    }
}

/// What is stored and generated, but for the day of it.
fn written(checkout: &Checkout) -> Files {
    let mut out = checkout.files();
    out.retain(|path, bytes| {
        if path.ends_with("source.toml") {
            let text = String::from_utf8(bytes.clone()).unwrap();
            *bytes = text.lines().filter(|line| !line.starts_with("date")).collect::<String>().into_bytes();
        }
        ["specs", "generated"].iter().any(|folder| path.starts_with(checkout.path(folder)))
    });
    out
}

/// How many files are below a folder that others write in; none where it is not there.
fn count(folder: &Path) -> Option<usize> {
    let entries = fs::read_dir(folder).ok()?.flatten();
    Some(entries.map(|entry| count(&entry.path()).unwrap_or(1)).sum())
}

#[test]
fn an_interrupted_run_leaves_all_files_old_or_all_new() {
    let shelf = Shelf::new();
    let mut while_writing = 0;
    for point in POINTS {
        let (is_writing, code, said) = shelf.stop(Signal::SIGINT, *point);
        let found = written(&shelf.checkout);
        let is_whole = found == shelf.old || found == shelf.new;
        assert!(is_whole, "stopped at {point}: {:?}\n{said}", differences(&shelf, &found));
        match code {
            Some(130) => {
                let done = if found == shelf.new { "everything was written" } else { "nothing was changed" };
                let whole = format!("interrupted: no file is left half-written: {done}\n");
                assert!(said.contains(&whole), "{said}");
            }
            Some(0) => assert_eq!(found, shelf.new, "stopped at {point}"),
            // Sent before there was a handler for it.
            None if *point == 0 => assert_eq!(found, shelf.old),
            code => panic!("stopped at {point}: {code:?}\n{said}"),
        }
        while_writing += usize::from(is_writing && code == Some(130));
        let said = shelf.checkout.run(&["update", "mini", "--from", "2.json"], 0);
        assert!(!said.contains("a run was stopped"), "{said}");
        assert_eq!(written(&shelf.checkout), shelf.new);
        shelf.restore();
    }
    assert!(while_writing > 0, "no signal came while files were written");
}

#[test]
fn the_run_after_a_killed_one_takes_back_what_it_left() {
    let shelf = Shelf::new();
    let mut left = 0;
    for point in POINTS {
        let (_, _, said) = shelf.stop(Signal::SIGKILL, *point);
        // Any command finds whole folders, and says why.
        let status = shelf.checkout.run(&["status"], 0);
        left += usize::from(status.contains("a run was stopped while it wrote; "));
        let found = written(&shelf.checkout);
        let is_whole = found == shelf.old || found == shelf.new;
        assert!(is_whole, "killed at {point}: {:?}\n{said}{status}", differences(&shelf, &found));
        shelf.checkout.run(&["update", "mini", "--from", "2.json"], 0);
        assert_eq!(written(&shelf.checkout), shelf.new, "killed at {point}");
        shelf.restore();
    }
    assert!(left > 0, "no run was killed while it wrote");
}

/// The first files that are neither.
fn differences<'a>(shelf: &'a Shelf, found: &'a Files) -> Vec<&'a PathBuf> {
    let is_other = |path: &&PathBuf| found.get(*path) != shelf.old.get(*path);
    let paths = shelf.old.keys().chain(shelf.new.keys()).chain(found.keys());
    paths.filter(is_other).take(10).collect()
}
