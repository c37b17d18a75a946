//! Runs the work that no generator can avoid, one piece per process.
//!
//! Their cost is the least that a generator can need: `docs/performance.md` compares it with ours.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::ValueEnum;
use syn::{Fields, File, GenericArgument, Item, PathArguments, Type, parse_quote};

use crate::Outcome;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[arg(value_enum)]
    work: Work,
    /// The document, or the crate's folder.
    path: PathBuf,
}

/// A piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Work {
    /// Read the vendor's document as JSON.
    Json,
    /// Parse and print the Rust of a crate.
    Print,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    match args.work {
        Work::Json => {
            let text = fs::read_to_string(&args.path).with_context(|| args.path.display().to_string())?;
            let document: serde_json::Value = serde_json::from_str(&text)?;
            std::hint::black_box(document);
        }
        Work::Print => {
            for (_, file) in parsed(&args.path)? {
                std::hint::black_box(prettyplease::unparse(&file));
            }
        }
    }
    Ok(Outcome::Done)
}

/// Every Rust file below a crate's `src`.
fn parsed(folder: &Path) -> anyhow::Result<Vec<(PathBuf, File)>> {
    let mut out = Vec::new();
    let mut folders = vec![folder.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
                let file = syn::parse_file(&text).with_context(|| path.display().to_string())?;
                out.push((path, file));
            }
        }
    }
    Ok(out)
}

/// The structs and enums of a crate as one file, with their fields and docs and nothing else: no codec, no methods, no
/// traits. Any other type that is not of the standard library becomes `String`.
pub(super) fn plain(folder: &Path) -> anyhow::Result<String> {
    let files = parsed(folder)?;
    let models =
        files.into_iter().filter(|(path, _)| path.components().any(|part| part.as_os_str() == "models"));
    let mut items: Vec<Item> = models.flat_map(|(_, file)| file.items).filter(is_type).collect();
    let known: BTreeSet<String> = items.iter().filter_map(name).collect();
    for item in &mut items {
        match item {
            Item::Struct(item) => item.attrs.retain(|attribute| !attribute.path().is_ident("cfg")),
            Item::Enum(item) => item.attrs.retain(|attribute| !attribute.path().is_ident("cfg")),
            _ => {}
        }
        types(item).into_iter().for_each(|ty| simplify(ty, &known));
    }
    let mut out = "//! Plain types.\n#![allow(dead_code)]\nuse std::collections::BTreeMap;\n".to_owned();
    let file = File { shebang: None, frontmatter: None, attrs: Vec::new(), items };
    write!(out, "{}", prettyplease::unparse(&file))?;
    Ok(out)
}

fn is_type(item: &Item) -> bool {
    matches!(item, Item::Struct(_) | Item::Enum(_))
}

fn name(item: &Item) -> Option<String> {
    match item {
        Item::Struct(item) => Some(item.ident.to_string()),
        Item::Enum(item) => Some(item.ident.to_string()),
        _ => None,
    }
}

/// Types that need nothing but the standard library.
const STANDARD: &[&str] = &["BTreeMap", "Box", "Option", "String", "Vec", "bool", "f64", "i32", "i64", "u64"];

/// The types of an item's fields.
fn types(item: &mut Item) -> Vec<&mut Type> {
    let fields: Vec<&mut Fields> = match item {
        Item::Struct(item) => vec![&mut item.fields],
        Item::Enum(item) => item.variants.iter_mut().map(|variant| &mut variant.fields).collect(),
        _ => Vec::new(),
    };
    fields.into_iter().flat_map(|fields| fields.iter_mut().map(|field| &mut field.ty)).collect()
}

/// Makes a type need nothing but the standard library and the `known` ones.
fn simplify(ty: &mut Type, known: &BTreeSet<String>) {
    if let Type::Path(path) = ty
        && let Some(last) = path.path.segments.last().cloned()
    {
        let name = last.ident.to_string();
        if known.contains(&name) || STANDARD.contains(&name.as_str()) {
            path.path = last.into();
        } else {
            // `Patch<T>` is `T` or nothing.
            *ty = match last.arguments {
                PathArguments::AngleBracketed(arguments) => match arguments.args.first() {
                    Some(GenericArgument::Type(inner)) => parse_quote!(Option<#inner>),
                    _ => parse_quote!(String),
                },
                _ => parse_quote!(String),
            };
        }
    }
    match ty {
        Type::Path(path) => {
            for segment in &mut path.path.segments {
                let PathArguments::AngleBracketed(arguments) = &mut segment.arguments else { continue };
                for argument in &mut arguments.args {
                    if let GenericArgument::Type(inner) = argument {
                        simplify(inner, known);
                    }
                }
            }
        }
        Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(|ty| simplify(ty, known)),
        _ => {}
    }
}
