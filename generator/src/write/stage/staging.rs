//! A folder goes in; the staging folder beside it comes out, held by a lock, so that one run at a time is in it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use fs4::{FileExt, TryLockError};
use same_file::Handle;

use crate::write::naming;

const LOCK: &str = "lock";
/// The text of this file is the staging folder of the same run that has the journal.
const LEADER: &str = "leader";

/// A staging folder that this run holds.
#[derive(Debug)]
pub(super) struct Staging {
    place: PathBuf,
    /// Unlocked when it is closed, so at the latest when the process ends, however it does.
    lock: File,
}

/// The staging folder beside `folder`: one name, so that two runs cannot write at once.
pub(super) fn beside(folder: &Path) -> io::Result<PathBuf> {
    let folder = match fs::canonicalize(folder) {
        Ok(folder) => folder,
        Err(error) if error.kind() == io::ErrorKind::NotFound => std::path::absolute(folder)?,
        Err(error) => return Err(naming(folder, &error)),
    };
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    Ok(folder.with_file_name(format!(".{name}.storewright")))
}

impl Staging {
    /// Makes the folder; `leader` is the first one of this run.
    pub(super) fn claim(place: &Path, leader: Option<&Path>) -> io::Result<Self> {
        let busy = || {
            let message = format!(
                "{}: another run is writing, or the folder is none of ours: remove it if no run is",
                place.display()
            );
            io::Error::new(io::ErrorKind::AlreadyExists, message)
        };
        fs::create_dir(place).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => busy(),
            _ => naming(place, &error),
        })?;
        let path = place.join(LOCK);
        let made = File::create_new(&path);
        let lock = made.map_err(|error| match error.kind() {
            // Another run took the folder for one that was left.
            io::ErrorKind::NotFound | io::ErrorKind::AlreadyExists => busy(),
            _ => {
                let _ = fs::remove_dir(place);
                naming(&path, &error)
            }
        })?;
        match FileExt::try_lock(&lock) {
            Err(TryLockError::WouldBlock) => return Err(busy()),
            // Without locks nobody takes over what a run left, and all else is the same.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        let out = Self { place: place.to_owned(), lock };
        if let Some(leader) = leader {
            let path = place.join(LEADER);
            if let Err(error) = fs::write(&path, leader.as_os_str().as_encoded_bytes()) {
                out.remove();
                return Err(naming(&path, &error));
            }
        }
        Ok(out)
    }

    /// Holds a folder that a run left; none if a run holds it still, or it is no staging folder.
    pub(super) fn take_over(place: &Path) -> io::Result<Option<Self>> {
        let path = place.join(LOCK);
        let lock = match File::options().write(true).open(&path) {
            Ok(lock) => lock,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // A run was stopped when it had just begun or had just ended; `remove_dir` refuses a folder with files.
                let _ = fs::remove_dir(place);
                return Ok(None);
            }
            Err(error) => return Err(naming(&path, &error)),
        };
        if FileExt::try_lock(&lock).is_err() {
            return Ok(None);
        }
        // Another run may have cleared it away, and yet another made it anew, since the file was opened.
        let same = |lock: &File| -> io::Result<bool> {
            Ok(Handle::from_file(lock.try_clone()?)? == Handle::from_path(&path)?)
        };
        Ok(same(&lock).unwrap_or(false).then(|| Self { place: place.to_owned(), lock }))
    }

    pub(super) fn place(&self) -> &Path {
        &self.place
    }

    /// The staging folder of the same run that has the journal.
    pub(super) fn leader(&self) -> io::Result<PathBuf> {
        let path = self.place.join(LEADER);
        match fs::read_to_string(&path) {
            Ok(leader) => Ok(PathBuf::from(leader)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(self.place.clone()),
            Err(error) => Err(naming(&path, &error)),
        }
    }

    /// Removes it, the lock last. What stays behind hurts nobody: the next run clears it away.
    pub(super) fn remove(self) {
        for entry in fs::read_dir(&self.place).into_iter().flatten().flatten() {
            if entry.file_name() != LOCK {
                let path = entry.path();
                let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
            }
        }
        let _ = fs::remove_file(self.place.join(LOCK));
        drop(self.lock);
        let _ = fs::remove_dir(&self.place);
    }
}
