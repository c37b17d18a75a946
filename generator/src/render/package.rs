//! Renders the manifest, README and lib.rs of a crate.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::{Environment, UndefinedBehavior, context};
use proc_macro2::TokenStream;
use quote::quote;
use serde::Serialize;

use super::credentials::requirements;
use super::rust::{Source, braced, cfg, condition, docs, ident};
use super::template_data::{attributes, updates};
use super::{Context, File, Models};
use crate::plan::{ItemKind, Items, Signature, doc};

/// Ends the name of a template whose output has a name that tools look for: cargo reads each Cargo.toml of a git repository.
const SUFFIX: &str = ".jinja";

/// The templates of every crate, by the paths by which others extend them.
const SHARED: &[(&str, &str)] = &[
    ("crate/Cargo.toml.jinja", include_str!("../../templates/crate/Cargo.toml.jinja")),
    ("crate/README.md", include_str!("../../templates/crate/README.md")),
    ("crate/src/api.rs", include_str!("../../templates/crate/src/api.rs")),
    ("crate/src/call.rs", include_str!("../../templates/crate/src/call.rs")),
    ("crate/src/lib.rs", include_str!("../../templates/crate/src/lib.rs")),
];

#[derive(Serialize)]
struct Feature<'a> {
    name: &'a str,
    about: &'a str,
    implies: Vec<&'a str>,
    operations: usize,
}

/// Vendor's words in strings and comments of any language: on one line, without characters that end or escape them.
fn plain(text: &str) -> String {
    doc::line(&text.replace(['"', '\\'], " "))
}

