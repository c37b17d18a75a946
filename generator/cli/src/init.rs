//! Writes a project: a document, the rules for it, and storewright.toml.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use storewright_generator::diagnostic::Sink;
use storewright_generator::load::{self, Source};
use storewright_generator::render::Runtime;

use crate::generate::{FIRST, NAMES as CHARACTERS, is_name, located, name_of};
use crate::project::SETTINGS;
use crate::report::{refuse, tell};
use crate::title::title_of;
use crate::{Outcome, fetch, progress};

/// Command lines that a person can copy.
const EXAMPLES: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  storewright init openapi.json                     # into a folder that is named after the document
  storewright init https://example.com/openapi.json --dir my-api
  storewright init my-api/openapi.yaml --dir my-api # a document that stays where it is
  storewright init openapi.json --runtime git=URL   # the runtime of a repository

storewright.toml has these keys:
  name      the name of the API, which names the crate
  document  a path or a URL
  out       the folder of the crate
  version   the version of the crate, 0.1.0 by default
  runtime   the source of the runtime, as --runtime takes it
  docs      whether descriptions of the document become documentation
  only      a list of tags, operationIds and paths; all operations by default
  strict    whether each notice is an error";

/// The options of `init`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// An OpenAPI 3 or Swagger 2.0 document.
    #[arg(value_name = "URL|FILE|ZIP")]
    document: String,
    /// The folder of the project; by default named after the API.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// The API's name, which names the crate; by default derived from the file's name.
    #[arg(long)]
    name: Option<String>,
    /// The source of the runtime crate: the released `version`, another one (`version=0.2.0`), a repository
    /// (`git=URL`, `git=URL,rev=COMMIT`, also `tag` and `branch`), or a folder (`path=DIR`).
    #[arg(long, value_name = "SOURCE", default_value_t)]
    runtime: Runtime,
}

/// The overlay of a new project.
const OVERLAY: &str = "overlay.yaml";
/// The names of a new project.
const NAMING: &str = "naming.toml";
const NAMES: &str = "\
# Rust names that differ from those of the document. Remove the `#` of an example and put in your own names.

# [type]
# \"pet_v2\" = \"Pet\"        # a schema

# [handle.alias]
# \"pet-store\" = \"pets\"    # a tag: `client.pets()`
";

/// Writes the files of a project.
///
/// # Errors
///
/// If the folder has a project already, or a file cannot be written.
pub fn run(args: &Args) -> anyhow::Result<Outcome> {
    let _progress = progress::start("reading");
    let mut out = Sink::new();
    let Some(document) = fetch::fetch(&args.document, &mut out) else {
        return Ok(refuse(out.diagnostics()));
    };
    let source = Source { name: &document.from, text: document.text.as_bytes() };
    if !load::is_readable(source, &mut out) {
        load::locate(source, &mut out);
        return Ok(refuse(out.diagnostics()));
    }
    let name = args.name.clone().unwrap_or_else(|| name_of(&args.document));
    if !is_name(&name) {
        bail!("`{name}` cannot name a crate: {CHARACTERS}");
    }
    let folder = args.dir.clone().unwrap_or_else(|| PathBuf::from(&name));
    let settings = folder.join(SETTINGS);
    if settings.exists() {
        bail!("{} exists: edit it, or give another folder with `--dir`", settings.display());
    }
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let is_json = document.text.trim_start().starts_with('{');
    let file = match inside(&folder, Path::new(&args.document)) {
        Some(file) => file,
        None => {
            let file = if is_json { "openapi.json" } else { "openapi.yaml" };
            write(&folder, file, &document.text)?;
            file.to_owned()
        }
    };
    let title = title_of(&document.text).unwrap_or_else(|| name.clone());
    let runtime = located(&args.runtime, Path::new(""), &folder)?;
    write(&folder, SETTINGS, &toml(&name, &file, &runtime))?;
    if !folder.join(OVERLAY).exists() {
        write(&folder, OVERLAY, &overlay(&title))?;
    }
    if !folder.join(NAMING).exists() {
        write(&folder, NAMING, NAMES)?;
    }
    let shown = folder.display();
    tell!("{shown}: {SETTINGS}, {file}, {OVERLAY}, {NAMING}");
    tell!("generate the crate: cd {shown} && storewright generate");
    Ok(Outcome::Done)
}

/// The path of a document below the folder; none where it is elsewhere.
fn inside(folder: &Path, document: &Path) -> Option<String> {
    let below = document.canonicalize().ok()?;
    let below = below.strip_prefix(folder.canonicalize().ok()?).ok()?.to_owned();
    let is_archive = below.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
    (!is_archive).then(|| crate::project::below(Path::new(""), &below))
}

fn write(folder: &Path, name: &str, text: &str) -> anyhow::Result<()> {
    let path = folder.join(name);
    if path.exists() {
        bail!("{} exists: move it away, or give another folder with `--dir`", path.display());
    }
    fs::write(&path, text).with_context(|| path.display().to_string())
}

fn toml(name: &str, document: &str, runtime: &Runtime) -> String {
    let text = |text: &str| toml::Value::from(text).to_string();
    format!(
        "# `storewright generate` writes the crate, `storewright generate --check` compares it.\n\
         name = {}\n\
         document = {}\n\
         # Corrections of the document are in {OVERLAY}, Rust names in {NAMING}.\n\
         out = \"client\"\n\
         version = \"{FIRST}\"\n\
         # `version`, `version=0.1.0`, `git=URL`, `git=URL,rev=COMMIT` or `path=DIR`.\n\
         runtime = {}\n\
         # Keep the document's descriptions as documentation.\n\
         docs = true\n\
         # Tags, operationIds and paths to generate; all where empty.\n\
         only = []\n\
         # Make each notice an error.\n\
         strict = false\n",
        text(name),
        text(document),
        text(&runtime.to_string()),
    )
}

/// An overlay with one action that changes nothing, as an example.
fn overlay(title: &str) -> String {
    let title = serde_json::Value::from(title);
    format!(
        "# Corrections of the document: https://spec.openapis.org/overlay/latest.html\n\
         overlay: 1.1.0\n\
         info: {{ title: Corrections, version: 1.0.0 }}\n\
         actions:\n  \
           - target: $.info\n    \
             description: An example that changes nothing. Replace it by corrections.\n    \
             update: {{ title: {title} }}\n"
    )
}
