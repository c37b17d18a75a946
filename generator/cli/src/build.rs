//! Generates a client in a build script.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use storewright_generator::diagnostic::{Severity, Sink};
use storewright_generator::render::MARK;
use storewright_generator::write;

use crate::generate::Job;
use crate::pipeline::WRITTEN;
use crate::project::{Project, SETTINGS};
use crate::report::{plural, stdout};

/// The root of a crate, which a package includes as its own.
const LIB: &str = "src/lib.rs";

/// Writes the sources of the crate that a storewright.toml describes to `OUT_DIR`. The package of the build script
/// includes them as its root module:
///
/// ```text
/// include!(concat!(env!("OUT_DIR"), "/src/lib.rs"));
/// ```
///
/// Cargo runs the script again if the settings, the document or its rules change. docs/build-script.md in the repository
/// has the whole package.
///
/// # Errors
///
/// If the settings or the document are wrong, or a file cannot be read or written.
pub fn build(settings: impl AsRef<Path>) -> anyhow::Result<()> {
    let out = env::var_os("OUT_DIR")
        .map(PathBuf::from)
        .context("OUT_DIR is not set: call this in a build script")?;
    // A build script runs in the folder of its package, so the path may be a name alone.
    let settings = std::path::absolute(settings)?;
    let folder = settings.parent().context("give the path of a storewright.toml")?;
    stdout(&write_to(&Project::at(folder)?, &out)?)
}

/// Writes the sources to a folder; returns the lines for cargo.
fn write_to(project: &Project, folder: &Path) -> anyhow::Result<String> {
    let mut out = Sink::new();
    let settings = project.settings(&mut out)?;
    let Some(settings) = settings else { bail!("{}", errors(&out, &format!("there is no {SETTINGS}"))) };
    let job = Job::of(project, &settings)?;
    let inputs = WRITTEN.iter().copied().chain([SETTINGS]).map(|name| project.root().join(name));
    let mut text = String::new();
    for input in inputs.chain([PathBuf::from(&job.document)]) {
        text += &format!("cargo::rerun-if-changed={}\n", input.display());
    }
    let root = job.make(&mut out)?;
    if settings.strict {
        out.be_strict();
    }
    let Some(mut root) = root.filter(|_| !out.has_errors()) else { bail!("{}", errors(&out, "")) };
    root.folder = folder.to_owned();
    root.files.retain(|path, _| path.starts_with("src/"));
    if let Some(lib) = root.files.get_mut(LIB) {
        let mut file = syn::parse_file(lib).context(LIB)?;
        // `include!` takes none of the attributes of a whole crate.
        file.attrs.clear();
        *lib = format!("// {MARK}; edits are lost.\n{}", prettyplease::unparse(&file));
    }
    let roots = [root];
    write::write(&roots, &write::compare(&roots, MARK)?)?;
    let count = out.diagnostics().len();
    if count > 0 {
        text += &format!(
            "cargo::warning={}: {count} {}; `storewright generate` shows them\n",
            settings.document,
            plural(count, "notice")
        );
    }
    Ok(text)
}

/// The errors of a run as one text.
fn errors(out: &Sink, other: &str) -> String {
    let errors = out.diagnostics().iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    let errors: Vec<String> = errors.map(ToString::to_string).collect();
    if errors.is_empty() { other.to_owned() } else { errors.join("\n") }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_root_module_can_be_included() {
        let dir = tempfile::tempdir().unwrap();
        let document = r#"{ "openapi": "3.0.3", "info": { "title": "T", "version": "1" }, "servers": [{ "url": "https://t.example" }],
            "paths": { "/a": { "get": { "operationId": "a_list", "responses": { "200": { "description": "" } } } } } }"#;
        fs::write(dir.path().join("t.json"), document).unwrap();
        let settings = "name = \"t\"\ndocument = \"t.json\"\nout = \"client\"\n";
        fs::write(dir.path().join(SETTINGS), settings).unwrap();
        let project = Project::at(dir.path()).unwrap();
        let out = dir.path().join("out");
        let said = write_to(&project, &out).unwrap();
        for input in ["t.json", SETTINGS, "overlay.yaml", "naming.toml"] {
            assert!(
                said.contains(&format!("cargo::rerun-if-changed={}\n", dir.path().join(input).display())),
                "{said}"
            );
        }
        let lib = fs::read_to_string(out.join(LIB)).unwrap();
        assert!(!lib.contains("#!") && lib.contains("pub mod operations;"), "{lib}");
        assert!(!out.join("Cargo.toml").exists());
        fs::write(dir.path().join("t.json"), document.replace("3.0.3", "9")).unwrap();
        let error = write_to(&project, &out).unwrap_err().to_string();
        assert!(error.starts_with("error["), "{error}");
    }
}
