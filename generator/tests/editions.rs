//! Compares two editions of App Center's document, one with references and one with copies: equal schemas have equal
//! names.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use crate::support::shared;
use storewright_generator::api::{Api, Shape, TypeId, TypeRef};
use storewright_generator::diagnostic::Sink;
use storewright_generator::load::{self, Overlay, Source};
use storewright_generator::lower;
use storewright_generator::name::{self, Config, Names};

/// The one operation of the older edition that declares only errors.
const OLDER: &str = "
  - target: $.paths.*[?@.operationId == 'textError_upload']
    update: { responses: { '202': { description: taken } } }
";

struct Edition {
    api: Api,
    names: Names,
    definitions: BTreeSet<String>,
    references: usize,
}

fn edition(file: &str) -> Option<Edition> {
    let text = shared::read_shared(&format!("specs/app-center/{file}.json"))?;
    let folder = shared::workspace().join("specs/app-center");
    let mut overlay = std::fs::read_to_string(folder.join("overlay.yaml")).unwrap();
    if file.starts_with("2019") {
        overlay.push_str(OLDER);
    }
    let naming = std::fs::read_to_string(folder.join("naming.toml")).unwrap();
    let mut out = Sink::new();
    let overlay =
        Overlay::parse(Source { name: "overlay.yaml", text: overlay.as_bytes() }, &mut out).unwrap();
    let config = Config::parse(&naming, None, &mut out).unwrap();
    let source = Source { name: file, text: &text };
    let spec = load::load(source, Some(&overlay), &load::Options::default(), &mut out);
    let mut spec = spec.unwrap_or_else(|| panic!("{:#?}", out.diagnostics()));
    spec.definitions = config.naming.definition.clone();
    let api = lower::lower(&spec, "app-center", &mut out);
    let api = api.unwrap_or_else(|| panic!("{:#?}", out.diagnostics()));
    let names =
        name::name(&api.model(), &config, &mut out).unwrap_or_else(|| panic!("{:#?}", out.diagnostics()));
    let definitions = spec.document.components.unwrap().schemas.into_keys().collect();
    let references = String::from_utf8_lossy(&text).matches("\"$ref\"").count();
    Some(Edition { api, names, definitions, references })
}

/// A use of a type as Rust writes it.
fn rust(edition: &Edition, ty: &TypeRef) -> String {
    let text = ty.to_string();
    let Some(id) = ty.named() else { return text };
    format!("{} {}", text.split('$').next().unwrap(), edition.names.types[id].ident)
}

/// The types at each place: bodies and responses of operations, members of objects.
fn places(edition: &Edition) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for (id, operation) in &edition.api.operations {
        let name = &edition.names.operations[id];
        out.insert(format!("{id} method"), format!("{}.{}", name.handle, name.methods[0].ident));
        for ty in operation.body.iter().flat_map(|b| b.content.values()) {
            out.insert(format!("{id} body"), rust(edition, ty));
        }
        for ty in operation.responses.values().flat_map(|r| r.content.values()) {
            out.insert(format!("{id} answer"), rust(edition, ty));
        }
    }
    for (id, ty) in &edition.api.types {
        match &ty.shape {
            Shape::Struct(s) => {
                for (member, field) in &s.fields {
                    out.insert(format!("{id}.{member}"), rust(edition, &field.ty));
                }
            }
            Shape::Union(u) => {
                for variant in &u.variants {
                    let tag = variant.tag.clone().unwrap_or_else(|| variant.ty.to_string());
                    out.insert(format!("{id}={tag}"), rust(edition, &variant.ty));
                }
            }
            _ => {}
        }
    }
    out
}

#[test]
#[cfg_attr(not(shared), ignore = "needs the files of STOREWRIGHT_SHARED")]
fn what_is_the_same_in_both_editions_is_called_the_same() {
    let (Some(old), Some(new)) = (edition("2019-09"), edition("2023-08")) else { return };
    assert_eq!((old.references, new.references), (2110, 18));
    let (before, after) = (places(&old), places(&new));
    let both = before.keys().filter(|place| after.contains_key(*place)).count();
    let different: Vec<String> = before
        .iter()
        .filter_map(|(place, name)| Some((place, name, after.get(place)?)))
        .filter(|(_, old, new)| old != new)
        .map(|(place, old, new)| format!("{place}: {old} -> {new}"))
        .collect();
    // Methods, bodies and responses of operations, members of objects and kinds of unions.
    assert_eq!((both, different.len()), (2616, 3), "{different:#?}");
    assert_eq!(
        different,
        [
            // The vendor split two bodies: the body of invitations kept its members and got a new name, and a team that
            // is changed is no longer sent as one that is created.
            "appInvitations_create body:  UserEmailRequest ->  UserEmailOrgRoleRequest",
            "orgInvitations_create body:  UserEmailRequest ->  UserEmailOrgRoleRequest",
            "teams_update body:  TeamRequest ->  TeamUpdateRequest",
        ]
    );
}

#[test]
#[cfg_attr(not(shared), ignore = "needs the files of STOREWRIGHT_SHARED")]
fn the_crate_has_no_type_that_the_references_do_not_justify() {
    let (Some(old), Some(new)) = (edition("2019-09"), edition("2023-08")) else { return };
    let mut why: BTreeMap<&str, Vec<&TypeId>> = BTreeMap::new();
    for id in new.api.types.keys().filter(|id| !old.api.types.contains_key(*id)) {
        let owner = id.owner.name();
        let reason = if !old.definitions.contains(owner) && new.definitions.contains(owner) {
            "a definition that is newer"
        } else if new.api.operations.contains_key(owner) && !old.api.operations.contains_key(owner) {
            "inline in an operation that is newer"
        } else if old.definitions.contains(owner) && !old.api.types.contains_key(&TypeId::schema(owner)) {
            "a definition that no operation led to"
        } else {
            "another"
        };
        why.entry(reason).or_default().push(id);
    }
    let gone = old.api.types.keys().filter(|id| !new.api.types.contains_key(*id)).count();
    let reasons: Vec<(&str, usize)> = why.iter().map(|(reason, ids)| (*reason, ids.len())).collect();
    assert_eq!(reasons, [("a definition that is newer", 13)], "{why:#?}");
    // The targets of references, without removed and with newer ones: the types of the crate, and no more.
    assert_eq!((old.api.types.len(), gone, new.api.types.len()), (597, 11, 599));
}
