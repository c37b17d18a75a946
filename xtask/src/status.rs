//! Lists stored Apis, generated crates and open notices, as a table or JSON.

use std::collections::BTreeSet;
use std::fs;

use serde::Serialize;
use storewright_generator::api::{Shape, Skipped};
use storewright_generator::diagnostic::{Severity, Sink, shown};
use storewright_generator::render::MARK;
use storewright_generator::write;

use crate::Outcome;
use crate::checkout::Tree;
use crate::pipeline::{self, Matched, Notice};
use crate::report::{refuse, stdout, stdout_json};

/// Command lines that a person can copy.
const EXAMPLES: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  cargo xtask status         # a table
  cargo xtask status --json  # everything, for programs";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// The output of `status --json`.
#[derive(Debug, Serialize)]
pub(crate) struct Status {
    pub(crate) apis: Vec<ApiStatus>,
}

/// One API.
#[derive(Debug, Serialize)]
pub(crate) struct ApiStatus {
    pub(crate) name: String,
    pub(crate) vendor_version: String,
    pub(crate) operations: usize,
    pub(crate) deprecated: usize,
    pub(crate) tags: usize,
    pub(crate) types: usize,
    pub(crate) enums: usize,
    pub(crate) areas: usize,
    pub(crate) overlay: Vec<Matched>,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) notices: Vec<Notice>,
    pub(crate) generated: Generated,
}

/// The generated crate.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Generated {
    pub(crate) files: usize,
    pub(crate) lines: usize,
    pub(crate) bytes: usize,
}

pub(crate) fn run(tree: &Tree, args: &Args) -> anyhow::Result<Outcome> {
    let mut out = Sink::new();
    let Some(status) = status(tree, &mut out)? else { return Ok(refuse(out.diagnostics())) };
    if args.json {
        stdout_json(&status)?;
    } else {
        stdout(&table(&status))?;
    }
    Ok(Outcome::Done)
}

/// The state of every API; none if errors were pushed.
pub(crate) fn status(tree: &Tree, out: &mut Sink) -> anyhow::Result<Option<Status>> {
    let mut apis = Vec::new();
    for name in tree.apis()? {
        let Some((api, report)) = pipeline::stored(tree, &name, out) else { continue };
        let rules = pipeline::rules(tree, Some(&name))?;
        let mut named = Sink::new();
        let names = pipeline::names(&api.model(), &rules, &mut named);
        let mut notices = report.notices;
        notices.extend(pipeline::notices(named.diagnostics()));
        named
            .into_diagnostics()
            .into_iter()
            .filter(|d| d.severity == Severity::Error)
            .for_each(|d| out.push(d));
        let Some(names) = names else { continue };
        let tags: BTreeSet<&String> = api.operations.values().flat_map(|operation| &operation.tags).collect();
        apis.push(ApiStatus {
            vendor_version: api.info.version.clone(),
            operations: api.operations.len(),
            deprecated: api.operations.values().filter(|operation| operation.deprecated).count(),
            tags: tags.len(),
            types: api.types.len(),
            enums: api.types.values().filter(|ty| matches!(ty.shape, Shape::Enum(_))).count(),
            areas: names.areas.len(),
            overlay: report.overlay,
            skipped: api.info.skipped,
            notices,
            generated: generated(tree, &name)?,
            name,
        });
    }
    Ok((!out.has_errors()).then_some(Status { apis }))
}

fn generated(tree: &Tree, api: &str) -> anyhow::Result<Generated> {
    let mut out = Generated::default();
    for path in write::marked(&tree.generated(api), MARK)? {
        let bytes = fs::read(path)?;
        out.files += 1;
        out.lines += bytes.iter().filter(|byte| **byte == b'\n').count();
        out.bytes += bytes.len();
    }
    Ok(out)
}

fn table(status: &Status) -> String {
    let mut rows = vec![
        [
            "api",
            "version",
            "operations",
            "types",
            "enums",
            "areas",
            "overlay",
            "skipped",
            "notices",
            "generated lines",
        ]
        .map(str::to_owned),
    ];
    for api in &status.apis {
        rows.push([
            api.name.clone(),
            api.vendor_version.clone(),
            api.operations.to_string(),
            api.types.to_string(),
            api.enums.to_string(),
            api.areas.to_string(),
            api.overlay.len().to_string(),
            api.skipped.len().to_string(),
            api.notices.len().to_string(),
            api.generated.lines.to_string(),
        ]);
    }
    let mut out = crate::report::table(&rows);
    for api in &status.apis {
        for notice in &api.notices {
            let line = format!("{}: {}: {} {}", api.name, notice.code, notice.message, notice.at);
            out += &(shown(&line) + "\n");
        }
        for unused in api.overlay.iter().filter(|action| action.matched == 0) {
            out += &format!("{}: overlay action {} matches nothing\n", api.name, shown(&unused.id));
        }
    }
    out
}
