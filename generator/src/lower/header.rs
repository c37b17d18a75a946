//! Lowers the headers of responses and of parts of forms.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use openapiv3::{Header, MediaType as OasMediaType, ParameterSchemaOrContent, ReferenceOr};

use super::Lowering;
use super::operation::{item, lifecycle};
use crate::api::{Field, Fields, MediaType, TypeId, TypeRef};
use crate::diagnostic::Pointer;

impl Lowering<'_> {
    /// The declared headers, by their names in lower case (RFC 9110, 5.1).
    pub(super) fn headers(
        &mut self,
        id: &str,
        owner: &str,
        declared: &IndexMap<String, ReferenceOr<Header>>,
        at: &Pointer,
    ) -> Fields {
        let components = self.document.components.as_ref();
        let mut out = BTreeMap::new();
        for (name, header) in declared {
            let Some(header) = item(header, components, |c| &c.headers, "headers") else { continue };
            // OpenAPI has the media type in `content`.
            let name = name.to_ascii_lowercase();
            if name == "content-type" {
                continue;
            }
            let at = at.child("headers").child(&name);
            let own = TypeId::operation(id).member(format!("header {owner} {name}"));
            let field = match &header.format {
                ParameterSchemaOrContent::Schema(schema) => self.field(schema, &own, &at.child("schema")),
                ParameterSchemaOrContent::Content(content) => match content.first() {
                    Some((media_type, OasMediaType { schema: Some(schema), .. }))
                        if MediaType::parse(media_type).reads_json() =>
                    {
                        self.field(schema, &own, &at.child("content").child(media_type).child("schema"))
                    }
                    _ => Field::from(TypeRef::String),
                },
            };
            let deprecated = header.deprecated.unwrap_or(field.deprecated);
            let lifecycle = lifecycle(&header.extensions);
            out.insert(name, Field { required: header.required, deprecated, lifecycle, doc: None, ..field });
        }
        out.into_iter().collect()
    }
}
