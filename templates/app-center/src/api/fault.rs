// {{ mark }}; edits are lost.
//! Reads code and message from the error bodies of App Center, in each of their forms.

use storewright_runtime as rt;
use storewright_runtime::Value;

/// The error body of App Center.
///
/// Its services answer in twelve forms: `{"code", "message"}`, the same inside `error`, with an `id`, with a `status` in
/// place of the code, a text alone. This type reads them all; [`code`](Self::code) and [`message`](Self::message) give the
/// values of any form, and the members have them as the server sent them.
#[non_exhaustive]
pub struct Fault {
    /// `code`: a word, or the status as a number.
    pub code: Value,
    /// `message`.
    pub message: Value,
    /// `status`: the status as a number, or a word.
    pub status: Value,
    /// `id`: the id of the error, to tell the vendor's support.
    pub id: Value,
    /// `error`: an object with the members above, or a text.
    pub error: Value,
    /// Members of other names.
    pub additional: std::collections::BTreeMap<String, Value>,
}

rt::object! { Fault {
    code: "code", message: "message", status: "status", id: "id", error: "error"
} rest additional }

impl Fault {
    /// The code: a word such as `NotFound`, or a number.
    pub fn code(&self) -> Option<String> {
        [&self.code, self.inner("code"), &self.status, self.inner("status")].into_iter().find_map(text)
    }

    /// The message for people.
    pub fn message(&self) -> Option<String> {
        [&self.message, self.inner("message"), &self.error].into_iter().find_map(text)
    }

    /// The id of the error, to tell the vendor's support.
    pub fn id(&self) -> Option<String> {
        [&self.id, self.inner("id")].into_iter().find_map(text)
    }

    fn inner(&self, name: &str) -> &Value {
        self.error.get(name).unwrap_or(&Value::Null)
    }
}

/// A text, or a number as one.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

impl rt::Fault for Fault {
    fn read(body: &Value) -> Option<Self> {
        // Every member takes JSON of any form, so that none costs another.
        rt::codec::deserialize(body).ok().filter(|fault| *fault != Self::default())
    }

    fn message(&self) -> Option<String> {
        let parts: Vec<String> = self.code().into_iter().chain(self.message()).collect();
        (!parts.is_empty()).then(|| parts.join(": "))
    }
}
