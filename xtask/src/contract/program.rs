//! Sends orders to the driver program and reads its reports.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, bail};
use serde::Deserialize;
use serde_json::Value;

use super::plan::Order;
use crate::measure::{self, Cost};

/// The program that calls the operations of one API, while it runs.
#[derive(Debug)]
pub(super) struct Program {
    child: Child,
    /// It ends where this does.
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    cost: PathBuf,
}

/// The outcome of a call. The names are those of `tests/contract/runner`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Report {
    pub(super) media: String,
    pub(super) exchange: Option<Exchange>,
    /// True if it is the operation's first method for the response's media type; others choose what is sent.
    pub(super) first: bool,
    /// The parameters that are arguments of the method; the others have setters.
    pub(super) arguments: Vec<String>,
    #[serde(rename = "Ok")]
    pub(super) answered: Option<Read>,
    #[serde(rename = "Err")]
    pub(super) failed: Option<Failed>,
}

/// A decoded response, encoded again.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Read {
    pub(super) read: Value,
    /// The same as the public fields have it.
    pub(super) shown: Value,
    pub(super) inside: String,
    /// The places of values that differ from the documented types.
    pub(super) mismatches: Vec<String>,
}

/// The reason for which there is no response.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Failed {
    pub(super) failed: String,
    pub(super) message: String,
    /// The API's own error as the crate read it.
    pub(super) fault: Option<String>,
}

/// A request and its response.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Exchange {
    pub(super) method: String,
    /// Scheme and authority of the URL.
    pub(super) origin: String,
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<String>,
    /// The digits of the response's bytes, where they are not UTF-8.
    pub(super) bytes: Option<String>,
    pub(super) status: u16,
    pub(super) media: Option<String>,
    pub(super) violations: Option<String>,
    pub(super) answer: String,
}

impl Program {
    /// Starts the program against the judge at `url`; `cost` gets time and memory.
    pub(super) fn start(file: &Path, url: &str, cost: PathBuf) -> anyhow::Result<Self> {
        let mut command = Command::new(file);
        // Loopback is not behind a proxy.
        command.arg(url).env("NO_PROXY", "127.0.0.1,localhost");
        let mut child = measure::wrapped(&command, &cost)?
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| file.display().to_string())?;
        let input = child.stdin.take();
        let output = child.stdout.take().context("the program has no output")?;
        Ok(Self { child, input, output: BufReader::new(output), cost })
    }

    /// Makes the calls of one order: one for each media type of the response.
    pub(super) fn call(&mut self, order: &Order) -> anyhow::Result<Vec<Report>> {
        let input = self.input.as_mut().context("the program has no input")?;
        // In one piece: each write is a call of the system.
        let mut line = serde_json::to_vec(order)?;
        line.push(b'\n');
        input.write_all(&line)?;
        let mut out = Vec::new();
        loop {
            let mut line = String::new();
            if self.output.read_line(&mut line)? == 0 {
                bail!("the program ended while it called {}", order.operation);
            }
            if line.trim().is_empty() {
                return Ok(out);
            }
            out.push(serde_json::from_str(&line).with_context(|| order.operation.clone())?);
        }
    }
}

impl Program {
    /// Ends the program; returns its CPU time and peak memory, if the system reports them.
    pub(super) fn end(mut self) -> anyhow::Result<Option<Cost>> {
        self.input = None;
        self.child.wait()?;
        measure::read(&self.cost)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended already, or ends now; both are fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
