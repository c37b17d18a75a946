//! Finds dependencies that run against the module table.

use std::collections::BTreeSet;

use super::File;

/// The modules that each module of the generator may use (ARCHITECTURE.md, "Invariants").
const TABLE: &[(&str, &[&str])] = &[
    ("diagnostic", &[]),
    ("api", &["diagnostic"]),
    ("load", &["diagnostic", "api"]),
    ("lower", &["diagnostic", "api", "load"]),
    ("select", &["diagnostic", "api"]),
    ("name", &["diagnostic", "api"]),
    ("plan", &["api", "name"]),
    ("render", &["api", "name", "plan"]),
    ("write", &["diagnostic", "api"]),
    ("diff", &["diagnostic", "api", "name", "plan"]),
    ("report", &["diagnostic", "api", "name", "diff"]),
];

/// Packages that must not be dependencies of the packages in a folder.
const PACKAGES: &[(&str, &[&str])] = &[
    ("generator/", &["storewright-runtime", "xtask"]),
    ("runtime/", &["storewright", "storewright-generator", "xtask"]),
    ("generated/", &["storewright", "storewright-generator", "xtask"]),
    ("examples/", &["storewright", "storewright-generator", "xtask"]),
    ("tests/", &["xtask"]),
];

pub(super) fn check(files: &[File]) -> Vec<String> {
    let mut out = Vec::new();
    for file in files {
        if let Some(module) = module(&file.path) {
            check_module(file, module, &mut out);
        }
        if file.path.ends_with("Cargo.toml") {
            check_manifest(file, &mut out);
        }
    }
    out
}

/// The generator's module that a file belongs to.
fn module(path: &str) -> Option<&str> {
    let below = path.strip_prefix("generator/src/")?.strip_suffix(".rs")?;
    let module = below.split('/').next()?;
    (module != "lib").then_some(module)
}

fn check_module(file: &File, module: &str, out: &mut Vec<String>) {
    let Some((_, allowed)) = TABLE.iter().find(|(name, _)| *name == module) else {
        out.push(format!(
            "{}: module `{module}` has no row in the module table of xtask/src/tidy/modules.rs",
            file.path
        ));
        return;
    };
    for (line, used) in used_modules(&file.text) {
        // Other names are in code that is generated.
        let is_ours = TABLE.iter().any(|(name, _)| *name == used);
        if is_ours && used != module && !allowed.contains(&used.as_str()) {
            out.push(format!("{}:{line}: `{module}` may not use `{used}`", file.path));
        }
    }
}

/// The crate's modules that a source names by `crate::…`, with the line.
fn used_modules(text: &str) -> BTreeSet<(usize, String)> {
    let mut out = BTreeSet::new();
    // A list in braces may go on over lines.
    let mut depth = 0_usize;
    for (number, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        let mut rest = code;
        if depth > 0 {
            depth = group(rest, depth, number, &mut out);
        }
        while let Some((_, after)) = rest.split_once("crate::") {
            if let Some(list) = after.strip_prefix('{') {
                depth = group(list, 1, number, &mut out);
            } else if let Some(name) = first_name(after) {
                out.insert((number + 1, name));
            }
            rest = after;
        }
    }
    out
}

/// Reads `a, b::{c, d}}` from inside braces: names at the first depth are modules. Returns the depth at its end.
fn group(text: &str, mut depth: usize, number: usize, out: &mut BTreeSet<(usize, String)>) -> usize {
    let mut start = true;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' => start = true,
            c if start && depth == 1 && (c.is_alphabetic() || c == '_') => {
                start = false;
                out.extend(text.get(at..).and_then(first_name).map(|name| (number + 1, name)));
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    depth
}

/// A module's name at the start of a path; types and macros of the crate's root are not modules.
fn first_name(path: &str) -> Option<String> {
    let name: String = path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    name.starts_with(|c: char| c.is_lowercase()).then_some(name)
}

fn check_manifest(file: &File, out: &mut Vec<String>) {
    let Ok(manifest) = file.text.parse::<toml::Table>() else { return };
    let used = dependencies(&toml::Value::Table(manifest));
    let forbidden = PACKAGES.iter().filter(|(folder, _)| file.path.starts_with(folder));
    for package in forbidden.flat_map(|(_, packages)| *packages) {
        if used.contains(*package) {
            out.push(format!("{}: it may not depend on `{package}`", file.path));
        }
    }
}

/// Names in every table of dependencies, those of targets too.
fn dependencies(value: &toml::Value) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for (key, value) in value.as_table().into_iter().flatten() {
        if key.ends_with("dependencies") {
            out.extend(value.as_table().into_iter().flat_map(|table| table.keys().cloned()));
        }
        if key == "target"
            || value.as_table().is_some_and(|table| table.keys().any(|k| k.ends_with("dependencies")))
        {
            for inner in value.as_table().into_iter().flat_map(|table| table.values()) {
                out.extend(dependencies(inner));
            }
            out.extend(dependencies(value));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::file;

    #[test]
    fn the_table_is_checked_on_every_form_of_path() {
        let text = "\
use crate::api::Api;
use crate::{load::Spec, name};
use crate::{
    api::{load, Api},
    diagnostic::Sink,
};
/// See [`crate::load`]. // crate::load
fn f() { crate::write::write(); crate::Thing; quote!(crate::models::App) }
";
        assert_eq!(
            check(&[file("generator/src/render/files.rs", text)]),
            [
                "generator/src/render/files.rs:2: `render` may not use `load`",
                "generator/src/render/files.rs:5: `render` may not use `diagnostic`",
                "generator/src/render/files.rs:8: `render` may not use `write`",
            ]
        );
        assert!(check(&[file("generator/src/lower.rs", "use crate::load::Spec;")]).is_empty());
        assert!(check(&[file("generator/src/lib.rs", "pub use crate::load;")]).is_empty());
    }

    #[test]
    fn a_new_module_needs_a_row() {
        let found = check(&[file("generator/src/guess.rs", "")]);
        assert!(found[0].contains("module `guess` has no row"), "{found:?}");
    }

    #[test]
    fn packages_depend_one_way() {
        for (path, text) in [
            ("generator/Cargo.toml", "[dev-dependencies]\nstorewright-runtime.workspace = true"),
            ("runtime/Cargo.toml", "[dependencies]\nstorewright-generator = { path = \"x\" }"),
            ("tests/Cargo.toml", "[target.'cfg(unix)'.dependencies]\nxtask = { path = \"x\" }"),
            ("generated/a/Cargo.toml", "[build-dependencies]\nxtask = { path = \"x\" }"),
        ] {
            assert_eq!(check(&[file(path, text)]).len(), 1, "{path}");
        }
        assert!(
            check(&[file("xtask/Cargo.toml", "[dependencies]\nstorewright-generator = \"1\"")]).is_empty()
        );
    }
}
