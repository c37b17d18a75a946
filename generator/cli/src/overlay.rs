//! Checks the actions of an overlay against its document.

use anyhow::bail;
use storewright_generator::diagnostic::{Sink, shown};

use crate::generate::Job;
use crate::pipeline::{self, Rules};
use crate::project::{Project, SETTINGS};
use crate::report::{plural, print, refuse, stdout, tell};
use crate::{Outcome, fetch, progress};

/// Command lines that a person can copy.
const EXAMPLES: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  storewright overlay check                            # the project's overlay.yaml and document
  storewright overlay check openapi.json overlay.yaml  # two files";

/// The options of `overlay`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the number of matches of each action; exit with 1 if one matches nothing.
    #[command(after_help = EXAMPLES)]
    Check {
        /// The document, a file or a URL; by default the project's.
        #[arg(requires = "overlay")]
        document: Option<String>,
        /// The overlay; by default the project's.
        overlay: Option<std::path::PathBuf>,
    },
}

/// Applies each action of an overlay and lists its matches.
///
/// # Errors
///
/// If there is no overlay, or it cannot be read.
pub fn run(project: &Project, args: &Args) -> anyhow::Result<Outcome> {
    let Command::Check { document, overlay } = &args.command;
    let _progress = progress::start("reading");
    let mut out = Sink::new();
    let (document, rules) = match (document, overlay) {
        (Some(document), Some(overlay)) => {
            (document.clone(), Rules { overlay: Some(pipeline::overlay(overlay)?), ..Rules::default() })
        }
        _ => match project.settings(&mut out)? {
            Some(settings) => {
                let job = Job::of(project, &settings)?;
                (job.document, job.rules)
            }
            None if out.has_errors() => return Ok(refuse(out.diagnostics())),
            None => bail!("there is no {SETTINGS} here: give a document and an overlay"),
        },
    };
    if rules.overlay.is_none() {
        bail!("there is no overlay.yaml in {}", project.root().display());
    }
    let Some(document) = fetch::fetch(&document, &mut out) else {
        return Ok(refuse(out.diagnostics()));
    };
    let Some(actions) = pipeline::actions(&document, &rules, &mut out) else {
        return Ok(refuse(out.diagnostics()));
    };
    print(out.diagnostics());
    let mut text = "matches  action\n".to_owned();
    let mut unmatched = 0;
    for action in &actions {
        let matched = match action.applies {
            true => action.matched.to_string(),
            false => "-".to_owned(),
        };
        unmatched += usize::from(action.applies && action.matched == 0);
        text += &format!("{matched:>7}  {}: {}\n", shown(&action.id), shown(&action.target));
    }
    stdout(&text)?;
    let count = actions.len();
    tell!("{count} {}, {unmatched} of them without a match", plural(count, "action"));
    Ok(if unmatched == 0 { Outcome::Done } else { Outcome::Findings })
}
