//! Asserts `compare` and `write` on folders in every state.

use super::*;

const MARK: &str = "@made";

fn root(folder: &Path, files: &[(&str, &str)]) -> Root {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), format!("// {MARK}\n{text}"))).collect();
    Root { folder: folder.to_owned(), files, ..Root::default() }
}

fn put(path: PathBuf, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Every file below a folder with its text; a link is shown by where it leads.
fn tree(folder: &Path) -> BTreeMap<String, String> {
    fn walk(base: &Path, folder: &Path, out: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(base).unwrap().to_string_lossy().into_owned();
            if path.is_symlink() {
                out.insert(name, fs::read_link(&path).unwrap().to_string_lossy().into_owned());
            } else if path.is_dir() {
                out.insert(format!("{name}/"), String::new());
                walk(base, &path, out);
            } else {
                out.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut out = BTreeMap::new();
    walk(folder, folder, &mut out);
    out
}

fn names(paths: &BTreeSet<PathBuf>) -> Vec<&str> {
    paths.iter().filter_map(|path| path.file_name()?.to_str()).collect()
}

#[test]
fn edited_missing_and_orphaned_files_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    put(at.join("crate/same.rs"), "// @made\nsame");
    put(at.join("crate/src/edited.rs"), "// @made\nby hand");
    put(at.join("crate/src/old/gone.rs"), "#!x\n\n\n\n// @made\n");
    put(at.join("crate/src/late.rs"), "\n\n\n\n\n// @made in line six\n");
    put(at.join("crate/notes.txt"), "mine");
    let roots =
        [root(&at.join("crate"), &[("same.rs", "same"), ("src/edited.rs", "new"), ("src/a/new.rs", "x")])];

    let found = compare(&roots, MARK).unwrap();
    assert_eq!(names(&found.edited), ["edited.rs"]);
    assert_eq!(names(&found.missing), ["new.rs"]);
    assert_eq!(names(&found.orphaned), ["gone.rs"]);
    assert!(found.foreign.is_empty());
    let shown = |path: &Path| path.strip_prefix(at).unwrap().display().to_string();
    let text: Vec<String> =
        found.diagnostics(shown, "cargo xtask generate").iter().map(ToString::to_string).collect();
    assert_eq!(
        text,
        [
            "error[edited-file]: the file differs from the generator's output\n  --> crate/src/edited.rs\n  help: run `cargo xtask generate`",
            "error[missing-file]: the file would be generated and is not there\n  --> crate/src/a/new.rs\n  help: run `cargo xtask generate`",
            "error[orphaned-file]: the file is no longer generated\n  --> crate/src/old/gone.rs\n  help: run `cargo xtask generate`",
        ]
    );

    let before = fs::metadata(at.join("crate/same.rs")).unwrap().modified().unwrap();
    write(&roots, &found).unwrap();
    assert!(compare(&roots, MARK).unwrap().is_empty());
    assert_eq!(fs::metadata(at.join("crate/same.rs")).unwrap().modified().unwrap(), before);
    assert!(!at.join("crate/src/old").exists(), "a folder left empty goes too");
    assert_eq!(fs::read_to_string(at.join("crate/notes.txt")).unwrap(), "mine");
    assert!(at.join("crate/src/late.rs").exists());
    assert!(!tree(at).keys().any(|path| path.contains(".storewright")), "no temporary file stays");
}

#[test]
fn a_file_without_the_mark_stops_everything() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    put(at.join("crate/src/lib.rs"), "mine");
    put(at.join("crate/src/old.rs"), "// @made\n");
    let roots = [root(&at.join("crate"), &[("src/lib.rs", ""), ("src/other.rs", "")])];
    let before = tree(at);

    let found = compare(&roots, MARK).unwrap();
    let text = found.foreign(|path| path.file_name().unwrap().to_string_lossy().into_owned());
    assert_eq!(
        text[0].to_string(),
        "error[foreign-file]: a file without the generator's mark is in place of a generated one\n  --> lib.rs\n  help: move it away, or generate into another folder; nothing was written"
    );
    write(&roots, &found).unwrap_err();
    assert_eq!(tree(at), before);
}

#[test]
fn folders_and_files_in_each_others_place_are_foreign() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    put(at.join("one/lib.rs/x"), "");
    put(at.join("two/src"), "mine");
    put(at.join("three"), "mine");
    let roots = [
        root(&at.join("one"), &[("lib.rs", "")]),
        root(&at.join("two"), &[("src/lib.rs", "")]),
        root(&at.join("three"), &[("src/lib.rs", "")]),
    ];
    let found = compare(&roots, MARK).unwrap();
    assert_eq!(
        found.foreign.keys().collect::<Vec<_>>(),
        [&at.join("one/lib.rs"), &at.join("three"), &at.join("two/src")]
    );
}

