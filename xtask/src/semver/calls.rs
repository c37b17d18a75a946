//! Finds the operations of the methods that `Call` has: the tool knows one type `Call`, we know one item per operation.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::mem;
use std::ops::RangeInclusive;
use std::path::Path;

use anyhow::Context;
use storewright_generator::plan::{Item, ItemKind};

/// The owner of methods that every call has.
const ANY: &str = "::Call";

/// The `impl` blocks of `Call` in the source of one crate.
#[derive(Debug, Default)]
pub(super) struct Calls {
    blocks: Vec<Block>,
}

#[derive(Debug)]
struct Block {
    /// Below `src`.
    file: String,
    /// The lines of the block, or that of a definition with `limit`.
    lines: RangeInclusive<usize>,
    /// The path of the operation's alias in `API.txt`, or [`ANY`].
    owner: String,
    /// Public methods, and whether each is deprecated.
    methods: BTreeMap<String, bool>,
}

impl Calls {
    /// Reads the source of a generated crate.
    pub(super) fn of(folder: &Path) -> anyhow::Result<Self> {
        let mut out = Self::default();
        let source = folder.join("src");
        let operations = source.join("operations");
        let entries = fs::read_dir(&operations).with_context(|| operations.display().to_string())?;
        let mut files = vec![source.join("call.rs")];
        files.extend(entries.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<_>>>()?);
        for path in files {
            let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            out.add(below_source(&path.display().to_string()), &text);
        }
        Ok(out)
    }

    /// Adds a file of generated, so formatted, source.
    pub(super) fn add(&mut self, file: &str, text: &str) {
        let mut open: Option<Block> = None;
        let mut deprecated = false;
        for (number, line) in (1..).zip(text.lines()) {
            if let Some(owner) = limited(line, file) {
                let methods = BTreeMap::from([("limit".to_owned(), false)]);
                self.blocks.push(Block { file: file.to_owned(), lines: number..=number, owner, methods });
            }
            if let Some(owner) = operation(line, file) {
                let (file, lines) = (file.to_owned(), number..=number);
                open = Some(Block { file, lines, owner, methods: BTreeMap::new() });
            }
            let Some(block) = &mut open else { continue };
            block.lines = *block.lines.start()..=number;
            deprecated |= line.starts_with("    #[deprecated");
            let rest = line.strip_prefix("    pub fn ").or_else(|| line.strip_prefix("    pub async fn "));
            if let Some((name, _)) = rest.and_then(|rest| rest.split_once(['(', '<'])) {
                block.methods.insert(name.to_owned(), mem::take(&mut deprecated));
            }
            if line == "}" {
                self.blocks.extend(open.take());
            }
        }
    }

    /// The path, as `API.txt` names it, of a method at a line.
    pub(super) fn path(&self, file: &str, line: usize, method: &str) -> Option<String> {
        let file = below_source(file);
        let own = self.blocks.iter().find(|block| block.file == file && block.lines.contains(&line))?;
        own.methods.contains_key(method).then(|| format!("{}::{method}", own.owner))
    }

    /// The method of a path, and whether it is deprecated.
    pub(super) fn is_deprecated(&self, path: &str) -> Option<bool> {
        let (owner, name) = path.rsplit_once("::")?;
        let own = self.blocks.iter().filter(|block| block.owner == owner);
        own.filter_map(|block| block.methods.get(name).copied()).next()
    }

    /// A method that only the items or only the source has.
    pub(super) fn difference(&self, items: &[Item]) -> Option<String> {
        let calls =
            items.iter().filter(|item| item.kind == ItemKind::Type && item.path.starts_with("operations::"));
        let calls: BTreeSet<&str> = calls.map(|item| item.path.as_str()).collect();
        let is_of_call = |path: &str| path.rsplit_once("::").is_some_and(|(owner, _)| calls.contains(owner));
        let listed = items.iter().filter(|item| item.kind == ItemKind::Fn && is_of_call(&item.path));
        let listed: BTreeSet<String> = listed.map(|item| item.path.clone()).collect();
        let own = self.blocks.iter().filter(|block| block.owner != ANY);
        let own = own.flat_map(|block| block.methods.keys().map(|name| format!("{}::{name}", block.owner)));
        listed.symmetric_difference(&own.collect()).next().cloned()
    }

    /// The methods with the name of `path` that other calls have, if the item exists: paths, and whether each is deprecated.
    pub(super) fn others(&self, path: &str, exists: impl Fn(&str) -> bool) -> Vec<(String, bool)> {
        let Some((owner, name)) = path.rsplit_once("::") else { return Vec::new() };
        let others = self.blocks.iter().filter(|block| block.owner != owner);
        let all = others.filter_map(|block| {
            let deprecated = block.methods.get(name)?;
            Some((format!("{}::{name}", block.owner), *deprecated))
        });
        all.filter(|(path, _)| path.starts_with(ANY) || exists(path)).collect()
    }
}

/// The owner of the methods in the `impl` block that a line begins.
fn operation(line: &str, file: &str) -> Option<String> {
    let (_, of) = line.strip_prefix("impl<")?.split_once("> ")?;
    let parameters = of.strip_prefix("crate::").unwrap_or(of).strip_prefix("Call<")?.strip_suffix("> {")?;
    let (_, operation) = parameters.split_once(", ")?;
    Some(match operation.strip_prefix("op::") {
        Some(name) => format!("{}::{name}", module(file)),
        None => ANY.to_owned(),
    })
}

