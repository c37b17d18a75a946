//! An order and what became of it go in; what is wrong with the request, and with the reading of the answer, comes out.

use serde::Deserialize;
use serde_json::Value;

use super::document::{Operation, Parameter};
use super::plan::{Order, success};
use super::program::{Exchange, Report};
use super::schema::Schemas;

/// Whose fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Side {
    /// The request is not what the document asks for.
    Request,
    /// The answer was not read as it came.
    Answer,
}

/// What must happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// The answer is read, and says the same when it is encoded again.
    Same,
    /// The answer is read; it says more than the client knows.
    Read,
    /// The call fails with this status, and the API's own error was read.
    Failure(u16),
}

/// What is wrong.
pub(super) fn judge(
    schemas: Schemas<'_>,
    operation: &Operation<'_>,
    order: &Order,
    report: &Report,
    expected: Expected,
) -> Vec<(Side, String)> {
    let mut out: Vec<String> = Vec::new();
    let Some(exchange) = &report.exchange else {
        let why = report.failed.as_ref().map_or("nothing was sent", |failed| failed.message.as_str());
        return vec![(Side::Request, why.to_owned())];
    };
    if let Some(failed) = report.failed.as_ref().filter(|failed| failed.failed == "arguments") {
        out.push(failed.message.clone());
    }
    violations(exchange, &mut out);
    line(operation, order, exchange, &mut out);
    query(operation, order, exchange, &mut out);
    headers(operation, order, exchange, &mut out);
    body(schemas, operation, order, exchange, &mut out);
    let mut all: Vec<(Side, String)> = out.into_iter().map(|message| (Side::Request, message)).collect();
    let mut out = Vec::new();
    answer(schemas, operation, report, exchange, expected, &mut out);
    // An answer that only says that the request was wrong says nothing of its own.
    let is_other = report.failed.as_ref().is_some_and(|failed| failed.failed == "arguments");
    if !is_other && (all.is_empty() || exchange.status < 400) {
        all.extend(out.into_iter().map(|message| (Side::Answer, message)));
    }
    all
}

#[derive(Deserialize)]
struct Violation {
    location: Vec<Value>,
    severity: String,
    #[serde(default)]
    message: String,
}

