//! Renders the string newtype or open enum of a parameter's values.

use proc_macro2::TokenStream;
use quote::quote;

use super::Context;
use super::rust::{Source, docs, ident, macro_call};
use crate::api::Pointer;
use crate::name::{Family, Token};
use crate::plan::doc::{self, code};
use crate::plan::{ItemKind, Items, Signature};

impl Context<'_> {
    /// Writes the token type into its module.
    pub(super) fn token(&self, name: &str, token: &Token, source: &mut Source, listing: &mut Items) {
        let parameters: Vec<String> = token.parameters.iter().map(|p| code(p)).collect();
        let what = match token.family {
            Family::Fields => format!("Fields that {} can ask for.", parameters.join(", ")),
            Family::Include => {
                "Related resources that `include` can ask for. Relationships that are not included mostly have no `data`."
                    .to_owned()
            }
            Family::Sort => "Orders that `sort` can ask for, ascending; see [`desc`](Self::desc).".to_owned(),
            Family::Order => "Orders that `sort` can ask for.".to_owned(),
            Family::Value => format!("Values of {}.", parameters.join(", ")),
        };
        let mut lines = vec![what];
        let areas = self.names.modules.get(&token.module);
        lines.extend(
            areas.and_then(|areas| self.feature_note(areas)).into_iter().flat_map(|n| [String::new(), n]),
        );
        let own = ident(name);
        listing.item(&Pointer::new(token.parameters.iter().map(String::as_str).collect::<String>()), areas);
        if let Some(id) = &token.alias {
            let target = self.model_type(id);
            let docs = docs(&lines);
            listing.add(ItemKind::Type, name, Signature::Type(target.clone()));
            source.items(quote! { #docs pub type #own = #target; });
            return;
        }
        if token.family == Family::Value {
            self.value_token(name, token, &lines, source, listing);
            return;
        }
        listing.add(ItemKind::Struct, name, Signature::None);
        for constant in token.values.values() {
            listing.add(ItemKind::Const, &format!("{name}::{constant}"), Signature::None);
        }
        let constants: Vec<String> =
            token.values.iter().map(|(value, name)| format!("{name} = {value:?}")).collect();
        let kind = if token.family == Family::Sort { "sort_tokens" } else { "tokens" };
        let docs = doc::harmless(&lines.join("\n"));
        let docs: String =
            docs.split('\n').map(|l| format!("/// {l}\n").replace("/// \n", "///\n")).collect();
        source.line(&format!(
            "rt::{kind}! {{\n{docs}{}",
            macro_call(&format!("pub struct {name}"), &constants, "")
        ));
    }

    fn value_token(
        &self,
        name: &str,
        token: &Token,
        lines: &[String],
        source: &mut Source,
        listing: &mut Items,
    ) {
        let own = ident(name);
        let about = docs(lines);
        listing.add(ItemKind::Enum, name, Signature::None);
        let variants: Vec<TokenStream> = token
            .values
            .iter()
            .map(|(value, variant)| {
                listing.add(ItemKind::Variant, &format!("{name}::{variant}"), Signature::None);
                self.tokens(|| {
                    let (docs, variant) = (docs(&[code(value)]), ident(variant));
                    quote! { #docs #variant }
                })
            })
            .collect();
        source.items(quote! {
            #about
            #[non_exhaustive]
            pub enum #own {
                #(#variants,)*
                #[doc = " A value that this crate does not know."]
                Unrecognized(String),
            }
        });
        let lines: Vec<String> =
            token.values.iter().map(|(value, variant)| format!("{variant} = {value:?}")).collect();
        source.line(&macro_call(&format!("rt::open_enum! {{ {name}"), &lines, ""));
    }
}
