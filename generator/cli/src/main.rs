//! Runs one command of `storewright`.

#![warn(clippy::print_stdout, clippy::print_stderr)]

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use storewright::project::Project;
use storewright::{Outcome, diff, find, generate, init, interrupt, overlay, report};

/// A quarter of the time of a run that reads two documents goes into small allocations.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Command lines that a person can copy.
const EXAMPLES: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  storewright init openapi.json --dir my-api    # writes a project
  storewright generate                          # generates its crate
  storewright diff old.json new.json            # the breaking changes of a new version

`storewright <COMMAND> --help` has examples of each. Exit codes: 0 on success, 1 if problems were found, 2 for invalid input.";
const COMPLETIONS: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  storewright completions bash > ~/.local/share/bash-completion/completions/storewright
  storewright completions zsh > _storewright     # into a folder of $fpath
  storewright completions fish > ~/.config/fish/completions/storewright.fish";

/// Generates typed Rust clients from OpenAPI and Swagger documents, and reports the breaking changes of new versions.
#[derive(Parser)]
#[command(name = "storewright", version, arg_required_else_help = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write a project for a document: storewright.toml, overlay and names.
    Init(init::Args),
    /// Generate the crate of a project, or of any document.
    Generate(generate::Args),
    /// Report the changes between two versions of a document, on the wire and in Rust.
    Diff(diff::Args),
    /// Find the Rust name of a path, an operation, a schema or a field, or the reverse.
    Find(find::Args),
    /// Check an overlay.
    Overlay(overlay::Args),
    /// Print a script for shell completion.
    #[command(after_help = COMPLETIONS)]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            report::fail(&error);
            Outcome::Refused.into()
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<Outcome> {
    interrupt::watch();
    let project = Project::find()?;
    match cli.command {
        Command::Init(args) => init::run(&args),
        Command::Generate(args) => generate::run(&project, &args),
        Command::Diff(args) => diff::run(&project, &args),
        Command::Find(args) => find::run(&project, &args),
        Command::Overlay(args) => overlay::run(&project, &args),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "storewright", &mut script);
            report::stdout(&String::from_utf8(script)?)?;
            Ok(Outcome::Done)
        }
    }
}
