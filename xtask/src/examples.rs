//! Runs each example against a server on loopback and prints the results as a table or JSON.

use std::fs;
use std::process::Stdio;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::Outcome;
use crate::checkout::Tree;
use crate::report::{plural, stderr, stdout, stdout_json, table, tell};

const PACKAGE: &str = "storewright-examples";
const MANIFEST: &str = "examples/Cargo.toml";

/// Command lines that a person can copy.
const EXAMPLES: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  cargo xtask examples         # a table
  cargo xtask examples --json  # the same for programs";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// As `examples/Cargo.toml` lists it: its file is in the folder of its API, its tests are in a module of both names.
#[derive(Debug, Deserialize)]
struct Program {
    name: String,
    path: String,
}

#[derive(Debug, Deserialize)]
struct Manifest {
    bin: Vec<Program>,
}

/// The outcome of an example.
#[derive(Debug, PartialEq, Serialize)]
struct ExampleRow {
    example: String,
    api: String,
    tests: usize,
    /// Requests that servers got.
    calls: usize,
    failed: Vec<String>,
    /// While the example ran, all its tests together.
    seconds: f64,
}

impl ExampleRow {
    fn is_fine(&self) -> bool {
        self.tests > 0 && self.failed.is_empty()
    }

    fn result(&self) -> String {
        match (self.tests, self.failed.as_slice()) {
            (0, _) => "NO TEST".to_owned(),
            (_, []) => "ok".to_owned(),
            (_, failed) => format!("FAILED: {}", failed.join(", ")),
        }
    }
}

pub(crate) fn run(tree: &Tree, args: &Args) -> anyhow::Result<Outcome> {
    let path = tree.root().join(MANIFEST);
    let manifest: Manifest =
        toml::from_str(&fs::read_to_string(&path).context(MANIFEST)?).context(MANIFEST)?;
    let mut tests = tree.cargo(&["test", "--package", PACKAGE, "--no-fail-fast", "--", "--show-output"]);
    let output = tests.stderr(Stdio::inherit()).output().context("cargo cannot be run")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let rows: Vec<ExampleRow> = manifest.bin.iter().map(|program| row(program, &text)).collect();
    if args.json {
        stdout_json(&rows)?;
    } else {
        stdout(&shown(&rows))?;
    }
    let wrong = rows.iter().filter(|row| !row.is_fine()).count();
    if wrong == 0 && output.status.success() {
        return Ok(Outcome::Done);
    }
    // The output of the tests is of use only now.
    stderr(&text);
    tell!("{wrong} {} failed", plural(wrong, "example"));
    Ok(Outcome::Findings)
}

/// Finds an example in the output of the tests: `test <module>::<test> ... ok` for each test, and
/// `example <name>: <calls> calls, <seconds> s` for each run.
fn row(program: &Program, text: &str) -> ExampleRow {
    let (api, file) = program.path.rsplit_once('/').unwrap_or_default();
    let module = format!("{}::{}::", api.replace('-', "_"), file.trim_end_matches(".rs"));
    let mut row = ExampleRow {
        example: program.name.clone(),
        api: api.to_owned(),
        tests: 0,
        calls: 0,
        failed: Vec::new(),
        seconds: 0.0,
    };
    for line in text.lines() {
        if let Some((test, result)) = line.strip_prefix("test ").and_then(|rest| rest.split_once(" ... ")) {
            let Some(test) = test.strip_prefix(&module) else { continue };
            row.tests += 1;
            if result != "ok" {
                row.failed.push(test.to_owned());
            }
        } else if let Some((name, cost)) =
            line.strip_prefix("example ").and_then(|rest| rest.split_once(": "))
        {
            let numbers = cost.strip_suffix(" s").and_then(|cost| cost.split_once(" calls, "));
            if let Some((calls, seconds)) = numbers.filter(|_| name == program.name) {
                row.calls += calls.parse::<usize>().unwrap_or_default();
                row.seconds += seconds.parse::<f64>().unwrap_or_default();
            }
        }
    }
    row
}

fn shown(rows: &[ExampleRow]) -> String {
    let mut cells = vec![["example", "api", "tests", "calls", "seconds", "result"].map(str::to_owned)];
    cells.extend(rows.iter().map(|row| {
        [
            row.example.clone(),
            row.api.clone(),
            row.tests.to_string(),
            row.calls.to_string(),
            format!("{:.2}", row.seconds),
            row.result(),
        ]
    }));
    table(&cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
running 3 tests
test api_one::upload::it_goes ... ok
test api_one::upload::it_is_refused ... FAILED
test api_one::upload_more::it_goes ... ok

successes:

---- api_one::upload::it_goes stdout ----
example one-upload: 3 calls, 0.50 s
example one-upload-more: 100 calls, 9.00 s
example one-upload: 4 calls, 0.25 s
";

    fn of(name: &str, path: &str) -> ExampleRow {
        row(&Program { name: name.to_owned(), path: path.to_owned() }, TEXT)
    }

    #[test]
    fn an_example_is_found_in_what_tests_print() {
        let found = of("one-upload", "api-one/upload.rs");
        assert_eq!((found.tests, found.calls, found.seconds), (2, 7, 0.75));
        assert_eq!((found.is_fine(), found.result().as_str()), (false, "FAILED: it_is_refused"));
        let found = of("one-upload-more", "api-one/upload_more.rs");
        assert_eq!((found.tests, found.calls, found.is_fine()), (1, 100, true));
        assert_eq!(found.result(), "ok");
    }

    #[test]
    fn an_example_without_a_test_is_not_fine() {
        let found = of("two-upload", "api-two/upload.rs");
        assert_eq!((found.is_fine(), found.result().as_str()), (false, "NO TEST"));
        let shown = shown(&[found]);
        assert_eq!(
            shown.lines().nth(1).map(str::trim_end),
            Some("two-upload  api-two      0      0     0.00  NO TEST")
        );
    }
}
