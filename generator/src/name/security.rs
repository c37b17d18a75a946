//! Names the methods that take the credentials of security schemes.

use super::case::{others, snake};
use super::{Exceptions, Names, Scope, Section};
use crate::api::{Api, Pointer, Security};
use crate::diagnostic::Sink;

/// Methods that the type of credentials has already.
const METHODS: &[&str] = &["new", "with", "with_client", "clone", "default"];

pub(super) fn name(api: &Api, exceptions: &mut Exceptions<'_>, names: &mut Names, out: &mut Sink) {
    if exceptions.naming.own_credentials {
        return;
    }
    let mut methods = Scope::reserving(METHODS);
    let root = Pointer::new("/components/securitySchemes");
    for (scheme, security) in &api.info.security {
        let key = format!("security.{scheme}");
        let wanted = exceptions.get(Section::Field, &key).unwrap_or_else(|| snake(scheme));
        let others = || match METHODS.contains(&wanted.as_str()) {
            true => Vec::new(),
            false => others(scheme, &wanted),
        };
        let method =
            methods.take(&wanted, others, (&|| root.child(scheme), Section::Field, key.clone()), out);
        if matches!(security, Security::OAuth2(flows) if flows.contains_key("clientCredentials")) {
            methods.reserve(format!("{method}_client"), &key);
        }
        names.schemes.insert(scheme.clone(), method);
    }
}
