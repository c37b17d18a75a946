//! Serves scripted responses and reports calls that differ from the script.

use percent_encoding::percent_decode_str;
use serde_json::Value;
use storewright_tests::{Answer, Seen, Server};

/// An expected call, and its response.
pub(crate) struct Exchange {
    line: String,
    /// Null if there is no body.
    body: Value,
    answer: Answer,
}

/// A call without a body: `GET /v1/apps`.
pub(crate) fn call(line: impl Into<String>, answer: Answer) -> Exchange {
    Exchange { line: line.into(), body: Value::Null, answer }
}

/// A call with a body.
pub(crate) fn send(line: impl Into<String>, body: Value, answer: Answer) -> Exchange {
    Exchange { line: line.into(), body, answer }
}

/// A server that expects calls in their order.
pub(crate) struct Script {
    pub(crate) server: Server,
    expected: Vec<(String, Value)>,
}

impl Script {
    pub(crate) async fn start(exchanges: impl IntoIterator<Item = Exchange>) -> Self {
        let (expected, answers): (Vec<_>, Vec<_>) =
            exchanges.into_iter().map(|one| ((one.line, one.body), one.answer)).unzip();
        Script { server: Server::start(answers).await, expected }
    }

    /// Asserts that the calls came in their order with these bodies, and no others.
    #[track_caller]
    pub(crate) fn finished(&self) {
        let came: Vec<_> = self.server.seen().iter().map(told).collect();
        let lines =
            |calls: &[(String, Value)]| calls.iter().map(|(line, _)| line.clone()).collect::<Vec<_>>();
        assert_eq!(lines(&came), lines(&self.expected));
        for ((line, body), (_, expected)) in came.iter().zip(&self.expected) {
            assert_eq!(body, expected, "{line}");
        }
    }
}

/// A call in the readable form of scripts. The encoding of queries is tested with the clients.
fn told(seen: &Seen) -> (String, Value) {
    let line = percent_decode_str(&seen.line).decode_utf8().unwrap().into_owned();
    (line, if seen.body.is_empty() { Value::Null } else { seen.json() })
}
