//! Lets Ctrl-C end the process, but not while it writes files that belong together.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{fs, process};

use anyhow::{Context, bail};

use crate::progress;
use crate::report::tell;

/// The exit code of a process that Ctrl-C ended, as shells report it: 128 and the number of the signal.
const INTERRUPTED: i32 = 130;

/// Locked while related files are written, and by the end of the process.
static WRITING: Mutex<()> = Mutex::new(());

/// True once the command's output is written.
static WRITTEN: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C waits until the current write is complete. Other signals end the process at once, and running the
/// command again completes the files.
pub fn watch() {
    let end = || {
        let _writing = writing();
        progress::clear();
        let done = match WRITTEN.load(Ordering::SeqCst) {
            true => "everything was written",
            false => "nothing was changed",
        };
        tell!("interrupted: no file is left half-written: {done}");
        process::exit(INTERRUPTED);
    };
    // Without a handler Ctrl-C is like those.
    let _ = ctrlc::set_handler(end);
}

/// Writes without interruption.
pub fn whole(write: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    let _writing = writing();
    write()?;
    WRITTEN.store(true, Ordering::SeqCst);
    Ok(())
}

/// Writes one file, or leaves it as it was.
pub fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        bail!("{}: there is no folder {}", path.display(), folder.display());
    }
    // A target that is not a file, such as a pipe, cannot be replaced.
    let replaced = match fs::metadata(path) {
        Ok(found) if !found.is_file() => fs::write(path, text),
        _ => whole(|| {
            let mut file = beside(folder)?;
            io::Write::write_all(&mut file, text.as_bytes())?;
            file.persist(path)?;
            Ok(())
        }),
    };
    // Nobody gave the path of the temporary file, which is in the message of its error.
    replaced.map_err(|error| io::Error::from(error.kind())).with_context(|| path.display().to_string())
}

/// A temporary file whose mode is that of any file that is written, and not for its owner alone.
fn beside(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

fn writing() -> MutexGuard<'static, ()> {
    WRITING.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_or_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("diff.html");
        for text in ["one", "two"] {
            replace(&path, text).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        let lost = dir.path().join("none/diff.html");
        let error = replace(&lost, "x").unwrap_err().to_string();
        assert!(error.starts_with(&format!("{}: there is no folder", lost.display())), "{error}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
