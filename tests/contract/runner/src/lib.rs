//! Calls go in on standard input, one JSON object a line; a generated client sends them; reports come out, one a line.
//!
//! A program of one API is a table of [`Calls`], made by `cargo xtask generate`, and [`drive`].

mod arguments;
mod outcome;
mod recorder;

use std::io::{BufRead, Write};
use std::process::ExitCode;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use storewright_runtime as rt;

pub use self::arguments::{Argument, Arguments};
pub use self::outcome::{Failed, Outcome, Read};
pub use self::recorder::{Answer, Exchange, Recorder};

/// operationId, media type of the answer (empty without one), and what makes the call of its arguments.
pub type Calls<C> = &'static [(&'static str, &'static str, fn(&C, &Arguments) -> Outcome)];

/// One operation that is to be called, once for each media type that it answers.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    operation: String,
    /// Values of path, query and header parameters by name.
    #[serde(default)]
    parameters: serde_json::Map<String, Value>,
    /// The body as it should be on the wire.
    #[serde(default)]
    body: Option<Value>,
    /// Headers that the judge is told something by.
    #[serde(default)]
    headers: Vec<(String, String)>,
    /// What is answered without asking a server.
    #[serde(default)]
    answer: Option<Answer>,
    /// Only the call that answers this media type.
    #[serde(default)]
    media: Option<String>,
    /// Whether a response that differs from the document is an error.
    #[serde(default)]
    strict: bool,
}

/// What became of a call.
#[derive(Debug, Serialize)]
struct Report<'a> {
    operation: &'a str,
    media: &'a str,
    /// What was sent and came back; absent if nothing was sent.
    exchange: Option<Exchange>,
    #[serde(flatten)]
    result: Result<Read, Failed>,
}

/// An operation: its id, its method and path, and what calls it.
pub type Listed<A> = (&'static str, &'static str, fn(&<A as rt::Api>::Client, &Arguments) -> Outcome);

/// Reads calls until standard input ends. The arguments are the server's address.
pub fn drive<A: rt::Api>(calls: &[Listed<A>]) -> ExitCode {
    match run::<A>(calls) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run<A: rt::Api>(calls: &[Listed<A>]) -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args().nth(1).ok_or("the address of the server is missing")?;
    let recorder = Arc::new(Recorder::new()?);
    let client = |strict: bool| {
        rt::Client::<A>::builder()
            .base_url(url.clone())
            .transport(Arc::clone(&recorder))
            // Each call is one request, at once: also one that is told to come again later.
            .retry(rt::RetryPolicy::none())
            .limits(rt::Limits::NONE)
            .strict_decoding(strict)
            .build()
            .map_err(|error| error.to_string())
    };
    let (tolerant, strict) = (client(false)?, client(true)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    let mut line = String::new();
    while input.read_line(&mut line)? > 0 {
        let order: Order = serde_json::from_str(&line)?;
        line.clear();
        recorder.expect(order.headers, order.answer);
        let arguments = Arguments::new(order.parameters, order.body);
        let client = if order.strict { &strict } else { &tolerant };
        for (operation, media, call) in calls.iter().filter(|(id, ..)| *id == order.operation) {
            if order.media.as_ref().is_some_and(|wanted| wanted != media) {
                continue;
            }
            let result = match arguments.problem() {
                None => runtime.block_on(call(client, &arguments)),
                Some(problem) => Err(Failed::arguments(problem)),
            };
            // What a call could not be made of is known only once it was tried.
            let result = match arguments.problem() {
                None => result,
                Some(problem) => Err(Failed::arguments(problem)),
            };
            let report = Report { operation, media, exchange: recorder.take(), result };
            serde_json::to_writer(&mut output, &report)?;
            output.write_all(b"\n")?;
        }
        // The end of the reports about this order.
        output.write_all(b"\n")?;
        output.flush()?;
    }
    Ok(())
}
