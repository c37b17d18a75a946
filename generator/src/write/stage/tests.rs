//! Runs that end at every move go in; what the next run makes of what they left is asserted.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::*;
use crate::write::tests::{put, tree};

/// Two folders of one run, with files that are replaced, dropped and new, and folders that are new.
fn before(at: &Path) {
    put(at.join("specs/api/info.yaml"), "old");
    put(at.join("specs/api/gone/x.yaml"), "old");
    put(at.join("specs/source.toml"), "old");
    put(at.join("crates/one/src"), "old, and a folder comes");
    put(at.join("crates/one/Cargo.toml"), "old");
}

fn folders(at: &Path) -> [PathBuf; 3] {
    [at.join("specs"), at.join("crates/one"), at.join("new/two")]
}

fn steps(folders: &[PathBuf; 3]) -> Vec<Step<'_>> {
    let [specs, one, two] = folders;
    let put = |paths: &[&'static str]| paths.iter().map(|path| (*path, "new")).collect();
    vec![
        Step {
            folder: specs,
            put: put(&["api/info.yaml", "api/fresh.yaml", "source.toml"]),
            drop: BTreeSet::from([Path::new("api/gone/x.yaml")]),
        },
        Step {
            folder: one,
            put: put(&["Cargo.toml", "src/deep/lib.rs"]),
            drop: BTreeSet::from([Path::new("src")]),
        },
        Step { folder: two, put: put(&["src/lib.rs"]), drop: BTreeSet::new() },
    ]
}

/// A run that ends as a killed one does: nothing is cleaned up, and the system lets go of its locks.
struct Killed {
    journal: Journal,
    held: Vec<Staging>,
}

impl Killed {
    fn staged(folders: &[PathBuf; 3]) -> Self {
        let (mut journal, mut held) = (Journal::default(), Vec::new());
        stage(&steps(folders), &mut held, &mut journal).unwrap();
        Self { journal, held }
    }

    /// After so many moves.
    fn after(folders: &[PathBuf; 3], moves: usize) -> Self {
        let out = Self::staged(folders);
        out.journal.write(out.held[0].place()).unwrap();
        out.journal.moves.iter().take(moves).for_each(|m| m.make().unwrap());
        out
    }
}

fn old() -> BTreeMap<String, String> {
    let dir = tempfile::tempdir().unwrap();
    before(dir.path());
    tree(dir.path())
}

fn new() -> BTreeMap<String, String> {
    let dir = tempfile::tempdir().unwrap();
    before(dir.path());
    run(&steps(&folders(dir.path()))).unwrap();
    tree(dir.path())
}

fn moves() -> usize {
    let dir = tempfile::tempdir().unwrap();
    before(dir.path());
    Killed::staged(&folders(dir.path())).journal.moves.len()
}

#[test]
fn all_steps_are_taken() {
    let new = new();
    let files: Vec<&str> = new.iter().filter(|(p, _)| !p.ends_with('/')).map(|(p, _)| p.as_str()).collect();
    assert_eq!(
        files,
        [
            "crates/one/Cargo.toml",
            "crates/one/src/deep/lib.rs",
            "new/two/src/lib.rs",
            "specs/api/fresh.yaml",
            "specs/api/info.yaml",
            "specs/source.toml",
        ]
    );
    assert!(new.iter().all(|(path, text)| path.ends_with('/') || text == "new"), "{new:?}");
    assert!(!new.contains_key("specs/api/gone/"), "a folder left empty goes too");
}

#[test]
fn what_a_run_left_is_taken_back_wherever_it_ended() {
    let (old, new) = (old(), new());
    for moved in 0..=moves() {
        for folder in 0..3 {
            let dir = tempfile::tempdir().unwrap();
            let folders = folders(dir.path());
            before(dir.path());
            drop(Killed::after(&folders, moved));
            assert_eq!(recover(&folders[folder]).unwrap(), Some(Left::TakenBack), "{moved} moves");
            assert_eq!(tree(dir.path()), old, "{moved} moves, found at folder {folder}");
            run(&steps(&folders)).unwrap();
            assert_eq!(tree(dir.path()), new, "{moved} moves");
        }
    }
}

#[test]
fn a_run_that_takes_back_may_end_too() {
    let old = old();
    for undone in 0..=moves() {
        let dir = tempfile::tempdir().unwrap();
        let folders = folders(dir.path());
        before(dir.path());
        let killed = Killed::after(&folders, usize::MAX);
        killed.journal.moves.iter().rev().take(undone).for_each(|m| m.undo().unwrap());
        drop(killed);
        assert_eq!(recover(&folders[0]).unwrap(), Some(Left::TakenBack));
        assert_eq!(tree(dir.path()), old, "{undone} moves were taken back before");
    }
}

#[test]
fn what_was_only_staged_or_is_done_is_cleared_away() {
    let dir = tempfile::tempdir().unwrap();
    let folders = folders(dir.path());
    before(dir.path());
    drop(Killed::staged(&folders));
    for folder in &folders {
        assert_eq!(recover(folder).unwrap(), Some(Left::Cleared));
        assert_eq!(recover(folder).unwrap(), None);
    }
    // The folder that was made to stage in stays: it holds no file.
    let mut found = tree(dir.path());
    assert_eq!(found.remove("new/"), Some(String::new()));
    assert_eq!(found, old());

    let killed = Killed::after(&folders, usize::MAX);
    Journal::remove(killed.held[0].place()).unwrap();
    drop(killed);
    for folder in folders.iter().rev() {
        assert_eq!(recover(folder).unwrap(), Some(Left::Cleared));
    }
    let mut found = tree(dir.path());
    assert_eq!(found.remove("specs/api/gone/"), Some(String::new()));
    assert_eq!(found, new());
}

#[test]
fn a_folder_whose_making_was_stopped_is_cleared_away() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path().join("one");
    fs::create_dir(dir.path().join(".one.storewright")).unwrap();
    assert_eq!(recover(&at).unwrap(), None);
    assert_eq!(tree(dir.path()), BTreeMap::new());
    put(dir.path().join(".one.storewright/lock"), "");
    assert_eq!(recover(&at).unwrap(), Some(Left::Cleared));
    assert_eq!(tree(dir.path()), BTreeMap::new());
}

#[test]
fn a_run_that_is_writing_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let folders = folders(dir.path());
    before(dir.path());
    let running = Killed::after(&folders, 3);
    let seen = tree(dir.path());
    for folder in &folders {
        assert_eq!(recover(folder).unwrap(), None);
        let alone = Step { folder, put: BTreeMap::from([("x", "x")]), drop: BTreeSet::new() };
        let error = run(&[alone]).unwrap_err();
        assert!(error.to_string().contains("another run is writing"), "{error}");
    }
    assert_eq!(tree(dir.path()), seen);
    drop(running);
    assert_eq!(recover(&folders[1]).unwrap(), Some(Left::TakenBack));
}

#[test]
fn a_journal_that_cannot_be_read_stops_everything() {
    let dir = tempfile::tempdir().unwrap();
    let folders = folders(dir.path());
    before(dir.path());
    drop(Killed::after(&folders, 3));
    put(dir.path().join(".specs.storewright/journal.json"), "{");
    let seen = tree(dir.path());
    let error = recover(&folders[0]).unwrap_err();
    assert!(error.to_string().contains("journal.json"), "{error}");
    assert_eq!(tree(dir.path()), seen);
}
