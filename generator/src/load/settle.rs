//! Settles every `$ref`: each refers to a component of its kind afterwards, or is replaced by its target.

mod names;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use foldhash::{HashMap, HashMapExt as _};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::Options;
use super::dialect::Dialect;
use super::keywords::{self, Kind, Role};
use super::location::Trail;
use super::{DEFAULT_MAPPING, Origins, Source, prose, text};
use crate::api::MediaType;
use crate::diagnostic::{Code, Diagnostic, Pointer, Sink};

/// Reads a file that a document refers to, by its path.
pub type ReadFile = fn(&Path) -> io::Result<Vec<u8>>;

/// The number of values that copies may add; the targets beyond it become components.
const COPIES: usize = 200_000;
/// The depth of the tree at which a copy becomes a component: later stages walk the tree by recursion.
const DEPTH: usize = 64;
/// References that follow each other at one location, each through an element that is copied.
const CHAIN: usize = 64;
/// The number of files that a document may consist of.
const FILES: usize = 1_000;

const BUNDLE: &str = "bundle the files into one document first, or add the target with an overlay action";

/// Settles the references of a tree.
pub(super) fn settle(
    tree: &mut Value,
    dialect: Dialect,
    source: &Source<'_>,
    &Options { read, keep_prose }: &Options,
    origins: &mut Origins,
    out: &mut Sink,
) {
    if is_settled(tree, tree, Role::Object(Kind::Document), dialect, &mut HashMap::new()) {
        return;
    }
    let whole = Rc::new(tree.clone());
    let base = Path::new(source.name).to_owned();
    let documents = vec![Document { path: base, tree: Rc::clone(&whole), names: None }];
    let mut settling = Settling {
        dialect,
        documents,
        read,
        keep_prose,
        names: BTreeMap::new(),
        owners: BTreeMap::new(),
        waiting: Vec::new(),
        copied: 0,
        origins: origins.clone(),
        out: Sink::new(),
    };
    settling.all(tree);
    if !settling.names.is_empty() {
        // Once more, now that all targets are known which become components: a name must not depend on their order.
        let names = settling.chosen();
        *tree = (*whole).clone();
        let documents = settling.documents;
        let origins = origins.clone();
        settling = Settling {
            names,
            documents,
            origins,
            dialect,
            read,
            keep_prose,
            owners: BTreeMap::new(),
            waiting: Vec::new(),
            copied: 0,
            out: Sink::new(),
        };
        settling.all(tree);
    }
    *origins = settling.origins;
    settling.out.into_diagnostics().into_iter().for_each(|diagnostic| out.push(diagnostic));
}

/// The folder of the components of a kind, where references to components of that kind remain references.
fn home(dialect: Dialect, kind: Kind) -> Option<&'static str> {
    let is_old = dialect == Dialect::Swagger20;
    Some(match kind {
        Kind::Schema if is_old => "/definitions/",
        Kind::Schema => "/components/schemas/",
        Kind::Parameter if is_old => "/parameters/",
        Kind::Parameter => "/components/parameters/",
        Kind::Response if is_old => "/responses/",
        Kind::Response => "/components/responses/",
        Kind::Header if !is_old => "/components/headers/",
        Kind::RequestBody if !is_old => "/components/requestBodies/",
        Kind::SecurityScheme if !is_old => "/components/securitySchemes/",
        _ => return None,
    })
}

fn is_home(dialect: Dialect, kind: Kind, pointer: &str) -> bool {
    let name = home(dialect, kind).and_then(|home| pointer.strip_prefix(home));
    name.is_some_and(|name| !name.is_empty() && !name.contains('/'))
}

/// The text of a reference; `$dynamicRef` is one whose anchor cannot be replaced by another document. Any object may be
/// in another file, but only those that the specification allows can be a reference with another value than a string.
fn reference(map: &Map<String, Value>, shape: Role) -> Option<&Value> {
    let kind = match shape {
        Role::Object(kind) => Some(kind),
        _ => None,
    };
    let is_schema = kind == Some(Kind::Schema);
    let dynamic = || map.get("$dynamicRef").or_else(|| map.get("$recursiveRef"));
    let found = map.get("$ref").or_else(|| if is_schema { dynamic() } else { None })?;
    let is_part = !kind.is_some_and(keywords::is_referable);
    (found.is_string() || !is_part).then_some(found)
}

/// References that stay, with the kind of object that each is in place of: most are used many times.
type Good<'t> = HashMap<&'t str, Kind>;

