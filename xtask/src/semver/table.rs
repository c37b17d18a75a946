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

const MIXED: &str = "\
## Findings about two operations

The parameters of an operation are methods of `Call<T, operation>`. The tool \"conflates same-named methods from different
inherent impls\" ([its issue 1656](https://github.com/obi1kenobi/cargo-semver-checks/issues/1656)). So we find the operation of
a method by the file and the line of the finding. The lint `type_method_marked_deprecated` also reports a method that was
deprecated before or that is new, if the method of another operation with that name was not deprecated. The column \"two
operations\" counts these findings. Equal lines of a lint count once. The command fails if `API.txt` of a version does not list
exactly the methods of `Call` in its source.
";

const BLIND: &str = "\
## Changes that the tool does not detect

| column | why |
|---|---|
| by owner | the item belongs to a type or a module that is gone; the tool names that one alone |
| type | \"breaking type changes, for example in the type of a field or function parameter\" (the tool's README, \"Will `cargo-semver-checks` catch every semver violation?\") |
| alias | another name of a type is gone or names another type; no lint of `cargo semver-checks --list` is about aliases |
| generics | \"breaking changes in generics or lifetimes\" (the same list): `inherent_method_missing` reports a method if no `impl` of `Call` has its name any more; here the calls of another operation, or all calls, still have it |
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
            "\n## {} → {}\n\n| features | findings | two operations | not in our list | we say breaks | named by the tool | by owner | type | alias | generics | unexplained |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
            step.from, step.to
        );
        for compared in &step.compared {
            out.push_str(&row(compared));
        }
        lints(&mut out, step);
    }
    out + "\n" + MIXED + "\n" + BLIND
}

fn row(compared: &Compared) -> String {
    let blind = |kind: Blind| compared.blind.get(&kind).map_or(0, Vec::len);
    let numbers = [
        compared.lints.values().sum(),
        compared.mixed,
        compared.missing.len(),
        compared.ours,
        compared.seen,
        blind(Blind::Owner),
        blind(Blind::Type),
        blind(Blind::Alias),
        blind(Blind::Generic),
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
