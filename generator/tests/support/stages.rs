//! Runs the stages on a folder with a document, overlay and rules.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use storewright_generator::api::{Api, stored};
use storewright_generator::diagnostic::Sink;
use storewright_generator::load::{self, Overlay, Source, Spec};
use storewright_generator::name::{self, Config, Custom, Names};
use storewright_generator::render::{self, File, Options, Runtime};
use storewright_generator::{lower, plan};

/// The texts of one case.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts {
    pub(crate) name: String,
    /// The document, if there is one, and its name in messages.
    pub(crate) document: Option<(&'static str, Vec<u8>)>,
    pub(crate) overlay: Option<Vec<u8>>,
    pub(crate) naming: String,
    pub(crate) areas: Option<String>,
    /// Choices for the crate: `crate.toml`.
    pub(crate) custom: Option<String>,
    /// A stored Api in place of a document.
    pub(crate) stored: Option<BTreeMap<String, String>>,
    /// Templates of the case's own, by path below `templates/`.
    pub(crate) templates: BTreeMap<String, String>,
    /// True if the document's own descriptions are kept.
    pub(crate) keep_prose: bool,
}

/// The results of the stages, up to the first that failed.
#[derive(Debug, Default)]
pub(crate) struct Made {
    pub(crate) spec: Option<Spec>,
    pub(crate) api: Option<Api>,
    pub(crate) names: Option<Names>,
    pub(crate) templates: BTreeMap<String, String>,
    pub(crate) custom: Custom,
}

impl Texts {
    pub(crate) fn read(folder: &Path) -> Self {
        let read = |name: &str| std::fs::read(folder.join(name)).ok();
        let text = |name: &str| read(name).map(|bytes| String::from_utf8(bytes).unwrap());
        let documents = ["document.yaml", "document.json"];
        let stored = folder.join("api");
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        Self {
            templates: templates(&folder.join("templates"), &name),
            name,
            document: documents.into_iter().find_map(|name| Some((name, read(name)?))),
            overlay: read("overlay.yaml"),
            naming: text("naming.toml").unwrap_or_default(),
            areas: text("areas.toml"),
            custom: text("crate.toml"),
            keep_prose: false,
            stored: stored.is_dir().then(|| {
                let files = std::fs::read_dir(stored).unwrap().map(|entry| entry.unwrap());
                let text = |path| std::fs::read_to_string(path).unwrap();
                files.map(|f| (f.file_name().into_string().unwrap(), text(f.path()))).collect()
            }),
        }
    }

    /// Loads, lowers and names; stops after the stage that `enough` says.
    pub(crate) fn make(&self, enough: impl Fn(&Sink) -> bool, out: &mut Sink) -> Made {
        let custom = self.custom.as_ref().map(|text| Custom::parse(text, out).unwrap());
        let custom = custom.unwrap_or_default();
        let mut made = Made { templates: self.templates.clone(), custom, ..Made::default() };
        if let Some((name, text)) = &self.document {
            let source = Source { name, text };
            made.api = self.lowered(source, &mut made, &enough, out);
            load::locate(source, out);
        } else if let Some(files) = &self.stored {
            let read = |name: &str| {
                files.get(name).cloned().ok_or_else(|| std::io::Error::from(std::io::ErrorKind::NotFound))
            };
            made.api = stored::from_files(read, out);
        }
        if enough(out) {
            return made;
        }
        let Some(config) = Config::parse(&self.naming, self.areas.as_deref(), out) else { return made };
        if let Some(api) = &made.api {
            made.names = name::name(&api.model(), &config, out);
            if let Some((name, text)) = &self.document {
                load::locate(Source { name, text }, out);
            }
        }
        made
    }

    fn lowered(
        &self,
        source: Source<'_>,
        made: &mut Made,
        enough: &impl Fn(&Sink) -> bool,
        out: &mut Sink,
    ) -> Option<Api> {
        let overlay = match &self.overlay {
            // A refused overlay ends the run before the document is read.
            Some(text) => Some(Overlay::parse(Source { name: "overlay.yaml", text }, out)?),
            None => None,
        };
        let before = out.errors();
        let options = load::Options { keep_prose: self.keep_prose, ..load::Options::default() };
        made.spec = load::load(source, overlay.as_ref(), &options, out);
        assert_eq!(made.spec.is_none(), out.errors() > before, "{}", self.name);
        if enough(out) {
            return None;
        }
        let settled = Config::parse(&self.naming, None, &mut Sink::new()).unwrap_or_default();
        made.spec.as_mut()?.definitions = settled.naming.definition;
        let before = out.errors();
        let api = lower::lower(made.spec.as_ref()?, &self.name, out);
        assert_eq!(api.is_none(), out.errors() > before, "{}", self.name);
        api
    }
}