/// True if `settle` would not change any reference.
fn is_settled<'t>(
    tree: &'t Value,
    node: &'t Value,
    shape: Role,
    dialect: Dialect,
    good: &mut Good<'t>,
) -> bool {
    match node {
        _ if shape == Role::Data => true,
        Value::Object(map) => {
            if reference(map, shape).is_some() {
                let Role::Object(kind) = shape else { return false };
                let pointer = map.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix('#'));
                let is_good = |pointer: &str| {
                    is_home(dialect, kind, pointer)
                        && !pointer.contains('%')
                        && tree.pointer(pointer).is_some_and(Value::is_object)
                };
                match pointer {
                    Some(pointer) if good.get(pointer) == Some(&kind) => {}
                    Some(pointer) if is_good(pointer) => {
                        good.insert(pointer, kind);
                    }
                    _ => return false,
                }
            }
            map.iter().all(|(key, value)| is_settled(tree, value, shape.member(key), dialect, good))
        }
        Value::Array(items) => items.iter().all(|item| is_settled(tree, item, shape.item(), dialect, good)),
        _ => true,
    }
}

struct Document {
    path: PathBuf,
    tree: Rc<Value>,
    /// The pointers of schemas by `$id`, `$anchor` and `$dynamicAnchor`, once they are needed.
    names: Option<HashMap<String, String>>,
}

/// A value of one of the documents.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Target {
    /// The number of the document; 0 is the vendor's.
    document: usize,
    pointer: String,
}

/// A reason that a reference cannot be followed.
struct Lost {
    code: Code,
    message: String,
    help: String,
}

struct Settling {
    dialect: Dialect,
    documents: Vec<Document>,
    read: Option<ReadFile>,
    keep_prose: bool,
    /// The components that targets become.
    names: BTreeMap<Target, String>,
    /// The components that are references to targets and nothing else.
    owners: BTreeMap<Target, String>,
    /// Those whose values are still to be added, and the places that refer to them.
    waiting: Vec<(Target, Pointer)>,
    copied: usize,
    origins: Origins,
    out: Sink,
}

impl Settling {
    fn all(&mut self, tree: &mut Value) {
        let mut stack = Vec::new();
        self.node(tree, Role::Object(Kind::Document), &Trail::Root, 0, &mut stack);
        let home = home(self.dialect, Kind::Schema).unwrap_or_default().trim_end_matches('/');
        let mut added = BTreeSet::new();
        while let Some((target, site)) = self.waiting.pop() {
            let Some(name) = self.names.get(&target).cloned() else { continue };
            if !added.insert(target.clone()) {
                continue;
            }
            let at = Pointer::new(home).child(&name);
            let mut value = self.value(&target);
            self.note(&target, &site, &at);
            let inner = Trail::Place(&at);
            self.node(&mut value, Role::Object(Kind::Schema), &inner, target.document, &mut stack);
            let mut folder = Some(&mut *tree);
            for token in home.split('/').skip(1) {
                let map = folder.and_then(Value::as_object_mut);
                folder = map.map(|map| map.entry(token).or_insert_with(|| json!({})));
            }
            if let Some(folder) = folder.and_then(Value::as_object_mut) {
                folder.insert(name, value);
            }
        }
    }

    /// Notes where a copy of a target is from; another file's places are that of the reference.
    fn note(&mut self, target: &Target, site: &Pointer, at: &Pointer) {
        if target.document == 0 {
            self.origins.copied(Pointer::new(&*target.pointer), at.clone());
        } else {
            let origin = self.origins.origin(site);
            self.origins.collapsed(at.clone(), origin);
        }
    }

    /// Settles a node of the document `base`; false where nothing takes the place of its reference.
    fn node(
        &mut self,
        node: &mut Value,
        shape: Role,
        at: &Trail<'_>,
        base: usize,
        stack: &mut Vec<Target>,
    ) -> bool {
        match node {
            _ if shape == Role::Data => {}
            Value::Object(map) => {
                if let Some(reference) = reference(map, shape).cloned() {
                    return self.follow(node, &reference, (shape, at), base, stack);
                }
                if shape == Role::Object(Kind::Schema) {
                    // A value that becomes a component for others is that component in its own place, too.
                    if base == 0 && !self.names.is_empty() {
                        let own = Target { document: 0, pointer: at.pointer().to_string() };
                        if self.names.contains_key(&own) && !is_home(self.dialect, Kind::Schema, &own.pointer)
                        {
                            *node = json!({ "$ref": self.reference_to(own, at.pointer()) });
                            return true;
                        }
                    }
                    self.mapping(map, at, base);
                }
                map.retain(|key, value| self.node(value, shape.member(key), &at.key(key), base, stack));
            }
            Value::Array(items) => {
                for mut item in std::mem::take(items) {
                    let index = items.len();
                    if self.node(&mut item, shape.item(), &at.index(index), base, stack) {
                        items.push(item);
                    } else {
                        self.origins.removed(at.pointer(), index);
                    }
                }
            }
            _ => {}
        }
        true
    }

