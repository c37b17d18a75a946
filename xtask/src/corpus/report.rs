//! Prints the rows of a corpus as a table.

use std::collections::BTreeMap;

use storewright_generator::diagnostic::shown;

use super::{DocumentRow, Verdict};
use crate::report::{plural, table};

/// A table for a terminal, with the reasons, and the totals below it.
pub(super) fn text(rows: &[DocumentRow]) -> String {
    let heads =
        ["document", "dialect", "operations", "notices", "seconds", "MB", "result"].map(str::to_owned);
    let mut cells = vec![heads];
    cells.extend(rows.iter().map(cells_of));
    let mut out = table(&cells);
    let ours = rows.iter().filter_map(|row| Some((row, "", row.result, row.reason.as_ref()?)));
    let peers = rows.iter().flat_map(|row| {
        row.peers
            .iter()
            .filter_map(move |(name, made)| Some((row, *name, made.result, made.reason.as_ref()?)))
    });
    for (index, (row, peer, result, reason)) in ours.chain(peers).enumerate() {
        if index == 0 {
            out += "\nreasons:\n";
        }
        let by = if peer.is_empty() { String::new() } else { format!(" ({peer})") };
        let line = format!("{}{by}: {}: {reason}", row.document, result.text());
        out += &format!("  {}\n", shown(&line));
    }
    let mut notices: BTreeMap<&String, (usize, usize)> = BTreeMap::new();
    for (code, count) in rows.iter().flat_map(|row| &row.notices) {
        let (documents, all) = notices.entry(code).or_default();
        *documents += 1;
        *all += count;
    }
    if !notices.is_empty() {
        out += "\nnotices:\n";
        for (code, (documents, all)) in notices {
            out += &format!("  {code}: {all} in {documents} {}\n", plural(documents, "document"));
        }
    }
    out += &format!(
        "\n{} {}: {}\n",
        rows.len(),
        plural(rows.len(), "document"),
        totals(rows.iter().map(|r| r.result))
    );
    for peer in peer_names(rows) {
        let results = rows.iter().filter_map(|row| Some(row.peers.get(peer)?.result));
        out += &format!("{peer}: {}\n", totals(results));
    }
    out
}

/// A table for a page; with the results of other generators where they ran.
pub(super) fn markdown(rows: &[DocumentRow]) -> String {
    let peers = peer_names(rows);
    let heads = ["document", "dialect", "operations", "notices", "seconds", "MB", "result"];
    let heads: Vec<&str> = heads.into_iter().chain(peers.iter().copied()).collect();
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut out = line(&heads.iter().map(|head| (*head).to_owned()).collect::<Vec<_>>());
    out += &format!("|{}\n", "---|".repeat(heads.len()));
    for row in rows {
        let mut cells = cells_of(row).to_vec();
        cells.extend(peers.iter().map(|peer| match row.peers.get(peer) {
            Some(made) => format!("{}, {:.1} s", made.result.text(), made.seconds),
            None => String::new(),
        }));
        out += &line(&cells.iter().map(|cell| cell.replace('|', "\\|")).collect::<Vec<_>>());
    }
    out += &format!(
        "\n{} {}: {}.\n",
        rows.len(),
        plural(rows.len(), "document"),
        totals(rows.iter().map(|r| r.result))
    );
    for peer in peers {
        let results = rows.iter().filter_map(|row| Some(row.peers.get(peer)?.result));
        out += &format!("{peer}: {}.\n", totals(results));
    }
    out
}

fn cells_of(row: &DocumentRow) -> [String; 7] {
    let notices: Vec<String> = row.notices.iter().map(|(code, count)| format!("{code} {count}")).collect();
    let operations = match (row.declared == row.operations, row.skipped) {
        (true, _) => row.operations.to_string(),
        (false, 0) => format!("{} of {}", row.operations, row.declared),
        (false, skipped) => format!("{} of {}, {skipped} skipped", row.operations, row.declared),
    };
    [
        row.document.clone(),
        row.dialect.clone(),
        operations,
        notices.join(", "),
        format!("{:.1}", row.seconds),
        format!("{:.0}", row.peak_mb),
        row.result.text().to_owned(),
    ]
}

/// The number of each result.
fn totals(results: impl Iterator<Item = Verdict> + Clone) -> String {
    let totals = Verdict::ALL.iter().filter_map(|verdict| {
        let count = results.clone().filter(|result| result == verdict).count();
        (count > 0).then(|| format!("{count} {}", verdict.text()))
    });
    totals.collect::<Vec<_>>().join(", ")
}

/// The other generators that ran.
fn peer_names(rows: &[DocumentRow]) -> Vec<&'static str> {
    rows.first().map(|row| row.peers.keys().copied().collect()).unwrap_or_default()
}
