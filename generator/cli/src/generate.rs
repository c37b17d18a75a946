//! Generates a client crate from an OpenAPI or Swagger document.

use std::path::{Component, Path, PathBuf};
use std::{fs, io};

use anyhow::bail;
use storewright_generator::diagnostic::{Code, Diagnostic, Place, Sink};
use storewright_generator::render::{MARK, Options, Runtime};
use storewright_generator::select::Selector;
use storewright_generator::write::{self, Root};

use crate::pipeline::{self, Rules};
use crate::project::{Project, SETTINGS, Settings};
use crate::report::{print, program, refuse, tell};
use crate::{Outcome, fetch, interrupt, progress};

/// Command lines that a person can copy.
const EXAMPLES: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  storewright generate                                         # the crate that storewright.toml describes
  storewright generate --check                                 # prints the differences
  storewright generate --from my-api.json --out ../my-client   # without a storewright.toml
  storewright generate --from my-api.json --out ../my-client --only pets --only '/store/*'  # a part of it
  storewright generate --from my-api.json --out ../my-client --api ../my-rules  # with your corrections and names";

/// The options of `generate`.
#[derive(Debug, Default, clap::Args)]
#[command(after_help = EXAMPLES)]
#[group(skip)]
pub struct Args {
    /// Write nothing; print the differences between the crate and the generator's output.
    #[arg(long)]
    pub check: bool,
    /// Generate from this OpenAPI 3 or Swagger 2.0 document.
    #[arg(long, value_name = "URL|FILE|ZIP", requires = "out")]
    pub from: Option<String>,
    /// The folder of the crate.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Keep the document's own descriptions as documentation.
    #[arg(long, requires = "from")]
    pub docs: bool,
    /// The API's name, which names the crate; by default derived from the file's name.
    #[arg(long, requires = "from")]
    pub name: Option<String>,
    /// A folder with any of overlay.yaml, naming.toml, areas.toml and crate.toml; in a checkout with `specs/` also one of
    /// its APIs.
    #[arg(long, requires = "from", value_name = "API|DIR")]
    pub api: Option<String>,
    /// Generate only these operations, with the types that they use: a tag, an operationId, a path in which `*` is any
    /// text (`/pets*`), or a method and a path (`GET /pets`). Repeat it for more.
    #[arg(long, value_name = "TAG|OPERATION|PATH", requires = "out")]
    pub only: Vec<String>,
    /// Treat each notice as an error, and write nothing if there is one.
    #[arg(long)]
    pub strict: bool,
    /// The source of the runtime crate: the released `version`, another one (`version=0.2.0`), a repository
    /// (`git=URL`, `git=URL,rev=COMMIT`, also `tag` and `branch`), or a folder (`path=DIR`).
    #[arg(long, requires = "out", value_name = "SOURCE", default_value_t)]
    pub runtime: Runtime,
}

const MANIFEST: &str = "Cargo.toml";
/// The version of a crate that nobody released.
pub const FIRST: &str = "0.1.0";

/// A crate to generate from a document.
#[derive(Debug, Clone)]
pub struct Job {
    /// The name of the API, which names the crate.
    pub name: String,
    /// The document: a file or a URL.
    pub document: String,
    /// The folder of the crate.
    pub out: PathBuf,
    /// Corrections, names, areas and selected operations.
    pub rules: Rules,
    /// True if the document's descriptions are kept.
    pub docs: bool,
    /// Version and runtime of the crate.
    pub options: Options,
}

