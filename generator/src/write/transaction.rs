//! Changes the files of folders: each file is replaced by a rename, so no reader finds half of one.
//!
//! Every text is written to a temporary file first, next to its target, where a full disk or a folder without write
//! permission changes nothing yet. Nothing on disk says how to continue a run that was killed: a plan that is read back
//! could name any file. The next run compares and writes again, and takes temporary files for orphans.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use fs4::{FileExt, TryLockError};
use same_file::Handle;
use tempfile::TempPath;

use super::{TEMPORARY, naming};

/// Starts like the temporary files, so that the leftovers of a killed run are orphans, too.
const LOCK: &str = ".storewright-lock";

/// The changes of one folder.
pub(super) struct Replacement<'a> {
    pub(super) folder: &'a Path,
    /// Paths below the folder with their texts, in the order in which the files are replaced.
    pub(super) put: Vec<(&'a str, &'a str)>,
    /// Paths below the folder.
    pub(super) drop: BTreeSet<&'a Path>,
}

/// Takes the steps in their order. An error before the first rename leaves every file unchanged.
pub(super) fn run(steps: &[Replacement<'_>]) -> io::Result<()> {
    let mut made = Made::default();
    let mut locks = Vec::new();
    for step in steps {
        made.folder(step.folder)?;
        locks.push(Lock::claim(step.folder)?);
    }
    let mut staged = Vec::new();
    for step in steps {
        for (path, text) in &step.put {
            let target = step.folder.join(path);
            staged.push((stage(step, &target, text, &mut made)?, target));
        }
    }
    made.keep();
    for step in steps {
        for path in step.drop.iter().filter(|path| **path != Path::new(LOCK)) {
            let path = step.folder.join(path);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(naming(&path, &error)),
                _ => {}
            }
        }
    }
    for (temporary, target) in staged {
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).map_err(|error| naming(parent, &error))?;
        }
        temporary.persist(&target).map_err(|error| naming(&target, &error.error))?;
    }
    remove_emptied(steps);
    Ok(())
}

/// Writes the text to a temporary file in the target's folder.
fn stage(step: &Replacement<'_>, target: &Path, text: &str, made: &mut Made) -> io::Result<TempPath> {
    let mut folder = target.parent().unwrap_or(step.folder);
    let is_dropped =
        |folder: &Path| folder.strip_prefix(step.folder).is_ok_and(|path| step.drop.contains(path));
    if folder.ancestors().any(is_dropped) {
        // A file is there until it is dropped.
        folder = step.folder;
    }
    made.folder(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY);
    // The mode of any file that is written, not of one for its owner alone.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(|error| naming(folder, &error))?;
    io::Write::write_all(&mut file, text.as_bytes()).map_err(|error| naming(target, &error))?;
    Ok(file.into_temp_path())
}

/// Removes the folders that dropped files leave empty.
fn remove_emptied(steps: &[Replacement<'_>]) {
    for step in steps {
        for path in &step.drop {
            let mut folder = step.folder.join(path);
            // `remove_dir` refuses a folder that contains anything.
            while folder.pop() && folder != step.folder && fs::remove_dir(&folder).is_ok() {}
        }
    }
}

/// Folders that this run made; dropping it removes those that are still empty.
#[derive(Default)]
struct Made(Vec<PathBuf>);

impl Made {
    /// Makes a folder and those around it.
    fn folder(&mut self, folder: &Path) -> io::Result<()> {
        let missing: Vec<&Path> = folder
            .ancestors()
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.is_dir())
            .collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder).map_err(|error| naming(folder, &error))?;
            self.0.push(folder.to_owned());
        }
        Ok(())
    }

    fn keep(&mut self) {
        self.0.clear();
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        for folder in self.0.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Excludes a second run from a folder; dropping it removes the file.
///
/// The system unlocks the file when the process ends, however it does, so the next run can claim it.
struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    fn claim(folder: &Path) -> io::Result<Self> {
        let path = lock(folder);
        let busy =
            |why: &str| io::Error::new(io::ErrorKind::AlreadyExists, format!("{}: {why}", path.display()));
        // A link or a pipe here is not a lock of ours, and opening it could write elsewhere or wait forever.
        if fs::symlink_metadata(&path).is_ok_and(|found| !found.is_file()) {
            return Err(busy("not a lock file of this tool; remove it"));
        }
        let opened = File::options().write(true).create(true).truncate(false).open(&path);
        let file = opened.map_err(|error| naming(&path, &error))?;
        match FileExt::try_lock(&file) {
            Err(TryLockError::WouldBlock) => return Err(busy("another run is writing into this folder")),
            // A file system without locks does not stop a run.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        // The run that had the lock may have removed the file since it was opened.
        let is_current =
            || -> io::Result<bool> { Ok(Handle::from_file(file.try_clone()?)? == Handle::from_path(&path)?) };
        if !is_current().unwrap_or(false) {
            return Err(busy("another run has just written into this folder; run the command again"));
        }
        Ok(Self { path, _file: file })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// The file that excludes other runs from a folder.
pub(super) fn lock(folder: &Path) -> PathBuf {
    folder.join(LOCK)
}
