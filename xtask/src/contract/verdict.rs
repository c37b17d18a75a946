//! Judges the request of an order and the decoding of its response.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Value, json};

use super::document::{Credential, Operation, Parameter, Written};
use super::plan::{Order, failures, success};
use super::program::{Exchange, Report};
use super::schema::{Schemas, same_value, shown};

/// The side with the error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Side {
    /// The request does not match the document.
    Request,
    /// The response was not decoded exactly.
    Answer,
}

/// The expected outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected<'e> {
    /// The response is decoded, and is the same when it is encoded again.
    Same,
    /// The same, but the response has members without a field, so its fields are not compared.
    Kept,
    /// The response is decoded; it contains more than the client knows.
    Read,
    /// The response is decoded, and the value at this path is reported as a type mismatch.
    Mismatch(&'e str),
    /// The call fails with this status, and the API's own error was read.
    Failure(u16),
}

/// Collects the violations of a call.
pub(super) fn judge(
    schemas: Schemas<'_>,
    operation: &Operation<'_>,
    order: &Order,
    report: &Report,
    expected: Expected<'_>,
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
    arguments(operation, report, &mut out);
    negotiation(operation, order, report, exchange, &mut out);
    credentials(operation, exchange, &mut out);
    body(schemas, operation, order, exchange, &mut out);
    let mut all: Vec<(Side, String)> = out.into_iter().map(|message| (Side::Request, message)).collect();
    let mut out = Vec::new();
    answer(schemas, operation, (order, report), exchange, expected, &mut out);
    // A response that only reports a wrong request adds nothing.
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

/// The judge's violations of the request.
fn violations(exchange: &Exchange, out: &mut Vec<String>) {
    let Some(text) = &exchange.violations else { return };
    let violations = listed(text);
    if violations.is_empty() {
        out.push(format!("judge: {}", text.chars().take(400).collect::<String>()));
    }
    for violation in violations {
        let parts: Vec<String> = violation.location.iter().map(plain).collect();
        if violation.severity == "Error" && parts.first().is_some_and(|first| first == "request") {
            out.push(format!("judge: {}: {}", parts.join("."), violation.message));
        }
    }
}

/// The whole items of a list of violations. The judge cuts a list that is longer than a header may be; those of the
/// request come first.
fn listed(text: &str) -> Vec<Violation> {
    let mut rest = text.split_once('[').map_or("", |(_, rest)| rest);
    let mut out = Vec::new();
    loop {
        let mut items = serde_json::Deserializer::from_str(rest).into_iter();
        let Some(Ok(violation)) = items.next() else { return out };
        out.push(violation);
        rest = rest.get(items.byte_offset()..).unwrap_or_default().trim_start_matches(',');
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Checks that method and path are the operation's, with the values of its path parameters.
fn line(operation: &Operation<'_>, order: &Order, exchange: &Exchange, out: &mut Vec<String>) {
    if exchange.method != operation.method {
        out.push(format!(
            "the method is {}, and that of the operation is {}",
            exchange.method, operation.method
        ));
    }
    let url = format!("{}{}", exchange.origin, exchange.target.split('?').next().unwrap_or_default());
    let Some(path) = url.strip_prefix(&operation.base) else {
        return out.push(format!("{url} is not below {}", operation.base));
    };
    let (sent, asked): (Vec<&str>, Vec<&str>) =
        (path.split('/').collect(), operation.path.split('/').collect());
    let fits = sent.len() == asked.len()
        && sent.iter().zip(&asked).all(|(sent, asked)| matches_segment(sent, asked, order));
    if !fits {
        out.push(format!("the path {path} is not {} with its values", operation.path));
    }
}

/// True if a segment matches the template's, which may have text around its parameters.
fn matches_segment(sent: &str, asked: &str, order: &Order) -> bool {
    let mut expected = String::new();
    let mut rest = asked;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        expected.push_str(before);
        expected.push_str(&order.parameters.get(name).map(|value| separated(value, ',')).unwrap_or_default());
        rest = after;
    }
    expected.push_str(rest);
    decode(sent) == expected
}

/// Text without percent-encoding; invalid UTF-8 is replaced.
pub(super) fn decode(text: &str) -> String {
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

/// Checks that every requested parameter arrives in its style, and no other.
fn query(operation: &Operation<'_>, order: &Order, exchange: &Exchange, out: &mut Vec<String>) {
    let text = exchange.target.split_once('?').map_or("", |(_, query)| query);
    let pairs: Vec<(String, String)> = text
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect();
    let declared: Vec<&Parameter<'_>> = operation.parameters.iter().filter(|p| p.place == "query").collect();
    let mut expected: Vec<(String, String)> = Vec::new();
    for parameter in &declared {
        match order.parameters.get(parameter.name) {
            Some(asked) => expected.extend(written(parameter, asked)),
            None if pairs.iter().any(|(name, _)| name == parameter.name) => {
                out.push(format!("`{}` is sent and was not asked for", parameter.name));
            }
            None => {}
        }
    }
    let names: BTreeSet<&String> = pairs.iter().chain(&expected).map(|(name, _)| name).collect();
    for name in names {
        let of = |pairs: &[(String, String)]| -> Vec<String> {
            pairs.iter().filter(|(other, _)| other == name).map(|(_, value)| value.clone()).collect()
        };
        let (sent, asked) = (of(&pairs), of(&expected));
        match declared.iter().any(|parameter| parameter.name == name) || !asked.is_empty() {
            // Said above.
            true if !order.parameters.contains_key(name) && asked.is_empty() => {}
            true if same_texts(&sent, &asked) => {}
            true => out.push(format!("`{name}` arrives as {sent:?}, and the document says {asked:?}")),
            false => out.push(format!("the query has `{name}`, which the operation has not")),
        }
    }
}

/// The decoded pairs of a query parameter.
fn written(parameter: &Parameter<'_>, asked: &Value) -> Vec<(String, String)> {
    let pair = |name: &str, value: &Value| (name.to_owned(), plain(value));
    let each = |name: &str, value: &Value| match value {
        Value::Array(items) => items.iter().map(|item| pair(name, item)).collect(),
        one => vec![pair(name, one)],
    };
    let name = parameter.name;
    match (asked, parameter.written) {
        (Value::Array(_), Written::Repeated | Written::Deep) => each(name, asked),
        (Value::Object(members), Written::Repeated) => {
            members.iter().flat_map(|(member, value)| each(member, value)).collect()
        }
        (Value::Object(members), Written::Deep) => {
            members.iter().flat_map(|(member, value)| each(&format!("{name}[{member}]"), value)).collect()
        }
        (Value::Array(_) | Value::Object(_), Written::Separated(separator)) => {
            vec![(name.to_owned(), separated(asked, separator))]
        }
        (one, _) => vec![pair(name, one)],
    }
}

/// The items of a list, or the names and values of members, in one text.
fn separated(value: &Value, separator: char) -> String {
    let parts: Vec<String> = match value {
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(members) => {
            members.iter().flat_map(|(name, value)| [name.clone(), plain(value)]).collect()
        }
        one => return plain(one),
    };
    parts.join(separator.encode_utf8(&mut [0; 4]))
}

/// The same texts; a number may have another notation.
fn same_texts(left: &[String], right: &[String]) -> bool {
    let number = |text: &String| {
        serde_json::from_str::<Value>(text).ok().filter(|value| value.is_f64() || text.len() < 16)?.as_f64()
    };
    let same = |(left, right): (&String, &String)| {
        left == right || number(left).is_some_and(|left| number(right) == Some(left))
    };
    left.len() == right.len() && left.iter().zip(right).all(same)
}

fn header<'e>(exchange: &'e Exchange, name: &str) -> Option<&'e str> {
    let found = exchange.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str())
}

