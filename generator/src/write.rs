//! Compares generated files with a folder, or makes the folder equal.
//!
//! Invariant: a file without the mark is never changed, replaced or removed, and neither is the target of a link.

mod transaction;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use walkdir::WalkDir;

use crate::diagnostic::{Code, Diagnostic, Place, Pointer};

/// The number of first lines that may contain a file's mark.
const MARK_LINES: usize = 5;
/// The number of bytes that are read to find a file's mark.
const MARK_BYTES: u64 = 4096;
/// The start of the names of this module's own files, which only a killed run leaves behind.
const TEMPORARY: &str = ".storewright-";

/// A folder whose marked files are all generated.
#[derive(Debug, Clone, Default)]
pub struct Root {
    /// The path; it need not exist.
    pub folder: PathBuf,
    /// Text of each file that should be there, by path below the folder, with `/`.
    pub files: BTreeMap<String, String>,
    /// Unmarked files, which a person edits, too: not compared, and replaced after `files`.
    pub records: BTreeMap<String, String>,
    /// Files of that kind that are to be removed.
    pub gone: BTreeSet<String>,
}

/// The differences between folders and their expected content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Files whose text is another.
    pub edited: BTreeSet<PathBuf>,
    /// Files that should be there and are not.
    pub missing: BTreeSet<PathBuf>,
    /// Marked files that should not be there, and temporary files of a killed run.
    pub orphaned: BTreeSet<PathBuf>,
    /// Paths of expected files with something that is not ours to replace, and the reason.
    pub foreign: BTreeMap<PathBuf, String>,
}

impl Comparison {
    /// True if the folders have the expected content.
    pub fn is_empty(&self) -> bool {
        self.edited.is_empty()
            && self.missing.is_empty()
            && self.orphaned.is_empty()
            && self.foreign.is_empty()
    }

    /// One error per file; `shown` is the path as a person knows it, `mend` the command that makes the folders equal.
    pub fn diagnostics(&self, shown: impl Fn(&Path) -> String, mend: &str) -> Vec<Diagnostic> {
        let run = format!("run `{mend}`");
        let rows = |code, paths: &BTreeSet<PathBuf>, message: &'static str| -> Vec<Diagnostic> {
            paths
                .iter()
                .map(|path| Diagnostic::error(code, place(shown(path)), message).help(run.clone()))
                .collect()
        };
        let mut out = rows(Code::EditedFile, &self.edited, "the file differs from the generator's output");
        out.extend(rows(Code::MissingFile, &self.missing, "the file would be generated and is not there"));
        out.extend(rows(Code::OrphanedFile, &self.orphaned, "the file is no longer generated"));
        out.extend(self.in_the_way(shown, &format!("move it away, then {run}")));
        out
    }

    /// One error for each file that stops a write.
    pub fn foreign(&self, shown: impl Fn(&Path) -> String) -> Vec<Diagnostic> {
        self.in_the_way(shown, "move it away, or generate into another folder; nothing was written")
    }

    fn in_the_way(&self, shown: impl Fn(&Path) -> String, help: &str) -> Vec<Diagnostic> {
        let error = |(path, why): (&PathBuf, &String)| {
            Diagnostic::error(Code::ForeignFile, place(shown(path)), why.clone()).help(help)
        };
        self.foreign.iter().map(error).collect()
    }
}

/// The lock file in a folder that a run is writing into, or was killed in: its files may be a mixture.
pub fn unfinished(folder: &Path) -> Option<PathBuf> {
    let path = transaction::lock(folder);
    fs::symlink_metadata(&path).is_ok().then_some(path)
}

fn place(file: String) -> Place {
    Place { file, pointer: Pointer::root(), ..Place::default() }
}

/// Every marked file of a folder.
///
/// # Errors
///
/// If a file or folder cannot be read; the message names it.
pub fn marked(folder: &Path, mark: &str) -> io::Result<BTreeSet<PathBuf>> {
    let mut out = BTreeSet::new();
    find_orphans(folder, &BTreeSet::new(), mark, &mut out)?;
    Ok(out)
}

/// Compares folders with their expected content; `mark` is in the first lines of every generated file.
///
/// # Errors
///
/// If a file or folder cannot be read, or a path leads out of its folder; the message names it.
pub fn compare(roots: &[Root], mark: &str) -> io::Result<Comparison> {
    let mut out = Comparison::default();
    for root in roots {
        for (path, text) in &root.files {
            compare_file(&root.folder, path, text, mark, &mut out)?;
        }
        for path in root.records.keys().chain(&root.gone) {
            relative(path)?;
            if let Some((at, why)) = obstacle(&root.folder, Path::new(path), mark)? {
                out.foreign.insert(at, why);
            }
        }
        let expected: BTreeSet<PathBuf> = root.files.keys().map(|path| root.folder.join(path)).collect();
        find_orphans(&root.folder, &expected, mark, &mut out.orphaned)?;
    }
    Ok(out)
}

