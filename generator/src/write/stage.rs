//! Files to put and to drop go in; the folders hold them afterwards, or are as they were.
//!
//! Beside each folder stands a staging folder while a run writes. The first of them has the journal: what is moved where,
//! written before the first move and removed after the last. So of what a run left that was killed, either nothing was
//! moved yet, or all of it was, or the journal says how it is taken back.

mod journal;
mod staging;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use self::journal::{Journal, Move};
use self::staging::Staging;
use super::{Left, naming};

/// What is to change in one folder.
pub(super) struct Step<'a> {
    pub(super) folder: &'a Path,
    /// Text by path below the folder.
    pub(super) put: BTreeMap<&'a str, &'a str>,
    /// Paths below the folder.
    pub(super) drop: BTreeSet<&'a Path>,
}

/// Takes all steps, or none.
pub(super) fn run(steps: &[Step<'_>]) -> io::Result<()> {
    let mut held = Vec::new();
    let mut journal = Journal::default();
    match stage(steps, &mut held, &mut journal).and_then(|()| commit(&journal, &held)) {
        Ok(()) => {
            held.into_iter().for_each(Staging::remove);
            remove_emptied(steps);
            Ok(())
        }
        Err(error) => Err(take_back(&journal, held, error)),
    }
}

/// Takes back, or clears away, what a run left beside the folder that was killed while it wrote; none if there is nothing, or
/// a run is writing there now.
pub(super) fn recover(folder: &Path) -> io::Result<Option<Left>> {
    let place = staging::beside(folder)?;
    if fs::symlink_metadata(&place).is_err() {
        return Ok(None);
    }
    let Some(own) = Staging::take_over(&place)? else { return Ok(None) };
    let leader = own.leader()?;
    let Some(journal) = Journal::read(&leader)? else {
        // Nothing was moved yet, or all of it.
        own.remove();
        return Ok(Some(Left::Cleared));
    };
    let mut held = vec![own];
    for other in journal.folders.iter().filter(|other| **other != place) {
        match Staging::take_over(other)? {
            Some(staging) => held.push(staging),
            None if fs::symlink_metadata(other).is_ok() => return Ok(None),
            None => {}
        }
    }
    let failed = journal.undo();
    if !failed.is_empty() {
        return Err(io::Error::other(format!(
            "{}: a run was stopped while it wrote, and taking it back fails: {}",
            place.display(),
            failed.join(", ")
        )));
    }
    Journal::remove(&leader)?;
    held.into_iter().for_each(Staging::remove);
    journal.remove_made();
    Ok(Some(Left::TakenBack))
}

/// Writes every file beside its folder, on the same file system, where a full disk can still be taken back, and notes
/// what is to be moved.
fn stage(steps: &[Step<'_>], held: &mut Vec<Staging>, journal: &mut Journal) -> io::Result<()> {
    for step in steps {
        let place = staging::beside(step.folder)?;
        if let Some(parent) = place.parent() {
            journal.make(parent)?;
        }
        let staging = Staging::claim(&place, journal.folders.first().map(|leader| leader.as_path()))?;
        journal.folders.push(place.clone());
        held.push(staging);
        for (path, text) in &step.put {
            let path = place.join("new").join(path);
            let parent = path.parent().unwrap_or(&place);
            fs::create_dir_all(parent).map_err(|error| naming(parent, &error))?;
            fs::write(&path, text).map_err(|error| naming(&path, &error))?;
        }
    }
    for (step, place) in steps.iter().zip(journal.folders.clone()) {
        let old = place.join("old");
        for path in &step.drop {
            journal.moves.push(Move::Rename(step.folder.join(path), old.join(path)));
        }
        for path in step.put.keys() {
            let target = step.folder.join(path);
            if let Some(parent) = target.parent() {
                journal.plan(parent);
            }
            let is_dropped = step.drop.contains(Path::new(path));
            if fs::symlink_metadata(&target).is_ok() && !is_dropped {
                journal.moves.push(Move::Rename(target.clone(), old.join(path)));
            }
            journal.moves.push(Move::Rename(place.join("new").join(path), target));
        }
    }
    Ok(())
}

/// Moves what was staged to its place. All is done once the journal is gone.
fn commit(journal: &Journal, held: &[Staging]) -> io::Result<()> {
    let Some(leader) = held.first() else { return Ok(()) };
    journal.write(leader.place())?;
    journal.moves.iter().try_for_each(Move::make)?;
    Journal::remove(leader.place())
}

/// Takes back what was moved after a failure; what there is to say of it comes out.
fn take_back(journal: &Journal, held: Vec<Staging>, error: io::Error) -> io::Error {
    let failed = journal.undo();
    if failed.is_empty() {
        if let Some(Err(error)) = held.first().map(|leader| Journal::remove(leader.place())) {
            return error;
        }
        held.into_iter().for_each(Staging::remove);
        journal.remove_made();
        return error;
    }
    // The staging folders stay: they hold what could not be put back.
    let kept: Vec<String> = journal.folders.iter().map(|folder| folder.display().to_string()).collect();
    let (failed, kept) = (failed.join(", "), kept.join(", "));
    io::Error::new(
        error.kind(),
        format!(
            "{error}; taking it back failed too ({failed}): the old files are in {kept}, and the next run tries again"
        ),
    )
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

#[cfg(test)]
mod tests;