    fn follow(
        &mut self,
        node: &mut Value,
        reference: &Value,
        (shape, at): (Role, &Trail<'_>),
        base: usize,
        stack: &mut Vec<Target>,
    ) -> bool {
        let Some(map) = node.as_object_mut() else { return true };
        for key in ["$ref", "$dynamicRef", "$recursiveRef"] {
            map.shift_remove(key);
        }
        // Siblings may contain references themselves.
        map.retain(|key, value| self.node(value, shape.member(key), &at.key(key), base, stack));
        let target = match self.target(reference, shape, base, at) {
            Ok(target) => target,
            Err(lost) => {
                let here = self.origins.origin(&at.pointer().child("$ref"));
                self.out.push(Diagnostic::notice(lost.code, &here, lost.message).help(lost.help));
                return absent(node, shape);
            }
        };
        let kind = kind_of(shape);
        if target.document == 0 && kind.is_some_and(|kind| is_home(self.dialect, kind, &target.pointer)) {
            map.shift_insert(0, "$ref".to_owned(), Value::String(format!("#{}", target.pointer)));
            return true;
        }
        let is_circle = stack.contains(&target);
        let is_too_much = self.copied > COPIES || at.depth() > DEPTH || stack.len() >= CHAIN;
        let is_component = is_circle
            || is_too_much
            || target.document != 0
            || self.names.contains_key(&target)
            || is_definition(&target.pointer);
        if kind == Some(Kind::Schema) && is_component {
            let place = at.pointer();
            if let (true, Some(name)) = (map.is_empty(), self.component_at(&place)) {
                let owner = self.owners.entry(target.clone()).or_insert_with(|| name.clone());
                *owner = std::mem::take(owner).min(name);
            }
            let reference = self.reference_to(target, place);
            map.shift_insert(0, "$ref".to_owned(), Value::String(reference));
            return true;
        }
        if is_circle || is_too_much {
            self.ignored(kind, is_circle, at);
            return absent(node, shape);
        }
        let mut copy = self.value(&target);
        self.copied += text::size(&copy);
        if target.document != 0 {
            if !self.keep_prose {
                prose::strip_node(&mut copy, shape);
            }
            keywords::remove_unread(&mut copy, shape, &Trail::Root, &mut Vec::new());
        }
        self.note(&target, &at.pointer(), &at.pointer());
        let document = target.document;
        stack.push(target);
        let kept = self.node(&mut copy, shape, at, document, stack);
        stack.pop();
        if let (Some(copy), false) = (copy.as_object_mut(), map.is_empty()) {
            // The place of use says more than the target.
            copy.extend(std::mem::take(map));
        }
        *node = copy;
        kept
    }

    /// Reports a reference that cannot be replaced by its target.
    fn ignored(&mut self, kind: Option<Kind>, is_circle: bool, at: &Trail<'_>) {
        let here = self.origins.origin(&at.pointer().child("$ref"));
        let what = kind.map_or_else(|| "it".to_owned(), keywords::definite);
        let why = match is_circle {
            true => "the reference leads back to itself",
            false => "references are copied into each other too often",
        };
        let message = format!("{why}; {what} is ignored");
        let help = "refer to a value that is not a reference in the overlay";
        self.out.push(Diagnostic::notice(Code::CyclicRef, &here, message).help(help));
    }

    /// A reference to the component that a target becomes.
    fn reference_to(&mut self, target: Target, site: Pointer) -> String {
        let name = self.names.entry(target.clone()).or_default().replace('~', "~0").replace('/', "~1");
        self.waiting.push((target, site));
        format!("#{}{name}", home(self.dialect, Kind::Schema).unwrap_or_default())
    }

    /// The name of the schema component at a place.
    fn component_at(&self, place: &Pointer) -> Option<String> {
        let is_component = is_home(self.dialect, Kind::Schema, place.as_str());
        if is_component { place.tokens().last() } else { None }
    }

    /// Settles the references in the mapping of a discriminator.
    fn mapping(&mut self, schema: &mut Map<String, Value>, at: &Trail<'_>, base: usize) {
        let Some(Value::Object(discriminator)) = schema.get_mut("discriminator") else { return };
        let at = at.key("discriminator");
        if let Some(mut value) = discriminator.shift_remove("defaultMapping") {
            self.mapped(&mut value, &at.key("defaultMapping"), base);
            discriminator.insert(DEFAULT_MAPPING.to_owned(), value);
        }
        let at = at.key("mapping");
        for (key, value) in
            discriminator.get_mut("mapping").and_then(Value::as_object_mut).into_iter().flatten()
        {
            self.mapped(value, &at.key(key), base);
        }
    }

    /// Settles one of these references; a name stays.
    fn mapped(&mut self, value: &mut Value, at: &Trail<'_>, base: usize) {
        let Some(text) = value.as_str().filter(|text| text.contains(['#', '/', '.'])) else { return };
        if is_home(self.dialect, Kind::Schema, text.trim_start_matches('#')) && base == 0 {
            return;
        }
        let reference = Value::String(text.to_owned());
        let Ok(target) = self.target(&reference, Role::Object(Kind::Schema), base, at) else { return };
        *value = Value::String(
            match is_home(self.dialect, Kind::Schema, &target.pointer) && target.document == 0 {
                true => format!("#{}", target.pointer),
                false => self.reference_to(target, at.pointer()),
            },
        );
    }

    fn value(&self, target: &Target) -> Value {
        let document = self.documents.get(target.document);
        document.and_then(|document| document.tree.pointer(&target.pointer)).cloned().unwrap_or_default()
    }

    fn target(
        &mut self,
        reference: &Value,
        shape: Role,
        base: usize,
        at: &Trail<'_>,
    ) -> Result<Target, Lost> {
        let Some(text) = reference.as_str() else {
            let message = format!("`$ref` must be a string{}", read_as(shape));
            return Err(lost(Code::InvalidDocument, &message, "correct it in the overlay"));
        };
        let found = self.find(text.trim(), shape, base, at)?;
        let value =
            self.documents.get(found.document).and_then(|document| document.tree.pointer(&found.pointer));
        let is_schema = shape == Role::Object(Kind::Schema);
        let is_value = value.is_some_and(|value| value.is_object() || (is_schema && value.is_boolean()));
        let there = keywords::kind_at(&Pointer::new(&*found.pointer)).filter(|_| found.document == 0);
        let is_other = match (there, kind_of(shape)) {
            (Some(there), Some(here)) => there != here && !(is_parameter(there) && is_parameter(here)),
            _ => false,
        };
        if !is_value || is_other {
            let there = there.filter(|_| is_other).map_or("a value of another kind", keywords::name);
            let here = kind_of(shape).map_or("an object", keywords::name);
            let message = format!("`{text}` refers to {there}, and {here} is expected{}", read_as(shape));
            return Err(lost(Code::DanglingRef, &message, "correct the reference in the overlay"));
        }
        Ok(found)
    }

    fn find(&mut self, text: &str, shape: Role, base: usize, at: &Trail<'_>) -> Result<Target, Lost> {
        if let Some(pointer) = self.named(text, base) {
            return Ok(Target { document: base, pointer });
        }
        let (file, fragment) = text.split_once('#').unwrap_or((text, ""));
        let document = match file {
            "" => base,
            // The document names itself (`$self`).
            file if self.named(file, base).as_deref() == Some("") => base,
            _ => match self.document(file, base) {
                Ok(document) => document,
                Err(reason) => {
                    // `$ref: Pet` for `$ref: '#/definitions/Pet'`.
                    if let Some(target) = self.component(text, shape).filter(|_| base == 0) {
                        self.guess(text, &target, at);
                        return Ok(target);
                    }
                    return Err(lost(
                        Code::ExternalRef,
                        &format!("`{text}` refers to another document, {reason}{}", read_as(shape)),
                        BUNDLE,
                    ));
                }
            },
        };
        let Some(tree) = self.documents.get(document).map(|document| Rc::clone(&document.tree)) else {
            return Err(lost(
                Code::DanglingRef,
                &format!("`{text}` refers to nothing; it is ignored"),
                BUNDLE,
            ));
        };
        let decoded = percent_decode_str(fragment).decode_utf8_lossy();
        let forms = [decoded.as_ref(), fragment];
        if let Some(pointer) =
            forms.iter().find(|pointer| pointer.is_empty() || tree.pointer(pointer).is_some())
        {
            return Ok(Target { document, pointer: (*pointer).to_owned() });
        }
        if document == 0 {
            let guess = forms.iter().find_map(|form| self.component(form, shape)).or_else(|| {
                let slashed = format!("/{}", forms[0]);
                tree.pointer(&slashed).map(|_| Target { document, pointer: slashed })
            });
            if let Some(target) = guess {
                self.guess(text, &target, at);
                return Ok(target);
            }
        }
        let help = nearest(&tree, &decoded).map_or_else(
            || "add it in the overlay, or skip the element that refers to it with `x-skip`".to_owned(),
            |near| format!("is `{near}` meant? Otherwise add it in the overlay, or skip the element that refers to it with `x-skip`"),
        );
        let read = read_as(shape);
        Err(Lost { code: Code::DanglingRef, message: format!("`{text}` refers to nothing{read}"), help })
    }

    /// The component that a reference names in a wrong way: in the folder of another dialect, or by its name alone.
    fn component(&self, text: &str, shape: Role) -> Option<Target> {
        let home = home(self.dialect, kind_of(shape)?)?;
        let folders = [home, "/components/schemas/", "/definitions/", "/schemas/", "/components/", "/"];
        let name = folders.iter().find_map(|folder| text.strip_prefix(folder)).unwrap_or(text);
        let pointer = format!("{home}{}", name.replace('~', "~0").replace('/', "~1"));
        let tree = &self.documents.first()?.tree;
        (!name.is_empty() && tree.pointer(&pointer).is_some()).then_some(Target { document: 0, pointer })
    }

    fn guess(&mut self, text: &str, target: &Target, at: &Trail<'_>) {
        let here = self.origins.origin(&at.pointer().child("$ref"));
        let message = format!("`{text}` refers to nothing; it is read as `#{}`", target.pointer);
        let help = "write the whole JSON Pointer in the overlay; within a name, `/` is `~1`";
        self.out.push(Diagnostic::notice(Code::DanglingRef, &here, message).help(help));
    }

    /// The schema of a document that has this `$id` or anchor.
    fn named(&mut self, text: &str, base: usize) -> Option<String> {
        if text.starts_with("#/") || text == "#" {
            return None;
        }
        let document = self.documents.get_mut(base)?;
        let tree = Rc::clone(&document.tree);
        let names = document.names.get_or_insert_with(|| {
            let mut names = HashMap::new();
            names::collect(&tree, &Trail::Root, "", &mut names);
            names
        });
        // The document's own name says nothing more.
        let own = tree.get("$self").and_then(Value::as_str).filter(|own| !own.is_empty());
        let rest = own.and_then(|own| text.strip_prefix(own)).filter(|rest| rest.starts_with('#'));
        if let Some(pointer) =
            rest.and_then(|rest| rest.strip_prefix('#')).filter(|p| tree.pointer(p).is_some())
        {
            return Some(pointer.to_owned());
        }
        names.get(rest.unwrap_or(text)).cloned()
    }

    /// The document of a file, read once.
    fn document(&mut self, file: &str, base: usize) -> Result<usize, String> {
        let decoded = percent_decode_str(file).decode_utf8_lossy();
        let is_url =
            decoded.starts_with("//") || decoded.split_once(':').is_some_and(|(scheme, _)| scheme.len() > 1);
        let path = Path::new(decoded.as_ref());
        if is_url {
            return Err("which is not downloaded".to_owned());
        }
        let read = self.read.filter(|_| path.is_relative() && !decoded.contains('\0'));
        let Some(read) = read else { return Err("which is not read".to_owned()) };
        let folder =
            self.documents.get(base).and_then(|document| document.path.parent()).unwrap_or(Path::new(""));
        let path = normal(&folder.join(path));
        if let Some(known) = self.documents.iter().position(|document| normal(&document.path) == path) {
            return Ok(known);
        }
        if self.documents.len() >= FILES {
            return Err(format!("and the document has more than {FILES} files"));
        }
        let bytes = read(&path).map_err(|error| format!("which cannot be read ({error})"))?;
        let name = path.display().to_string();
        let mut said = Sink::new();
        let Some(tree) = text::parse(&Source { name: &name, text: &bytes }, &mut said) else {
            return Err("which is neither JSON nor YAML".to_owned());
        };
        self.documents.push(Document { path, tree: Rc::new(tree), names: None });
        Ok(self.documents.len() - 1)
    }

    /// The names of the components that targets become: the last part of their location, and more of it if two would
    /// have one name.
    fn chosen(&self) -> BTreeMap<Target, String> {
        let home = home(self.dialect, Kind::Schema).unwrap_or_default().trim_end_matches('/');
        let tree = self.documents.first().map(|document| &document.tree);
        let own = tree.and_then(|tree| tree.pointer(home)).and_then(Value::as_object);
        let mut taken: BTreeSet<String> = own.into_iter().flat_map(|own| own.keys().cloned()).collect();
        // A component that is a reference alone is the target.
        let mut out = self.owners.clone();
        let mut shorts: BTreeMap<String, usize> = BTreeMap::new();
        let open = || self.names.keys().filter(|target| !self.owners.contains_key(*target));
        for target in open() {
            *shorts.entry(self.short(target)).or_default() += 1;
        }
        for target in open() {
            let short = self.short(target);
            let is_free = shorts.get(&short) == Some(&1) && !taken.contains(&short);
            let mut name = if is_free { short } else { self.long(target) };
            while taken.contains(&name) {
                name.push_str(".1");
            }
            taken.insert(name.clone());
            out.insert(target.clone(), name);
        }
        out
    }

    fn short(&self, target: &Target) -> String {
        let tokens = Pointer::new(&*target.pointer).tokens().collect::<Vec<_>>();
        match tokens.last() {
            Some(last) if target.document != 0 || is_definition(&target.pointer) => last.clone(),
            Some(_) => self.long(target),
            None => self.stem(target),
        }
    }

    fn long(&self, target: &Target) -> String {
        const STRUCTURE: &[&str] = &[
            "paths",
            "components",
            "schemas",
            "definitions",
            "$defs",
            "properties",
            "responses",
            "content",
            "schema",
            "requestBody",
        ];
        let file = if target.document == 0 { None } else { Some(self.stem(target)) };
        let tokens = Pointer::new(&*target.pointer).tokens().collect::<Vec<_>>().into_iter();
        let words =
            tokens.filter(|token| !STRUCTURE.contains(&token.as_str()) && !MediaType::parse(token).is_json());
        file.into_iter().chain(words).collect::<Vec<_>>().join(".")
    }

    /// A file's name without its ending.
    fn stem(&self, target: &Target) -> String {
        let path = self.documents.get(target.document).map(|document| document.path.as_path());
        let stem = path.and_then(Path::file_stem).map(|stem| stem.to_string_lossy().into_owned());
        stem.unwrap_or_else(|| "document".to_owned())
    }
}

/// The end of a message about a reference that leads nowhere.
fn read_as(shape: Role) -> &'static str {
    match shape {
        Role::Object(Kind::Schema) => "; it is read as any JSON",
        _ => "; it is ignored",
    }
}