pub(crate) fn report(out: &Sink) -> String {
    out.diagnostics().iter().map(|d| format!("{d}\n")).collect()
}

/// The stored form, all files in one text; kinds that the Api does not have are omitted.
pub(crate) fn stored_text(api: &Api) -> String {
    let files = stored::files(api).unwrap();
    let files = files.into_iter().filter(|(_, text)| text != "{}\n");
    files.map(|(name, text)| format!("=== {name}\n{text}")).collect()
}

/// The files of the crate; `runtime` is the path that its manifest writes.
pub(crate) fn rendered(made: &Made, runtime: &str) -> Vec<File> {
    let options = Options {
        templates: made.templates.clone(),
        custom: made.custom.clone(),
        runtime: Runtime::Path(runtime.into()),
        version: "0.1.0".to_owned(),
        workspace: true,
    };
    let model = made.api.as_ref().unwrap().model();
    let plan = plan::plan(&model, made.names.as_ref().unwrap(), &options.custom);
    render::render(&plan, &options).unwrap().files
}

/// The files of a folder, if it is there, by path below `name`.
fn templates(folder: &Path, name: &str) -> BTreeMap<String, String> {
    fn read(folder: &Path, path: &str, out: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
            let path = format!("{path}/{}", entry.file_name().to_str().unwrap());
            if entry.path().is_dir() {
                read(&entry.path(), &path, out);
            } else {
                out.insert(path, std::fs::read_to_string(entry.path()).unwrap());
            }
        }
    }
    let mut out = BTreeMap::new();
    if folder.is_dir() {
        read(folder, name, &mut out);
    }
    out
}

/// The names, a line each, so that a changed name is a changed line.
pub(crate) fn listed(names: &Names) -> String {
    let mut out = format!("package {}\n", names.package);
    let list =
        |items: &std::collections::BTreeSet<String>| items.iter().cloned().collect::<Vec<_>>().join(" ");
    for area in &names.areas {
        let default = if area.default { ", default" } else { "" };
        let _ = writeln!(
            out,
            "area {}: {}{default}, implies [{}]",
            area.feature,
            area.about,
            list(&area.implies)
        );
    }
    for (module, handle) in &names.handles {
        let _ = writeln!(out, "\nhandle {module}: {} [{}]", handle.ident, list(&handle.areas));
        for id in &handle.operations {
            let operation = &names.operations[id];
            for method in &operation.methods {
                let media_type = method.media_type.as_deref().unwrap_or("nothing");
                let area = operation.area.as_deref().map(|area| format!(" [{area}]")).unwrap_or_default();
                let envelope = operation.envelope.as_deref().map(|e| format!(" in {e}")).unwrap_or_default();
                let (method, builder) = (&method.ident, &method.builder);
                let _ = writeln!(out, "  {id}: {method} ({builder}) -> {media_type}{envelope}{area}");
            }
            for ((parameter, _), name) in &operation.parameters {
                let token = name.token.as_deref().map(|token| format!(": {token}")).unwrap_or_default();
                let _ = writeln!(out, "    {parameter}: {}{token}", name.ident);
            }
        }
    }
    for (id, name) in &names.types {
        let _ = writeln!(out, "\ntype {id}: {}::{}", name.module, name.ident);
        for (member, ident) in &name.members {
            let _ = writeln!(out, "  {member:?}: {ident}");
        }
        if let Some(required) = &name.required {
            let _ = writeln!(out, "  required: {required}");
        }
    }
    for (ident, token) in &names.tokens {
        let alias = token.alias.as_ref().map(|id| format!(" = {id}")).unwrap_or_default();
        let of = list(&token.parameters);
        let areas = list(&token.areas);
        let _ =
            writeln!(out, "\ntoken {}::{ident}{alias}: {:?} of {of} [{areas}]", token.module, token.family);
        for (value, constant) in &token.values {
            let _ = writeln!(out, "  {value:?}: {constant}");
        }
    }
    out.push('\n');
    for (module, areas) in names.modules.iter().filter(|(_, areas)| areas.iter().any(|a| !a.is_empty())) {
        let _ = writeln!(out, "module {module} [{}]", list(areas));
    }
    out
}

/// Files with a heading each.
pub(crate) fn joined(files: &[File]) -> String {
    files.iter().map(|file| format!("=== {}\n{}\n", file.path, file.text)).collect()
}
