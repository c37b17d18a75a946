//! Generates and compiles the program that calls every operation of a client.
//!
//! It reads the crate's API.txt, as a caller reads its documentation, and shares nothing else with the renderer.

mod calls;
mod public_api;
mod shown;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Stdio;
use std::{env, fs};

use anyhow::{Context, bail};
use serde_json::Value;
use storewright_generator::api::Model;
use storewright_generator::diagnostic::Sink;
use storewright_generator::name::Names;
use storewright_generator::render::MARK;
use storewright_generator::write::Root;

use self::public_api::PublicApi;
use crate::checkout::Tree;
use crate::pipeline::{self, Rules};
use crate::report::refuse;
use crate::{fetch, generate};
use storewright::generate::store;

/// A client crate, and the Api that it was generated from.
pub(super) struct Client {
    /// The model that the crate is made from.
    pub(super) api: Model,
    pub(super) names: Names,
    /// The folder of the crate.
    pub(super) folder: PathBuf,
    /// The folder that the program goes to.
    pub(super) program: PathBuf,
}

impl Client {
    /// The crate in `generated/`; none after errors, which are printed.
    pub(super) fn ours(tree: &Tree, api: &str) -> anyhow::Result<Option<Self>> {
        let mut out = Sink::new();
        let rules = pipeline::rules(tree, Some(api))?;
        let stored = pipeline::stored(tree, api, &mut out);
        let model = stored.map(|(stored, _)| stored.model());
        let made = model.and_then(|model| Some((pipeline::names(&model, &rules, &mut out)?, model)));
        let Some((names, model)) = made else {
            refuse(out.diagnostics());
            return Ok(None);
        };
        let program = tree.contract().join("driver").join(api);
        Ok(Some(Self { api: model, names, folder: tree.generated(api), program }))
    }
}

impl Client {
    /// A crate generated below `target/` from a document, by the rules of one of our APIs if any; none after errors.
    pub(super) fn of_document(
        tree: &Tree,
        document: &fetch::Document,
        rules: &Rules,
        (api, name): (Option<&str>, &str),
        keep: bool,
        out: &mut Sink,
    ) -> anyhow::Result<Option<Self>> {
        let folder = tree.contract().join("client").join(name);
        let options = generate::trial(tree);
        let Some(made) = pipeline::make(document, rules, api.unwrap_or(name), false, out) else {
            return Ok(None);
        };
        let rendered = pipeline::render_crate(&made.model, &made.names, rules, &options, out)?;
        let Some(rendered) = rendered else { return Ok(None) };
        let root = Root { folder: folder.clone(), files: rendered.files, ..Root::default() };
        if !keep && !store(tree, &[root], out)? {
            return Ok(None);
        }
        let program = tree.contract().join("driver").join(name);
        Ok(Some(Self { api: made.model, names: made.names, folder, program }))
    }
}

impl Client {
    /// The expression of secrets for all schemes of a crate that has credentials; none of others.
    pub(super) fn credentials(&self) -> Option<String> {
        let text = fs::read_to_string(self.folder.join("API.txt")).ok()?;
        let public = PublicApi::parse(&text);
        let secrets = self.names.schemes.values().filter_map(|method| {
            let function = public.function(&format!("::Credentials::{method}"))?;
            let secrets = vec!["\"secret\""; function.arguments.len()].join(", ");
            Some(format!(".{method}({secrets})"))
        });
        let secrets: String = secrets.collect();
        let library = self.names.package.replace('-', "_");
        (!secrets.is_empty()).then(|| format!("{library}::Credentials::new(){secrets}"))
    }
}