#[test]
fn an_orphan_gives_way_to_a_folder() {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path().join("crate/src"), "// @made\n");
    let roots = [root(&dir.path().join("crate"), &[("src/lib.rs", "")])];
    write(&roots, &compare(&roots, MARK).unwrap()).unwrap();
    assert!(compare(&roots, MARK).unwrap().is_empty());
}

#[test]
fn another_crate_and_build_output_are_not_searched_for_orphans() {
    let dir = tempfile::tempdir().unwrap();
    for path in ["target/a.rs", ".git/a.rs", "other/Cargo.toml", "other/src/a.rs"] {
        put(dir.path().join(path), "// @made\n");
    }
    assert!(compare(&[root(dir.path(), &[])], MARK).unwrap().is_empty());
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    put(at.join("outside/lib.rs"), "// @made\n");
    put(at.join("crate/x"), "");
    std::os::unix::fs::symlink(at.join("outside"), at.join("crate/src")).unwrap();
    std::os::unix::fs::symlink(at.join("outside/lib.rs"), at.join("crate/build.rs")).unwrap();
    let roots = [root(&at.join("crate"), &[("src/lib.rs", "new"), ("build.rs", "new")])];
    let found = compare(&roots, MARK).unwrap();
    assert_eq!(found.foreign.keys().collect::<Vec<_>>(), [&at.join("crate/build.rs"), &at.join("crate/src")]);
    assert!(found.orphaned.is_empty());

    // The folder itself may be a link.
    std::os::unix::fs::symlink(at.join("outside"), at.join("linked")).unwrap();
    let roots = [root(&at.join("linked"), &[("lib.rs", "new")])];
    write(&roots, &compare(&roots, MARK).unwrap()).unwrap();
    assert_eq!(fs::read_to_string(at.join("outside/lib.rs")).unwrap(), "// @made\nnew");
}

#[test]
fn a_path_that_leads_out_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    for path in ["../x.rs", "/x.rs", "a/../../x.rs", ""] {
        let roots = [root(dir.path(), &[(path, "")])];
        assert_eq!(compare(&roots, MARK).unwrap_err().kind(), io::ErrorKind::InvalidInput, "{path}");
    }
}

#[test]
fn a_write_that_fails_late_leaves_every_file_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    put(at.join("specs/api/info.yaml"), "# @made\nold");
    put(at.join("specs/api/gone.yaml"), "# @made\n");
    put(at.join("specs/source.toml"), "old");
    put(at.join("crate/src/lib.rs"), "// @made\nold");
    let mut record =
        root(&at.join("specs"), &[("api/info.yaml", "new"), ("api/fresh.yaml", "x"), ("new/folder/x", "")]);
    record.records.insert("source.toml".to_owned(), "new".to_owned());
    let roots = [record, root(&at.join("crate"), &[("src/lib.rs", "new"), ("src/zz/last.rs", "x")])];
    let found = compare(&roots, MARK).unwrap();
    // An unlikely event between comparing and writing: the last file's folder cannot be made.
    put(at.join("crate/src/zz"), "mine");
    let before = tree(at);

    let error = write(&roots, &found).unwrap_err();
    assert!(error.to_string().contains("zz"), "{error}");
    assert_eq!(tree(at), before);
}

#[test]
fn folders_made_for_a_write_that_fails_are_removed() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    let roots = [
        root(&at.join("new/deep/crate"), &[("lib.rs", "")]),
        root(&at.join("file/crate"), &[("lib.rs", "")]),
    ];
    let found = compare(&roots, MARK).unwrap();
    put(at.join("file"), "mine");
    write(&roots, &found).unwrap_err();
    assert_eq!(tree(at), BTreeMap::from([("file".to_owned(), "mine".to_owned())]));
}