/// Makes the folders equal to the roots, in the order of the roots; each file is replaced as a whole.
///
/// Equal files are not touched. A run that is killed is completed by the next one.
///
/// # Errors
///
/// If a file that is not generated is in the way, another run is writing, or a folder or file cannot be written. All
/// texts are written to temporary files before the first file is replaced, so almost every error leaves all files
/// unchanged; after one that does not, such as a file that becomes a folder meanwhile, the next run completes the rest.
pub fn write(roots: &[Root], comparison: &Comparison) -> io::Result<()> {
    if let Some((path, why)) = comparison.foreign.first_key_value() {
        return Err(io::Error::other(format!("{}: {why}", path.display())));
    }
    let mut steps = Vec::new();
    for root in roots {
        let changed = |path: &&String| {
            let path = root.folder.join(path);
            comparison.edited.contains(&path) || comparison.missing.contains(&path)
        };
        let files = root.files.iter().filter(|(path, _)| changed(path));
        let records = root
            .records
            .iter()
            .filter(|(path, text)| fs::read(root.folder.join(path)).ok().as_deref() != Some(text.as_bytes()));
        let put: Vec<_> = files.chain(records).map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let mut drop: BTreeSet<&Path> =
            comparison.orphaned.iter().filter_map(|path| path.strip_prefix(&root.folder).ok()).collect();
        drop.extend(root.gone.iter().map(Path::new).filter(|path| root.folder.join(path).is_file()));
        if !put.is_empty() || !drop.is_empty() {
            steps.push(transaction::Replacement { folder: &root.folder, put, drop });
        }
    }
    transaction::run(&steps)
}

fn compare_file(folder: &Path, path: &str, text: &str, mark: &str, out: &mut Comparison) -> io::Result<()> {
    relative(path)?;
    if let Some((at, why)) = obstacle(folder, Path::new(path), mark)? {
        out.foreign.insert(at, why);
        return Ok(());
    }
    let full = folder.join(path);
    let Some(found) = metadata(&full)? else {
        out.missing.insert(full);
        return Ok(());
    };
    let why = if found.is_symlink() {
        "a link is in place of a generated file"
    } else if !found.is_file() {
        "a folder is in place of a generated file"
    } else if !is_marked(&full, mark)? {
        "a file without the generator's mark is in place of a generated one"
    } else {
        if fs::read(&full).map_err(|error| naming(&full, &error))? != text.as_bytes() {
            out.edited.insert(full);
        }
        return Ok(());
    };
    out.foreign.insert(full, why.to_owned());
    Ok(())
}

/// The obstacle for a file at `path`: something that is not a folder in place of a folder.
///
/// A marked file there is an orphan, so it goes before the folder comes.
fn obstacle(folder: &Path, path: &Path, mark: &str) -> io::Result<Option<(PathBuf, String)>> {
    // The folder itself may be a link: that is where the person wants the files.
    let mut at = folder.to_owned();
    if fs::metadata(&at).is_ok_and(|found| !found.is_dir()) {
        return Ok(Some((at, "a file is in place of the folder".to_owned())));
    }
    for part in path.parent().into_iter().flat_map(Path::components) {
        at.push(part);
        match metadata(&at)? {
            None => return Ok(None),
            Some(found) if found.is_symlink() => {
                return Ok(Some((at, "a link is in place of a folder".to_owned())));
            }
            Some(found) if found.is_file() && is_marked(&at, mark)? => return Ok(None),
            Some(found) if !found.is_dir() => {
                return Ok(Some((at, "a file is in place of a folder".to_owned())));
            }
            Some(_) => {}
        }
    }
    Ok(None)
}

fn find_orphans(
    folder: &Path,
    expected: &BTreeSet<PathBuf>,
    mark: &str,
    out: &mut BTreeSet<PathBuf>,
) -> io::Result<()> {
    let all = WalkDir::new(folder).min_depth(1).into_iter();
    for entry in all.filter_entry(|entry| !entry.file_type().is_dir() || !is_apart(entry.path(), expected)) {
        let entry = match entry.map_err(io::Error::from) {
            Ok(entry) => entry,
            Err(error) if is_missing(&error) => continue,
            // It names the path.
            Err(error) => return Err(error),
        };
        let (kind, path) = (entry.file_type(), entry.into_path());
        if kind.is_file() && !expected.contains(&path) && (is_temporary(&path) || is_marked(&path, mark)?) {
            out.insert(path);
        }
    }
    Ok(())
}

/// True if a folder never belongs to a generated one: hidden, cargo's target, or another crate.
fn is_apart(folder: &Path, expected: &BTreeSet<PathBuf>) -> bool {
    let name = folder.file_name().unwrap_or_default();
    let manifest = folder.join("Cargo.toml");
    name.as_encoded_bytes().starts_with(b".")
        || name == "target"
        || (!expected.contains(&manifest) && manifest.exists())
}

fn is_temporary(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(TEMPORARY.as_bytes()))
}

fn is_marked(path: &Path, mark: &str) -> io::Result<bool> {
    let mut start = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(MARK_BYTES).read_to_end(&mut start))
        .map_err(|error| naming(path, &error))?;
    let mut lines = start.split(|byte| *byte == b'\n').take(MARK_LINES);
    Ok(lines.any(|line| line.windows(mark.len()).any(|part| part == mark.as_bytes())))
}

fn metadata(path: &Path) -> io::Result<Option<fs::Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(naming(path, &error)),
    }
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn relative(path: &str) -> io::Result<()> {
    let path = Path::new(path);
    if path.components().next().is_none() || !path.components().all(|c| matches!(c, Component::Normal(_))) {
        let message = format!("`{}` leads out of the folder that files are generated into", path.display());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    Ok(())
}

/// The same error with the path in its message, which `std` omits.
fn naming(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests;