/// Writes and compiles the program of a client, which is compiled whole or as far as the chosen operations need it; the
/// program's file.
pub(super) fn build(
    tree: &Tree,
    client: &Client,
    credentials: &str,
    chosen: &dyn Fn(&str) -> bool,
    whole: bool,
) -> anyhow::Result<PathBuf> {
    let name = format!("{}-contract", client.api.info.name);
    let path = client.folder.join("API.txt");
    let text = fs::read_to_string(&path).with_context(|| tree.shown(&path))?;
    let public = PublicApi::parse(&text);
    let mut files = calls::files(&client.api, &client.names, &public, credentials, chosen);
    files.insert("Cargo.toml".to_owned(), manifest(tree, client, &name, &|id| whole || chosen(id))?);
    let root = Root { folder: client.program.clone(), files, ..Root::default() };
    let mut out = Sink::new();
    if !store(tree, &[root], &mut out)? {
        refuse(out.diagnostics());
        bail!("the program of {} is not written", client.api.info.name);
    }
    // The same versions of dependencies as the workspace has.
    fs::copy(tree.root().join("Cargo.lock"), client.program.join("Cargo.lock"))?;
    let manifest = client.program.join("Cargo.toml").display().to_string();
    // The third-party crates that the workspace's tests compile serve the program, too.
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| tree.root().join("target"), PathBuf::from);
    let mut cargo = tree.cargo(&["build", "--manifest-path", &manifest]);
    cargo.arg("--message-format=json-render-diagnostics").env("CARGO_TARGET_DIR", target);
    let built = cargo.stderr(Stdio::inherit()).output()?;
    if !built.status.success() {
        bail!("{name} does not compile");
    }
    let messages = String::from_utf8(built.stdout)?;
    let mut file = messages.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        (message.pointer("/target/name")?.as_str()? == name)
            .then(|| message.get("executable")?.as_str().map(PathBuf::from))
            .flatten()
    });
    file.next_back().with_context(|| format!("cargo does not say where {name} is"))
}

/// The manifest, with paths of this machine: it is never committed.
fn manifest(
    tree: &Tree,
    client: &Client,
    name: &str,
    chosen: &dyn Fn(&str) -> bool,
) -> anyhow::Result<String> {
    let path = client.folder.join("Cargo.toml");
    let text = fs::read_to_string(&path).with_context(|| tree.shown(&path))?;
    let own: toml::Table = text.parse()?;
    let has_areas = own.get("features").and_then(|features| features.get("full")).is_some();
    // The areas of the chosen operations: a part of a crate compiles in a part of the time.
    let operations = client.names.operations.iter();
    let areas: BTreeSet<&str> =
        operations.filter(|(id, _)| chosen(id)).filter_map(|(_, name)| name.area.as_deref()).collect();
    let at = |path: PathBuf| toml::Table::from_iter([("path".to_owned(), path.display().to_string().into())]);
    let mut library = at(client.folder.clone());
    if has_areas {
        library.insert("features".to_owned(), Vec::from_iter(areas).into());
    }
    let dependencies = toml::Table::from_iter([
        (client.names.package.clone(), library.into()),
        ("storewright-contract".to_owned(), at(tree.root().join("tests/contract/runner")).into()),
        ("storewright-runtime".to_owned(), at(tree.root().join("runtime")).into()),
    ]);
    let package = BTreeMap::from([("name", name), ("version", "0.0.0"), ("edition", "2024")]);
    let package = toml::Table::try_from(package)?;
    // The third-party crates are those of the workspace's tests. The client compiles longest and runs least, and what is in
    // the middle of every call is optimised.
    let debug = "debug = \"line-tables-only\"";
    let profile = format!(
        "[dev]\ndebug = false\n[dev.package.\"*\"]\n{debug}\n[dev.package]\n{} = {{ debug = false }}\n\
         serde_json = {{ opt-level = 1, {debug} }}\nstorewright-contract = {{ opt-level = 1, {debug} }}\n\
         storewright-runtime = {{ opt-level = 1, {debug} }}\n",
        client.names.package
    );
    let profile: toml::Table = profile.parse()?;
    let tables = [
        ("package", package),
        ("workspace", toml::Table::new()),
        ("dependencies", dependencies),
        ("profile", profile),
    ];
    let manifest: toml::Table =
        tables.into_iter().map(|(key, table)| (key.to_owned(), table.into())).collect();
    Ok(format!("# {MARK}; edits are lost.\n{}", toml::to_string(&manifest)?))
}
