//! Finds dependencies that run against the module table.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};

use super::File;

/// The modules that each module of the generator may use (ARCHITECTURE.md, "Invariants").
const TABLE: &[(&str, &[&str])] = &[
    ("diagnostic", &[]),
    ("stack", &[]),
    ("api", &["diagnostic"]),
    ("load", &["diagnostic", "api"]),
    ("lower", &["diagnostic", "api", "load", "stack"]),
    ("select", &["diagnostic", "api"]),
    ("name", &["diagnostic", "api"]),
    ("plan", &["api", "name"]),
    ("render", &["api", "name", "plan"]),
    ("write", &["diagnostic", "api"]),
    ("diff", &["diagnostic", "api", "name", "plan", "stack"]),
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
    // The compiler reports a file that is not Rust.
    let mut used = BTreeSet::new();
    used_modules(file.text.parse().unwrap_or_default(), &mut used);
    for used in used {
        // Other names are in code that is generated.
        let is_ours = TABLE.iter().any(|(name, _)| *name == used);
        if is_ours && used != module && !allowed.contains(&used.as_str()) {
            out.push(format!("{}: `{module}` may not use `crate::{used}`", file.path));
        }
    }
}

/// The crate's modules that a source names by `crate::…`, also in the arguments of macros. Comments and strings are not
/// tokens of their own.
fn used_modules(code: TokenStream, out: &mut BTreeSet<String>) {
    // `crate` and the two colons behind it.
    let mut behind = 0;
    for token in code {
        behind = match &token {
            TokenTree::Ident(name) if name == "crate" => 1,
            TokenTree::Punct(colon) if behind > 0 && colon.as_char() == ':' => behind + 1,
            TokenTree::Ident(name) => {
                out.extend((behind == 3).then(|| name.to_string()));
                0
            }
            TokenTree::Group(group) if behind == 3 => {
                out.extend(first_names(group.stream()));
                0
            }
            TokenTree::Group(group) => {
                used_modules(group.stream(), out);
                0
            }
            _ => 0,
        };
    }
}

/// The first name of each path of a list: `a` and `b` of `{a, b::{c, d}}`.
fn first_names(list: TokenStream) -> Vec<String> {
    let mut is_first = true;
    let mut out = Vec::new();
    for token in list {
        if let TokenTree::Ident(name) = &token {
            out.extend(is_first.then(|| name.to_string()));
        }
        is_first = matches!(&token, TokenTree::Punct(comma) if comma.as_char() == ',');
    }
    out
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
        let allowed =
            "use crate::api::Api;\n/// See [`crate::load`]. // crate::load\nconst C: &str = \"crate::load\";";
        assert!(check(&[file("generator/src/render/files.rs", allowed)]).is_empty());
        let text = "\
use crate::{load::Spec, name};
use crate::{
    api::{write, Api},
    diagnostic::Sink,
};
fn f() { assert!(\"//\", [crate::select::of()]); crate::Thing; quote!(crate::models::App) }
";
        assert_eq!(
            check(&[file("generator/src/render/files.rs", text)]),
            [
                "generator/src/render/files.rs: `render` may not use `crate::diagnostic`",
                "generator/src/render/files.rs: `render` may not use `crate::load`",
                "generator/src/render/files.rs: `render` may not use `crate::select`",
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