impl Context<'_> {
    /// Files that come from templates: those of the API, and those of every crate that the API does not replace.
    pub(super) fn templates(&self) -> Result<Vec<File>, String> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_keep_trailing_newline(true);
        environment.add_filter("code", |text: &str| doc::code(text));
        environment.add_filter("line", |text: &str| doc::line(text));
        let mut chosen: BTreeMap<&str, &str> = BTreeMap::new();
        // An API with its own templates is ours, so we know its licence; any other crate belongs to its user.
        let prefix = format!("{}/", self.api.info.name);
        let own = self.options.templates.iter().filter(|(path, _)| path.starts_with(&prefix));
        let own = own.map(|(path, text)| (path.as_str(), text.as_str()));
        let ours = own.clone().next().is_some();
        for (path, text) in SHARED.iter().copied().chain(own) {
            // By its path, so that a template can extend another.
            environment.add_template(path, text).map_err(|e| format!("templates/{path}: {e:#}"))?;
            let target = path.split_once('/').map_or(path, |(_, below)| below);
            chosen.insert(target.strip_suffix(SUFFIX).unwrap_or(target), path);
        }
        let features = self.features();
        let default: Vec<&str> =
            self.names.areas.iter().filter(|a| a.default).map(|a| a.feature.as_str()).collect();
        let info = &self.api.info;
        let deprecated = self.api.operations.values().filter(|o| o.deprecated).count();
        let values = context! {
            mark => super::MARK,
            package => self.names.package,
            library => self.names.package.replace('-', "_"),
            api => info.name,
            title => plain(&info.title),
            vendor_version => plain(&info.version),
            base_url => plain(info.servers.first().map_or("", |s| s.trim_end_matches('/'))),
            version => self.options.version,
            runtime => self.options.runtime.keys(),
            workspace => self.options.workspace,
            features,
            default,
            operations => self.api.operations.len(),
            deprecated,
            skipped => info.skipped,
            has_credentials => self.has_credentials(),
            dependencies => self.options.custom.dependency_lines(),
            has_webhooks => !self.names.webhooks.is_empty(),
            sample => self.sample_credentials(),
            call => self.sample_call(),
            security => info.required.as_deref().map(requirements),
            ours,
            handles => self.names.handles.keys().collect::<Vec<_>>(),
            attributes => attributes(self.api),
            updates => updates(self.api),
            models => self.names.types.values().map(|name| name.ident.as_str()).collect::<BTreeSet<_>>(),
        };
        chosen
            .into_iter()
            .map(|(target, path)| {
                let text = environment
                    .get_template(path)
                    .and_then(|template| template.render(&values))
                    .map_err(|e| format!("templates/{path}: {e:#}"))?;
                Ok(File { path: target.to_owned(), text })
            })
            // A template with an empty result makes no file.
            .filter(|file| !file.as_ref().is_ok_and(|file| file.text.trim().is_empty()))
            .collect()
    }

    fn features(&self) -> Vec<Feature<'_>> {
        self.names
            .areas
            .iter()
            .map(|area| Feature {
                name: &area.feature,
                about: &area.about,
                implies: area.implies.iter().map(String::as_str).collect(),
                operations: self
                    .names
                    .operations
                    .values()
                    .filter(|o| o.area.as_ref() == Some(&area.feature))
                    .count(),
            })
            .collect()
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

    /// The client: one method a handle.
    pub(super) fn client(&self, listing: &mut Items) -> File {
        let mut source = Source::new("The client of the API.");
        listing.module("");
        let handles: TokenStream = self
            .names
            .handles
            .iter()
            .map(|(module, handle)| {
                let cfg = cfg(&handle.areas, self.areas);
                let mut lines = vec![format!("Operations of `{module}`.")];
                lines.extend(self.feature_note(&handle.areas).into_iter().flat_map(|n| [String::new(), n]));
                let docs = docs(&lines);
                listing.item(&crate::api::Pointer::root(), Some(&handle.areas));
                listing.add(ItemKind::Fn, &format!("Client::{module}"), Signature::None);
                let (module, ty) = (ident(module), ident(&handle.ident));
                quote! {
                    #docs #cfg #[inline]
                    pub fn #module(&self) -> crate::operations::#module::#ty {
                        crate::operations::#module::#ty(self.0.clone())
                    }
                }
            })
            .collect();
        source.items(quote! {
            #[doc = " A client of the API; clones share connections, credentials and limits."]
            #[derive(Debug, Clone)]
            pub struct Client(rt::Client<crate::Api>);

            impl From<rt::Client<crate::Api>> for Client {
                fn from(client: rt::Client<crate::Api>) -> Self { Self(client) }
            }

            impl Client {
                #[doc = " Starts a client that authenticates with `credentials`."]
                pub fn builder(credentials: impl rt::TokenProvider) -> rt::ClientBuilder<crate::Api> {
                    rt::Client::builder().credentials(credentials)
                }

                #[doc = " The runtime's client, for calls that this crate does not define."]
                #[inline]
                pub fn runtime(&self) -> &rt::Client<crate::Api> { &self.0 }

                #handles
            }
        });
        File { path: "src/client.rs".to_owned(), text: source.finish() }
    }

    /// `models.rs` and `operations.rs`: the modules with their features.
    pub(super) fn indexes(&self, models: &[Models]) -> Vec<File> {
        let all = self.areas;
        let mut source = Source::new("Types of requests and responses.");
        let lines: String = models
            .iter()
            .map(|Models { module, items, .. }| {
                let areas = self.names.modules.get(module).filter(|a| !cfg(a, all).is_empty());
                let condition = areas.map(|a| format!("{}\n", condition(a))).unwrap_or_default();
                let items = match items.as_slice() {
                    [] => "*".to_owned(),
                    [one] => one.clone(),
                    _ => braced(items),
                };
                format!("{condition}mod {module};\n{condition}pub use {module}::{items};\n")
            })
            .collect();
        source.line(&lines);
        let models = File { path: "src/models.rs".to_owned(), text: source.finish() };

        let mut source = Source::new("Operations, one module per handle.");
        let items: TokenStream = self
            .names
            .handles
            .iter()
            .map(|(module, handle)| {
                let cfg = cfg(&handle.areas, all);
                let module = ident(module);
                quote! { #cfg pub mod #module; }
            })
            .collect();
        source.items(items);
        vec![models, File { path: "src/operations.rs".to_owned(), text: source.finish() }]
    }
}