/// What the judge says about the request.
fn violations(exchange: &Exchange, out: &mut Vec<String>) {
    let Some(text) = &exchange.violations else { return };
    let Ok(violations) = serde_json::from_str::<Vec<Violation>>(text) else {
        // The judge cuts what is longer than a header may be.
        if text.contains("\"request\"") {
            let shown: String = text.chars().take(400).collect();
            out.push(format!("judge: {shown}"));
        }
        return;
    };
    for violation in violations {
        let parts: Vec<String> = violation.location.iter().map(plain).collect();
        if violation.severity == "Error" && parts.first().is_some_and(|first| first == "request") {
            out.push(format!("judge: {}: {}", parts.join("."), violation.message));
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Method and path are those of the operation, with the values in its holes.
fn line(operation: &Operation<'_>, order: &Order, exchange: &Exchange, out: &mut Vec<String>) {
    if exchange.method != operation.method {
        out.push(format!(
            "the method is {}, and that of the operation is {}",
            exchange.method, operation.method
        ));
    }
    let path = exchange.target.split('?').next().unwrap_or_default();
    let (sent, asked): (Vec<&str>, Vec<&str>) =
        (path.split('/').collect(), operation.path.split('/').collect());
    let fits = sent.len() == asked.len()
        && sent.iter().zip(&asked).all(|(sent, asked)| matches_segment(sent, asked, order));
    if !fits {
        out.push(format!("the path {path} is not {} with its values", operation.path));
    }
}

/// Whether a segment is that of the template, which may have text around its holes.
fn matches_segment(sent: &str, asked: &str, order: &Order) -> bool {
    let mut expected = String::new();
    let mut rest = asked;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        expected.push_str(before);
        expected.push_str(&order.parameters.get(name).map(plain).unwrap_or_default());
        rest = after;
    }
    expected.push_str(rest);
    decode(sent) == expected
}

/// Text without percent-encoding; what is no UTF-8 then is shown as well as it can be.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let digit = |byte: Option<u8>| byte.and_then(|b| char::from(b).to_digit(16));
        match (byte, digit(ahead.next()), digit(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
                rest = ahead;
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Every parameter that was asked for arrives as it should be written, and no other.
fn query(operation: &Operation<'_>, order: &Order, exchange: &Exchange, out: &mut Vec<String>) {
    let text = exchange.target.split_once('?').map_or("", |(_, query)| query);
    let pairs: Vec<(String, &str)> = text
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), value))
        .collect();
    let declared: Vec<&Parameter<'_>> = operation.parameters.iter().filter(|p| p.place == "query").collect();
    for (name, _) in &pairs {
        if !declared.iter().any(|p| p.name == name) {
            out.push(format!("the query has `{name}`, which the operation has not"));
        }
    }
    for parameter in declared {
        let sent: Vec<&str> =
            pairs.iter().filter(|(name, _)| name == parameter.name).map(|(_, v)| *v).collect();
        let Some(asked) = order.parameters.get(parameter.name) else {
            if !sent.is_empty() {
                out.push(format!("`{}` is sent and was not asked for", parameter.name));
            }
            continue;
        };
        let arrived: Vec<String> = match (asked, parameter.separator) {
            (Value::Array(_), Some(separator)) => {
                let encoded = format!("%{:02X}", u32::from(separator));
                // What separates may be written as it is or, where an URL cannot hold it, encoded.
                let parts = sent.iter().flat_map(|value| match separator {
                    ' ' | '\t' => value.split(encoded.as_str()).collect::<Vec<_>>(),
                    _ => value.split(separator).collect(),
                });
                parts.map(decode).collect()
            }
            _ => sent.iter().map(|value| decode(value)).collect(),
        };
        let asked: Vec<String> = match asked {
            Value::Array(items) => items.iter().map(plain).collect(),
            one => vec![plain(one)],
        };
        if !same_texts(&arrived, &asked) {
            out.push(format!("`{}` arrives as {arrived:?} and was to be {asked:?}", parameter.name));
        }
    }
}

/// The same texts, or numbers in other words.
fn same_texts(left: &[String], right: &[String]) -> bool {
    let same = |(left, right): (&String, &String)| {
        left == right || left.parse::<f64>().is_ok_and(|left| right.parse::<f64>() == Ok(left))
    };
    left.len() == right.len() && left.iter().zip(right).all(same)
}

fn headers(operation: &Operation<'_>, order: &Order, exchange: &Exchange, out: &mut Vec<String>) {
    for parameter in operation.parameters.iter().filter(|p| p.place == "header") {
        let Some(asked) = order.parameters.get(parameter.name) else { continue };
        let sent = exchange.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(parameter.name));
        if sent.is_none_or(|(_, value)| *value != plain(asked)) {
            out.push(format!("the header `{}` does not arrive as {asked}", parameter.name));
        }
    }
}

/// The body is what was asked for, and what the document allows.
fn body(
    schemas: Schemas<'_>,
    operation: &Operation<'_>,
    order: &Order,
    exchange: &Exchange,
    out: &mut Vec<String>,
) {
    let sent = exchange.body.as_deref();
    if operation.parameters.iter().any(|parameter| parameter.place == "formData") {
        // The judge looks at forms.
        return;
    }
    let Some((media, schema, _)) = &operation.body else {
        if let Some(body) = sent.filter(|body| *body != "{}") {
            out.push(format!("a body of {} bytes is sent, and the operation has none", body.len()));
        }
        return;
    };
    if !media.contains("json") {
        if sent.is_none() {
            out.push("the body is missing".to_owned());
        }
        return;
    }
    let sent: Value = match sent.map(serde_json::from_str) {
        Some(Ok(sent)) => sent,
        Some(Err(_)) => return out.push("the body is no JSON".to_owned()),
        None => return out.push("the body is missing".to_owned()),
    };
    let mut found = Vec::new();
    schemas.check(schema, &sent, "", &mut found);
    out.extend(found.into_iter().map(|message| format!("body{message}")));
    let mut found = Vec::new();
    if let Some(asked) = &order.body {
        difference(asked, &sent, "", &mut found);
    }
    out.extend(found.into_iter().map(|message| format!("body{message}")));
}

