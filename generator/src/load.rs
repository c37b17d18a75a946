//! Reads a vendor's document with our overlay as a typed OpenAPI 3.0 document, with the way back to the vendor's places.

mod dialect;
mod excerpt;
pub(crate) mod hoist;
mod json_schema;
mod json_text;
pub(crate) mod keywords;
mod location;
mod model;
mod openapi30;
mod openapi31;
mod operation;
pub mod overlay;
mod prose;
mod published;
mod reference;
mod settle;
mod skip;
mod source_map;
mod spans;
mod swagger20;
pub mod text;
mod uses;
mod validation;

use std::collections::BTreeMap;

use openapiv3::OpenAPI;
use serde_json::Value;

use self::dialect::Dialect;
pub use self::excerpt::{Corrections, Excerpt, excerpt};
use self::keywords::{Kind, Role};
use self::location::Trail;
pub use self::overlay::{ActionOutcome, Overlay};
pub use self::settle::ReadFile;
pub use self::skip::Skip;
pub use self::source_map::Origins;
pub use self::spans::{Places, locate, resolve};
use crate::diagnostic::{Code, Diagnostic, Pointer, Severity, Sink};

/// Extensions that list names for the values of `enum`, in its order.
pub(crate) const VALUE_NAMES: &[&str] = &["x-enum-varnames", "x-enumNames", "x-enum-names"];

/// The extension of a parameter that is the whole query as JSON.
pub(crate) const WHOLE_QUERY: &str = "x-whole-query";

/// The extension of a discriminator that names the schema of values without a known tag (OpenAPI 3.2, `defaultMapping`).
pub(crate) const DEFAULT_MAPPING: &str = "x-default-mapping";

/// The extension with the value of a `const` that is an array or an object.
pub(crate) const CONSTANT: &str = "x-const";

/// The extension with the keywords of a schema that only validate.
pub(crate) const VALIDATION: &str = "x-storewright-validation";

/// The extension with the constraints next to a `$ref`, which its target has to meet, too (OpenAPI 3.1).
pub(crate) const CONSTRAINTS: &str = "x-storewright-constraints";

/// A document's text and the name that messages give it.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// A file or URL.
    pub name: &'a str,
    /// JSON or YAML in UTF-8.
    pub text: &'a [u8],
}

/// Options for loading a document.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// True if the vendor's descriptions, titles and examples are kept.
    pub keep_prose: bool,
    /// Reads the files that references point to, relative to the document; without it none is read.
    pub read: Option<ReadFile>,
}

/// A loaded document.
#[derive(Debug, Clone)]
pub struct Spec {
    /// The document after the overlay, as OpenAPI 3.0.
    pub document: OpenAPI,
    /// The vendor's version of it, `info.version`.
    pub version: String,
    /// The outcome of every action of the overlay.
    pub overlay: Vec<ActionOutcome>,
    /// The parts that the overlay changed.
    pub corrections: Corrections,
    /// The parts that the overlay skips.
    pub skipped: Vec<Skip>,
    /// By the id of a place: the definition that it means, of several equal ones, by `naming.toml`.
    pub definitions: BTreeMap<String, String>,
    /// The number of objects, lists and scalars in the document, to which later stages bound their work.
    pub size: usize,
    origins: Origins,
}

impl Spec {
    /// The location in the vendor's file of a location in this document.
    pub fn origin(&self, at: &Pointer) -> Pointer {
        self.origins.origin(at)
    }
}

/// The vendor's own tree after the overlay, with its prose and dialect unchanged; `None` if errors were pushed. It is
/// for judges of the clients, which must not read the results of later stages.
pub fn mended(source: Source<'_>, overlay: Option<&Overlay>, out: &mut Sink) -> Option<Value> {
    let errors = error_count(out);
    let mut tree = text::parse(&source, out)?;
    let mut origins = Origins::default();
    let version = tree.pointer("/info/version").and_then(Value::as_str).map(str::to_owned);
    if let Some(overlay) = overlay {
        overlay.apply_traced(&mut tree, version.as_deref(), &mut origins, out);
    }
    skip::remove(&mut tree, &mut origins, out);
    (error_count(out) == errors).then_some(tree)
}

/// Removes everything that no later stage reads, and reports the parts of it that a client could have code for.
fn remove_unread(tree: &mut Value, origins: &Origins, out: &mut Sink) {
    let mut links = Vec::new();
    keywords::remove_unread(tree, Role::Object(Kind::Document), &Trail::Root, &mut links);
    for at in links {
        let message = "`links` of a response have no code: programs make the linked call themselves";
        let notice = Diagnostic::notice(Code::Unsupported, &origins.origin(&at), message);
        out.push(notice.help("remove them in the overlay: `target: $..responses.*.links`, `remove: true`"));
    }
}

/// True if a text is a document of a version that [`load`] reads; else errors are pushed.
pub fn is_readable(source: Source<'_>, out: &mut Sink) -> bool {
    text::parse(&source, out).is_some_and(|tree| dialect::dialect(&tree, out).is_some())
}

/// The document of a text; `None` if errors were pushed.
pub fn load(
    source: Source<'_>,
    overlay: Option<&Overlay>,
    options: &Options,
    out: &mut Sink,
) -> Option<Spec> {
    let errors = error_count(out);
    let mut tree = text::parse(&source, out)?;
    let dialect = dialect::dialect(&tree, out)?;
    if !options.keep_prose {
        prose::strip(&mut tree);
    }
    let mut origins = Origins::default();
    let version = tree.pointer("/info/version").and_then(Value::as_str).map(str::to_owned);
    let outcomes = overlay
        .map(|overlay| overlay.apply_traced(&mut tree, version.as_deref(), &mut origins, out))
        .unwrap_or_default();
    let changed = outcomes.iter().flat_map(|action| action.changed.iter().cloned()).collect();
    let corrections = Corrections::of(&tree, changed);
    let skipped = skip::remove(&mut tree, &mut origins, out);
    remove_unread(&mut tree, &origins, out);
    settle::settle(&mut tree, dialect, &source, options, &mut origins, out);
    operation::lower_methods(&mut tree, &mut origins, out);
    if dialect == Dialect::Swagger20 {
        swagger20::upgrade(&mut tree, &mut origins, out);
    }
    if !openapi31::rewrite(&mut tree, dialect, &mut origins, out) {
        return None;
    }
    json_schema::rewrite(&mut tree, dialect, &mut origins, out);
    openapi30::normalise(&mut tree, &source, dialect, &mut origins, out);
    reference::cut_circles(&mut tree, &mut origins, out);
    operation::correct(&mut tree, &mut origins, out);
    reference::unescape(&mut tree, Role::Object(Kind::Document));
    let size = text::count(&tree, usize::MAX);
    let document = model::read(tree, &mut origins, out)?;
    if error_count(out) > errors {
        return None;
    }
    Some(Spec {
        version: document.info.version.clone(),
        document,
        overlay: outcomes,
        corrections,
        skipped,
        definitions: BTreeMap::new(),
        size,
        origins,
    })
}

fn error_count(out: &Sink) -> usize {
    out.diagnostics().iter().filter(|d| d.severity == Severity::Error).count()
}
