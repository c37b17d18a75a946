//! Diagnostics: stable codes, messages, places and help, in the order in which stages push them.

mod excerpt;
mod group;
mod terminal;

use std::fmt::{self, Write as _};

use serde::Serialize;

pub use self::excerpt::Excerpt;
use self::excerpt::Lines;
#[cfg(feature = "diff")]
pub(crate) use self::group::unquoted;
pub use self::group::{Group, groups};
pub use self::terminal::{shown, shown_json, shown_output};

/// A JSON Pointer (RFC 6901) into a vendor document, e.g. `/paths/~1v1~1apps/get`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Pointer(String);

/// A name of a member, or the index of an item.
pub trait Token {
    /// Appends it, escaped.
    fn push_to(&self, out: &mut String);
}

impl Token for str {
    fn push_to(&self, out: &mut String) {
        for part in self.split_inclusive(['~', '/']) {
            let plain = part.strip_suffix(['~', '/']);
            out.push_str(plain.unwrap_or(part));
            if plain.is_some() {
                out.push_str(if part.ends_with('~') { "~0" } else { "~1" });
            }
        }
    }
}

impl Token for String {
    fn push_to(&self, out: &mut String) {
        self.as_str().push_to(out);
    }
}

impl Token for usize {
    fn push_to(&self, out: &mut String) {
        out.push_str(&self.to_string());
    }
}

impl<T: Token + ?Sized> Token for &T {
    fn push_to(&self, out: &mut String) {
        (**self).push_to(out);
    }
}

impl Pointer {
    /// The document's root.
    pub fn root() -> Self {
        Self::default()
    }

    /// The pointer as written, which must start with `/` or be empty.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The pointer to the member or item `token` of this pointer's target.
    pub fn child(&self, token: impl Token) -> Self {
        let mut out = String::with_capacity(self.0.len() + 24);
        out.push_str(&self.0);
        out.push('/');
        token.push_to(&mut out);
        Self(out)
    }

    /// The pointer to the parent of this pointer's target; the root has none.
    pub fn parent(&self) -> Option<Self> {
        self.0.rsplit_once('/').map(|(parent, _)| Self(parent.to_owned()))
    }

    /// The names and indexes on the way from the root, unescaped.
    pub fn tokens(&self) -> impl Iterator<Item = String> + '_ {
        self.0.split('/').skip(1).map(|token| match token.contains('~') {
            true => token.replace("~1", "/").replace("~0", "~"),
            false => token.to_owned(),
        })
    }

    /// The rest of this pointer below `base`: empty or starting with `/`; `None` if it is elsewhere.
    pub fn below(&self, base: &Pointer) -> Option<&str> {
        let rest = self.0.strip_prefix(base.as_str())?;
        (rest.is_empty() || rest.starts_with('/')).then_some(rest)
    }

    /// The pointer's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $variant:ident = $code:literal,)*) => {
        /// The kind of a diagnostic; the text form is stable and kebab-case.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code { $($(#[doc = $doc])* $variant,)* }

        impl Code {
            /// Every code, in the order of the pipeline.
            pub const ALL: &[Code] = &[$(Code::$variant,)*];

            /// The stable text form.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $code,)* }
            }
        }
    };
}