impl Job {
    /// The crate of a project with a storewright.toml.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub fn of(project: &Project, settings: &Settings) -> anyhow::Result<Self> {
        let Settings { name, document, out, version, runtime, docs, only, .. } = settings;
        if !is_name(name) {
            bail!("{SETTINGS}: `{name}` cannot name a crate: {NAMES}");
        }
        let root = project.root();
        let is_url = document.contains("://");
        let document = if is_url { document.clone() } else { root.join(document).display().to_string() };
        let mut rules = pipeline::rules_in(project, root)?;
        rules.only.extend(only.iter().map(|text| Selector::new(text)));
        let out = root.join(out);
        let runtime = located(&runtime.parse().map_err(anyhow::Error::msg)?, root, &out)?;
        let options = Options { version: version.clone(), runtime, ..Options::default() };
        Ok(Self { name: name.clone(), document, out, rules, docs: *docs, options })
    }

    fn of_arguments(project: &Project, args: &Args, from: &str, out: &Path) -> anyhow::Result<Self> {
        let apis = project.apis()?;
        let ours = args.api.as_ref().filter(|api| apis.contains(api));
        let mut rules = match &args.api {
            Some(folder) if ours.is_none() => {
                if apis.is_empty() && !Path::new(folder).is_dir() {
                    bail!("`--api` takes a folder, and there is none at {folder}");
                }
                if !Path::new(folder).is_dir() {
                    bail!("there is no API `{folder}`, and no folder; the APIs are: {}", apis.join(", "));
                }
                pipeline::own_rules(project, Path::new(folder))?
            }
            _ => pipeline::rules(project, ours.map(String::as_str))?,
        };
        rules.only.extend(args.selectors());
        if args.name.is_some() && ours.is_some() {
            bail!("`--name` is for a document of your own: an API of ours names its crate");
        }
        let name = match args.name.as_ref().or(ours) {
            Some(name) if is_name(name) => name.clone(),
            Some(name) => bail!("`{name}` cannot name a crate: {NAMES}"),
            None => name_of(from),
        };
        let options = args.options(out, FIRST)?;
        Ok(Self { name, document: from.to_owned(), out: out.to_owned(), rules, docs: args.docs, options })
    }

    /// The files of the crate; none if errors were pushed.
    ///
    /// # Errors
    ///
    /// If a template is wrong.
    pub fn make(&self, out: &mut Sink) -> anyhow::Result<Option<Root>> {
        let Some(document) = fetch::fetch(&self.document, out) else { return Ok(None) };
        let made = pipeline::make(&document, &self.rules, &self.name, self.docs, out);
        let Some(made) = made else { return Ok(None) };
        let made = pipeline::render_crate(&made.model, &made.names, &self.rules, &self.options, out)?;
        Ok(made.map(|made| Root { folder: self.out.clone(), files: made.files, ..Root::default() }))
    }
}

impl Args {
    /// The operations of `--only`.
    pub fn selectors(&self) -> impl Iterator<Item = Selector> + '_ {
        self.only.iter().map(|text| Selector::new(text))
    }

    /// Version and runtime of a crate in `folder`.
    ///
    /// # Errors
    ///
    /// If the current folder cannot be read.
    pub fn options(&self, folder: &Path, version: &str) -> anyhow::Result<Options> {
        let runtime = located(&self.runtime, Path::new(""), folder)?;
        Ok(Options { version: version.to_owned(), runtime, ..Options::default() })
    }
}

/// The runtime as the manifest in `folder` names it: a relative path leads from `base` before, and from `folder` afterwards.
pub(crate) fn located(runtime: &Runtime, base: &Path, folder: &Path) -> io::Result<Runtime> {
    Ok(match runtime {
        Runtime::Path(path) if path.is_relative() => {
            Runtime::Path(relative(&real(folder)?, &real(&base.join(path))?))
        }
        runtime => runtime.clone(),
    })
}

/// Generates the crate that the arguments or the project's settings describe.
///
/// # Errors
///
/// If arguments contradict each other, or a file cannot be read or written.
pub fn run(project: &Project, args: &Args) -> anyhow::Result<Outcome> {
    let _progress = progress::start("reading");
    let mut out = Sink::new();
    let (job, strict) = match (&args.from, &args.out) {
        (Some(from), Some(folder)) => (Job::of_arguments(project, args, from, folder)?, args.strict),
        _ => match project.settings(&mut out)? {
            Some(settings) => (Job::of(project, &settings)?, args.strict || settings.strict),
            None if out.has_errors() => return Ok(refuse(out.diagnostics())),
            None => bail!(
                "there is no {SETTINGS} here: make one with `storewright init DOCUMENT`, or give `--from DOCUMENT --out DIR`"
            ),
        },
    };
    let roots = job.make(&mut out)?.map(|root| vec![root]);
    let outcome = finish(project, roots, &Finish { strict, ..Finish::of(args, &[]) }, &mut out)?;
    if let (Outcome::Done, false, Runtime::Version(version)) = (outcome, args.check, &job.options.runtime) {
        let way = match args.from {
            Some(_) => "give `--runtime git=URL` or `--runtime path=DIR`".to_owned(),
            None => format!("set `runtime` in {SETTINGS} to `git=URL` or `path=DIR`"),
        };
        tell!("it depends on storewright-runtime {version}; where your registry does not have that, {way}");
    }
    Ok(outcome)
}