/// Where what is sent is not exactly what was asked for.
fn difference(asked: &Value, sent: &Value, at: &str, out: &mut Vec<String>) {
    match (asked, sent) {
        (Value::Object(asked), Value::Object(sent)) => {
            for (name, value) in asked {
                match sent.get(name) {
                    Some(sent) => difference(value, sent, &format!("{at}/{name}"), out),
                    // An object without members says nothing, nor do no resources that are created along.
                    None if says_nothing(value)
                        || (name == "included" && *value == Value::Array(Vec::new())) => {}
                    None => out.push(format!("{at}/{name}: this was to be sent")),
                }
            }
            for name in sent.keys().filter(|name| !asked.contains_key(*name)) {
                out.push(format!("{at}/{name}: this was not to be sent"));
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (left, right)) in left.iter().zip(right).enumerate() {
                difference(left, right, &format!("{at}/{index}"), out);
            }
        }
        (Value::Number(left), Value::Number(right)) if left.as_f64() == right.as_f64() => {}
        (left, right) if left == right => {}
        _ => out.push(format!("{at}: another value is sent than was to be")),
    }
}

fn says_nothing(value: &Value) -> bool {
    value.as_object().is_some_and(|members| members.values().all(says_nothing))
}

/// The answer was read, or the failure was.
fn answer(
    schemas: Schemas<'_>,
    operation: &Operation<'_>,
    report: &Report,
    exchange: &Exchange,
    expected: Expected,
    out: &mut Vec<String>,
) {
    let read = match (&report.answered, &report.failed, expected) {
        (_, Some(failed), Expected::Failure(status)) => {
            if failed.failed != "status" || exchange.status != status {
                out.push(format!("status {status} was to come, and the error is: {}", failed.message));
            } else if !failed.fault && says_json(exchange) {
                out.push(format!("the body of status {status} was not read as the API's own error"));
            }
            return;
        }
        // HEAD answers no by a status.
        (Some(read), _, Expected::Failure(_)) if read.read == Value::Bool(false) => return,
        (Some(_), _, Expected::Failure(status)) => {
            return out.push(format!("status {status} was to come, and the call is no failure"));
        }
        (None, Some(failed), _) => {
            let shown: String = exchange.answer.chars().take(200).collect();
            return out.push(format!("status {}: {}: {shown}", exchange.status, failed.message));
        }
        (None, None, _) => return out.push("the program says nothing".to_owned()),
        (Some(read), ..) => read,
    };
    if expected != Expected::Same || operation.method == "HEAD" || read.read.is_null() {
        return;
    }
    let Some((_, content)) = success(operation) else { return };
    let Some((media, schema)) = content.iter().find(|(media, _)| *media == report.media) else { return };
    if !media.contains("json") {
        if let Value::String(text) = &read.read
            && *text != exchange.answer
        {
            out.push("the text is not read as it came".to_owned());
        }
        return;
    }
    let Ok(came) = serde_json::from_str::<Value>(&exchange.answer) else {
        return out.push("the answer is no JSON".to_owned());
    };
    let again = read.inside.split('.').rev().filter(|member| !member.is_empty()).fold(
        read.read.clone(),
        |inner, member| {
            let mut around = serde_json::Map::new();
            around.insert(member.to_owned(), inner);
            Value::Object(around)
        },
    );
    schemas.compare(&[schema], &came, &again, "", out);
}

fn says_json(exchange: &Exchange) -> bool {
    exchange.media.as_ref().is_some_and(|media| media.contains("json"))
        && serde_json::from_str::<Value>(&exchange.answer).is_ok_and(|value| value.is_object())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_encoding_is_undone_once() {
        assert_eq!(decode("a%20b%2Cc%25%32"), "a b,c%2");
        assert_eq!(decode("%C3%A9%"), "é%");
    }
}