codes! {
    /// A document cannot be read from its file or URL.
    UnreadableSource = "unreadable-source",
    /// A zip archive does not contain exactly one JSON document.
    InvalidArchive = "invalid-archive",
    /// A document is not the one that is pinned.
    ChecksumMismatch = "checksum-mismatch",
    /// A document is of another API than the one that it is given for.
    ForeignDocument = "foreign-document",
    /// The text is not JSON.
    InvalidJson = "invalid-json",
    /// The text is not YAML.
    InvalidYaml = "invalid-yaml",
    /// The document's dialect or version is not supported.
    UnsupportedVersion = "unsupported-version",
    /// The document does not have the form that its version prescribes.
    InvalidDocument = "invalid-document",
    /// The target of a `$ref` does not exist.
    DanglingRef = "dangling-ref",
    /// A `$ref` leads out of the document.
    ExternalRef = "external-ref",
    /// A chain of `$ref`s leads back to itself.
    CyclicRef = "cyclic-ref",
    /// The overlay does not have the form that the Overlay Specification prescribes.
    InvalidOverlay = "invalid-overlay",
    /// An overlay action's target is not a JSONPath query (RFC 9535).
    InvalidTarget = "invalid-target",
    /// An overlay action matched nothing, or says no change, so it is not needed.
    UnmatchedAction = "unmatched-action",
    /// Two operations have one operationId.
    DuplicateOperationId = "duplicate-operation-id",
    /// An operation has no operationId.
    MissingOperationId = "missing-operation-id",
    /// A `{parameter}` of a path has no declaration, or a declared one no place in the path.
    PathParameter = "path-parameter",
    /// The document uses something that the generator does not read.
    Unsupported = "unsupported",
    /// A discriminator names a property that no variant defines.
    UndeclaredDiscriminator = "undeclared-discriminator",
    /// An object has `type` and `id` like a JSON:API resource, but not its shape.
    UnrecognisedResource = "unrecognised-resource",
    /// An operation declares no successful response; its response is ignored.
    NoSuccess = "no-success",
    /// A schema is a copy of several definitions that are equal; the first is taken.
    AmbiguousDefinition = "ambiguous-definition",
    /// Two things of the API get the same Rust name.
    NameCollision = "name-collision",
    /// An operationId fits no rule of `naming.toml`; its snake-case form is used.
    UnruledId = "unruled-id",
    /// A tag has no area; the safe default is used.
    UnplacedTag = "unplaced-tag",
    /// An exception of `naming.toml` or `areas.toml` is no longer needed.
    UnusedException = "unused-exception",
    /// `naming.toml`, `areas.toml` or `source.toml` cannot be read.
    InvalidConfig = "invalid-config",
    /// The stored Api cannot be read.
    InvalidApi = "invalid-api",
    /// A selector selects no operation.
    EmptySelection = "empty-selection",
    /// A template names a model that the document does not have.
    MissingModel = "missing-model",
    /// A generated file was changed by hand.
    EditedFile = "edited-file",
    /// A generated file is missing.
    MissingFile = "missing-file",
    /// A file is left from an earlier generation.
    OrphanedFile = "orphaned-file",
    /// A file without the generator's mark is at the path of a generated one.
    ForeignFile = "foreign-file",
    /// A file cannot be written.
    FailedWrite = "failed-write",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The severity: the run can go on or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing may be written.
    Error,
    /// A safe default was taken; a person should look.
    Notice,
}

/// A location in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file or URL, as the person gave it; empty where the stage does not know it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// The place in the document's tree.
    pub pointer: Pointer,
    /// Counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Counted from 1, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
}

impl From<&Pointer> for Place {
    fn from(pointer: &Pointer) -> Self {
        Self { pointer: pointer.clone(), ..Self::default() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
        }
        match (self.file.is_empty(), self.pointer.as_str()) {
            (_, "") => Ok(()),
            (true, pointer) => f.write_str(pointer),
            (false, pointer) => write!(f, " at {pointer}"),
        }
    }
}

