//! Lowers security schemes, and the combinations of them that operations require.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use openapiv3::{
    APIKeyLocation, OAuth2Flows, OpenAPI, Operation as OasOperation, ReferenceOr, SecurityRequirement,
    SecurityScheme,
};

use super::Lowering;
use crate::api::{Combination, Flow, Security};
use crate::diagnostic::Pointer;
use crate::load::hoist;

/// The schemes that a document declares.
pub(super) fn schemes(document: &OpenAPI) -> BTreeMap<String, Security> {
    let all = document.components.iter().flat_map(|c| &c.security_schemes);
    let lowered = all.filter_map(|(name, scheme)| match scheme {
        ReferenceOr::Item(scheme) => Some((name.clone(), security(scheme))),
        ReferenceOr::Reference { .. } => None,
    });
    lowered.collect()
}

fn security(scheme: &SecurityScheme) -> Security {
    match scheme {
        SecurityScheme::HTTP { scheme, .. } => Security::Http(scheme.clone()),
        SecurityScheme::APIKey { location, name, .. } => match location {
            APIKeyLocation::Header => Security::Header(name.clone()),
            APIKeyLocation::Query => Security::Query(name.clone()),
            APIKeyLocation::Cookie => Security::Cookie(name.clone()),
        },
        SecurityScheme::OAuth2 { flows, .. } => Security::OAuth2(self::flows(flows)),
        SecurityScheme::OpenIDConnect { open_id_connect_url, .. } => {
            let discovery_url = Some(open_id_connect_url.clone()).filter(|url| !url.is_empty());
            let flow = Flow { discovery_url, ..Flow::default() };
            Security::OAuth2(BTreeMap::from([("openIdConnect".to_owned(), flow)]))
        }
    }
}

fn flows(flows: &OAuth2Flows) -> BTreeMap<String, Flow> {
    let url = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let scopes = |all: &IndexMap<String, String>| {
        let mut scopes: Vec<String> = all.keys().cloned().collect();
        scopes.sort();
        scopes
    };
    let mut out = BTreeMap::new();
    let mut add = |name: &str, flow: Flow| drop(out.insert(name.to_owned(), flow));
    if let Some(flow) = &flows.client_credentials {
        let (token_url, refresh_url) = (url(&flow.token_url), flow.refresh_url.clone());
        let scopes = scopes(&flow.scopes);
        add("clientCredentials", Flow { token_url, refresh_url, scopes, ..Flow::default() });
    }
    if let Some(flow) = &flows.authorization_code {
        let (token_url, refresh_url) = (url(&flow.token_url), flow.refresh_url.clone());
        let authorization_url = url(&flow.authorization_url);
        let scopes = scopes(&flow.scopes);
        add(
            "authorizationCode",
            Flow { authorization_url, token_url, refresh_url, scopes, ..Flow::default() },
        );
    }
    if let Some(flow) = &flows.password {
        let (token_url, refresh_url) = (url(&flow.token_url), flow.refresh_url.clone());
        let scopes = scopes(&flow.scopes);
        add("password", Flow { token_url, refresh_url, scopes, ..Flow::default() });
    }
    if let Some(flow) = &flows.implicit {
        let (authorization_url, refresh_url) = (url(&flow.authorization_url), flow.refresh_url.clone());
        let scopes = scopes(&flow.scopes);
        add("implicit", Flow { authorization_url, refresh_url, scopes, ..Flow::default() });
    }
    out
}

/// The requirement of operations without their own. A document that declares schemes and requires none of them anywhere
/// forgot to say so: each scheme is an alternative.
pub(super) fn required(document: &OpenAPI, schemes: &BTreeMap<String, Security>) -> Option<Vec<Combination>> {
    if let Some(shared) = &document.security {
        return Some(combinations(shared));
    }
    if schemes.is_empty() {
        return None;
    }
    let each = schemes.keys().map(|name| Combination(BTreeMap::from([(name.clone(), Vec::new())])));
    Some(if is_said(document) { Vec::new() } else { each.collect() })
}

/// True if an operation of clients has a requirement.
pub(super) fn is_said(document: &OpenAPI) -> bool {
    let items = document.paths.paths.values().filter_map(ReferenceOr::as_item);
    let mut operations = items.flat_map(|item| item.iter()).map(|(_, operation)| operation);
    operations
        .any(|operation| operation.security.is_some() && !operation.extensions.contains_key(hoist::WEBHOOK))
}

/// The credentials that the server sends in a call of its own.
pub(super) fn of_server(operation: &OasOperation) -> Option<Vec<Combination>> {
    operation.security.as_deref().map(combinations).filter(|all| !all.is_empty())
}

fn combinations(ways: &[SecurityRequirement]) -> Vec<Combination> {
    let scopes = |scopes: &Vec<String>| {
        let mut scopes = scopes.clone();
        scopes.sort();
        scopes.dedup();
        scopes
    };
    ways.iter()
        .map(|way| Combination(way.iter().map(|(name, all)| (name.clone(), scopes(all))).collect()))
        .collect()
}

impl Lowering<'_> {
    /// The requirement of an operation, if it differs from that of all.
    pub(super) fn security(&self, operation: &OasOperation) -> Option<Vec<Combination>> {
        let own = combinations(operation.security.as_ref()?);
        let shared = self.document.security.as_deref().map(combinations).unwrap_or_default();
        (own != shared).then_some(own)
    }

    /// Reports requirements that name no scheme; credentials are sent all the same.
    pub(super) fn undeclared<'r>(
        &mut self,
        ways: impl Iterator<Item = &'r SecurityRequirement>,
        at: &Pointer,
    ) {
        let schemes = self.document.components.as_ref().map(|c| &c.security_schemes);
        for (index, way) in ways.enumerate() {
            for name in way.keys().filter(|name| !schemes.is_some_and(|all| all.contains_key(*name))) {
                let at = at.child("security").child(index).child(name);
                let message = format!("`{name}` is not a declared security scheme");
                self.not_read(&at, message, "declare it in the overlay, or take it out of `security` there");
            }
        }
    }
}
