//! Lowers a `Spec` to an `Api`: resolves references and composes schemas.

mod compose;
mod constraints;
mod cycle;
mod dereferenced;
mod form;
mod header;
mod json_api;
mod operation;
mod paging;
mod parameter;
mod schema;
mod security;
mod server;
mod union;
mod webhook;
mod work;

use std::collections::{BTreeMap, BTreeSet};

use openapiv3::{OpenAPI, ReferenceOr};

use crate::api::{Api, ById, FORMAT, Info, Operation, Shape, Skipped, Type, TypeId, TypeRef, recognise};
use crate::diagnostic::{Pointer, Sink};
use crate::load::Spec;

/// The state while a document is lowered.
struct Lowering<'a> {
    spec: &'a Spec,
    document: &'a OpenAPI,
    types: ById<Type>,
    /// Definitions, if the document has copies in place of references.
    definitions: Option<dereferenced::Definitions>,
    /// For each component, those that contain it as a part of an `allOf`.
    families: BTreeMap<String, Vec<String>>,
    /// For each component that was needed, true if it may be null.
    nullable: BTreeMap<String, bool>,
    /// Notices about schemas, which are lowered more than once where others have them as parts.
    said: BTreeSet<(Pointer, String)>,
    /// The payloads of webhooks, by name.
    webhooks: BTreeMap<String, TypeRef>,
    /// The calls of webhooks, by name.
    calls: BTreeMap<String, Operation>,
    /// Discriminators that are not a property of any variant, by name and location.
    undeclared: Vec<(String, Pointer)>,
    /// The work that is left.
    work: work::Work,
    /// The inline schemas around the one that is being lowered, outermost first.
    open: Vec<schema::Open>,
    out: &'a mut Sink,
}

/// Lowers the document of the API that is called `name`; none if errors were pushed.
pub fn lower(spec: &Spec, name: &str, out: &mut Sink) -> Option<Api> {
    lower_part(spec, name, |_| false, out)
}

/// The same for a part of a document, in which types are kept that nothing in the part uses.
pub fn lower_part(spec: &Spec, name: &str, is_kept: impl Fn(&TypeId) -> bool, out: &mut Sink) -> Option<Api> {
    let document = &spec.document;
    let errors = out.errors();
    let mut lowering = Lowering {
        spec,
        document,
        types: ById::default(),
        definitions: dereferenced::Definitions::new(document),
        families: BTreeMap::new(),
        nullable: BTreeMap::new(),
        said: BTreeSet::new(),
        webhooks: BTreeMap::new(),
        calls: BTreeMap::new(),
        undeclared: Vec::new(),
        work: work::Work::of(spec.size),
        open: Vec::new(),
        out,
    };
    lowering.families = lowering.families();
    if let Some(components) = &document.components {
        for (name, schema) in &components.schemas {
            let at = Pointer::new("/components/schemas").child(name);
            match schema {
                ReferenceOr::Item(schema) => lowering.named(name, schema, &at),
                ReferenceOr::Reference { reference } => {
                    let target = lowering.target(reference, &at).map(str::to_owned);
                    let alias = target.map_or(TypeRef::Any, |name| TypeRef::Named(TypeId::schema(name)));
                    lowering.types.insert(TypeId::schema(name), Shape::Alias(alias).into());
                }
            }
        }
    }
    if lowering.is_exhausted() {
        return None;
    }
    lowering.end_cycles();
    let servers = lowering.servers();
    let (operations, values) = lowering.operations(&servers);
    if lowering.is_exhausted() {
        return None;
    }
    let event = lowering.event();
    lowering.text_for_bytes();
    lowering.unused_definitions();
    let info = info(spec, name);
    let mut types = std::mem::take(&mut lowering.types);
    types.sort_unstable_keys();
    let webhooks = std::mem::take(&mut lowering.webhooks);
    let calls = std::mem::take(&mut lowering.calls);
    let mut api = Api { info: Info { servers, webhooks, calls, event, ..info }, operations, values, types };
    let recognised = recognise(&api);
    lowering.undeclared_discriminators(&recognised);
    lowering.unrecognised_resources(&api, &recognised);
    api.forget_unnamed(is_kept);
    (out.errors() == errors).then_some(api)
}

fn info(spec: &Spec, name: &str) -> Info {
    let document = &spec.document;
    let security = security::schemes(document);
    let mut skipped: Vec<Skipped> =
        spec.skipped.iter().map(|s| Skipped { at: s.at.to_string(), reason: s.reason.clone() }).collect();
    skipped.sort();
    let schemas = Pointer::new("/components/schemas");
    // If a vendor has no schemas, all of them are the overlay's, which writes OpenAPI 3.0.
    let schemas = match spec.origin(&schemas) {
        origin if origin.to_string().is_empty() => schemas.to_string(),
        origin => origin.to_string(),
    };
    Info {
        format: FORMAT,
        name: name.to_owned(),
        title: document.info.title.clone(),
        version: spec.version.clone(),
        schemas,
        servers: Vec::new(),
        webhooks: BTreeMap::new(),
        calls: BTreeMap::new(),
        event: None,
        required: security::required(document, &security),
        assumed: document.security.is_none() && !security::is_said(document) && !security.is_empty(),
        security,
        skipped,
    }
}

/// The name that a local reference has among the components of one kind.
fn component<'a>(reference: &'a str, kind: &str) -> Option<&'a str> {
    reference.strip_prefix("#/components/")?.strip_prefix(kind)?.strip_prefix('/')
}
