//! Acts as git's external diff driver: a change of a stored Api is shown as the report of `diff`.

use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use storewright_generator::diagnostic::Sink;
use storewright_generator::report;

use super::{Args, compare, refuse};
use crate::pipeline::Unplanned;
use crate::project::Project;
use crate::report::stdout;
use crate::{Outcome, pipeline};

/// Git's arguments for one file: its path, then file, blob and mode of each side.
struct Call<'a> {
    path: &'a str,
    old: &'a str,
    new: &'a str,
}

pub(super) fn run(project: &Project, args: &Args) -> anyhow::Result<Outcome> {
    let call = match args.git.as_slice() {
        [path, _, old, _, _, new, _, ..] => Call { path, old, new },
        _ => bail!("`--git` is for git, which passes seven arguments: docs/review.md has the setup"),
    };
    let api = call.path.strip_prefix("specs/").and_then(|rest| rest.split_once("/api/")).map(|(api, _)| api);
    let Some(api) = api else { bail!("{} is not a file of a stored Api", call.path) };
    let [old, new] = [revision(project, &call, call.old)?, revision(project, &call, call.new)?];
    // Git calls once per file, and the report is one per Api: the first changed file represents all.
    if first(project, api, [old.as_deref(), new.as_deref()])?.is_some_and(|first| first != call.path) {
        return Ok(Outcome::Done);
    }
    let mut out = Sink::new();
    let mut side = |revision: &Option<String>| match revision {
        Some(revision) => pipeline::at_revision(project, revision, api, &mut out),
        None => match pipeline::stored(project, api, &mut out) {
            Some((stored, _)) => {
                let rules = pipeline::rules(project, Some(api))?;
                Ok(Unplanned::stored(stored, None).plan(None, &rules, &mut out))
            }
            None => Ok(None),
        },
    };
    let (old, new) = (side(&old)?, side(&new)?);
    let (Some(old), Some(new)) = (old, new) else { return Ok(refuse(out)) };
    stdout(&report::text(&compare(&old, &new), true))?;
    Ok(Outcome::Done)
}

/// The newest commit that has this blob at the path; none for the checkout.
fn revision(project: &Project, call: &Call<'_>, blob: &str) -> anyhow::Result<Option<String>> {
    // Git has no blob yet of a file that changed in the checkout, and passes zeros for it.
    let is_blob = blob.len() >= 4 && blob.chars().all(|c| c.is_ascii_hexdigit());
    if !is_blob || blob.chars().all(|c| c == '0') {
        return Ok(None);
    }
    let find = format!("--find-object={blob}");
    let commits = git(project, &["log", "--all", "--format=%H", &find, "--", call.path])?;
    for commit in commits.lines() {
        // A commit that removed the blob is found too.
        let found = git(project, &["rev-parse", "--verify", "--quiet", &format!("{commit}:{}", call.path)]);
        if found.is_ok_and(|found| found.trim().starts_with(blob)) {
            return Ok(Some(commit.to_owned()));
        }
    }
    let own = git(project, &["hash-object", "--", call.path])?;
    if own.starts_with(blob) {
        return Ok(None);
    }
    bail!("no commit has {blob} as {}: commit it, or compare with the checkout", call.path)
}

/// The first file of the stored Api that differs between two revisions, none being the checkout.
fn first(project: &Project, api: &str, sides: [Option<&str>; 2]) -> anyhow::Result<Option<String>> {
    let folder = format!("specs/{api}/api");
    let mut arguments = vec!["diff", "--no-ext-diff", "--name-only"];
    match sides {
        [Some(old), Some(new)] => arguments.extend([old, new]),
        [Some(one), None] | [None, Some(one)] => arguments.push(one),
        [None, None] => return Ok(None),
    }
    arguments.extend(["--", &folder]);
    Ok(git(project, &arguments)?.lines().next().map(str::to_owned))
}

fn git(project: &Project, arguments: &[&str]) -> anyhow::Result<String> {
    let mut command = Command::new("git");
    // Git sets variables for the call of its driver; the calls in here are others.
    command.env_remove("GIT_EXTERNAL_DIFF").current_dir(project.root()).args(arguments).stdin(Stdio::null());
    let output = command.output().context("git cannot be run")?;
    if !output.status.success() {
        bail!("git {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}