/// A media type without parameters, in lower case: both mean nothing here.
fn essence(media: &str) -> String {
    media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// `Accept` names the media type that the call is for, and `Content-Type` one that the document has for the body.
fn negotiation(
    operation: &Operation<'_>,
    order: &Order,
    report: &Report,
    exchange: &Exchange,
    out: &mut Vec<String>,
) {
    let accept = header(exchange, "accept").unwrap_or_default();
    if !report.media.is_empty() && essence(accept) != essence(&report.media) {
        out.push(format!("`Accept` is `{accept}`, and the call is for `{}`", report.media));
    }
    // The method without a choice sends the plainest of the document's media types.
    if let Some(sends) = &order.sends {
        let is_other = operation.others.iter().any(|(media, _)| media == sends);
        if report.first == is_other {
            let word = if is_other { "is" } else { "is not" };
            out.push(format!("`{sends}` {word} sent by the first method"));
        }
    }
    let is_form = operation.parameters.iter().any(|parameter| parameter.place == "formData");
    if let (Some((media, ..)), Some(_), false) = (&operation.body, &exchange.body, is_form) {
        let sent = header(exchange, "content-type").unwrap_or_default();
        if essence(sent) != essence(media) {
            out.push(format!("`Content-Type` is `{sent}`, and the document says `{media}`"));
        }
    }
}

/// Checks that one documented alternative of credentials is sent, and none if none is required.
fn credentials(operation: &Operation<'_>, exchange: &Exchange, out: &mut Vec<String>) {
    let is_sent = |credential: &Credential| {
        header(exchange, &credential.header).is_some_and(|value| match credential.scheme.as_str() {
            "" => !value.is_empty() && !value.contains(' '),
            scheme => value
                .split_once(' ')
                .is_some_and(|(sent, secret)| sent.eq_ignore_ascii_case(scheme) && !secret.is_empty()),
        })
    };
    let alternatives = &operation.security;
    if !alternatives.is_empty() && !alternatives.iter().any(|all| all.iter().all(is_sent)) {
        out.push(format!("none of the credentials {alternatives:?} is sent"));
    }
    if let Some(sent) =
        operation.open.iter().find(|credential| header(exchange, &credential.header).is_some())
    {
        out.push(format!("the header `{}` is sent, and the operation takes no credentials", sent.header));
    }
}

fn headers(operation: &Operation<'_>, order: &Order, exchange: &Exchange, out: &mut Vec<String>) {
    for parameter in operation.parameters.iter().filter(|p| p.place == "header") {
        let (sent, asked) = (header(exchange, parameter.name), order.parameters.get(parameter.name));
        // HTTP itself has these; OpenAPI says that parameters of their names mean nothing.
        if ["accept", "content-type", "authorization"].contains(&parameter.name.to_lowercase().as_str()) {
            continue;
        }
        if sent.map(str::to_owned) != asked.map(|value| separated(value, ',')) {
            out.push(format!("the header `{}` is {sent:?}, and was to be {asked:?}", parameter.name));
        }
    }
}

/// Checks that exactly the required parameters are arguments of the method: the compiler then reports those that are left out.
fn arguments(operation: &Operation<'_>, report: &Report, out: &mut Vec<String>) {
    let places = ["query", "header"];
    for parameter in operation.parameters.iter().filter(|parameter| places.contains(&parameter.place)) {
        let is_argument = report.arguments.iter().any(|name| name == parameter.name);
        match (parameter.required, is_argument) {
            (true, false) => {
                out.push(format!("`{}` is required and no argument of the method", parameter.name))
            }
            (false, true) => {
                out.push(format!("`{}` is optional and an argument of the method", parameter.name))
            }
            _ => {}
        }
    }
}

/// Checks that the body is the requested one, and that the document allows it.
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
        Some(Err(_)) => return out.push("the body is not JSON".to_owned()),
        None => return out.push("the body is missing".to_owned()),
    };
    let mut found = Vec::new();
    // Of unions that only values of other members distinguish, one that accepts the body is enough; members that no schema
    // names were not asked for.
    if order.strict || !schemas.accepts(schema, &sent) {
        schemas.check(schema, &sent, "", &mut found);
    }
    out.extend(found.into_iter().map(|message| format!("body{message}")));
    let mut found = Vec::new();
    if let Some(asked) = &order.body {
        difference(asked, &sent, "", &mut found);
    }
    out.extend(found.into_iter().map(|message| format!("body{message}")));
}

