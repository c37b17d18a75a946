//! Renders the committed table of results as Markdown.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Blind, Compared, FULL, Step};
use crate::checkout::CRATE;

const HEAD: &str = "\
# The Rust verdict against cargo-semver-checks

`cargo xtask semver --out docs/semver.md` wrote this file. It generates the crate of each version of App Store Connect's
document, has `cargo-semver-checks` compare them, and compares its findings with the items that `cargo xtask diff` says
break. The tool reads what rustdoc says of the compiled crates and knows nothing of `API.txt`, which our verdict is read off.
";

const BLIND: &str = "\
## Changes that the tool does not detect

| column | why |
|---|---|
| by owner | the item belongs to a type or a module that is gone; the tool names that one alone |
| type | \"breaking type changes, for example in the type of a field or function parameter\" (the tool's README, \"Will `cargo-semver-checks` catch every semver violation?\") |
| alias | another name of a type is gone or names another type; no lint of `cargo semver-checks --list` is about aliases |
| unexplained | none of these: a fault, here or there |

\"Breaking changes that exist when only a subset of all crate features are activated\" are the README's other blind spot, so
each area is compared separately.
";

/// The whole file.
pub(super) fn table(tool: &str, steps: &[Step]) -> String {
    let mut out = format!("{HEAD}\nThe tool: {tool}. The crate: `{CRATE}`.\n");
    for step in steps {
        let _ = write!(
            out,
            "\n## {} → {}\n\n| features | findings | not in our list | we say breaks | named by the tool | by owner | type | alias | unexplained |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|\n",
            step.from, step.to
        );
        for compared in &step.compared {
            out.push_str(&row(compared));
        }
        lints(&mut out, step);
    }
    out + "\n" + BLIND
}

fn row(compared: &Compared) -> String {
    let blind = |kind: Blind| compared.blind.get(&kind).map_or(0, Vec::len);
    let numbers = [
        compared.lints.values().sum(),
        compared.missing.len(),
        compared.ours,
        compared.seen,
        blind(Blind::Owner),
        blind(Blind::Type),
        blind(Blind::Alias),
        blind(Blind::Unknown),
    ];
    let cells: Vec<String> = numbers.iter().map(usize::to_string).collect();
    format!("| `{}` | {} |\n", compared.features, cells.join(" | "))
}

/// The findings by lint: those of all features together, if they were checked.
fn lints(out: &mut String, step: &Step) {
    let none = BTreeMap::new();
    let full = step.compared.iter().find(|compared| compared.features == FULL);
    let lints = full.map_or(&none, |compared| &compared.lints);
    if !lints.is_empty() {
        let listed: Vec<String> = lints.iter().map(|(lint, count)| format!("{count} `{lint}`")).collect();
        let _ = writeln!(out, "\nWith `{FULL}`: {}.", listed.join(", "));
    }
}
