//! Renders the manifest, README and lib.rs of a crate.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::{Environment, UndefinedBehavior, context};
use proc_macro2::TokenStream;
use quote::quote;

use super::credentials::requirements;
use super::rust::{RustFile, braced, cfg, condition, docs, ident};
use super::{File, Options};
use crate::plan::{Crate, Module, doc};

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

/// Vendor's words in strings and comments of any language: on one line, without characters that end or escape them.
fn plain(text: &str) -> String {
    doc::line(&text.replace(['"', '\\'], " "))
}

/// Files that come from templates: those of the API, and those of every crate that the API does not replace.
pub(super) fn templates(plan: &Crate, options: &Options) -> Result<Vec<File>, String> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_keep_trailing_newline(true);
    environment.add_filter("code", |text: &str| doc::code(text));
    environment.add_filter("line", |text: &str| doc::line(text));
    let mut chosen: BTreeMap<&str, &str> = BTreeMap::new();
    // An API with its own templates is ours, so we know its licence; any other crate belongs to its user.
    let prefix = format!("{}/", plan.package.api);
    let own = options.templates.iter().filter(|(path, _)| path.starts_with(&prefix));
    let own = own.map(|(path, text)| (path.as_str(), text.as_str()));
    let ours = own.clone().next().is_some();
    for (path, text) in SHARED.iter().copied().chain(own) {
        // By its path, so that a template can extend another.
        environment.add_template(path, text).map_err(|e| format!("templates/{path}: {e:#}"))?;
        let target = path.split_once('/').map_or(path, |(_, below)| below);
        chosen.insert(target.strip_suffix(SUFFIX).unwrap_or(target), path);
    }
    let values = values(plan, options, ours);
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

/// The facts that templates can name.
fn values(plan: &Crate, options: &Options, ours: bool) -> minijinja::Value {
    let package = &plan.package;
    let models = plan.modules.iter().flat_map(|module| &module.definitions);
    context! {
        mark => super::MARK,
        package => package.name,
        library => package.name.replace('-', "_"),
        api => package.api,
        title => plain(&package.title),
        vendor_version => plain(&package.vendor_version),
        base_url => plain(&package.base_url),
        servers => package.servers,
        version => options.version,
        runtime => options.runtime.keys(),
        workspace => options.workspace,
        features => package.features,
        default => package.default,
        operations => package.operations,
        deprecated => package.deprecated,
        skipped => package.skipped,
        has_credentials => plan.credentials.is_some(),
        composites => plan.composites.iter().map(|own| &own.ident).collect::<Vec<_>>(),
        dependencies => options.custom.dependency_lines(),
        has_webhooks => !plan.webhooks.is_empty(),
        sample => package.sample_credentials,
        call => package.sample_call,
        security => package.security.as_deref().map(requirements),
        ours,
        handles => plan.handles.iter().map(|handle| &handle.module).collect::<Vec<_>>(),
        attributes => package.attributes,
        updates => package.updates,
        models => models.map(|own| own.ident.as_str()).collect::<BTreeSet<_>>(),
    }
}

/// The client: one method a handle.
pub(super) fn client(plan: &Crate) -> File {
    let mut source = RustFile::new("The client of the API.");
    let handles = plan.handles.iter().map(|handle| {
        let (cfg, docs) = (cfg(&handle.features, plan.areas), docs(&handle.accessor_docs));
        let (module, ty) = (ident(&handle.module), ident(&handle.ident));
        quote! {
            #docs #cfg #[inline]
            pub fn #module(&self) -> crate::operations::#module::#ty {
                crate::operations::#module::#ty(self.0.clone())
            }
        }
    });
    let handles: TokenStream = handles.collect();
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
pub(super) fn indexes(plan: &Crate) -> [File; 2] {
    let mut models = RustFile::new("Types of requests and responses.");
    models.line(&plan.modules.iter().map(|module| exports(module, plan.areas)).collect::<String>());
    let mut operations = RustFile::new("Operations, one module per handle.");
    let modules = plan.handles.iter().map(|handle| {
        let (cfg, module) = (cfg(&handle.features, plan.areas), ident(&handle.module));
        quote! { #cfg pub mod #module; }
    });
    operations.items(modules.collect());
    [("src/models.rs", models), ("src/operations.rs", operations)]
        .map(|(path, source)| File { path: path.to_owned(), text: source.finish() })
}

/// A module of models and its names. They are listed one by one: a compiler looks through hundreds of globs again and again
/// while it expands macros, at a quarter of the crate's whole time.
fn exports(Module { name, areas, definitions }: &Module, all: usize) -> String {
    let areas = areas.as_ref().filter(|areas| !cfg(areas, all).is_empty());
    let condition = areas.map(|areas| format!("{}\n", condition(areas))).unwrap_or_default();
    let mut items: Vec<String> = definitions.iter().map(|own| own.ident.clone()).collect();
    items.sort();
    let items = match items.as_slice() {
        [one] => one.clone(),
        _ => braced(&items),
    };
    format!("{condition}mod {name};\n{condition}pub use {name}::{items};\n")
}
