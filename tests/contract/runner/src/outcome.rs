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
    /// The response as its public fields have it; null where it has none.
    pub shown: Value,
    /// Names of the members around it on the wire, with dots.
    pub inside: &'static str,
    /// The JSON Pointers of values that differ from the documented types.
    pub mismatches: Vec<String>,
}

/// A response of one of several types: encoded again, and as its public fields have it.
#[derive(Debug, Default)]
pub struct Shown {
    read: Value,
    shown: Option<Value>,
}

impl Shown {
    /// A value of any type.
    pub fn of(value: &impl Serialize, shown: Option<Value>) -> Self {
        let read = serde_json::to_value(value).unwrap_or_else(|error| error.to_string().into());
        Self { read, shown }
    }

    /// Bytes.
    pub fn bytes(bytes: &[u8]) -> Self {
        Self { read: Value::String(digits(bytes)), shown: None }
    }

    /// As its public fields have it.
    pub fn shown(&self) -> Option<Value> {
        self.shown.clone()
    }
}

impl Serialize for Shown {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.read.serialize(serializer)
    }
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

fn unwritten(error: &serde_json::Error) -> Failed {
    Failed { failed: "encode", message: error.to_string(), fault: None }
}

fn read<T: 'static, F: rt::Fault>(
    sent: rt::Sent<rt::Response<T>, F>,
    inside: &'static str,
    encode: impl FnOnce(T) -> Result<(Value, Option<Value>), serde_json::Error> + 'static,
) -> Outcome {
    Box::pin(async move {
        let response = sent.await.map_err(|error| failed(&error))?;
        let mismatches = response.mismatches().iter().map(rt::Mismatch::path).collect();
        let (read, shown) = encode(response.into_inner()).map_err(|error| unwritten(&error))?;
        Ok(Read { read, shown: shown.unwrap_or_default(), inside, mismatches })
    })
}

/// Two digits of base 16 for each byte.
pub(crate) fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Arguments {
    /// A response without a body.
    pub fn nothing<F: rt::Fault>(&self, sent: rt::Sent<rt::Response<()>, F>) -> Outcome {
        read(sent, "", |()| Ok((Value::Null, None)))
    }

    /// The response to HEAD.
    pub fn flag<F: rt::Fault>(&self, sent: rt::Sent<rt::Response<bool>, F>) -> Outcome {
        read(sent, "", |flag| Ok((Value::Bool(flag), None)))
    }

    /// Text.
    pub fn text<F: rt::Fault>(&self, sent: rt::Sent<rt::Response<String>, F>) -> Outcome {
        read(sent, "", |text| Ok((Value::String(text), None)))
    }

    /// Bytes.
    pub fn bytes<F: rt::Fault>(&self, sent: rt::Sent<rt::Response<rt::Bytes>, F>) -> Outcome {
        read(sent, "", |bytes| Ok((Value::String(digits(&bytes)), None)))
    }

    /// Bytes, or none.
    pub fn maybe_bytes<F: rt::Fault>(&self, sent: rt::Sent<rt::Response<Option<rt::Bytes>>, F>) -> Outcome {
        read(sent, "", |bytes| Ok((bytes.map_or(Value::Null, |bytes| Value::String(digits(&bytes))), None)))
    }

    /// JSON.
    pub fn json<T: Serialize + 'static, F: rt::Fault>(
        &self,
        sent: rt::Sent<rt::Response<T>, F>,
        show: fn(&T) -> Option<Value>,
    ) -> Outcome {
        read(sent, "", move |value| Ok((serde_json::to_value(&value)?, show(&value))))
    }

    /// JSON that the crate wraps, or that has members around it.
    pub fn inside<T: 'static, U: Serialize + 'static, F: rt::Fault>(
        &self,
        inside: &'static str,
        sent: rt::Sent<rt::Response<T>, F>,
        value: fn(T) -> U,
        show: fn(&U) -> Option<Value>,
    ) -> Outcome {
        read(sent, inside, move |response| {
            let value = value(response);
            Ok((serde_json::to_value(&value)?, show(&value)))
        })
    }

    /// The items of all pages.
    pub fn items<A, P>(&self, mut items: rt::Items<A, P>) -> Outcome
    where
        A: rt::Api,
        P: rt::Payload + rt::Paged + 'static,
        P::Item: Serialize,
    {
        Box::pin(async move {
            let mut read = Vec::new();
            while let Some(item) = items.try_next().await.map_err(|error| failed(&error))? {
                read.push(serde_json::to_value(&item).map_err(|error| unwritten(&error))?);
            }
            Ok(Read { read: Value::Array(read), shown: Value::Null, inside: "", mismatches: Vec::new() })
        })
    }
}
