//! Reports the result of a call: the response encoded again with its mismatches, or the error.

use std::future::Future;
use std::pin::Pin;

use serde::Serialize;
use serde_json::Value;
use storewright_runtime as rt;

use crate::Arguments;

/// The outcome of a call.
pub type Outcome = Pin<Box<dyn Future<Output = Result<Read, Failed>>>>;

/// A response that was read.
#[derive(Debug, Serialize)]
pub struct Read {
    /// The response, encoded again; null without a body, and the digits of the bytes of a download.
    pub read: Value,
    /// Names of the members around it on the wire, with dots.
    pub inside: &'static str,
    /// The JSON Pointers of values that differ from the documented types.
    pub mismatches: Vec<String>,
}

/// A response that was not read.
#[derive(Debug, Serialize)]
pub struct Failed {
    /// `build`, `transport`, `status`, `decode`, `other`; `arguments` when the call cannot be made with its arguments.
    pub failed: &'static str,
    /// The message.
    pub message: String,
    /// The API's own error as the crate read it, if it did.
    pub fault: Option<String>,
}

impl Failed {
    /// The call cannot be made with its arguments.
    pub fn arguments(message: String) -> Self {
        Self { failed: "arguments", message, fault: None }
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
    Failed { failed, message: error.to_string(), fault: error.fault().map(|fault| format!("{fault:?}")) }
}

fn read<T: 'static, F: rt::Fault>(
    sent: rt::Sent<rt::Response<T>, F>,
    inside: &'static str,
    encode: impl FnOnce(T) -> Result<Value, serde_json::Error> + 'static,
) -> Outcome {
    Box::pin(async move {
        let response = sent.await.map_err(|error| failed(&error))?;
        let mismatches = response.mismatches().iter().map(rt::Mismatch::path).collect();
        let read = encode(response.into_inner()).map_err(|error| Failed {
            failed: "encode",
            message: error.to_string(),
            fault: None,
        })?;
        Ok(Read { read, inside, mismatches })
    })
}

/// Two digits of base 16 for each byte.
pub(crate) fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Arguments {
    /// A response without a body.
    pub fn nothing<F: rt::Fault>(&self, sent: rt::Sent<rt::Response<()>, F>) -> Outcome {
        read(sent, "", |()| Ok(Value::Null))
    }

    /// The response to HEAD.
    pub fn flag<F: rt::Fault>(&self, sent: rt::Sent<rt::Response<bool>, F>) -> Outcome {
        read(sent, "", |flag| Ok(Value::Bool(flag)))
    }

    /// Text.
    pub fn text<F: rt::Fault>(&self, sent: rt::Sent<rt::Response<String>, F>) -> Outcome {
        read(sent, "", |text| Ok(Value::String(text)))
    }

    /// Bytes.
    pub fn bytes<F: rt::Fault>(&self, sent: rt::Sent<rt::Response<rt::Bytes>, F>) -> Outcome {
        read(sent, "", |bytes| Ok(Value::String(digits(&bytes))))
    }

    /// JSON.
    pub fn json<T: Serialize + 'static, F: rt::Fault>(&self, sent: rt::Sent<rt::Response<T>, F>) -> Outcome {
        read(sent, "", |value| serde_json::to_value(value))
    }

    /// JSON that the crate wraps, or that has members around it.
    pub fn inside<T: 'static, U: Serialize + 'static, F: rt::Fault>(
        &self,
        inside: &'static str,
        sent: rt::Sent<rt::Response<T>, F>,
        value: fn(T) -> U,
    ) -> Outcome {
        read(sent, inside, move |answer| serde_json::to_value(value(answer)))
    }
}