/// The end of a run.
pub struct Finish {
    /// True if nothing is written.
    pub check: bool,
    /// True if notices are errors.
    pub strict: bool,
    /// True if the crates may belong to others, which are not replaced.
    pub elsewhere: bool,
    /// True if the person has no rules yet.
    pub ruleless: bool,
    /// The command that fixes the differences that a check found.
    pub fix: String,
}

impl Finish {
    /// The end that arguments request; `apis` are those before them.
    pub fn of(args: &Args, apis: &[String]) -> Self {
        Self {
            check: args.check,
            strict: args.strict,
            elsewhere: apis.is_empty() || args.out.is_some(),
            ruleless: args.from.is_some() && args.api.is_none(),
            fix: args.without_check(apis),
        }
    }
}

/// Compares the crates with the folders, or writes them; `roots` is none if errors were pushed.
///
/// # Errors
///
/// If a folder contains another crate, or cannot be read or written.
pub fn finish(
    project: &Project,
    roots: Option<Vec<Root>>,
    how: &Finish,
    out: &mut Sink,
) -> anyhow::Result<Outcome> {
    if how.strict {
        out.be_strict();
    }
    let Some(roots) = roots.filter(|_| !out.has_errors()) else {
        let outcome = refuse(out.diagnostics());
        say_where_rules_go(how, out.diagnostics());
        return Ok(outcome);
    };
    if how.elsewhere {
        roots.iter().try_for_each(|root| check_crate(project, root))?;
    }
    if how.check {
        progress::step("comparing");
        let found = write::compare(&roots, MARK)?;
        print(out.diagnostics());
        if found.is_empty() {
            let count: usize = roots.iter().map(|root| root.files.len()).sum();
            tell!("{count} files match the generator's output");
            return Ok(Outcome::Done);
        }
        print(&found.diagnostics(|path| project.shown(path), &how.fix));
        return Ok(Outcome::Findings);
    }
    if !store(project, &roots, out)? {
        return Ok(refuse(out.diagnostics()));
    }
    print(out.diagnostics());
    say_where_rules_go(how, out.diagnostics());
    for root in &roots {
        tell!("{}: {} files", project.shown(&root.folder), root.files.len());
    }
    Ok(Outcome::Done)
}

/// Makes the folders equal; false if errors were pushed.
///
/// # Errors
///
/// If a folder cannot be read.
pub fn store(project: &Project, roots: &[Root], out: &mut Sink) -> anyhow::Result<bool> {
    progress::step("writing");
    let found = write::compare(roots, MARK)?;
    if !found.foreign.is_empty() {
        found.foreign(|path| project.shown(path)).into_iter().for_each(|diagnostic| out.push(diagnostic));
        return Ok(false);
    }
    if let Err(error) = interrupt::whole(|| write::write(roots, &found)) {
        out.push(
            Diagnostic::error(
                Code::FailedWrite,
                Place::default(),
                format!("a file cannot be written: {error}"),
            )
            .help("fix that and run the command again, which completes the files"),
        );
        return Ok(false);
    }
    Ok(true)
}

/// Helps name rules files, and a person with a document alone has no folder for them yet.
fn say_where_rules_go(how: &Finish, diagnostics: &[Diagnostic]) {
    let is_rule = |help: &String| {
        ["overlay", "naming.toml", "areas.toml", "crate.toml"].iter().any(|word| help.contains(word))
    };
    let helps = || diagnostics.iter().filter_map(|diagnostic| diagnostic.help.as_ref());
    if how.ruleless && helps().any(is_rule) {
        tell!(
            "overlay.yaml, naming.toml, areas.toml and crate.toml of your own go into a folder that you give with \
             `--api DIR`; README.md, \"A crate from your own document\", has an example"
        );
    }
}

