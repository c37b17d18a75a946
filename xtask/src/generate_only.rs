//! Generates the stored crates, and has cargo build and run the program of all commands for anything else.
//!
//! It is the first program of this repository that a person compiles, so it has little in it.

#![warn(clippy::print_stdout, clippy::print_stderr)]
#![allow(dead_code, unused_imports, reason = "the program of all commands uses the rest of these modules")]

mod checkout;
mod generate;
mod source_toml;

use std::ffi::OsString;
use std::process::{Command, ExitCode};
use std::{env, io};

use clap::{Parser, Subcommand};
use storewright::{Outcome, fetch, interrupt, pipeline, progress, report};

use crate::checkout::Tree;

/// The one command of this program; the other one documents it.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Own,
}

#[derive(Subcommand)]
enum Own {
    /// Generate crates from the stored Api, offline.
    Generate(generate::Args),
}

/// Options of `generate` that read a document: from a URL or an archive too.
const DOCUMENT: &str = "--from";

fn main() -> ExitCode {
    let words: Vec<OsString> = env::args_os().skip(1).collect();
    let reads = words.iter().any(|word| word.to_string_lossy().starts_with(DOCUMENT));
    if words.first().is_none_or(|word| word != "generate") || reads {
        return all_commands(&words);
    }
    report::be("cargo xtask");
    match run(Cli::parse()) {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            report::fail(&error);
            Outcome::Refused.into()
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<Outcome> {
    let tree = Tree::find(None)?;
    interrupt::watch();
    let Own::Generate(args) = cli.command;
    generate::run(&tree, &args)
}

/// Runs the program of all commands, which cargo builds first if it has to.
fn all_commands(words: &[OsString]) -> ExitCode {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["run", "--package", "xtask", "--bin", "xtask", "--profile", "xtask"]);
    cargo.arg("--manifest-path").arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
    match replace_by(cargo.arg("--").args(words)) {
        Ok(code) => code,
        Err(error) => {
            report::fail(&anyhow::Error::from(error).context("cargo cannot be run"));
            Outcome::Refused.into()
        }
    }
}

/// Becomes the command, so that signals reach it alone.
#[cfg(unix)]
fn replace_by(command: &mut Command) -> io::Result<ExitCode> {
    Err(std::os::unix::process::CommandExt::exec(command))
}

/// Waits for the command, and ends as it does.
#[cfg(not(unix))]
fn replace_by(command: &mut Command) -> io::Result<ExitCode> {
    let code = command.status()?.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
