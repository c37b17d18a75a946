//! A body that is a form goes in; its fields come out as parameters, for each of them is an argument in Rust.

use std::collections::BTreeMap;

use openapiv3::{
    MediaType, Operation as OasOperation, ParameterData, ParameterSchemaOrContent, QueryStyle, ReferenceOr,
};

use super::Lowering;
use super::operation::item;
use super::schema::members;
use crate::api::{In, Parameter, Style};
use crate::diagnostic::Pointer;

/// Media types of forms, the one that can hold files first.
const FORMS: [&str; 2] = ["multipart/form-data", "application/x-www-form-urlencoded"];

impl Lowering<'_> {
    /// The media type and the fields of a body that can be nothing but a form.
    pub(super) fn form(
        &mut self,
        id: &str,
        operation: &OasOperation,
        at: &Pointer,
        accepted: &mut BTreeMap<(String, String), Vec<String>>,
    ) -> Option<(String, Vec<Parameter>)> {
        let components = self.document.components.as_ref();
        let body =
            item(operation.request_body.as_ref()?, components, |c| &c.request_bodies, "requestBodies")?;
        if !body.content.keys().all(|media_type| FORMS.contains(&media_type.as_str())) {
            return None;
        }
        let (media_type, media) = FORMS.iter().find_map(|form| body.content.get_key_value(*form))?;
        let at = at.child("requestBody").child("content").child(media_type).child("schema");
        let fields = self.form_fields(id, media, &at, accepted)?;
        Some((media_type.clone(), fields))
    }

    fn form_fields(
        &mut self,
        id: &str,
        media: &MediaType,
        at: &Pointer,
        accepted: &mut BTreeMap<(String, String), Vec<String>>,
    ) -> Option<Vec<Parameter>> {
        let (schema, at) =
            self.resolve(media.schema.as_ref()?, at).map(|(schema, at)| (schema.clone(), at))?;
        let Some(members) =
            members(&schema).filter(|members| members.additional.is_none() && !members.properties.is_empty())
        else {
            self.unsupported(&at, "a form that is no object with named members");
            return None;
        };
        let mut out = BTreeMap::new();
        for (name, schema) in members.properties {
            let encoding = media.encoding.get(name);
            let (form, explode) = encoding.map_or((true, None), |e| {
                (matches!(e.style, None | Some(QueryStyle::Form)), e.style.as_ref().map(|_| e.explode))
            });
            let at = at.child("properties").child(name);
            let schema = schema.clone().unbox();
            let description = match &schema {
                ReferenceOr::Item(schema) => schema.schema_data.description.clone(),
                ReferenceOr::Reference { .. } => None,
            };
            if !form {
                self.unsupported(&at, "a field of a form in another style than `form`");
                continue;
            }
            let data = ParameterData {
                name: name.clone(),
                description,
                required: members.requires(name),
                deprecated: None,
                format: ParameterSchemaOrContent::Schema(schema),
                example: None,
                examples: Default::default(),
                explode,
                extensions: Default::default(),
            };
            let style = if explode == Some(false) { Style::Comma } else { Style::Repeat };
            if let Some(field) = self.parameter(id, &data, In::Form, style, &at, accepted) {
                out.insert(name.clone(), field);
            }
        }
        Some(out.into_values().collect())
    }
}
