//! A call that was sent goes in; what its answer says when it is encoded again comes out, or why there is none.

use std::future::Future;
use std::pin::Pin;

use serde::Serialize;
use serde_json::Value;
use storewright_runtime as rt;

use crate::Arguments;

/// What becomes of a call.
pub type Outcome = Pin<Box<dyn Future<Output = Result<Read, Failed>>>>;

/// An answer that was read.
#[derive(Debug, Serialize)]
pub struct Read {
    /// The answer, encoded again; null where there is no body.
    pub read: Value,
    /// Members that stand around it on the wire, with dots between.
    pub inside: &'static str,
}

/// An answer that was not read.
#[derive(Debug, Serialize)]
pub struct Failed {
    /// `build`, `transport`, `status`, `decode`, `other`; `arguments` when the call was not what was asked for.
    pub failed: &'static str,
    /// In words.
    pub message: String,
    /// The API's own error, if the answer was read as one.
    pub fault: bool,
}

impl Failed {
    /// The call was not what was asked for.
    pub fn arguments(message: String) -> Self {
        Self { failed: "arguments", message, fault: false }
    }
}

fn failed<F: rt::Fault>(error: &rt::Error<F>) -> Failed {
    let failed = match error.kind() {
        rt::ErrorKind::Build => "build",
        rt::ErrorKind::Transport => "transport",
        rt::ErrorKind::Status => "status",
        rt::ErrorKind::Decode => "decode",
        _ => "other",
    };
    Failed { failed, message: error.to_string(), fault: error.fault().is_some() }
}

fn read<T: 'static, F: rt::Fault>(
    sent: rt::Sent<T, F>,
    inside: &'static str,
    encode: impl FnOnce(T) -> Result<Value, serde_json::Error> + 'static,
) -> Outcome {
    Box::pin(async move {
        let value = sent.await.map_err(|error| failed(&error))?;
        let read = encode(value).map_err(|error| Failed {
            failed: "encode",
            message: error.to_string(),
            fault: false,
        })?;
        Ok(Read { read, inside })
    })
}

impl Arguments {
    /// An answer without a body.
    pub fn nothing<F: rt::Fault>(&self, sent: rt::Sent<(), F>) -> Outcome {
        read(sent, "", |()| Ok(Value::Null))
    }

    /// The answer to HEAD.
    pub fn flag<F: rt::Fault>(&self, sent: rt::Sent<bool, F>) -> Outcome {
        read(sent, "", |flag| Ok(Value::Bool(flag)))
    }

    /// Text.
    pub fn text<F: rt::Fault>(&self, sent: rt::Sent<String, F>) -> Outcome {
        read(sent, "", |text| Ok(Value::String(text)))
    }

    /// Bytes, of which the number is reported.
    pub fn bytes<F: rt::Fault>(&self, sent: rt::Sent<rt::Bytes, F>) -> Outcome {
        read(sent, "", |bytes| Ok(Value::from(bytes.len())))
    }

    /// JSON.
    pub fn json<T: Serialize + 'static, F: rt::Fault>(&self, sent: rt::Sent<T, F>) -> Outcome {
        read(sent, "", |value| serde_json::to_value(value))
    }

    /// JSON that the crate wraps, or that stands inside of other members.
    pub fn inside<T: 'static, U: Serialize + 'static, F: rt::Fault>(
        &self,
        inside: &'static str,
        sent: rt::Sent<T, F>,
        value: fn(T) -> U,
    ) -> Outcome {
        read(sent, inside, move |answer| serde_json::to_value(value(answer)))
    }
}
