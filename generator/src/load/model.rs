//! A tree goes in; the typed document comes out, or each innermost place that the model refuses.

use openapiv3::OpenAPI;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Origins;
use super::shape::{self, Kind, Shape};
use super::trail::Trail;
use crate::diagnostic::{Code, Diagnostic, Sink};

/// The typed document; `None` if errors were pushed.
pub(super) fn read(tree: Value, origins: &Origins, out: &mut Sink) -> Option<OpenAPI> {
    // By reference, because a tree that is refused is looked at again.
    match <OpenAPI as serde::Deserialize>::deserialize(&tree) {
        Ok(document) => Some(document),
        Err(error) => {
            let before = out.diagnostics().len();
            blame(&tree, Shape::Object(Kind::Document), &Trail::Root, origins, out);
            if out.diagnostics().len() == before {
                out.push(Diagnostic::error(Code::InvalidDocument, &Trail::Root, error.to_string()));
            }
            None
        }
    }
}

/// The model says what it refuses and not where: it reads most objects into a buffer first. So try each object on its
/// own, innermost first. Gives whether something was found at or below the node.
fn blame(node: &Value, shape: Shape, at: &Trail<'_>, origins: &Origins, out: &mut Sink) -> bool {
    let mut found = false;
    match (node, shape) {
        (_, Shape::Data) => return false,
        (Value::Object(map), _) => {
            for (key, value) in map {
                found |= blame(value, shape.member(key), &at.key(key), origins, out);
            }
        }
        (Value::Array(items), Shape::List(_)) => {
            for (index, item) in items.iter().enumerate() {
                found |= blame(item, shape.item(), &at.index(index), origins, out);
            }
        }
        _ => {}
    }
    let Shape::Object(kind) = shape else {
        return found || misfit(node, shape, at, origins, out);
    };
    if found || node.get("$ref").is_some() {
        return found;
    }
    let Err(error) = attempt(node, kind) else { return false };
    if let Some(key) = missing(node, kind, &error) {
        let message = format!("{} has no `{key}`", shape::name(kind));
        out.push(Diagnostic::error(Code::InvalidDocument, &origins.origin(&at.pointer()), message));
        return true;
    }
    // The member without which the rest is accepted, or only missed, is the one at fault.
    let culprit = node.as_object().into_iter().flatten().find(|(key, _)| {
        let mut rest = node.clone();
        if let Some(rest) = rest.as_object_mut() {
            rest.shift_remove(key.as_str());
        }
        attempt(&rest, kind).map_or_else(|rest| rest == format!("missing field `{key}`"), |()| true)
    });
    let (place, what) = match culprit {
        Some((key, _)) => (at.pointer().child(key), format!("`{key}` of {}", shape::name(kind))),
        None => (at.pointer(), shape::name(kind).to_owned()),
    };
    out.push(Diagnostic::error(
        Code::InvalidDocument,
        &origins.origin(&place),
        format!("{what} cannot be read: {error}"),
    ));
    true
}

/// The member that is missed, if it is the node itself that has to have it: with it, something else is wrong.
fn missing<'e>(node: &Value, kind: Kind, error: &'e str) -> Option<&'e str> {
    let key = error.strip_prefix("missing field `")?.strip_suffix('`')?;
    let mut with = node.as_object()?.clone();
    with.insert(key.to_owned(), Value::Null);
    (attempt(&Value::Object(with), kind).err().as_deref() != Some(error)).then_some(key)
}

fn misfit(node: &Value, shape: Shape, at: &Trail<'_>, origins: &Origins, out: &mut Sink) -> bool {
    let expected = match shape {
        Shape::Map(_) if !node.is_object() => "an object",
        Shape::List(_) if !node.is_array() => "a list",
        _ => return false,
    };
    out.push(Diagnostic::error(
        Code::InvalidDocument,
        &origins.origin(&at.pointer()),
        format!("this must be {expected}"),
    ));
    true
}

fn attempt(node: &Value, kind: Kind) -> Result<(), String> {
    match kind {
        Kind::Document => try_as::<OpenAPI>(node),
        Kind::Info => try_as::<openapiv3::Info>(node),
        Kind::Server => try_as::<openapiv3::Server>(node),
        Kind::Tag => try_as::<openapiv3::Tag>(node),
        Kind::ExternalDocs => try_as::<openapiv3::ExternalDocumentation>(node),
        Kind::Components => try_as::<openapiv3::Components>(node),
        Kind::Paths => try_as::<openapiv3::Paths>(node),
        Kind::PathItem => try_as::<openapiv3::PathItem>(node),
        Kind::Operation => try_as::<openapiv3::Operation>(node),
        Kind::Parameter => try_as::<openapiv3::Parameter>(node),
        Kind::Header => try_as::<openapiv3::Header>(node),
        Kind::RequestBody => try_as::<openapiv3::RequestBody>(node),
        Kind::MediaType => try_as::<openapiv3::MediaType>(node),
        Kind::Encoding => try_as::<openapiv3::Encoding>(node),
        Kind::Responses => try_as::<openapiv3::Responses>(node),
        Kind::Response => try_as::<openapiv3::Response>(node),
        Kind::Link => try_as::<openapiv3::Link>(node),
        Kind::Callback => try_as::<openapiv3::Callback>(node),
        // `additionalProperties` may be true or false.
        Kind::Schema if node.is_boolean() => Ok(()),
        Kind::Schema => try_as::<openapiv3::Schema>(node),
        Kind::SecurityScheme => try_as::<openapiv3::SecurityScheme>(node),
        Kind::Example => try_as::<openapiv3::Example>(node),
    }
}

fn try_as<T: DeserializeOwned>(node: &Value) -> Result<(), String> {
    T::deserialize(node).map(drop).map_err(|error| error.to_string())
}