/// Fails if the folder of a crate contains another one, which would be lost silently.
fn check_crate(project: &Project, root: &Root) -> anyhow::Result<()> {
    let package = |manifest: &str| -> Option<String> {
        let manifest: toml::Table = manifest.parse().ok()?;
        Some(manifest.get("package")?.get("name")?.as_str()?.to_owned())
    };
    let Some(there) = fs::read_to_string(root.folder.join(MANIFEST)).ok().as_deref().and_then(package) else {
        return Ok(());
    };
    match root.files.get(MANIFEST).map(String::as_str).and_then(package) {
        Some(own) if own != there => bail!(
            "{} contains the crate `{there}`, and this one is `{own}`: give another folder, or remove that crate",
            project.shown(&root.folder)
        ),
        _ => Ok(()),
    }
}

/// The way from one absolute folder to another.
fn relative(from: &Path, to: &Path) -> PathBuf {
    let common = from.components().zip(to.components()).take_while(|(from, to)| from == to).count();
    // Another drive of Windows is reached by its whole path alone.
    if common == 0 {
        return to.to_owned();
    }
    let up = from.components().skip(common).map(|_| Component::ParentDir);
    up.chain(to.components().skip(common)).collect()
}

/// The absolute path of a folder that need not exist: without `..`, and with links resolved.
pub fn real(folder: &Path) -> io::Result<PathBuf> {
    let mut out = PathBuf::new();
    for part in std::path::absolute(folder)?.components() {
        if part == Component::ParentDir {
            out.pop();
            continue;
        }
        out.push(part);
        if let Ok(found) = out.canonicalize() {
            out = found;
        }
    }
    Ok(out)
}

/// The characters of a name.
pub(crate) const NAMES: &str = "use lower-case letters, digits and `-`, a letter first";

/// True if a text can name an API and its crate.
pub fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// A crate's name, derived from a file's name or a URL.
pub fn name_of(from: &str) -> String {
    let last = from.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or_default();
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem).to_lowercase();
    let words: Vec<&str> =
        stem.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let name = words.join("-");
    if is_name(&name) { name } else { format!("api-{name}").trim_end_matches('-').to_owned() }
}

impl Args {
    /// The command without `--check`.
    fn without_check(&self, apis: &[String]) -> String {
        let mut out = format!("{} generate", program());
        for api in apis {
            out += &format!(" {api}");
        }
        let options = [("from", self.from.clone()), ("name", self.name.clone()), ("api", self.api.clone())];
        let folder = self.out.as_ref().map(|folder| folder.display().to_string());
        let only = self.only.iter().map(|text| ("only", Some(quoted(text))));
        for (option, value) in options.into_iter().chain([("out", folder)]).chain(only) {
            if let Some(value) = value {
                out += &format!(" --{option} {value}");
            }
        }
        if self.runtime != Runtime::default() {
            out += &format!(" --runtime {}", quoted(&self.runtime.to_string()));
        }
        for (flag, is_set) in [(" --docs", self.docs), (" --strict", self.strict)] {
            if is_set {
                out += flag;
            }
        }
        out
    }
}

/// An argument as a shell takes it.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) { text.to_owned() } else { format!("'{text}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_named_after_its_file() {
        for (from, name) in [
            ("/x/Pet Store.json", "pet-store"),
            ("4.4.1.json", "api-4-4-1"),
            ("https://example.com/v1/openapi.yaml", "openapi"),
            ("_.json", "api"),
        ] {
            assert_eq!(name_of(from), name);
            assert!(is_name(&name_of(from)));
        }
    }

    #[test]
    fn the_fixing_command_is_the_same_command_without_the_check() {
        let args = Args {
            from: Some("a.json".to_owned()),
            api: Some("x".to_owned()),
            out: Some("o".into()),
            runtime: Runtime::Path("../r".into()),
            check: true,
            docs: true,
            ..Args::default()
        };
        assert_eq!(
            args.without_check(&[]),
            "storewright generate --from a.json --api x --out o --runtime path=../r --docs"
        );
        assert_eq!(Args::default().without_check(&["a".to_owned()]), "storewright generate a");
    }
}
