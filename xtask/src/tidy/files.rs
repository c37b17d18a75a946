//! Checks names, first lines, length and contents of files.

use super::File;

/// Lines of a file that a person is asked to read.
const LINES: usize = 900;
/// Bytes above which an API document is taken for a vendor's: ours are minimal.
const DOCUMENT: usize = 300_000;
/// Names that do not describe the content.
const NAMES: &[&str] = &["mod", "util", "utils", "helper", "helpers", "common"];
/// Home folders; split, so that this file does not contain them.
const HOMES: &[[&str; 2]] = &[["/home", "/"], ["/Users", "/"], ["/ro", "ot/"], ["C:\\", "Users\\"]];

/// `machine` are folders around this checkout.
pub(super) fn check(files: &[File], machine: &[String]) -> Vec<String> {
    let mut out = Vec::new();
    for file in files {
        let path = &file.path;
        let generated = path.starts_with("generated/");
        if path.ends_with(".rs") && !generated {
            check_source(file, &mut out);
        }
        if is_vendors(&file.text) {
            out.push(format!("{path}: a vendor's document: it is not ours to spread"));
        }
        let homes = HOMES.iter().map(|parts| parts.concat());
        if let Some(found) = machine.iter().cloned().chain(homes).find(|found| file.text.contains(found)) {
            out.push(format!("{path}: a path of one machine: {found}"));
        }
    }
    out.extend(unlisted(files));
    out
}

/// Files next to the main file of a test program that are not one of its modules: their tests would never run.
fn unlisted(files: &[File]) -> Vec<String> {
    let mut out = Vec::new();
    let is_test = |folder: &str| folder.rsplit('/').skip(1).take(2).any(|name| name == "tests");
    for main in files {
        let Some(folder) = main.path.strip_suffix("main.rs").filter(|folder| is_test(folder)) else {
            continue;
        };
        for file in files {
            let name = file.path.strip_prefix(folder).and_then(|name| name.strip_suffix(".rs"));
            let Some(name) = name.filter(|name| *name != "main" && !name.contains('/')) else { continue };
            if !main.text.lines().any(|line| line.trim_start_matches("pub(crate) ") == format!("mod {name};"))
            {
                out.push(format!("{}: not a module of {}", file.path, main.path));
            }
        }
    }
    out
}

fn check_source(file: &File, out: &mut Vec<String>) {
    let path = &file.path;
    // A template may begin with conditions and the mark of the generated file, and its README may describe the crate.
    let mut text = file.text.as_str();
    let is_first = |line: &str| line.starts_with("{%") || line == "// {{ mark }}; edits are lost.";
    while let Some((_, rest)) = text.split_once('\n').filter(|(line, _)| is_first(line)) {
        text = rest;
    }
    if !text.starts_with("//! ") && !text.starts_with("#![doc = ") {
        out.push(format!("{path}: the first line is not a `//!` line that says the file's job"));
    }
    let lines = file.text.lines().count();
    if lines > LINES {
        out.push(format!("{path}: {lines} lines, at most {LINES}: find the two things that it does"));
    }
    let parts = path.trim_end_matches(".rs").split('/');
    if let Some(name) = parts.into_iter().find(|part| NAMES.contains(part)) {
        out.push(format!("{path}: `{name}` does not describe the content"));
    }
}

fn is_vendors(text: &str) -> bool {
    let declares = |line: &str| {
        let line = line.trim_start();
        let rest = line.strip_prefix("\"openapi\"").or_else(|| line.strip_prefix("\"swagger\""));
        rest.is_some_and(|rest| rest.trim_start().starts_with(':'))
    };
    text.len() > DOCUMENT && text.lines().any(declares)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::file;

    fn found(path: &str, text: &str) -> Vec<String> {
        check(&[file(path, text)], &["/checkout/".to_owned()])
    }

    #[test]
    fn the_first_line_says_what_goes_in() {
        assert!(found("a/src/x.rs", "//! X goes in.\n").is_empty());
        assert!(found("a/src/x.rs", "use x;\n")[0].contains("the first line"));
        assert!(found("generated/a/src/x.rs", "use x;\n").is_empty());
        assert!(found("templates/a/src/x.rs", "// {{ mark }}; edits are lost.\n//! X\n").is_empty());
    }

    #[test]
    fn long_files_are_found_outside_of_generated() {
        let text = format!("//! X\n{}", "\n".repeat(LINES));
        assert!(found("a/src/x.rs", &text)[0].contains("901 lines, at most 900"));
        assert!(found("generated/a/src/x.rs", &text).is_empty());
        assert!(found("a/src/x.txt", &text).is_empty());
    }

    #[test]
    fn names_that_say_nothing_are_found() {
        for path in ["a/src/x/mod.rs", "a/src/utils.rs", "a/src/helpers/x.rs", "a/tests/common/x.rs"] {
            assert!(found(path, "//! X\n")[0].contains("does not describe the content"), "{path}");
        }
    }

    #[test]
    fn test_files_that_no_program_has_are_found() {
        let files = [
            file("a/tests/main.rs", "//! Tests.\n\nmod here;\nmod not_here_either;\n"),
            file("a/tests/here.rs", "//! Here.\n"),
            file("a/tests/not_here.rs", "//! Not here.\n"),
            file("a/tests/support/part.rs", "//! A part.\n"),
            file("a/tests/fixtures/wire/main.rs", "//! A program.\n"),
            file("a/tests/fixtures/wire/lib.rs", "//! Another.\n"),
            file("b/tests/whole/main.rs", "//! Tests.\n\nmod one;\n"),
            file("b/tests/whole/one.rs", "//! One.\n"),
            file("b/tests/whole/two.rs", "//! Two.\n"),
            file("b/tests/alone.rs", "//! A program.\n"),
            file("b/src/main.rs", "//! A program.\n"),
            file("b/src/part.rs", "//! A part.\n"),
        ];
        let found = check(&files, &[]);
        let expected = [
            "a/tests/not_here.rs: not a module of a/tests/main.rs",
            "b/tests/whole/two.rs: not a module of b/tests/whole/main.rs",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn vendor_documents_are_found() {
        let padding = " ".repeat(DOCUMENT);
        for key in ["openapi", "swagger"] {
            let text = format!("{{\n  \"{key}\" : \"3\"{padding}}}");
            assert!(found("specs/x.json", &text)[0].contains("a vendor's document"));
            assert!(found("specs/x.json", text.trim_end_matches(['}', ' '])).is_empty());
        }
    }

    #[test]
    fn paths_of_one_machine_are_found() {
        for [one, two] in HOMES {
            assert_eq!(found("x.md", &format!("see {one}{two}me/x")).len(), 1);
        }
        assert_eq!(found("x.md", "see /checkout/x").len(), 1);
        assert!(found("x.md", "see /v1/apps").is_empty());
    }
}