#[test]
fn two_runs_do_not_write_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path().join("crate");
    put(at.join(".storewright-lock"), "");
    let other = fs::File::options().write(true).open(at.join(".storewright-lock")).unwrap();
    fs4::FileExt::try_lock(&other).unwrap();
    let roots = [root(&at, &[("lib.rs", "")])];
    let error = write(&roots, &compare(&roots, MARK).unwrap()).unwrap_err();
    assert!(error.to_string().contains("another run"), "{error}");
    assert_eq!(tree(&at).keys().collect::<Vec<_>>(), [".storewright-lock"]);

    // The system unlocks the file of a run that was killed.
    std::mem::drop(other);
    write(&roots, &compare(&roots, MARK).unwrap()).unwrap();
    assert_eq!(tree(&at).keys().collect::<Vec<_>>(), ["lib.rs"]);
}

#[test]
fn temporary_files_of_a_killed_run_are_orphans() {
    let dir = tempfile::tempdir().unwrap();
    for path in [".storewright-lock", ".storewright-Ab1", "src/.storewright-Cd2", "src/.storewrighted"] {
        put(dir.path().join(path), "half");
    }
    let roots = [root(dir.path(), &[])];
    let found = compare(&roots, MARK).unwrap();
    assert_eq!(names(&found.orphaned), [".storewright-Ab1", ".storewright-lock", ".storewright-Cd2"]);
    assert!(unfinished(dir.path()).is_some());
    write(&roots, &found).unwrap();
    assert_eq!(tree(dir.path()).keys().collect::<Vec<_>>(), ["src/", "src/.storewrighted"]);
    assert!(unfinished(dir.path()).is_none());
}

/// A folder that somebody else prepared cannot move, change or create a file outside of it.
#[cfg(unix)]
#[test]
fn planted_files_reach_nothing_outside() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    put(at.join("keys/key"), "secret");
    fs::create_dir(at.join("public")).unwrap();
    let journal = format!(
        r#"{{"folders":["{0}/.crate.storewright"],"made":[],"moves":[{{"Rename":["{0}/public/stolen","{0}/keys/key"]}}]}}"#,
        at.display()
    );
    put(at.join(".crate.storewright/lock"), "");
    put(at.join(".crate.storewright/journal.json"), &journal);
    put(at.join("crate/.storewright-journal"), &journal);
    std::os::unix::fs::symlink(at.join("keys/key"), at.join("crate/.storewright-link")).unwrap();
    let roots = [root(&at.join("crate"), &[("lib.rs", "")])];
    write(&roots, &compare(&roots, MARK).unwrap()).unwrap();
    assert_eq!(fs::read_to_string(at.join("keys/key")).unwrap(), "secret");
    assert!(!at.join("public/stolen").exists());

    for target in ["keys/key", "keys/new"] {
        std::os::unix::fs::symlink(at.join(target), at.join("crate/.storewright-lock")).unwrap();
        fs::write(at.join("crate/lib.rs"), "// @made\nedited").unwrap();
        let error = write(&roots, &compare(&roots, MARK).unwrap()).unwrap_err();
        assert!(error.to_string().contains("not a lock file"), "{error}");
        assert_eq!(tree(&at.join("keys")).keys().collect::<Vec<_>>(), ["key"]);
        fs::remove_file(at.join("crate/.storewright-lock")).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn files_have_the_mode_of_any_new_file() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    put(dir.path().join("any"), "");
    let roots = [root(&dir.path().join("crate"), &[("lib.rs", "")])];
    write(&roots, &compare(&roots, MARK).unwrap()).unwrap();
    let mode = |path| fs::metadata(dir.path().join(path)).unwrap().permissions().mode();
    assert_eq!(mode("crate/lib.rs"), mode("any"));
}

#[test]
fn a_record_is_written_with_the_rest_and_only_where_it_differs() {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path().join("source.toml"), "old");
    let mut roots = [root(dir.path(), &[("a", "")])];
    roots[0].records.insert("source.toml".to_owned(), "new".to_owned());
    write(&roots, &compare(&roots, MARK).unwrap()).unwrap();
    assert_eq!(fs::read_to_string(dir.path().join("source.toml")).unwrap(), "new");

    let before = fs::metadata(dir.path().join("source.toml")).unwrap().modified().unwrap();
    write(&roots, &compare(&roots, MARK).unwrap()).unwrap();
    assert_eq!(fs::metadata(dir.path().join("source.toml")).unwrap().modified().unwrap(), before);

    roots[0].records.clear();
    roots[0].gone.insert("source.toml".to_owned());
    for _ in 0..2 {
        write(&roots, &compare(&roots, MARK).unwrap()).unwrap();
        assert_eq!(tree(dir.path()).keys().collect::<Vec<_>>(), ["a"]);
    }
}
