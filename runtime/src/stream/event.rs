//! Parses server-sent events (WHATWG HTML, section 9.2.6) and sequences of JSON values, piece by piece.

use std::collections::VecDeque;
use std::time::Duration;

/// One event or record, before its data is decoded.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Raw {
    pub(super) event: String,
    pub(super) id: String,
    pub(super) retry: Option<Duration>,
    pub(super) data: Vec<u8>,
}

/// A parser that splits a response into records.
pub(super) trait Parser: Default + Send + 'static {
    /// The requested media types.
    const ACCEPT: &'static str;

    /// Takes a piece of the body.
    fn push(&mut self, piece: &[u8], out: &mut VecDeque<Raw>);

    /// Ends: nothing follows.
    fn finish(&mut self, out: &mut VecDeque<Raw>);

    /// The number of bytes that are not part of a record yet.
    fn pending(&self) -> usize;
}

/// Server-sent events. Lines end with LF, CR or CRLF, and an event with an empty line; an incomplete last event is ignored.
#[derive(Default)]
pub(super) struct Sse {
    line: Vec<u8>,
    /// The last byte was CR: LF after it belongs to it.
    after_cr: bool,
    is_begun: bool,
    data: Vec<u8>,
    has_data: bool,
    event: String,
    id: String,
    retry: Option<Duration>,
}

impl Parser for Sse {
    const ACCEPT: &'static str = "text/event-stream";

    fn push(&mut self, piece: &[u8], out: &mut VecDeque<Raw>) {
        for byte in piece {
            let after_cr = std::mem::take(&mut self.after_cr);
            match byte {
                b'\n' if after_cr => {}
                b'\n' | b'\r' => {
                    self.after_cr = *byte == b'\r';
                    let line = std::mem::take(&mut self.line);
                    self.take(&line, out);
                }
                byte => self.line.push(*byte),
            }
        }
    }

    fn finish(&mut self, _: &mut VecDeque<Raw>) {}

    fn pending(&self) -> usize {
        self.line.len() + self.data.len()
    }
}

impl Sse {
    fn take(&mut self, line: &[u8], out: &mut VecDeque<Raw>) {
        let bom = b"\xEF\xBB\xBF";
        let is_first = !std::mem::replace(&mut self.is_begun, true);
        let line = if is_first { line.strip_prefix(bom).unwrap_or(line) } else { line };
        if line.is_empty() {
            return self.dispatch(out);
        }
        let (name, value) = match line.iter().position(|byte| *byte == b':') {
            // A comment, which keeps the connection alive.
            Some(0) => return,
            Some(at) => {
                let value = line.get(at + 1..).unwrap_or_default();
                (line.get(..at).unwrap_or_default(), value.strip_prefix(b" ").unwrap_or(value))
            }
            None => (line, &[][..]),
        };
        let text = || String::from_utf8_lossy(value).into_owned();
        match name {
            b"data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.data.push(b'\n');
                }
                self.data.extend_from_slice(value);
            }
            b"event" => self.event = text(),
            b"id" if !value.contains(&0) => self.id = text(),
            b"retry" if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
                self.retry = text().parse().ok().map(Duration::from_millis);
            }
            _ => {}
        }
    }

    fn dispatch(&mut self, out: &mut VecDeque<Raw>) {
        let event = std::mem::take(&mut self.event);
        let data = std::mem::take(&mut self.data);
        if std::mem::take(&mut self.has_data) {
            let event = if event.is_empty() { "message".to_owned() } else { event };
            out.push_back(Raw { event, id: self.id.clone(), retry: self.retry.take(), data });
        }
    }
}

/// JSON values on lines (`application/jsonl`, `application/x-ndjson`), or after record separators (RFC 7464).
#[derive(Default)]
pub(super) struct Lines {
    record: Vec<u8>,
    is_begun: bool,
    is_sequence: bool,
}

/// The byte before each record of RFC 7464.
const SEPARATOR: u8 = 0x1E;

