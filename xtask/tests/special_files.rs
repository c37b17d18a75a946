//! Gives commands pipes, devices and folders as input: each is refused at once, and nothing waits for a writer.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::checkout::Checkout;

/// A command that waits for a writer never ends.
const PATIENCE: Duration = Duration::from_secs(20);

fn refused(mut command: Command) -> String {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("{command:?} waits");
        }
        thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{command:?}: {said}");
    assert!(said.contains("not a regular file"), "{command:?}: {said}");
    said
}

fn fifo(checkout: &Checkout, path: &str) {
    assert!(Command::new("mkfifo").arg(checkout.path(path)).status().unwrap().success());
}

#[test]
fn documents_that_are_not_regular_files_are_refused() {
    let checkout = Checkout::new();
    fifo(&checkout, "pipe.json");
    fs::create_dir(checkout.path("folder.json")).unwrap();
    for from in ["pipe.json", "folder.json", "/dev/zero", "/dev/tty"] {
        if !fs::exists(checkout.path(from)).unwrap() {
            continue;
        }
        refused(checkout.command(&["generate", "--from", from, "--out", "../out", "--name", "x"]));
        refused(checkout.command(&["update", "mini", "--from", from]));
        refused(checkout.command(&["diff", from, "library.json"]));
    }
}

#[test]
fn rules_that_are_not_regular_files_are_refused() {
    for file in ["overlay.yaml", "naming.toml", "areas.toml"] {
        let checkout = Checkout::new();
        let path = format!("specs/mini/{file}");
        let _ = fs::remove_file(checkout.path(&path));
        fifo(&checkout, &path);
        let said = refused(checkout.command(&["update", "mini", "--from", "library.json"]));
        assert!(said.contains(file), "{said}");
    }
}
