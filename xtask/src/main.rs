//! Runs one command of this repository.

// A longer function states its reason.
#![warn(clippy::too_many_lines)]
// Any output may meet a closed pipe: `report::stdout` and `report::tell` handle that.
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod bench;
mod checkout;
mod ci;
mod contract;
mod corpus;
mod examples;
mod generate;
mod measure;
mod msrv;
mod mutate;
mod package;
mod record;
mod semver;
mod source_toml;
mod status;
mod tidy;
mod update;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use storewright::{Outcome, diff, fetch, find, interrupt, pipeline, progress, report};

use crate::checkout::Tree;

/// A quarter of the time of a run that reads two documents goes into small allocations.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Command lines that a person can copy.
const EXAMPLES: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  cargo xtask generate                          # all crates, offline
  cargo xtask update app-store-connect          # Apple's newest document
  cargo xtask diff main:app-store-connect       # its changes
  cargo xtask find \"GET /v1/apps/{id}\"         # the Rust name of a call

`cargo xtask <COMMAND> --help` has examples of each.";
const TIDY: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  cargo xtask tidy    # one line per finding";
const COMPLETIONS: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  cargo xtask completions bash > xtask.bash
  cargo xtask completions zsh > _xtask
  cargo xtask completions fish > ~/.config/fish/completions/xtask.fish

CONTRIBUTING.md, \"Completions\", lists where to put it.";

/// Of `diff` in this repository.
const DIFF: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  cargo xtask diff main:app-store-connect                             # the version stored on main against the one here
  cargo xtask diff 4.3.json 4.4.1.json --format html --out diff.html  # two files, for a browser
  cargo xtask diff v0.1.0:app47 app47 --fail-on rust                  # exit with 1 if users' code breaks
  cargo xtask diff old.json new.json --only testflight                # one area or tag only
  cargo xtask diff old.json new.json --policy review.toml             # with accepted changes and severities of your own
  cargo xtask diff --history 3.7.0.json 4.3.json 4.4.1.json           # a timeline of several versions";
/// Of `find` in this repository.
const FIND: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  cargo xtask find \"GET /v1/apps/{id}\"      # the Rust name of a call
  cargo xtask find App.attributes.bundleId  # a field, by the vendor's name
  cargo xtask find apps::list               # or the reverse
  cargo xtask find submit review            # words of names, in any order";

/// Generates typed Rust client crates from vendor API documents.
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    version,
    arg_required_else_help = true,
    after_help = EXAMPLES
)]
struct Cli {
    /// The checkout to work on; by default the one around the current folder.
    #[arg(long, global = true, hide = true)]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Read a vendor document, store its Api and generate its crate.
    Update(update::Args),
    /// Generate crates from the stored Api, offline; or a crate from any OpenAPI file.
    Generate(generate::Args),
    /// Compare two versions of an API, on the wire and in Rust.
    Diff(diff::Args),
    /// Find the Rust item of a vendor's name, or the reverse, with area, file and line.
    Find(find::Args),
    /// Show the stored and generated versions, and the open notices of overlay and rules.
    Status(status::Args),
    /// Check the rules of this repository that no compiler checks.
    #[command(after_help = TIDY)]
    Tidy,
    /// Run every check that continuous integration runs.
    Ci(ci::Args),
    /// Call every operation through its generated client; a server made from the document validates the calls.
    Contract(contract::Args),
    /// Make deliberate bugs in a copy and count those that the contract or the tests catch.
    Mutate(mutate::Args),
    /// Generate and check a crate from each document of a folder, and print one table.
    Corpus(corpus::Args),
    /// Run every example against a server on loopback and print the outcomes.
    Examples(examples::Args),
    /// Make the archives of the released crates, and build each of them alone.
    Package(package::Args),
    /// Compare the diff's verdict on Rust with cargo-semver-checks, for the crates of three versions.
    Semver(semver::Args),
    /// Measure the generator and the crates against their budgets.
    Bench(bench::Args),
    /// Print a script for shell completion, for a shell function `xtask` that runs `cargo xtask`.
    #[command(after_help = COMPLETIONS)]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Run a command and write its cost into a file.
    #[command(hide = true)]
    Measure(measure::Args),
    /// Generate one crate and record the outcome.
    #[command(hide = true)]
    CorpusDocument(corpus::document::Args),
    /// Do a piece of the work that no generator can avoid, to measure its cost.
    #[command(hide = true)]
    Floor(bench::baseline::Args),
}

