//! A `Spec` goes in; the `Api` comes out: references resolved, conventions recognised, equal types shared.

mod convention;
mod definition;
mod form;
mod json_api;
mod operation;
mod paging;
mod parameter;
mod schema;
mod server;
mod share;
mod union;
mod variants;

use std::collections::{BTreeMap, BTreeSet};

use openapiv3::{APIKeyLocation, OpenAPI, ReferenceOr, SecurityScheme};

use crate::api::{Api, FORMAT, Info, Security, Shape, Skipped, Type, TypeRef};
use crate::diagnostic::{Pointer, Sink};
use crate::load::Spec;

/// What is known while a document is lowered.
struct Lowering<'a> {
    spec: &'a Spec,
    document: &'a OpenAPI,
    types: BTreeMap<String, Type>,
    /// Components that are bodies of JSON:API relationship endpoints (`…/relationships/{name}`).
    relationship_bodies: BTreeSet<String>,
    /// Where the document has copies in place of references.
    definitions: Option<definition::Definitions>,
    /// For each component, those that hold it as a part of an `allOf`.
    families: BTreeMap<String, Vec<String>>,
    /// Enums that the vendor names although they stand inline (`x-ms-enum`).
    named_enums: BTreeSet<String>,
    out: &'a mut Sink,
}

/// Lowers the document of the API that is called `name`; none if errors were pushed.
pub fn lower(spec: &Spec, name: &str, out: &mut Sink) -> Option<Api> {
    let document = &spec.document;
    let errors = out.errors();
    let mut lowering = Lowering {
        spec,
        document,
        types: BTreeMap::new(),
        relationship_bodies: operation::relationship_bodies(document),
        definitions: definition::Definitions::new(document),
        families: BTreeMap::new(),
        named_enums: BTreeSet::new(),
        out,
    };
    lowering.families = lowering.families();
    if let Some(components) = &document.components {
        for (name, schema) in &components.schemas {
            if let ReferenceOr::Item(schema) = schema {
                lowering.named(name, schema, &Pointer::new("/components/schemas").child(name));
            } else if let ReferenceOr::Reference { reference } = schema
                && let Some(target) = component(reference, "schemas")
            {
                let alias = Shape::Alias(TypeRef::Named(target.to_owned()));
                lowering.types.insert(name.clone(), alias.into());
            }
        }
    }
    lowering.check_aliases();
    let servers = lowering.servers();
    let (operations, values) = lowering.operations(&servers);
    lowering.unused_definitions();
    let conventions = lowering.conventions();
    let info = info(spec, name);
    lowering.unsent_secrets(&info.security);
    let (types, named_enums) = (lowering.types, lowering.named_enums);
    let mut api = Api { info: Info { conventions, servers, ..info }, operations, values, types };
    let is_named = |id: &str| {
        named_enums.contains(id) || document.components.as_ref().is_some_and(|c| c.schemas.contains_key(id))
    };
    let used = used(&api);
    share::share(&mut api, &used, is_named);
    prune(&mut api);
    (out.errors() == errors).then_some(api)
}

impl Lowering<'_> {
    /// A list or map that holds nothing but itself has no name that Rust could give it, and no values but empty ones.
    fn check_aliases(&mut self) {
        let next = |id: &str| match self.types.get(id).map(|t| &t.shape) {
            Some(Shape::Alias(ty)) => ty.named(),
            _ => None,
        };
        let is_own = |id: &&String| {
            let chain = std::iter::successors(next(id), |id| next(id));
            chain.take(self.types.len()).any(|other| other == id.as_str())
        };
        let cyclic: Vec<String> = self.types.keys().filter(is_own).cloned().collect();
        for id in cyclic {
            let at = Pointer::new("/components/schemas").child(&id);
            let ty = self.unsupported(&at, "a list or map of itself");
            self.types.insert(id, Shape::Alias(ty).into());
        }
    }
}

/// What operations lead to.
fn used(api: &Api) -> BTreeSet<String> {
    let roots: BTreeSet<&str> = api.operations.values().flat_map(|o| o.uses()).collect();
    api.closure(roots).into_iter().map(str::to_owned).collect()
}

/// Drops the rest.
fn prune(api: &mut Api) {
    let used = used(api);
    api.types.retain(|id, _| used.contains(id));
}

fn info(spec: &Spec, name: &str) -> Info {
    let document = &spec.document;
    let mut security = BTreeMap::new();
    let schemes = document.components.iter().flat_map(|c| &c.security_schemes);
    for (name, scheme) in schemes {
        if let ReferenceOr::Item(scheme) = scheme {
            let scheme = match scheme {
                SecurityScheme::HTTP { scheme, .. } => Security::Http(scheme.clone()),
                SecurityScheme::APIKey { location, name, .. } => match location {
                    APIKeyLocation::Header => Security::Header(name.clone()),
                    APIKeyLocation::Query => Security::Query(name.clone()),
                    APIKeyLocation::Cookie => Security::Cookie(name.clone()),
                },
                SecurityScheme::OAuth2 { .. } | SecurityScheme::OpenIDConnect { .. } => Security::OAuth2,
            };
            security.insert(name.clone(), scheme);
        }
    }
    let mut skipped: Vec<Skipped> =
        spec.skipped.iter().map(|s| Skipped { at: s.at.to_string(), reason: s.reason.clone() }).collect();
    skipped.sort();
    let schemas = Pointer::new("/components/schemas");
    // Where a vendor has no schemas, all of them are the overlay's, which writes OpenAPI 3.0.
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
        security,
        skipped,
        conventions: BTreeMap::new(),
    }
}

/// The name that a local reference has among the components of one kind.
fn component<'a>(reference: &'a str, kind: &str) -> Option<&'a str> {
    reference.strip_prefix("#/components/")?.strip_prefix(kind)?.strip_prefix('/')
}
