//! Lowers the payloads of webhooks, and the union of all of them.

use std::collections::{BTreeMap, BTreeSet};

use openapiv3::{Operation as OasOperation, Parameter as OasParameter, ReferenceOr, RequestBody};

use super::Lowering;
use super::constraints::of_media;
use super::operation::{item, text};
use super::parameter::Accepted;
use crate::api::{Body, MediaType, Operation, Shape, Struct, TypeId, TypeRef, Union, Value, Variant};
use crate::diagnostic::Pointer;
use crate::load::hoist;

impl Lowering<'_> {
    /// Reads the payload of a webhook, and the call that sends it.
    pub(super) fn webhook(
        &mut self,
        name: &str,
        operation: &OasOperation,
        shared: Vec<(&ReferenceOr<OasParameter>, Pointer)>,
        at_call: &Pointer,
    ) -> Option<Operation> {
        let at = at_call.child("requestBody");
        let components = self.document.components.as_ref();
        let body = operation.request_body.as_ref();
        let body = body.and_then(|body| item(body, components, |c| &c.request_bodies, "requestBodies"));
        let body: &RequestBody = body?;
        let mut json = body.content.iter().filter(|(name, _)| MediaType::parse(name).is_json());
        let Some((media_type, media)) = json.next() else {
            let message = format!("the payload of the webhook `{name}` is not JSON; it has no type");
            self.not_read(&at, message, "declare it as `application/json` in the overlay");
            return None;
        };
        let id = format!("{name} webhook");
        let payload = TypeId::operation(&id).member("payload");
        let ty = self.media(&payload, media_type, media, &at.child("content").child(media_type));
        self.webhooks.insert(name.to_owned(), ty.clone());
        let rest = OasOperation { request_body: None, ..operation.clone() };
        let mut call = self.operation((&id, ""), &rest, shared, at_call, &mut Accepted::new());
        call.parameters.iter_mut().for_each(|parameter| parameter.values = None);
        call.method = text(&operation.extensions, hoist::METHOD).unwrap_or_default();
        let nullable = media.schema.as_ref().is_some_and(|schema| self.is_nullable(schema));
        call.body = Some(Body {
            required: body.required,
            content: [(media_type.clone(), ty)].into(),
            described: BTreeMap::new(),
            constraints: of_media(media, nullable).map(|own| (media_type.clone(), own)).into_iter().collect(),
            envelope: None,
            checked: false,
        });
        Some(call)
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
