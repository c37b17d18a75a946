//! Runs a command and prints the CPU time and peak memory of it and its children as JSON.
//!
//! It runs in a process of its own, because the system adds up the costs of all children of one process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use crate::Outcome;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The file for the cost.
    #[arg(long)]
    into: PathBuf,
    /// The address space that each process may have, in MB.
    #[arg(long)]
    memory: Option<u64>,
    /// The command.
    #[arg(last = true, required = true)]
    command: Vec<String>,
}

/// The resources that a command used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cost {
    /// User and system time of the whole tree of processes.
    pub(crate) cpu_s: f64,
    /// Resident set of the largest process in the tree.
    pub(crate) peak_mb: f64,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let Some((program, rest)) = args.command.split_first() else { bail!("there is no command") };
    if let Some(memory) = args.memory {
        limit_memory(memory)?;
    }
    let status = Command::new(program).args(rest).status().with_context(|| program.clone())?;
    fs::write(&args.into, serde_json::to_string(&children()?)?)?;
    Ok(if status.success() { Outcome::Done } else { Outcome::Findings })
}

/// Measures `command`; its environment and folder are kept, its output goes to stderr if it fails.
pub(crate) fn measure(command: &Command, into: &Path) -> anyhow::Result<Cost> {
    match attempt(command, into)? {
        (cost, None) => Ok(cost),
        (_, Some(stderr)) => bail!("{command:?} failed:\n{stderr}"),
    }
}

/// Measures `command`, and returns its stderr if it fails.
pub(crate) fn attempt(command: &Command, into: &Path) -> anyhow::Result<(Cost, Option<String>)> {
    let output = wrapped(command, into)?.stdin(Stdio::null()).output()?;
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    let Some(cost) = read(into)? else { bail!("{command:?} cannot be run:\n{stderr}") };
    Ok((cost, (!output.status.success()).then_some(stderr)))
}

/// `command`, writing its cost into a file when it has ended; its environment and folder are kept.
pub(crate) fn wrapped(command: &Command, into: &Path) -> anyhow::Result<Command> {
    wrapped_in(command, into, None)
}

/// The same for a command whose processes may each use this number of MB of address space, if the system can limit it.
pub(crate) fn limited(command: &Command, into: &Path, memory: u64) -> anyhow::Result<Command> {
    wrapped_in(command, into, Some(memory))
}

fn wrapped_in(command: &Command, into: &Path, memory: Option<u64>) -> anyhow::Result<Command> {
    // A file of an earlier run would be taken for this one's.
    let _ = fs::remove_file(into);
    let mut wrapped = Command::new(std::env::current_exe()?);
    wrapped
        .arg("measure")
        .arg("--into")
        .arg(into)
        .args(memory.map(|memory| format!("--memory={memory}")))
        .arg("--")
        .arg(command.get_program())
        .args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        wrapped.current_dir(folder);
    }
    for (key, value) in command.get_envs() {
        match value {
            Some(value) => wrapped.env(key, value),
            None => wrapped.env_remove(key),
        };
    }
    Ok(wrapped)
}

/// The cost of a wrapped command that has ended; none if the system does not report it, or it could not be run.
pub(crate) fn read(into: &Path) -> anyhow::Result<Option<Cost>> {
    Ok(match fs::read_to_string(into) {
        Ok(text) => Some(serde_json::from_str(&text)?),
        Err(_) => None,
    })
}

fn children() -> anyhow::Result<Cost> {
    #[cfg(unix)]
    return cost(nix::sys::resource::UsageWho::RUSAGE_CHILDREN);
    #[cfg(not(unix))]
    bail!("this system does not report the cost of child processes; measure on Linux or macOS")
}

/// The cost of this process so far; empty if the system does not report it.
pub(crate) fn own() -> anyhow::Result<Cost> {
    #[cfg(unix)]
    return cost(nix::sys::resource::UsageWho::RUSAGE_SELF);
    #[cfg(not(unix))]
    Ok(Cost::default())
}

/// Limits the address space of this process and of those that it starts.
fn limit_memory(megabytes: u64) -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use nix::sys::resource::{Resource, setrlimit};

        let bytes = megabytes.saturating_mul(1_000_000);
        setrlimit(Resource::RLIMIT_AS, bytes, bytes)?;
    }
    #[cfg(not(unix))]
    let _ = megabytes;
    Ok(())
}

#[cfg(unix)]
fn cost(who: nix::sys::resource::UsageWho) -> anyhow::Result<Cost> {
    use nix::sys::resource::getrusage;
    use nix::sys::time::TimeValLike;

    let usage = getrusage(who)?;
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    // Linux counts in KiB, macOS in bytes.
    let unit = if cfg!(target_os = "macos") { 1.0 } else { 1024.0 };
    Ok(Cost { cpu_s: micros as f64 / 1e6, peak_mb: usage.max_rss() as f64 * unit / 1e6 })
}
