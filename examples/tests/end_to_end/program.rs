//! A program and its arguments go in; what it printed and its exit code come out.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use storewright_tests::Server;

/// An example, by the name of its binary.
macro_rules! program {
    ($name:literal) => {
        crate::program::Program::new($name, env!(concat!("CARGO_BIN_EXE_", $name)))
    };
}
pub(crate) use program;

/// A program that is to be run.
pub(crate) struct Program {
    name: &'static str,
    command: Command,
}

/// How a program ended.
#[derive(Debug, PartialEq)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Program {
    pub(crate) fn new(name: &'static str, path: &str) -> Self {
        let mut command = Command::new(PathBuf::from(path));
        command.stdin(Stdio::null());
        Program { name, command }
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn args<A: AsRef<std::ffi::OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    /// Runs the program to its end. The line that this prints is what `cargo xtask examples` reads.
    pub(crate) async fn run(mut self, servers: &[&Server]) -> Ended {
        let start = Instant::now();
        let output = tokio::task::spawn_blocking(move || self.command.output().unwrap()).await.unwrap();
        let seconds = start.elapsed().as_secs_f64();
        let calls: usize = servers.iter().map(|server| server.seen().len()).sum();
        println!("example {}: {calls} calls, {seconds:.2} s", self.name);
        Ended {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ended {
    /// Asserts that the program did what it should and printed these lines.
    #[track_caller]
    pub(crate) fn printed<const N: usize>(&self, lines: [&str; N]) {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{}", self.out);
        assert_eq!(self.out.lines().collect::<Vec<_>>(), lines);
    }

    /// Asserts that the program failed with this error, after it had printed these lines.
    #[track_caller]
    pub(crate) fn failed<const N: usize>(&self, lines: [&str; N], error: &str) {
        assert_eq!((self.code, self.err.as_str()), (1, format!("error: {error}\n").as_str()), "{}", self.out);
        assert_eq!(self.out.lines().collect::<Vec<_>>(), lines);
    }
}
