//! Facts about a crate for its manifest, its README and its templates.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Context;
use super::credentials::SchemeMethod;
use crate::api::{Action, Api, Combination, Shape, Skipped, TypeRef, Value};

/// Facts about a crate.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Package {
    /// Its name, as cargo writes it.
    pub name: String,
    /// The API's name.
    pub api: String,
    /// The document's title.
    pub title: String,
    /// The document's version.
    pub vendor_version: String,
    /// The default address.
    pub base_url: String,
    /// All addresses of the document.
    pub servers: Vec<String>,
    /// Its cargo features.
    pub features: Vec<Feature>,
    /// Those that are on by default.
    pub default: Vec<String>,
    /// The number of operations.
    pub operations: usize,
    /// The number of deprecated operations.
    pub deprecated: usize,
    /// Parts of the document that it omits.
    pub skipped: Vec<Skipped>,
    /// The requirement that applies to all operations without their own.
    pub security: Option<Vec<Combination>>,
    /// An expression of credentials for a sample.
    pub sample_credentials: Option<String>,
    /// An expression of a call for a sample.
    pub sample_call: Option<String>,
    /// The attributes of resources.
    pub attributes: BTreeSet<Attribute>,
    /// The operations that change a resource.
    pub updates: BTreeSet<Update>,
}

/// A cargo feature.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Feature {
    /// Its name.
    pub name: String,
    /// Its subject.
    pub about: String,
    /// The features that it turns on.
    pub implies: BTreeSet<String>,
    /// The number of its operations.
    pub operations: usize,
}

/// An attribute of resources that the server sends; equal ones of several resources are one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// True if it is a list.
    pub list: bool,
    /// Values of an enum.
    pub values: Vec<String>,
    /// Members of an object, each with the values of an enum.
    pub members: BTreeMap<String, Vec<String>>,
}

/// An operation that changes a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Update {
    /// The path without the id, e.g. `/v1/apps`.
    pub collection: String,
    /// Names of the attributes that can be sent.
    pub attributes: BTreeSet<String>,
}

impl Context<'_> {
    pub(super) fn package(&self, credentials: Option<&[SchemeMethod]>) -> Package {
        let (info, names) = (&self.api.info, self.names);
        let default = names.areas.iter().filter(|area| area.default);
        let features = names.areas.iter().map(|area| Feature {
            name: area.feature.clone(),
            about: area.about.clone(),
            implies: area.implies.clone(),
            operations: names.operations.values().filter(|o| o.area.as_ref() == Some(&area.feature)).count(),
        });
        Package {
            name: names.package.clone(),
            api: info.name.clone(),
            title: info.title.clone(),
            vendor_version: info.version.clone(),
            base_url: info.servers.first().map_or("", |s| s.trim_end_matches('/')).to_owned(),
            servers: info.servers.clone(),
            features: features.collect(),
            default: default.map(|area| area.feature.clone()).collect(),
            operations: self.api.operations.len(),
            deprecated: self.api.operations.values().filter(|o| o.deprecated).count(),
            skipped: info.skipped.clone(),
            security: info.required.clone(),
            sample_credentials: credentials.and_then(|methods| self.sample_credentials(methods)),
            sample_call: self.sample_call(),
            attributes: attributes(self.api),
            updates: updates(self.api),
        }
    }

    /// A call without required arguments, for the README's sample. Crates with areas have a README of their own.
    fn sample_call(&self) -> Option<String> {
        self.names.operations.iter().find_map(|(id, name)| {
            let operation = self.api.operations.get(id).filter(|operation| !operation.deprecated)?;
            let is_simple = operation.method == "GET" && operation.parameters.iter().all(|one| !one.required);
            let method = name.methods.first().filter(|_| is_simple && name.area.is_none())?;
            Some(format!("client.{}().{}()", name.handle, method.ident))
        })
    }
}

/// The attributes of all resources.
fn attributes(api: &Api) -> BTreeSet<Attribute> {
    let mut out = BTreeSet::new();
    for ty in api.types.values() {
        let Shape::Resource(resource) = &ty.shape else { continue };
        for (name, field) in &resource.attributes {
            let (ty, list) = match &field.ty {
                TypeRef::List(item) => (&**item, true),
                ty => (ty, false),
            };
            let members = match ty.named().and_then(|id| api.resolve(id)).map(|(_, ty)| &ty.shape) {
                Some(Shape::Struct(s)) => {
                    s.fields.iter().map(|(name, field)| (name.clone(), values(api, &field.ty))).collect()
                }
                _ => BTreeMap::new(),
            };
            out.insert(Attribute { name: name.clone(), list, values: values(api, ty), members });
        }
    }
    out
}

fn values(api: &Api, ty: &TypeRef) -> Vec<String> {
    let Some(Shape::Enum(e)) = ty.named().and_then(|id| api.resolve(id)).map(|(_, ty)| &ty.shape) else {
        return Vec::new();
    };
    let texts = e.values.iter().filter_map(|value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(_) => None,
    });
    texts.collect()
}

/// Operations that change one resource by its id.
fn updates(api: &Api) -> BTreeSet<Update> {
    let mut out = BTreeSet::new();
    for operation in api.operations.values() {
        let body =
            operation.body.as_ref().and_then(|body| body.sent()).and_then(|(_, ty)| api.resolve(ty.named()?));
        if let (Some((collection, last)), Some((_, ty))) = (operation.path.rsplit_once('/'), body)
            && let Shape::Request(request) = &ty.shape
            && request.action == Action::Update
            && last.starts_with('{')
        {
            let attributes = request.attributes.keys().cloned().collect();
            out.insert(Update { collection: collection.to_owned(), attributes });
        }
    }
    out
}
