//! A command line goes in; one command of this repository runs, and its outcome comes out as the exit code.

mod bench;
mod ci;
mod contract;
mod diff;
mod examples;
mod fetch;
mod find;
mod generate;
mod measure;
mod pipeline;
mod report;
mod settings;
mod status;
mod tidy;
mod tree;
mod update;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::tree::Tree;

/// A quarter of the time of a run that reads two documents goes into small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Vendor API documents in, typed Rust client crates out.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, arg_required_else_help = true)]
struct Cli {
    /// The checkout to work on; where absent, the one around the current folder.
    #[arg(long, global = true, hide = true)]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Read a vendor document, store its Api and generate its crate.
    Update(update::Args),
    /// Generate crates from the stored Api, offline; or a crate from anybody's OpenAPI file.
    Generate(generate::Args),
    /// Say what changed between two versions of an API, on the wire and in Rust.
    Diff(diff::Args),
    /// Say what a vendor's name is called in Rust and the other way round, with area, file and line.
    Find(find::Args),
    /// Say what is stored and generated, and what the overlay and the rules left open.
    Status(status::Args),
    /// Check the rules of this repository that no compiler checks.
    Tidy,
    /// Run every check that continuous integration runs.
    Ci(ci::Args),
    /// Call every operation through its generated client, judged by a server that was made from the document.
    Contract(contract::Args),
    /// Run every example against a server on loopback and say what became of it.
    Examples(examples::Args),
    /// Measure the generator and the crates against their budgets.
    Bench(bench::Args),
    /// Print a script that completes these commands in a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Run a command and write what it cost into a file.
    #[command(hide = true)]
    Measure(measure::Args),
    /// Do a piece of the work that no generator gets around, to see what it costs.
    #[command(hide = true)]
    Floor(bench::floor::Args),
}

/// How a command ended, as its exit code says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All is well.
    Done,
    /// Something was found that a person must mend.
    Findings,
    /// What the person gave cannot be used.
    Refused,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        ExitCode::from(match outcome {
            Outcome::Done => 0,
            Outcome::Findings => 1,
            Outcome::Refused => 2,
        })
    }
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            eprintln!("error: {error:#}");
            Outcome::Refused.into()
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<Outcome> {
    match &cli.command {
        Command::Completions { shell } => {
            clap_complete::generate(*shell, &mut Cli::command(), "xtask", &mut std::io::stdout());
            return Ok(Outcome::Done);
        }
        Command::Measure(args) => return measure::run(args),
        Command::Floor(args) => return bench::floor::run(args),
        _ => {}
    }
    let tree = Tree::find(cli.root)?;
    match cli.command {
        Command::Update(args) => update::run(&tree, &args),
        Command::Generate(args) => generate::run(&tree, &args),
        Command::Diff(args) => diff::run(&tree, &args),
        Command::Find(args) => find::run(&tree, &args),
        Command::Status(args) => status::run(&tree, &args),
        Command::Tidy => tidy::run(&tree),
        Command::Ci(args) => ci::run(&tree, &args),
        Command::Contract(args) => contract::run(&tree, &args),
        Command::Examples(args) => examples::run(&tree, &args),
        Command::Bench(args) => bench::run(&tree, &args),
        Command::Completions { .. } | Command::Measure(_) | Command::Floor(_) => Ok(Outcome::Done),
    }
}
