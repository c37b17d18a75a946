//! Reads the reason in error bodies of APIs without a documented error format.

use std::fmt;

use serde_json::Value;

use crate::api::Fault;

/// An error body of any JSON. The usual members are searched for a reason: `problem+json` (RFC 9457), `message`,
/// `error`, `error.message`, `errors[0]`, `detail`.
///
/// Its `Debug` shows only the reason: the rest may be personal data.
#[derive(Clone, Default, PartialEq)]
pub struct AnyFault {
    body: Value,
}

/// Members that contain a reason, the most specific first.
const REASONS: [&str; 9] =
    ["message", "detail", "error_description", "error", "errors", "title", "reason", "description", "msg"];
/// The maximum depth of a reason: `{"errors": [{"error": {"message": …}}]}`.
const DEPTH: usize = 5;

impl AnyFault {
    /// The whole body.
    pub fn body(&self) -> &Value {
        &self.body
    }

    /// The server's error message.
    pub fn message(&self) -> Option<String> {
        Self::reason(&self.body)
    }

    /// The reason in a body.
    pub(crate) fn reason(body: &Value) -> Option<String> {
        reason(body, DEPTH)
    }
}

fn reason(value: &Value, depth: usize) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Array(items) => reason(items.first()?, depth),
        Value::Object(members) => {
            let found = |wanted: &str| {
                let member = members.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
                member.and_then(|(_, value)| reason(value, depth))
            };
            let reason = REASONS.into_iter().find_map(found)?;
            // A problem of RFC 9457 names its kind in the title.
            let title = members.get("title").and_then(Value::as_str).filter(|title| *title != reason);
            match title.filter(|_| members.contains_key("detail")) {
                Some(title) => Some(format!("{title}: {reason}")),
                None => Some(reason),
            }
        }
        _ => None,
    }
}

impl fmt::Debug for AnyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyFault").field("message", &self.message()).finish_non_exhaustive()
    }
}

impl Fault for AnyFault {
    fn read(body: &Value) -> Option<Self> {
        (!body.is_null()).then(|| AnyFault { body: body.clone() })
    }

    fn message(&self) -> Option<String> {
        AnyFault::message(self)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_found_where_servers_write_it() {
        for (body, message) in [
            (
                r#"{"type": "about:blank", "title": "Gone", "status": 410, "detail": "it left"}"#,
                Some("Gone: it left"),
            ),
            (r#"{"title": "Gone"}"#, Some("Gone")),
            (r#"{"message": "no"}"#, Some("no")),
            (r#"{"Message": "no"}"#, Some("no")),
            (r#"{"error": "no"}"#, Some("no")),
            (r#"{"error": {"code": 5, "message": "no"}}"#, Some("no")),
            (
                r#"{"error": "invalid_grant", "error_description": "the token is old"}"#,
                Some("the token is old"),
            ),
            (r#"{"errors": ["no", "nor this"]}"#, Some("no")),
            (r#"{"errors": [{"message": "no"}]}"#, Some("no")),
            (r#"{"detail": [{"loc": ["body"], "msg": "field required"}]}"#, Some("field required")),
            (r#"[{"message": "no"}]"#, Some("no")),
            (r#""no""#, Some("no")),
            (r#"{"message": "", "error": "no"}"#, Some("no")),
            (r#"{"code": 5}"#, None),
            ("null", None),
        ] {
            let fault = AnyFault::read(&serde_json::from_str(body).unwrap());
            assert_eq!(fault.and_then(|fault| fault.message()).as_deref(), message, "{body}");
        }
    }

    #[test]
    fn debug_shows_the_reason_alone() {
        let body = serde_json::json!({"message": "no", "email": "a@b.example"});
        let fault = AnyFault::read(&body).unwrap();
        assert_eq!(format!("{fault:?}"), r#"AnyFault { message: Some("no"), .. }"#);
    }
}