/// The commands, with the examples of this repository.
fn command() -> clap::Command {
    let command = Cli::command().mut_subcommand("diff", |command| command.after_help(DIFF));
    command.mut_subcommand("find", |command| command.after_help(FIND))
}

fn main() -> ExitCode {
    report::be("cargo xtask");
    let cli = Cli::from_arg_matches(&command().get_matches()).unwrap_or_else(|error| error.exit());
    match run(cli) {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            report::fail(&error);
            Outcome::Refused.into()
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<Outcome> {
    match &cli.command {
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut command(), "xtask", &mut script);
            report::stdout(&String::from_utf8(script)?)?;
            return Ok(Outcome::Done);
        }
        Command::Measure(args) => return measure::run(args),
        Command::Floor(args) => return bench::baseline::run(args),
        _ => {}
    }
    let tree = Tree::find(cli.root)?;
    interrupt::watch();
    match cli.command {
        Command::Update(args) => update::run(&tree, &args),
        Command::Generate(args) => generate::run(&tree, &args),
        Command::Diff(args) => diff::run(&tree, &args),
        Command::Find(args) => find::run(&tree, &args),
        Command::Status(args) => status::run(&tree, &args),
        Command::Tidy => tidy::run(&tree),
        Command::Ci(args) => ci::run(&tree, &args),
        Command::Contract(args) => contract::run(&tree, &args),
        Command::Mutate(args) => mutate::run(&tree, &args),
        Command::Corpus(args) => corpus::run(&tree, &args),
        Command::CorpusDocument(args) => corpus::document::run(&tree, &args),
        Command::Examples(args) => examples::run(&tree, &args),
        Command::Package(args) => package::run(&tree, &args),
        Command::Semver(args) => semver::run(&tree, &args),
        Command::Bench(args) => bench::run(&tree, &args),
        Command::Completions { .. } | Command::Measure(_) | Command::Floor(_) => Ok(Outcome::Done),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of a command line, as a shell splits them, without redirections.
    fn words(line: &str) -> Vec<String> {
        let (mut out, mut word, mut quoted) = (Vec::new(), String::new(), false);
        for c in line.split(" > ").next().unwrap_or(line).chars().chain([' ']) {
            match c {
                '"' => quoted = !quoted,
                ' ' if !quoted => out.extend((!word.is_empty()).then(|| std::mem::take(&mut word))),
                c => word.push(c),
            }
        }
        out
    }

    /// The examples in the help of a command.
    fn examples(command: &clap::Command) -> Vec<String> {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let lines = help.lines().filter_map(|line| line.strip_prefix("  "));
        lines.map(|line| line.split(" #").next().unwrap_or(line).trim().to_owned()).collect()
    }

    #[test]
    fn the_help_of_every_command_has_examples_that_parse() {
        let all = command();
        let shown = all.get_subcommands().filter(|command| !command.is_hide_set());
        for command in shown.chain([&all]) {
            let examples = examples(command);
            assert!(!examples.is_empty(), "{} has none", command.get_name());
            for line in examples {
                let rest = line.strip_prefix("cargo xtask ").unwrap_or_else(|| panic!("{line}"));
                let words = words(rest);
                let is_own =
                    command.get_name() == all.get_name() || words.first().unwrap() == command.get_name();
                assert!(is_own, "{line} is of another command");
                if let Err(error) = Cli::try_parse_from([&["xtask".to_owned()], &words[..]].concat()) {
                    panic!("{line}: {error}");
                }
            }
        }
        Cli::command().debug_assert();
    }

    #[test]
    fn the_readme_lists_every_command() {
        let readme = include_str!("../../README.md");
        for command in command().get_subcommands().filter(|command| !command.is_hide_set()) {
            let row = format!("| `cargo xtask {}", command.get_name());
            assert!(readme.contains(&row), "{row}");
        }
    }
}
