//! Plans the credentials of a crate: a method for each security scheme of the document.

use super::doc::code;
use super::{Context, RustType};
use crate::api::Security;

/// The method of a security scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemeMethod {
    /// The scheme.
    pub scheme: String,
    /// Its name.
    pub ident: String,
    /// Its documentation.
    pub doc: String,
    /// Its arguments.
    pub arguments: Vec<(&'static str, RustType)>,
    /// The provider that it makes of them.
    pub provider: Provider,
}

/// The provider of a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provider {
    /// HTTP Basic.
    Basic,
    /// A bearer token.
    Bearer,
    /// A header with this lower-case name.
    Header(String),
    /// A query parameter.
    Query(String),
    /// A cookie.
    Cookie(String),
    /// Tokens that are requested from this URL.
    Client(String),
}

/// True if HTTP has headers of this name (RFC 9110, section 5.6.2).
fn is_token(name: &str) -> bool {
    let is_fit = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !name.is_empty() && name.chars().all(is_fit)
}

impl Context<'_> {
    /// The methods of the type of credentials; none if the crate has no such type.
    pub(super) fn credentials(&self) -> Option<Vec<SchemeMethod>> {
        if self.names.schemes.is_empty() {
            return None;
        }
        let named = self.api.info.security.iter().filter_map(|(name, scheme)| {
            let ident = self.names.schemes.get(name)?;
            let client = match scheme {
                Security::OAuth2(flows) => flows.get("clientCredentials"),
                _ => None,
            };
            let client = client.map(|flow| SchemeMethod {
                scheme: name.clone(),
                ident: format!("{ident}_client"),
                doc: "the client id and secret with which tokens are requested and renewed".to_owned(),
                arguments: ["id", "secret"].map(|name| (name, RustType::string().into_arg())).to_vec(),
                provider: Provider::Client(flow.token_url.clone().unwrap_or_default()),
            });
            Some(method(name, ident, scheme).into_iter().chain(client))
        });
        let with_scheme = |method: SchemeMethod| {
            let doc = format!("Sets {}: {}.", code(&method.scheme), method.doc);
            SchemeMethod { doc, ..method }
        };
        Some(named.flatten().map(with_scheme).collect())
    }

    /// The expression of the credentials in the README's sample: the first alternative of the requirement, or none.
    pub(super) fn sample_credentials(&self, methods: &[SchemeMethod]) -> Option<String> {
        let info = &self.api.info;
        let all = info.required.iter().flatten();
        let own = self.api.operations.values().filter_map(|operation| operation.security.as_ref()).flatten();
        let first = all.chain(own).find(|one| !one.0.is_empty())?;
        let mut out = "Credentials::new()".to_owned();
        for scheme in first.0.keys() {
            let of = |method: &&SchemeMethod| method.scheme == *scheme;
            // Of two methods of a scheme, the second renews its token.
            let SchemeMethod { ident, provider, .. } = methods.iter().rfind(of)?;
            out.push_str(&match provider {
                Provider::Client(_) => format!(".{ident}(\"id\", \"secret\")"),
                Provider::Basic => format!(".{ident}(\"user\", \"password\")"),
                Provider::Bearer => format!(".{ident}(\"token\")"),
                // The whole value of another HTTP scheme.
                Provider::Header(name) if name == AUTHORIZATION => format!(".{ident}(\"token\")"),
                Provider::Header(_) | Provider::Query(_) | Provider::Cookie(_) => {
                    format!(".{ident}(\"key\")")
                }
            });
        }
        Some(out)
    }
}

const AUTHORIZATION: &str = "authorization";

fn method(name: &str, ident: &str, scheme: &Security) -> Option<SchemeMethod> {
    let text = |argument| vec![(argument, RustType::string().into_arg())];
    let (arguments, provider, doc) = match scheme {
        Security::Http(kind) if kind.eq_ignore_ascii_case("basic") => (
            ["user", "password"].map(|name| (name, RustType::plain("str").reference())).to_vec(),
            Provider::Basic,
            "a user name and a password, sent with HTTP Basic".to_owned(),
        ),
        Security::Http(kind) if !kind.eq_ignore_ascii_case("bearer") => (
            text("value"),
            Provider::Header(AUTHORIZATION.to_owned()),
            format!("the whole value of `Authorization`, for the HTTP scheme {}", code(kind)),
        ),
        Security::Http(_) | Security::OAuth2(_) => {
            (text("token"), Provider::Bearer, "a token, sent as `Authorization: Bearer`".to_owned())
        }
        Security::Header(header) if is_token(header) => (
            text("key"),
            Provider::Header(header.to_ascii_lowercase()),
            format!("a key, sent in the header {}", code(header)),
        ),
        // The document is wrong: HTTP has no such header.
        Security::Header(_) => return None,
        Security::Query(parameter) => (
            text("key"),
            Provider::Query(parameter.clone()),
            format!("a key, sent in the query parameter {}", code(parameter)),
        ),
        Security::Cookie(cookie) => (
            text("key"),
            Provider::Cookie(cookie.clone()),
            format!("a key, sent in the cookie {}", code(cookie)),
        ),
    };
    Some(SchemeMethod { scheme: name.to_owned(), ident: ident.to_owned(), doc, arguments, provider })
}
