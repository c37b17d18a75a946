//! Renders the credentials of a crate: a method for each security scheme of the document.

use proc_macro2::TokenStream;
use quote::quote;

use super::rust::{Source, ident};
use super::{Context, File};
use crate::api::{Combination, Pointer, Security};
use crate::plan::doc::code;
use crate::plan::{ItemKind, Items, RustType, Signature};

/// True if HTTP has headers of this name (RFC 9110, section 5.6.2).
fn is_token(name: &str) -> bool {
    let is_fit = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !name.is_empty() && name.chars().all(is_fit)
}

/// Requirements as the runtime's macro `security!` reads them: `[["oauth" ["read"], "key"], []]`.
pub(super) fn requirements(all: &[Combination]) -> String {
    let scheme = |(scheme, scopes): (&String, &Vec<String>)| match scopes.is_empty() {
        true => format!("{scheme:?}"),
        false => format!("{scheme:?} {scopes:?}"),
    };
    let each = |one: &Combination| one.0.iter().map(scheme).collect::<Vec<_>>().join(", ");
    let all: Vec<String> = all.iter().map(|one| format!("[{}]", each(one))).collect();
    format!("[{}]", all.join(", "))
}

/// The method of a scheme: its arguments, the provider that it makes of them, and its documentation.
struct Setter {
    arguments: Vec<(&'static str, RustType)>,
    provider: TokenStream,
    doc: String,
}

fn setter(scheme: &Security) -> Option<Setter> {
    let one = |name: &'static str, provider, doc: String| {
        let arguments = vec![(name, RustType::string().into_arg())];
        Some(Setter { arguments, provider, doc })
    };
    match scheme {
        Security::Http(name) if name.eq_ignore_ascii_case("basic") => Some(Setter {
            arguments: ["user", "password"].map(|name| (name, RustType::plain("str").reference())).to_vec(),
            provider: quote!(rt::StaticToken::basic(user, password)),
            doc: "a user name and a password, sent with HTTP Basic".to_owned(),
        }),
        Security::Http(name) if !name.eq_ignore_ascii_case("bearer") => one(
            "value",
            quote!(rt::StaticToken::header(rt::http::header::AUTHORIZATION, value)),
            format!("the whole value of `Authorization`, for the HTTP scheme {}", code(name)),
        ),
        Security::Http(_) | Security::OAuth2(_) => one(
            "token",
            quote!(rt::StaticToken::bearer(token)),
            "a token, sent as `Authorization: Bearer`".to_owned(),
        ),
        Security::Header(name) if is_token(name) => {
            let lower = name.to_ascii_lowercase();
            let header = quote!(rt::http::HeaderName::from_static(#lower));
            let provider = quote!(rt::StaticToken::header(#header, key));
            one("key", provider, format!("a key, sent in the header {}", code(name)))
        }
        // The document is wrong: HTTP has no such header.
        Security::Header(_) => None,
        Security::Query(name) => {
            let provider = quote!(rt::StaticToken::query(#name, key));
            one("key", provider, format!("a key, sent in the query parameter {}", code(name)))
        }
        Security::Cookie(name) => {
            let provider = quote!(rt::StaticToken::cookie(#name, key));
            one("key", provider, format!("a key, sent in the cookie {}", code(name)))
        }
    }
}

/// Adds a method to the public items; its arguments as it declares them.
fn listed(items: &mut Items, method: &str, arguments: Vec<(&'static str, RustType)>) -> TokenStream {
    let declared = arguments.iter().map(|(name, ty)| {
        let name = ident(name);
        quote!(#name: #ty)
    });
    let declared = quote!(#(#declared),*);
    let arguments = arguments.into_iter().map(|(name, ty)| (name.to_owned(), ty)).collect();
    items.add(ItemKind::Fn, &format!("Credentials::{method}"), Signature::Function(arguments, None));
    declared
}

impl Context<'_> {
    /// True if the crate has a generated type for credentials.
    pub(super) fn has_credentials(&self) -> bool {
        !self.names.schemes.is_empty()
    }

    /// The file of that type.
    pub(super) fn credentials_file(&self, items: &mut Items) -> Option<File> {
        if !self.has_credentials() {
            return None;
        }
        items.module("");
        items.item(&Pointer::root(), None);
        items.add(ItemKind::Struct, "Credentials", Signature::None);
        let mut methods = TokenStream::new();
        for (name, scheme) in &self.api.info.security {
            let Some(method) = self.names.schemes.get(name) else { continue };
            if let Some(Setter { arguments, provider, doc }) = setter(scheme) {
                let arguments = listed(items, method, arguments);
                let (own, doc) = (ident(method), format!(" Sets {}: {doc}.", code(name)));
                methods.extend(quote! {
                    #[doc = #doc]
                    #[must_use]
                    pub fn #own(self, #arguments) -> Self { self.with(#name, #provider) }
                });
            }
            let flow = match scheme {
                Security::OAuth2(flows) => flows.get("clientCredentials"),
                _ => None,
            };
            if let Some(flow) = flow {
                let text = || RustType::string().into_arg();
                let own = format!("{method}_client");
                let arguments = listed(items, &own, vec![("id", text()), ("secret", text())]);
                let doc = format!(
                    " Sets {}: the client id and secret with which tokens are requested and renewed.",
                    code(name)
                );
                let (own, url) = (ident(&own), flow.token_url.as_deref().unwrap_or_default());
                methods.extend(quote! {
                    #[doc = #doc]
                    #[must_use]
                    pub fn #own(self, #arguments) -> Self {
                        self.with_client(#name, rt::ClientCredentials::new(#url, id, secret))
                    }
                });
            }
        }
        let mut source = Source::new("Credentials of the API, by security scheme.");
        source.items(quote! {
            #[doc = " Credentials of the API's security schemes. Each call sends those that its operation requires: the first"]
            #[doc = " of its alternatives for which all are set. Secrets show in no `Debug`, log or error."]
            #[derive(Debug, Default)]
            pub struct Credentials(rt::SchemeCredentials);

            impl Credentials {
                #[doc = " Starts without credentials."]
                pub fn new() -> Self { Self::default() }

                #methods

                #[doc = " Sets the credentials of a scheme, which is called as in the document, to those of a provider."]
                #[must_use]
                pub fn with(self, scheme: &'static str, provider: impl rt::TokenProvider) -> Self {
                    Self(self.0.with(scheme, provider))
                }

                #[doc = " Sets the credentials of a scheme to tokens that are requested for the scopes of each operation."]
                #[must_use]
                pub fn with_client(self, scheme: &'static str, client: rt::ClientCredentials) -> Self {
                    Self(self.0.with_client(scheme, client))
                }
            }

            impl rt::TokenProvider for Credentials {
                fn credential<'a>(
                    &'a self,
                    operation: &'a rt::Operation,
                ) -> rt::BoxFuture<'a, Result<Option<rt::Credential>, rt::BoxError>> {
                    self.0.credential(operation)
                }

                fn invalidate(&self, refused: &rt::Credential, answer: &rt::http::HeaderMap) -> bool {
                    self.0.invalidate(refused, answer)
                }

                fn attach(&self, connection: &rt::Connection) {
                    self.0.attach(connection);
                }
            }
        });
        for name in ["new", "with", "with_client"] {
            items.add(ItemKind::Fn, &format!("Credentials::{name}"), Signature::None);
        }
        Some(File { path: "src/credentials.rs".to_owned(), text: source.finish() })
    }

    /// The call that gives the credentials in the README's sample: the first alternative of the requirement, or none.
    pub(super) fn sample_credentials(&self) -> Option<String> {
        if !self.has_credentials() {
            return None;
        }
        let info = &self.api.info;
        let all = info.required.iter().flatten();
        let own = self.api.operations.values().filter_map(|operation| operation.security.as_ref()).flatten();
        let first = all.chain(own).find(|one| !one.0.is_empty())?;
        let mut out = "Credentials::new()".to_owned();
        for name in first.0.keys() {
            let (scheme, method) = (info.security.get(name)?, self.names.schemes.get(name)?);
            match scheme {
                Security::OAuth2(flows) if flows.contains_key("clientCredentials") => {
                    out.push_str(&format!(".{}(\"id\", \"secret\")", ident(&format!("{method}_client"))));
                }
                Security::Http(kind) if kind.eq_ignore_ascii_case("basic") => {
                    out.push_str(&format!(".{}(\"user\", \"password\")", ident(method)));
                }
                scheme => {
                    setter(scheme)?;
                    let sample = if matches!(scheme, Security::Http(_) | Security::OAuth2(_)) {
                        "token"
                    } else {
                        "key"
                    };
                    out.push_str(&format!(".{}({sample:?})", ident(method)));
                }
            }
        }
        Some(out)
    }
}
