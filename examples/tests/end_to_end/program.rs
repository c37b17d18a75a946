//! Runs a program and captures its output and exit code.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
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

/// The end of a program.
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

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    pub(crate) fn args<A: AsRef<std::ffi::OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    /// Runs the program to its end.
    pub(crate) async fn run(mut self, servers: &[&Server]) -> Ended {
        let start = Instant::now();
        let output = tokio::task::spawn_blocking(move || self.command.output().unwrap()).await.unwrap();
        cost(self.name, servers.iter().map(|server| server.seen().len()).sum(), start);
        Ended {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// The line that `cargo xtask examples` reads.
fn cost(name: &str, calls: usize, start: Instant) {
    println!("example {name}: {calls} calls, {:.2} s", start.elapsed().as_secs_f64());
}

/// A program that goes on until it is stopped, as a server does.
pub(crate) struct Running {
    name: &'static str,
    start: Instant,
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Program {
    pub(crate) fn start(mut self) -> Running {
        let start = Instant::now();
        let mut child = self.command.stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Running { name: self.name, start, child, out }
    }
}

impl Running {
    /// The next line that it prints.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Stops the program after this many calls. Returns the rest of its output.
    pub(crate) fn stop(mut self, calls: usize) -> String {
        self.child.kill().unwrap();
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        cost(self.name, calls, self.start);
        rest
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A test that failed leaves no program behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// Asserts that the program succeeded and printed these lines.
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
