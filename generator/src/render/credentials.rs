//! Prints the credentials of a crate: a method for each security scheme of the document.

use proc_macro2::TokenStream;
use quote::quote;

use super::File;
use super::rust::{RustFile, ident};
use crate::api::Combination;
use crate::plan::{Provider, SchemeMethod};

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

/// The file of the type.
pub(super) fn file(methods: &[SchemeMethod]) -> File {
    let methods: TokenStream = methods.iter().map(method).collect();
    let mut source = RustFile::new("Credentials of the API, by security scheme.");
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
    File { path: "src/credentials.rs".to_owned(), text: source.finish() }
}

fn method(method: &SchemeMethod) -> TokenStream {
    let scheme = &method.scheme;
    let arguments = method.arguments.iter().map(|(name, ty)| {
        let name = ident(name);
        quote!(#name: #ty)
    });
    let with = match &method.provider {
        Provider::Basic => quote!(self.with(#scheme, rt::StaticToken::basic(user, password))),
        Provider::Bearer => quote!(self.with(#scheme, rt::StaticToken::bearer(token))),
        Provider::Header(name) => {
            let argument = method.arguments.first().map(|(name, _)| ident(name));
            let header = match name.as_str() {
                "authorization" => quote!(rt::http::header::AUTHORIZATION),
                name => quote!(rt::http::HeaderName::from_static(#name)),
            };
            quote!(self.with(#scheme, rt::StaticToken::header(#header, #argument)))
        }
        Provider::Query(name) => quote!(self.with(#scheme, rt::StaticToken::query(#name, key))),
        Provider::Cookie(name) => quote!(self.with(#scheme, rt::StaticToken::cookie(#name, key))),
        Provider::Client(url) => {
            quote!(self.with_client(#scheme, rt::ClientCredentials::new(#url, id, secret)))
        }
    };
    let (own, doc) = (ident(&method.ident), format!(" {}", method.doc));
    quote! {
        #[doc = #doc]
        #[must_use]
        pub fn #own(self, #(#arguments),*) -> Self { #with }
    }
}
