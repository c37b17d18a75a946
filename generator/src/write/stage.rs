//! Files to put and to drop go in; the folders hold them afterwards, or are as they were.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::naming;

/// What is to change in one folder.
pub(super) struct Step<'a> {
    pub(super) folder: &'a Path,
    /// Text by path below the folder.
    pub(super) put: BTreeMap<&'a str, &'a str>,
    /// Paths below the folder.
    pub(super) drop: BTreeSet<&'a Path>,
}

/// What was done, so that it can be taken back.
#[derive(Default)]
struct Journal {
    /// Staging folders, removed in either case.
    staging: Vec<PathBuf>,
    /// In the order in which it was done.
    done: Vec<Done>,
}

enum Done {
    /// A folder was made.
    Made(PathBuf),
    /// A file was kept aside: where it was, where it is kept.
    Kept(PathBuf, PathBuf),
    /// A file was put where none was.
    Put(PathBuf),
}

/// Takes all steps, or none.
pub(super) fn run(steps: &[Step<'_>]) -> io::Result<()> {
    let mut journal = Journal::default();
    let error = match stage(steps, &mut journal).and_then(|()| commit(steps, &mut journal)) {
        Ok(()) => {
            remove_staging(&journal);
            remove_emptied(steps);
            return Ok(());
        }
        Err(error) => error,
    };
    let failed = take_back(&journal);
    if failed.is_empty() {
        remove_staging(&journal);
        remove_made(&journal);
        return Err(error);
    }
    // The staging folders stay: they hold what could not be put back.
    let kept: Vec<String> = journal.staging.iter().map(|folder| folder.display().to_string()).collect();
    let (failed, kept) = (failed.join(", "), kept.join(", "));
    let message = format!("{error}; taking it back failed too ({failed}): the old files are in {kept}");
    Err(io::Error::new(error.kind(), message))
}

/// Writes every file beside its folder, on the same file system, where a full disk can still be taken back.
fn stage(steps: &[Step<'_>], journal: &mut Journal) -> io::Result<()> {
    for step in steps {
        let folder = staging(step.folder)?;
        if let Some(parent) = folder.parent() {
            make(parent, journal)?;
        }
        fs::create_dir(&folder).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => io::Error::new(
                error.kind(),
                format!(
                    "{}: another run is writing, or one was stopped while it did: remove the folder if none is",
                    folder.display()
                ),
            ),
            _ => naming(&folder, &error),
        })?;
        journal.staging.push(folder.clone());
        for (path, text) in &step.put {
            let path = folder.join("new").join(path);
            let parent = path.parent().unwrap_or(&folder);
            fs::create_dir_all(parent).map_err(|error| naming(parent, &error))?;
            fs::write(&path, text).map_err(|error| naming(&path, &error))?;
        }
    }
    Ok(())
}

/// Moves what was staged to its place.
fn commit(steps: &[Step<'_>], journal: &mut Journal) -> io::Result<()> {
    // Invariant: `stage` made one staging folder a step, in their order.
    let staging = journal.staging.clone();
    for (step, staging) in steps.iter().zip(&staging) {
        for path in &step.drop {
            keep(&step.folder.join(path), &staging.join("old").join(path), journal)?;
        }
        for path in step.put.keys() {
            let (new, place) = (staging.join("new").join(path), step.folder.join(path));
            if let Some(parent) = place.parent() {
                make(parent, journal)?;
            }
            if fs::symlink_metadata(&place).is_ok() {
                keep(&place, &staging.join("old").join(path), journal)?;
            }
            fs::rename(&new, &place).map_err(|error| naming(&place, &error))?;
            journal.done.push(Done::Put(place));
        }
    }
    Ok(())
}

/// Moves a file aside.
fn keep(place: &Path, kept: &Path, journal: &mut Journal) -> io::Result<()> {
    if let Some(parent) = kept.parent() {
        fs::create_dir_all(parent).map_err(|error| naming(parent, &error))?;
    }
    fs::rename(place, kept).map_err(|error| naming(place, &error))?;
    journal.done.push(Done::Kept(place.to_owned(), kept.to_owned()));
    Ok(())
}

/// Makes a folder and those around it, noting each one that was not there.
fn make(folder: &Path, journal: &mut Journal) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        make(parent, journal)?;
    }
    fs::create_dir(folder).map_err(|error| naming(folder, &error))?;
    journal.done.push(Done::Made(folder.to_owned()));
    Ok(())
}

/// Takes files back in reverse order; what failed comes out.
fn take_back(journal: &Journal) -> Vec<String> {
    let back = |done: &Done| match done {
        Done::Made(_) => Ok(()),
        Done::Kept(place, kept) => fs::rename(kept, place).map_err(|error| naming(place, &error)),
        Done::Put(place) => fs::remove_file(place).map_err(|error| naming(place, &error)),
    };
    journal.done.iter().rev().filter_map(|done| back(done).err()).map(|error| error.to_string()).collect()
}

fn remove_staging(journal: &Journal) {
    for folder in &journal.staging {
        // What stays behind hurts nobody but the next run, which names it.
        let _ = fs::remove_dir_all(folder);
    }
}

fn remove_made(journal: &Journal) {
    for done in journal.done.iter().rev() {
        if let Done::Made(folder) = done {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Removes the folders that dropped files leave empty.
fn remove_emptied(steps: &[Step<'_>]) {
    for step in steps {
        for path in &step.drop {
            let mut folder = step.folder.join(path);
            // `remove_dir` refuses a folder that holds anything.
            while folder.pop() && folder != step.folder && fs::remove_dir(&folder).is_ok() {}
        }
    }
}

/// The folder beside `folder` in which its files are staged. One name, so that two runs cannot write at once.
fn staging(folder: &Path) -> io::Result<PathBuf> {
    let folder = match fs::canonicalize(folder) {
        Ok(folder) => folder,
        Err(error) if error.kind() == io::ErrorKind::NotFound => std::path::absolute(folder)?,
        Err(error) => return Err(naming(folder, &error)),
    };
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    Ok(folder.with_file_name(format!(".{name}.storewright")))
}