/// The operation that a line of `rt::operations!` gives the method `limit`, which is one of `Call<T, O: HasLimit>`.
fn limited(line: &str, file: &str) -> Option<String> {
    let (_, definition) = line.strip_suffix(" with limit,")?.split_once(": ")?;
    let (name, _) = definition.split_once(" = ")?;
    Some(format!("{}::{name}", module(file)))
}

fn module(file: &str) -> String {
    file.trim_end_matches(".rs").replace('/', "::")
}

/// The part of a file's path that does not depend on this machine.
fn below_source(file: &str) -> &str {
    file.rsplit_once("src/").map_or(file, |(_, below)| below)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOKS: &str = "\
impl Books {
    pub fn get(&self) -> Get {
    }
}

impl<T> crate::Call<T, op::Get> {
    /// `fields[books]`
    pub fn fields_books(mut self) -> Self {
    }

    #[deprecated = \"by the vendor\"]
    pub fn fields_shelves(
        mut self,
        values: impl IntoIterator<Item = crate::models::ShelfField>,
    ) -> Self {
    }
}

impl<T> crate::Call<T, op::List> {
    pub fn fields_shelves(mut self) -> Self {
    }
}

rt::operations! {
    GET: Get = Get \"getBook\" \"/books/{id}\",
    LIST: List = Get \"listBooks\" \"/books\" with limit,
}
";
    const ITEMS: &str = "\
operations::books::Books struct |  books
operations::books::Books::get fn id : impl AsRef<str> => Book | /a
operations::books::Get type | /a
operations::books::Get::fields_books fn | /a
operations::books::Get::fields_shelves fn | /a
operations::books::List type | /a
operations::books::List::fields_shelves fn | /a
operations::books::List::limit fn value : i64 | /a
";
    const CALL: &str = "\
impl<T, O> Clone for Call<T, O> {
    fn clone(&self) -> Self {
    }
}

impl<T, O: rt::HasLimit> Call<T, O> {
    pub fn limit(mut self, value: i64) -> Self {
    }
}
";

    fn calls() -> Calls {
        let mut out = Calls::default();
        out.add("operations/books.rs", BOOKS);
        out.add("call.rs", CALL);
        out
    }

    #[test]
    fn a_line_is_in_the_block_of_one_operation() {
        let calls = calls();
        let at = |line, method| calls.path("/a/src/operations/books.rs", line, method);
        let path = |operation: &str, method| Some(format!("operations::books::{operation}::{method}"));
        assert_eq!(at(2, "get"), None, "methods of another type");
        assert_eq!(at(8, "fields_books"), path("Get", "fields_books"));
        assert_eq!(at(12, "fields_shelves"), path("Get", "fields_shelves"));
        assert_eq!(at(20, "fields_shelves"), path("List", "fields_shelves"));
        assert_eq!(
            [at(20, "fields_books"), at(18, "fields_shelves"), at(99, "fields_shelves")],
            [None, None, None]
        );
        assert_eq!(calls.path("/b/src/call.rs", 7, "limit").as_deref(), Some("::Call::limit"));
        assert_eq!(calls.path("/b/src/call.rs", 2, "clone"), None, "methods of a trait");
        assert_eq!(calls.path("/a/src/operations/shelves.rs", 12, "fields_shelves"), None);
    }

    #[test]
    fn deprecated_is_the_method_of_that_operation() {
        let of = |path| calls().is_deprecated(path);
        assert_eq!(of("operations::books::Get::fields_books"), Some(false));
        assert_eq!(of("operations::books::Get::fields_shelves"), Some(true));
        assert_eq!(of("operations::books::List::fields_shelves"), Some(false));
        assert_eq!(of("operations::books::List::fields_books"), None);
        assert_eq!(of("operations::books::Books::get"), None);
    }

    #[test]
    fn other_calls_have_a_method_of_that_name_with_these_features() {
        let (get, list) =
            ("operations::books::Get::fields_shelves", "operations::books::List::fields_shelves");
        let calls = calls();
        let of = |path, known: &[&'static str]| {
            let others = calls.others(path, |path| known.contains(&path));
            others.into_iter().map(|(path, _)| path).collect::<Vec<_>>()
        };
        assert_eq!(of(get, &[get, list]), [list]);
        assert!(of(get, &[get]).is_empty());
        assert!(of("operations::books::Get::fields_books", &[get, list]).is_empty());
        assert_eq!(
            of("operations::books::List::limit", &[]),
            ["::Call::limit"],
            "a method of a trait's calls"
        );
    }

    #[test]
    fn the_listing_has_the_methods_of_the_source() {
        let of = |text: &str| calls().difference(&Item::read_all(text));
        assert_eq!(of(ITEMS), None);
        let line = "operations::books::List::limit fn value : i64 | /a\n";
        assert_eq!(of(&ITEMS.replace(line, "")).as_deref(), Some("operations::books::List::limit"));
        let more = format!("{ITEMS}operations::books::Get::sort fn | /a\n");
        assert_eq!(of(&more).as_deref(), Some("operations::books::Get::sort"));
    }
}
