//! Reports a series of versions: each step, and the changes that a later version takes back.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::bail;
use serde::Serialize;
use storewright_generator::diagnostic::{Sink, shown, shown_json};
use storewright_generator::diff::{Bump, Change, Diff, Wire};

use super::{Args, Compared, Format, given, is_met, located, put, read, refuse};
use crate::Outcome;
use crate::progress;
use crate::project::Project;
use crate::report::plural;

/// The changes of a step that the timeline names; the rest is a count.
const NAMED: usize = 12;

/// A series of versions, oldest first.
#[derive(Serialize)]
struct History {
    steps: Vec<Diff>,
    flip_flops: Vec<FlipFlop>,
}

/// A change that a later version takes back.
#[derive(Serialize)]
struct FlipFlop {
    /// The kind of the first change.
    kind: &'static str,
    subject: String,
    /// The versions that changed it, in turns.
    versions: Vec<String>,
}

pub(super) fn run(project: &Project, args: &Args) -> anyhow::Result<Outcome> {
    if !matches!(args.format, Format::Text | Format::Json) {
        bail!("`--history` has the formats `text` and `json`");
    }
    let mut out = Sink::new();
    let Some(versions) = versions(project, args, &mut out)? else { return Ok(refuse(out)) };
    let steps: Vec<Diff> = versions
        .windows(2)
        .filter_map(|pair| {
            let [old, new] = pair else { return None };
            Some(located(old, new))
        })
        .collect();
    let history = History { flip_flops: flip_flops(&steps), steps };
    let text = match args.format {
        Format::Json => shown_json(serde_json::to_string_pretty(&history)?) + "\n",
        _ => text(&history),
    };
    put(args, &text)?;
    let is_met = args.fail_on.is_some_and(|on| history.steps.iter().any(|step| is_met(on, step)));
    Ok(if is_met { Outcome::Findings } else { Outcome::Done })
}

fn versions(project: &Project, args: &Args, out: &mut Sink) -> anyhow::Result<Option<Vec<Compared>>> {
    let apis = project.apis()?;
    let mut all = Vec::new();
    let mut api: Option<String> = args.api.clone();
    for name in &args.history {
        let _progress = progress::start(&format!("reading {name}"));
        let Some(side) = given(project, name, args, &apis, out)? else { return Ok(None) };
        match (&api, &side.api) {
            (Some(a), Some(b)) if a != b => bail!("{a} and {b} are two APIs: a history is one of one API"),
            (None, Some(_)) => api.clone_from(&side.api),
            _ => {}
        }
        let Some(read) = read(project, &side, api.as_deref(), args, out)? else { return Ok(None) };
        let Some(compared) = read.plan(side.document, out) else { return Ok(None) };
        all.push(compared);
    }
    Ok(Some(all))
}

/// The identity of a row in two steps: its subject, and the old and new form of a renamed or moved one.
type Key<'a> = (&'a str, Option<&'a str>, Option<&'a str>);

/// Changes whose mirror image follows in a later step, by kind and subject, with the versions that changed them.
fn flip_flops(steps: &[Diff]) -> Vec<FlipFlop> {
    let mut seen: BTreeMap<Key<'_>, Vec<(usize, &Change)>> = BTreeMap::new();
    for (at, step) in steps.iter().enumerate() {
        for change in &step.changes {
            let (old, new) = (change.old.as_deref(), change.new.as_deref());
            // Both directions of a change have one key.
            let (old, new) = if old <= new { (old, new) } else { (new, old) };
            seen.entry((&change.subject, old, new)).or_default().push((at, change));
        }
    }
    let mut out = Vec::new();
    for changes in seen.into_values() {
        let mut chain: Vec<(usize, &Change)> = Vec::new();
        for (at, change) in changes {
            let is_mirror = chain.last().is_none_or(|(last, before)| {
                *last < at
                    && before.kind.mirror() == change.kind
                    && (before.old.as_ref(), before.new.as_ref())
                        == (change.new.as_ref(), change.old.as_ref())
            });
            if is_mirror {
                chain.push((at, change));
            }
        }
        if let [(_, first), _, ..] = chain.as_slice() {
            let versions =
                chain.iter().filter_map(|(at, _)| steps.get(*at)).map(|step| step.to.version.clone());
            out.push(FlipFlop {
                kind: first.kind.as_str(),
                subject: first.subject.clone(),
                versions: versions.collect(),
            });
        }
    }
    out
}

fn text(history: &History) -> String {
    let mut out = String::new();
    for step in &history.steps {
        let of = |map: &BTreeMap<&'static str, usize>, key: &str| map.get(key).copied().unwrap_or(0);
        let (summary, [before, now]) = (&step.summary, step.summary.operations);
        let _ = writeln!(
            out,
            "{} → {}: {before} → {now} operations, {} breaking, {} risky, {} safe; Rust {}",
            shown(&step.from.version),
            shown(&step.to.version),
            of(&summary.wire, "breaking"),
            of(&summary.wire, "risky"),
            of(&summary.wire, "safe"),
            step.bump.as_str(),
        );
        let breaks = |change: &&Change| change.wire == Wire::Breaking || change.rust == Bump::Major;
        let mut breaking: Vec<&Change> = step.changes.iter().filter(breaks).collect();
        breaking.sort_by_key(|change| (change.wire, change.rust));
        for change in breaking.iter().take(NAMED) {
            let (wire, rust) = (change.wire.as_str(), change.rust.as_str());
            let _ = writeln!(out, "  {wire:<8} {rust:<5} {} {}", change.subject, change.kind.as_str());
        }
        if breaking.len() > NAMED {
            let _ = writeln!(out, "  and {} more that break the wire or Rust", breaking.len() - NAMED);
        }
    }
    if !history.flip_flops.is_empty() {
        let count = history.flip_flops.len();
        let _ = writeln!(out, "\n{count} {} taken back later:", plural(count, "change"));
        for one in &history.flip_flops {
            let _ =
                writeln!(out, "  {} {} ({})", one.subject, one.kind, shown(&one.versions.join(", then ")));
        }
    }
    out
}
