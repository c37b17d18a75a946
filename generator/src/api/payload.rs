//! Lists the payloads that the server sends: those of webhooks and callbacks.

use super::{Api, Info, Operation, TypeRef};
use crate::diagnostic::Pointer;

/// A value that the server sends to an address of its client.
#[derive(Debug)]
pub(crate) struct Payload<'a> {
    /// Its key in `naming.toml`.
    pub(crate) key: String,
    /// The words that name it.
    pub(crate) name: String,
    pub(crate) at: Pointer,
    /// The operation that asks for it; none of a webhook.
    pub(crate) operation: Option<&'a String>,
    pub(crate) ty: &'a TypeRef,
}

impl Payload<'_> {
    /// The owner of its own types.
    pub(super) fn owner(&self) -> String {
        match self.operation {
            Some(_) => self.name.clone(),
            None if self.key == "webhooks" => self.key.clone(),
            None => format!("{} webhook", self.name),
        }
    }
}

impl Api {
    /// The payloads that the server sends: those of webhooks, then those of callbacks.
    pub(crate) fn payloads(&self) -> impl Iterator<Item = Payload<'_>> {
        let webhooks = self.info.webhooks.iter().map(|(name, ty)| Payload {
            key: format!("webhook {name}"),
            name: name.clone(),
            at: Pointer::new("/webhooks").child(name),
            operation: None,
            ty,
        });
        let callbacks = self.operations.iter().flat_map(|(id, operation)| {
            operation.callbacks.iter().filter_map(move |(key, callback)| {
                let (_, ty) = callback.body.as_ref()?.json()?;
                let name = operation.callback_name(key);
                let at = operation.pointer().child("callbacks").child(callback.callback_of(key));
                let at = at.child(&callback.path).child(callback.method.to_lowercase());
                let key = format!("callback {id} {key}");
                Some(Payload { key, name: format!("{id} {name}"), at, operation: Some(id), ty })
            })
        });
        let event = self.info.event.iter().map(|ty| Payload {
            key: "webhooks".to_owned(),
            name: "event".to_owned(),
            at: Pointer::new("/webhooks"),
            operation: None,
            ty,
        });
        webhooks.chain(event).chain(callbacks)
    }
}

impl Info {
    /// The name of the webhook that has the call of a key in [`Info::calls`].
    pub(crate) fn webhook_of<'k>(&self, key: &'k str) -> &'k str {
        let method = self.calls.get(key).map(|call| call.method.to_lowercase());
        let name = method.and_then(|method| key.strip_suffix(method.as_str())?.strip_suffix(' '));
        name.filter(|name| self.calls.contains_key(*name)).unwrap_or(key)
    }
}

impl Operation {
    /// The name of a callback, by its key in [`Operation::callbacks`] without address and method.
    pub(crate) fn callback_of<'k>(&self, key: &'k str) -> &'k str {
        let rest = key.strip_suffix(&self.method.to_lowercase()).unwrap_or(key).trim_end();
        rest.strip_suffix(&self.path).unwrap_or(rest).trim_end()
    }

    /// The words that name a call of a callback among those of this operation: the callback's own, and method and address
    /// where it has several.
    pub(crate) fn callback_name(&self, key: &str) -> String {
        let Some(call) = self.callbacks.get(key) else { return key.to_owned() };
        let name = call.callback_of(key);
        let siblings = self.callbacks.iter().filter(|(key, other)| other.callback_of(key) == name);
        let siblings: Vec<&Operation> = siblings.map(|(_, other)| other).collect();
        let mut words = vec![name.to_owned()];
        if siblings.iter().any(|other| other.path != call.path) {
            words.push(call.path.clone());
        }
        if siblings.iter().any(|other| other.path == call.path && other.method != call.method) {
            words.push(call.method.to_lowercase());
        }
        words.join(" ")
    }
}
