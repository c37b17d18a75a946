//! Runs a command with limits of time and memory, and stops it with all of its children.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::measure::{self, Cost};

/// Limits of one command.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) time: Duration,
    /// Of address space, in MB.
    pub(super) memory: u64,
}

/// The end of a process.
pub(super) struct Ended {
    pub(super) cost: Cost,
    pub(super) stderr: String,
    /// True if it exited with 0; none if it was stopped.
    pub(super) success: Option<bool>,
}

impl Ended {
    /// True if it requested more memory than the limit.
    pub(super) fn is_out_of_memory(&self) -> bool {
        let said = ["memory allocation of", "memory exhausted", "out of memory", "Cannot allocate memory"];
        self.success == Some(false) && said.iter().any(|text| self.stderr.contains(text))
    }

    /// The first line that it wrote to stderr, or the message of its panic.
    pub(super) fn first_line(&self) -> String {
        let mut lines = self.stderr.lines().filter(|line| !line.trim().is_empty());
        lines.next().unwrap_or("no message").trim().to_owned()
    }
}

/// Runs a command; `into` is the file for its cost.
pub(super) fn attempt(command: &Command, into: &Path, limits: Limits) -> anyhow::Result<Ended> {
    let mut child = grouped(measure::limited(command, into, limits.memory)?)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let stderr = child.stderr.take();
    let reader = thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stderr) = stderr {
            let _ = stderr.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    });
    let success = wait(&mut child, limits.time)?;
    let stderr = reader.join().unwrap_or_default();
    Ok(Ended { cost: measure::read(into)?.unwrap_or_default(), stderr, success })
}

/// True if the process exited with 0; none if it took too long and was stopped with all its children.
fn wait(child: &mut Child, limit: Duration) -> anyhow::Result<Option<bool>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status.success()));
        }
        if start.elapsed() > limit {
            stop(child)?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(unix)]
fn stop(child: &mut Child) -> anyhow::Result<()> {
    use nix::sys::signal::{Signal, killpg};
    use nix::unistd::Pid;

    // The child leads a group of its own, which the generator and the compiler are in.
    Ok(killpg(Pid::from_raw(i32::try_from(child.id())?), Signal::SIGKILL)?)
}

#[cfg(not(unix))]
fn stop(child: &mut Child) -> anyhow::Result<()> {
    Ok(child.kill()?)
}

/// Lets a command lead a group of its own, where the system has groups.
fn grouped(command: Command) -> Command {
    #[cfg(unix)]
    let command = {
        let mut command = command;
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command
    };
    command
}