fn kind_of(shape: Role) -> Option<Kind> {
    match shape {
        Role::Object(kind) => Some(kind),
        _ => None,
    }
}

/// Puts the least that says nothing in the place of a reference that leads nowhere; false where the place is to go.
fn absent(node: &mut Value, shape: Role) -> bool {
    match kind_of(shape) {
        Some(Kind::Response) => *node = json!({ "description": "" }),
        Some(Kind::RequestBody) => *node = json!({ "content": { "application/json": {} } }),
        Some(Kind::MediaType) => *node = json!({}),
        Some(Kind::Schema) | None => {}
        // Only the siblings remain of such an object.
        Some(kind) => {
            return !keywords::is_referable(kind) && node.as_object().is_some_and(|map| !map.is_empty());
        }
    }
    true
}

fn lost(code: Code, message: &str, help: &str) -> Lost {
    Lost { code, message: message.to_owned(), help: help.to_owned() }
}

fn is_parameter(kind: Kind) -> bool {
    matches!(kind, Kind::Parameter | Kind::Header)
}

/// True if a location is one of named schemas outside of the components.
fn is_definition(pointer: &str) -> bool {
    let mut tokens = pointer.rsplit('/').skip(1);
    let folder = tokens.next().unwrap_or_default();
    matches!(folder, "$defs" | "definitions" | "schemas") || tokens.next() == Some("")
}

/// A sibling of the missing target whose name differs from it only in case.
fn nearest(tree: &Value, pointer: &str) -> Option<String> {
    let (parent, name) = pointer.rsplit_once('/')?;
    let names = tree.pointer(parent)?.as_object()?;
    names.keys().find(|key| key.eq_ignore_ascii_case(name)).map(|key| format!("#{parent}/{key}"))
}

/// A path without `.` and with as few `..` as possible.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}
