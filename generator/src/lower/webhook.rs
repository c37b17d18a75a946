//! Lowers the payloads of webhooks, and the union of all of them.

use std::collections::{BTreeMap, BTreeSet};

use openapiv3::{Operation as OasOperation, Parameter as OasParameter, ReferenceOr, RequestBody};

use super::Lowering;
use super::constraints::of_media;
use super::operation::{forms, item, text};
use super::parameter::Accepted;
use super::security::of_server;
use crate::api::{
    Body, Content, Enum, MediaType, Operation, Shape, Struct, TypeId, TypeRef, Union, Value, Variant,
};
use crate::diagnostic::Pointer;
use crate::load::hoist;

impl Lowering<'_> {
    /// Adds a call of a webhook, and its payload unless another method has that.
    pub(super) fn webhook(
        &mut self,
        name: String,
        operation: &OasOperation,
        shared: Vec<(&ReferenceOr<OasParameter>, Pointer)>,
        at: &Pointer,
    ) {
        let further = text(&operation.extensions, hoist::FURTHER);
        let key = further.as_ref().unwrap_or(&name);
        let (call, payload) = self.webhook_call(key, operation, shared, at);
        match further {
            Some(key) => self.calls.insert(key, call),
            None => {
                self.webhooks.extend(payload.map(|ty| (name.clone(), ty)));
                self.calls.insert(name, call)
            }
        };
    }

    /// Reads the call of a webhook, and the type of its payload if that is JSON. The other media types have no types.
    fn webhook_call(
        &mut self,
        name: &str,
        operation: &OasOperation,
        shared: Vec<(&ReferenceOr<OasParameter>, Pointer)>,
        at_call: &Pointer,
    ) -> (Operation, Option<TypeRef>) {
        let at = at_call.child("requestBody");
        let components = self.document.components.as_ref();
        let body = operation.request_body.as_ref();
        let body = body.and_then(|body| item(body, components, |c| &c.request_bodies, "requestBodies"));
        let body: Option<&RequestBody> = body;
        let json = body.and_then(|body| {
            let json = body.content.iter().filter(|(name, _)| MediaType::parse(name).is_json());
            Some((body, json.min_by_key(|(name, _)| (MediaType::parse(name).json_rank(), name.as_str()))?))
        });
        let id = format!("{name} webhook");
        let method = text(&operation.extensions, hoist::METHOD).unwrap_or_default();
        let Some((body, (media_type, media))) = json else {
            if body.is_some() {
                let message = format!("the payload of the webhook `{name}` is not JSON; it has no type");
                self.not_read(&at, message, "declare it as `application/json` in the overlay");
            }
            return (Operation { method, ..self.call_of_server(&id, operation, shared, at_call) }, None);
        };
        let payload = TypeId::operation(&id).member("payload");
        let ty = self.media(&payload, media_type, media, &at.child("content").child(media_type));
        let rest = OasOperation { request_body: None, ..operation.clone() };
        let mut call = Operation { method, ..self.call_of_server(&id, &rest, shared, at_call) };
        let (mut content, mut constraints) =
            (Content::from_iter([(media_type.clone(), ty.clone())]), BTreeMap::new());
        for (name, media) in forms(&body.content) {
            let parsed = MediaType::parse(name);
            content.entry(name.clone()).or_insert_with(|| match parsed.reads_json() {
                true => {
                    let own = TypeId::operation(&id).member(format!("payload {}", parsed.word()));
                    self.media(&own, name, media, &at.child("content").child(name))
                }
                false if parsed.is_text() => TypeRef::String,
                false => TypeRef::Binary,
            });
            let nullable = media.schema.as_ref().is_some_and(|schema| self.is_nullable(schema));
            constraints.extend(of_media(media, nullable).map(|own| (name.clone(), own)));
        }
        let described = self.described(&payload, &body.content, &content, &at);
        call.body = Some(Body {
            required: body.required,
            content,
            described,
            constraints,
            envelope: None,
            checked: false,
        });
        (call, Some(ty))
    }

    /// Lowers a call that the server makes. No setter is made of its parameters, so their values and alternatives are types.
    pub(super) fn call_of_server<'p>(
        &mut self,
        id: &str,
        operation: &'p OasOperation,
        shared: Vec<(&'p ReferenceOr<OasParameter>, Pointer)>,
        at: &Pointer,
    ) -> Operation {
        let mut accepted = Accepted::new();
        let mut call = self.operation((id, ""), operation, shared, at, &mut accepted);
        call.security = of_server(operation);
        for parameter in &mut call.parameters {
            let values = parameter
                .values
                .take()
                .and_then(|_| accepted.remove(&(parameter.name.clone(), id.to_owned(), parameter.place)));
            let variants = std::mem::take(&mut parameter.variants);
            let shape = match values {
                Some(values) => {
                    let values = values.into_iter().map(Value::String).collect();
                    Shape::Enum(Enum { values, ..Enum::default() })
                }
                None if variants.is_empty() => continue,
                None => Shape::Union(Union { variants, ..Union::default() }),
            };
            let own = TypeId::operation(id).member(&parameter.name);
            let ty = match &mut parameter.ty {
                TypeRef::List(item) => item.as_mut(),
                ty => ty,
            };
            *ty = TypeRef::Named(own.clone());
            self.types.insert(own, shape.into());
        }
        call
    }

    /// The union of all payloads, if a member that each of them has as a constant distinguishes them: a server sends all
    /// events to one address.
    pub(super) fn event(&mut self) -> Option<TypeRef> {
        let payloads: BTreeSet<&TypeRef> = self.webhooks.values().collect();
        let structs: Option<Vec<&Struct>> = payloads.iter().map(|ty| self.payload(ty)).collect();
        let structs = structs.filter(|structs| structs.len() > 1)?;
        let tags = |member: &String| -> Option<BTreeMap<String, &TypeRef>> {
            let constants = structs.iter().zip(&payloads);
            let tags: Option<BTreeMap<String, &TypeRef>> =
                constants.map(|(payload, ty)| Some((self.constant(payload, member)?, *ty))).collect();
            tags.filter(|tags| tags.len() == structs.len())
        };
        let members = structs.first()?.fields.keys();
        let (tag, variants) = members.into_iter().find_map(|member| Some((member.clone(), tags(member)?)))?;
        let variants = variants.into_iter().map(|(tag, ty)| Variant { tag: Some(tag), ..ty.clone().into() });
        let union = Union { tag: Some(tag), variants: variants.collect(), discriminator: None };
        let id = TypeId::operation("webhooks").member("event");
        self.types.insert(id.clone(), Shape::Union(union).into());
        Some(TypeRef::Named(id))
    }

    /// The object that a payload is.
    fn payload(&self, ty: &TypeRef) -> Option<&Struct> {
        match self.types.get(self.through(ty).named()?).map(|ty| &ty.shape) {
            Some(Shape::Struct(payload)) => Some(payload),
            _ => None,
        }
    }

    /// The only value of a member.
    fn constant(&self, payload: &Struct, member: &str) -> Option<String> {
        match &self.types.get(self.through(&payload.fields.get(member)?.ty).named()?)?.shape {
            Shape::Enum(e) => match e.values.as_slice() {
                [Value::String(value)] => Some(value.clone()),
                _ => None,
            },
            _ => None,
        }
    }
}