impl Parser for Lines {
    const ACCEPT: &'static str = "application/jsonl, application/x-ndjson, application/json-seq";

    fn push(&mut self, piece: &[u8], out: &mut VecDeque<Raw>) {
        for byte in piece {
            if !self.is_begun && !byte.is_ascii_whitespace() {
                self.is_begun = true;
                self.is_sequence = *byte == SEPARATOR;
            }
            let end = if self.is_sequence { SEPARATOR } else { b'\n' };
            if *byte == end { self.finish(out) } else { self.record.push(*byte) }
        }
    }

    fn finish(&mut self, out: &mut VecDeque<Raw>) {
        let record = std::mem::take(&mut self.record);
        let data = record.trim_ascii();
        if !data.is_empty() {
            out.push_back(Raw { data: data.to_vec(), ..Raw::default() });
        }
    }

    fn pending(&self) -> usize {
        self.record.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The records of a body, which arrives in pieces of any size.
    fn parsed<P: Parser>(body: &[u8]) -> Vec<(String, String, Option<u64>, String)> {
        let read = |size: usize| {
            let (mut parser, mut out) = (P::default(), VecDeque::new());
            body.chunks(size).for_each(|piece| parser.push(piece, &mut out));
            parser.finish(&mut out);
            let all = out.into_iter().map(|raw| {
                let retry = raw.retry.map(|retry| retry.as_secs());
                (raw.event, raw.id, retry, String::from_utf8_lossy(&raw.data).into_owned())
            });
            all.collect::<Vec<_>>()
        };
        let whole = read(body.len().max(1));
        (1..body.len()).for_each(|size| assert_eq!(read(size), whole, "pieces of {size}"));
        whole
    }

    fn events(body: &str) -> Vec<(String, String, Option<u64>, String)> {
        parsed::<Sse>(body.as_bytes())
    }

    fn event(event: &str, id: &str, retry: Option<u64>, data: &str) -> (String, String, Option<u64>, String) {
        (event.to_owned(), id.to_owned(), retry, data.to_owned())
    }

    #[test]
    fn events_are_those_of_the_specification() {
        // The examples of section 9.2.6.
        assert_eq!(
            events("data: YHOO\ndata: +2\ndata: 10\n\n"),
            [event("message", "", None, "YHOO\n+2\n10")]
        );
        assert_eq!(
            events(
                ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n"
            ),
            [
                event("message", "1", None, "first event"),
                event("message", "", None, "second event"),
                event("message", "", None, " third event"),
            ]
        );
        assert_eq!(
            events("data\n\ndata\ndata\n\ndata:"),
            [event("message", "", None, ""), event("message", "", None, "\n")]
        );
        assert_eq!(events("data:test\n\ndata: test\n\n"), vec![event("message", "", None, "test"); 2]);
    }

    #[test]
    fn lines_end_in_three_ways_and_fields_have_rules() {
        assert_eq!(
            events(
                "\u{FEFF}event: add\rdata: a\r\rid: 7\r\nretry: 3000\r\ndata: b\r\n\r\nid: x\0y\nretry: 1s\ndata: c\n\n"
            ),
            [
                event("add", "", None, "a"),
                event("message", "7", Some(3), "b"),
                event("message", "7", None, "c"),
            ]
        );
        // An event without data is ignored, and its name is forgotten.
        assert_eq!(events("event: x\n\nunknown: 1\ndata: a\n\n"), [event("message", "", None, "a")]);
    }

    #[test]
    fn json_values_are_on_lines_or_after_separators() {
        let texts = |body: &str| -> Vec<String> {
            parsed::<Lines>(body.as_bytes()).into_iter().map(|(.., data)| data).collect()
        };
        assert_eq!(texts("{\"a\":1}\r\n\n[2]\n3"), ["{\"a\":1}", "[2]", "3"]);
        assert_eq!(texts("\u{1E}{\n \"a\": 1\n}\n\u{1E}2\n"), ["{\n \"a\": 1\n}", "2"]);
        assert_eq!(texts("\n \n"), [""; 0]);
    }
}