/// The differences between the request's body and the requested one: null, nothing, `[]` and `{}` are four values.
fn difference(asked: &Value, sent: &Value, at: &str, out: &mut Vec<String>) {
    match (asked, sent) {
        (Value::Object(asked), Value::Object(sent)) => {
            for (name, value) in asked {
                match sent.get(name) {
                    Some(sent) => difference(value, sent, &format!("{at}/{name}"), out),
                    None if is_around(at, name) && says_nothing(value) => {}
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
        (left, right) if same_value(left, right) => {}
        _ => out.push(format!("{at}: {} is sent, and was to be {}", shown(sent), shown(asked))),
    }
}

/// True if a member is a JSON:API member without a value: a request names attributes and relationships themselves, so
/// it cannot say that it has none.
fn is_around(at: &str, name: &str) -> bool {
    let is_resource = at == "/data" || (at.starts_with("/included/") && at.matches('/').count() == 2);
    (is_resource && ["attributes", "relationships"].contains(&name))
        || at.ends_with("/relationships")
        || (at.is_empty() && name == "included")
}

/// True if an object or a list is empty.
fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(|member| member.is_object() && says_nothing(member)),
        _ => false,
    }
}

/// Checks that a download has each byte of the response.
fn download(read: &Value, exchange: &Exchange, out: &mut Vec<String>) {
    let digits = || exchange.answer.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let Value::String(read) = read else { return out.push("a download is not text or bytes".to_owned()) };
    if *read != exchange.answer && *read != exchange.bytes.clone().unwrap_or_else(digits) {
        out.push("the download was changed while it was read".to_owned());
    }
}

/// Checks that the response was decoded, or its failure reported.
fn answer(
    schemas: Schemas<'_>,
    operation: &Operation<'_>,
    (order, report): (&Order, &Report),
    exchange: &Exchange,
    expected: Expected<'_>,
    out: &mut Vec<String>,
) {
    let read = match (&report.answered, &report.failed, expected) {
        (_, Some(failed), Expected::Failure(status)) => {
            if failed.failed != "status" || exchange.status != status {
                return out
                    .push(format!("status {status} was expected, and the error is: {}", failed.message));
            }
            return fault(schemas, operation, exchange, failed.fault.as_deref(), out);
        }
        // HEAD reports absence by a status.
        (Some(read), _, Expected::Failure(_)) if read.read == Value::Bool(false) => return,
        (Some(_), _, Expected::Failure(status)) => {
            return out.push(format!("status {status} was expected, and the call succeeded"));
        }
        (None, Some(failed), _) => {
            let shown: String = exchange.answer.chars().take(200).collect();
            return out.push(format!("status {}: {}: {shown}", exchange.status, failed.message));
        }
        (None, None, _) => return out.push("the program reported nothing".to_owned()),
        (Some(read), ..) => read,
    };
    if let Expected::Mismatch(place) = expected {
        let found = &read.mismatches;
        if !found.iter().any(|mismatch| mismatch == place) {
            out.push(format!("{place} has a wrong type, and the mismatches are {found:?}"));
        }
        return;
    }
    if !matches!(expected, Expected::Same | Expected::Kept)
        || operation.method == "HEAD"
        || read.read.is_null()
    {
        return;
    }
    let Some((_, content)) = success(operation) else { return };
    let Some((media, schema)) = content.iter().find(|(media, _)| *media == report.media) else { return };
    if media != "*/*" && !media.contains("json") {
        return download(&read.read, exchange, out);
    }
    if media == "*/*" && read.read.is_string() {
        if serde_json::from_str::<Value>(&exchange.answer).ok().as_ref() != Some(&read.read) {
            out.push("the text was changed while it was read".to_owned());
        }
        return;
    }
    let Ok(came) = serde_json::from_str::<Value>(&exchange.answer) else {
        return out.push("the response is not JSON".to_owned());
    };
    // Documents have examples that their own schemas refuse; those of a strict one are corrected.
    if order.answer.is_none() && !order.strict && !schemas.accepts(schema, &came) {
        return;
    }
    let around = |value: &Value| {
        let members = read.inside.split('.').rev().filter(|member| !member.is_empty());
        members.fold(value.clone(), |inner, member| json!({ member: inner }))
    };
    schemas.compare(&[schema], &came, &around(&read.read), "", out);
    if expected == Expected::Kept {
        return;
    }
    // Encoding undoes what decoding swapped; the fields show it.
    let mut found = Vec::new();
    schemas.compare(&[schema], &pruned(&came), &pruned(&around(&read.shown)), "", &mut found);
    out.extend(found.into_iter().map(|message| format!("fields: {message}")));
}

/// A value without the members that say nothing: a field cannot tell an empty list from one that did not come.
fn pruned(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().map(|(name, member)| (name.clone(), pruned(member)));
            Value::Object(members.filter(|(_, member)| !is_nothing(member)).collect())
        }
        Value::Array(items) => items.iter().map(pruned).collect(),
        other => other.clone(),
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// Each string of an error body that the document describes is in the error that the crate gives.
fn fault(
    schemas: Schemas<'_>,
    operation: &Operation<'_>,
    exchange: &Exchange,
    fault: Option<&str>,
    out: &mut Vec<String>,
) {
    if !says_json(exchange) {
        return;
    }
    let Some(fault) = fault else {
        return out
            .push(format!("the body of status {} was not read as the API's own error", exchange.status));
    };
    // An error of any document keeps the body, and shows its reason alone.
    if fault.starts_with("AnyFault") {
        return;
    }
    let described = failures(operation).find(|(status, _)| *status == exchange.status);
    let (Some((_, Some(schema))), Ok(body)) = (described, serde_json::from_str::<Value>(&exchange.answer))
    else {
        return;
    };
    let mut strings = Vec::new();
    schemas.strings(schema, &body, "", &mut strings);
    for (at, text) in strings {
        let debug = format!("{text:?}");
        if !fault.contains(debug.trim_matches('"')) {
            out.push(format!("{at} of the error body is lost"));
        }
    }
}

fn says_json(exchange: &Exchange) -> bool {
    exchange.media.as_ref().is_some_and(|media| media.contains("json"))
        && serde_json::from_str::<Value>(&exchange.answer).is_ok_and(|value| value.is_object())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn violations_are_read_up_to_where_their_list_is_cut() {
        let one = r#"{"location":["request","query","a"],"severity":"Error","code":"c","message":"m"}"#;
        let messages = |text: &str| listed(text).into_iter().map(|v| v.message).collect::<Vec<_>>();
        assert_eq!(messages(&format!("[{one},{one}]")), ["m", "m"]);
        let cut = format!("Too many violations! [{one},{one},{{\"location\":[\"respon");
        assert_eq!(messages(&cut), ["m", "m"]);
        assert_eq!(messages("nothing"), [""; 0]);
    }

    #[test]
    fn percent_encoding_is_undone_once() {
        assert_eq!(decode("a%20b%2Cc%25%32"), "a b,c%2");
        assert_eq!(decode("%C3%A9%"), "é%");
    }
}