/// One thing that a stage has to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// The kind.
    pub code: Code,
    /// The severity.
    pub severity: Severity,
    /// The problem, in one sentence.
    pub message: String,
    /// The location.
    pub at: Place,
    /// The line that it is about, where the text was at hand.
    #[serde(skip)]
    pub excerpt: Option<Excerpt>,
    /// The way out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Diagnostic {
    /// True for a safe default that was taken because the document breaks the rules of its format.
    pub fn is_fault(&self) -> bool {
        let is_fault = matches!(
            self.code,
            Code::InvalidDocument
                | Code::DanglingRef
                | Code::ExternalRef
                | Code::CyclicRef
                | Code::DuplicateOperationId
                | Code::PathParameter
                | Code::UndeclaredDiscriminator
        );
        is_fault && self.severity == Severity::Notice
    }

    /// Something that stops the run before anything is written.
    pub fn error(code: Code, at: impl Into<Place>, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, at.into(), message.into())
    }

    /// A problem that a safe default settles.
    pub fn notice(code: Code, at: impl Into<Place>, message: impl Into<String>) -> Self {
        Self::new(Severity::Notice, code, at.into(), message.into())
    }

    fn new(severity: Severity, code: Code, at: Place, message: String) -> Self {
        Self { code, severity, message, at, excerpt: None, help: None }
    }

    /// Adds the way out.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Diagnostic {
    /// All of it for a person, in a few lines, with colours if wanted.
    pub fn text(&self, colour: bool) -> String {
        self.text_with(colour, &[], 1)
    }

    /// The same for `count` diagnostics that are alike, with the places of some of the others.
    fn text_with(&self, colour: bool, others: &[&Place], count: usize) -> String {
        let paint = |code: &str, text: &str| match colour {
            true => format!("\x1b[{code}m{text}\x1b[0m"),
            false => text.to_owned(),
        };
        let (severity, hue) = match self.severity {
            Severity::Error => ("error", "1;31"),
            Severity::Notice => ("notice", "1;33"),
        };
        let message = paint("1", &format!(": {}", shown(&self.message)));
        let mut out = paint(hue, &format!("{severity}[{}]", self.code)) + &message;
        let place = self.at.to_string();
        if !place.is_empty() {
            let _ = write!(out, "\n  {} {}", paint("1;34", "-->"), shown(&place));
        }
        if let (Some(excerpt), Some(line)) = (&self.excerpt, self.at.line) {
            let gutter = |text: &str| paint("1;34", &format!("{text:>5} |"));
            let _ = write!(out, "\n{} {}", gutter(&line.to_string()), excerpt.line());
            let width = line.to_string().len().saturating_sub(5);
            let (more, indent) = (" ".repeat(width), " ".repeat(excerpt.indent()));
            let _ = write!(out, "\n{more}{} {indent}{}", gutter(""), paint(hue, "^"));
        }
        for place in others {
            let _ = write!(out, "\n  {} {}", paint("1;34", "-->"), shown(&place.to_string()));
        }
        if let more @ 1.. = count.saturating_sub(others.len() + 1) {
            let noun = if more == 1 { "place" } else { "places" };
            let _ = write!(out, "\n  {} and {more} more {noun} like these", paint("1;34", "="));
        }
        if let Some(help) = &self.help {
            let _ = write!(out, "\n  {} {}", paint("1", "help:"), shown(help));
        }
        out
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(false))
    }
}

/// Collects the diagnostics of stages, so that one run reports everything.
#[derive(Debug, Default)]
pub struct Sink {
    diagnostics: Vec<Diagnostic>,
}

impl Sink {
    /// An empty sink.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one diagnostic.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// True if any of them stops the run.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|d| d.severity == Severity::Error)
    }

    /// Makes every notice an error, for those who want no default to be taken for them.
    pub fn be_strict(&mut self) {
        self.diagnostics.iter_mut().for_each(|d| d.severity = Severity::Error);
    }

    /// The number of diagnostics that stop the run.
    pub fn errors(&self) -> usize {
        self.diagnostics.iter().filter(|d| d.severity == Severity::Error).count()
    }

    /// Adds the source line to the diagnostics of the file, which has this text.
    pub fn quote(&mut self, file: &str, text: &[u8]) {
        let is_bare = |d: &&mut Diagnostic| d.at.file == file && d.at.line.is_some() && d.excerpt.is_none();
        let mut bare: Vec<&mut Diagnostic> = self.diagnostics.iter_mut().filter(is_bare).collect();
        if bare.is_empty() {
            return;
        }
        bare.sort_by_key(|d| (d.at.line, d.at.column));
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let mut lines = Lines::new(text);
        for diagnostic in bare {
            let (Some(line), Some(column)) = (diagnostic.at.line, diagnostic.at.column) else { continue };
            diagnostic.excerpt = lines.excerpt(line, column);
        }
    }

    /// The diagnostics so far, in order.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The same, to complete places in.
    pub fn diagnostics_mut(&mut self) -> &mut [Diagnostic] {
        &mut self.diagnostics
    }

    /// Drops the notices that `keep` refuses; errors stay.
    pub fn retain_notices(&mut self, mut keep: impl FnMut(&Diagnostic) -> bool) {
        self.diagnostics.retain(|d| d.severity == Severity::Error || keep(d));
    }

    /// The diagnostics, by value.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }
}
