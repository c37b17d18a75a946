//! Moves of files go in; they are made or taken back, and stand on disk meanwhile, so that a later run can take them back.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::write::naming;

const NAME: &str = "journal.json";

/// What a run is to do once all is staged.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Journal {
    /// The staging folders; the first one has the journal.
    pub(super) folders: Vec<PathBuf>,
    /// The folders around them that were not there before, the outermost first.
    made: Vec<PathBuf>,
    /// In the order in which they are made.
    pub(super) moves: Vec<Move>,
}

/// One thing that the file system does at once.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Move {
    /// A folder is made.
    Make(PathBuf),
    /// A file goes from here to there, where nothing is.
    Rename(PathBuf, PathBuf),
}

impl Journal {
    /// Makes a folder and those around it, and notes each one that was not there.
    pub(super) fn make(&mut self, folder: &Path) -> io::Result<()> {
        let missing: Vec<&Path> = folder.ancestors().take_while(|folder| !is_folder(folder)).collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder).map_err(|error| naming(folder, &error))?;
            self.made.push(folder.to_owned());
        }
        Ok(())
    }

    /// Notes each folder that is not there yet, the outermost first.
    pub(super) fn plan(&mut self, folder: &Path) {
        let comes = |folder: &Path| {
            let is_it = |made: &Move| matches!(made, Move::Make(other) if other == folder);
            is_folder(folder) || self.moves.iter().any(is_it)
        };
        let missing: Vec<&Path> = folder.ancestors().take_while(|folder| !comes(folder)).collect();
        self.moves.extend(missing.into_iter().rev().map(|folder| Move::Make(folder.to_owned())));
    }

    /// Takes back what was moved, however far that had come; what failed comes out.
    pub(super) fn undo(&self) -> Vec<String> {
        let failed = self.moves.iter().rev().filter_map(|made| made.undo().err());
        failed.map(|error| error.to_string()).collect()
    }

    /// Removes the folders that were made, where nothing is in them.
    pub(super) fn remove_made(&self) {
        self.moves.iter().rev().for_each(Move::unmake);
        for folder in self.made.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }

    /// The journal in a staging folder, if it is there.
    pub(super) fn read(staging: &Path) -> io::Result<Option<Self>> {
        let path = staging.join(NAME);
        match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(naming(&path, &error)),
            Ok(text) => serde_json::from_slice(&text).map(Some).map_err(|error| naming(&path, &error.into())),
        }
    }

    /// Puts it into a staging folder, at once.
    pub(super) fn write(&self, staging: &Path) -> io::Result<()> {
        let (new, path) = (staging.join("journal.new"), staging.join(NAME));
        let text = serde_json::to_string(self).map_err(|error| naming(&path, &error.into()))?;
        fs::write(&new, text).map_err(|error| naming(&new, &error))?;
        fs::rename(&new, &path).map_err(|error| naming(&path, &error))
    }

    /// Takes it out of a staging folder, if it is there.
    pub(super) fn remove(staging: &Path) -> io::Result<()> {
        let path = staging.join(NAME);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(naming(&path, &error)),
            _ => Ok(()),
        }
    }
}

impl Move {
    pub(super) fn make(&self) -> io::Result<()> {
        match self {
            Self::Make(folder) => fs::create_dir(folder).map_err(|error| naming(folder, &error)),
            Self::Rename(from, to) => rename(from, to),
        }
    }

    /// Takes it back, if it was made.
    pub(super) fn undo(&self) -> io::Result<()> {
        match self {
            Self::Rename(from, to) if !is_there(from) && is_there(to) => rename(to, from),
            Self::Rename(..) => Ok(()),
            Self::Make(_) => {
                self.unmake();
                Ok(())
            }
        }
    }

    fn unmake(&self) {
        if let Self::Make(folder) = self {
            // `remove_dir` refuses a folder that holds anything.
            let _ = fs::remove_dir(folder);
        }
    }
}

fn is_folder(path: &Path) -> bool {
    path.as_os_str().is_empty() || path.is_dir()
}

fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

fn rename(from: &Path, to: &Path) -> io::Result<()> {
    let parent = to.parent().unwrap_or(to);
    // Within a staging folder; in the folder itself they are moves of their own.
    if !parent.is_dir() {
        fs::create_dir_all(parent).map_err(|error| naming(parent, &error))?;
    }
    fs::rename(from, to).map_err(|error| naming(to, &error))
}
