//! Opens the HTML report in a browser and asserts its visible content and its interactions.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use crate::support::chromium::Page;
use crate::support::diff;
use serde_json::Value;
use storewright_generator::diff::Diff;
use storewright_generator::report;

const AREAS: &str = "[area.lending]\nabout = \"loans\"\ntags = [\"Loans\"]\n\n[area.shelves]\nabout = \"books\"\ntags = [\"Books\"]\n";

/// Several cases at once, in two areas.
fn report() -> (Diff, String) {
    let (base, cases) = diff::cases();
    let mut document = base.clone();
    for name in [
        "field-added",
        "value-added",
        "one-parameter-everywhere",
        "limit-changed",
        "operation-added",
        "type-added",
    ] {
        document = diff::patched(&document, &cases[name]);
    }
    document["info"]["version"] = "2".into();
    let [old, new] = [&base, &document].map(|document| diff::tried("shelf", document, Some(AREAS)).unwrap());
    let found = diff::compare(&old, &new);
    let html = report::html(&found).unwrap();
    (found, html)
}

/// The rows that are on the screen: id, area, wire, rust, kind.
const SEEN: &str = "Array.from(document.querySelectorAll('.row'))
    .filter(row => row.checkVisibility())
    .map(row => [row.id, row.dataset.area, row.dataset.wire, row.dataset.rust, row.dataset.kind])";

fn seen(page: &mut Page) -> Vec<Vec<String>> {
    serde_json::from_value(page.eval(SEEN)).unwrap()
}

/// The visible text of the page.
fn said(page: &mut Page) -> String {
    page.eval("document.getElementById('shown').value").as_str().unwrap().to_owned()
}

fn choose(page: &mut Page, filter: &str, value: &str) {
    let script = format!(
        "(() => {{ const field = document.getElementById('{filter}'); field.value = {}; field.dispatchEvent(new Event('input')); return field.value; }})()",
        Value::from(value)
    );
    assert_eq!(page.eval(&script), value, "{filter} has `{value}`");
}

#[test]
fn filters_show_what_they_name_and_nothing_else() {
    let (found, html) = report();
    let Some(mut page) = Page::open(&html) else { return };
    let all = seen(&mut page);
    assert!(all.len() > 8, "{all:?}");
    assert_eq!(said(&mut page), format!("{0} of {0}", all.len()));
    let by_id: BTreeMap<&str, _> = found.changes.iter().map(|c| (c.id.as_str(), c)).collect();
    for row in &all {
        let change = by_id[row[0].as_str()];
        assert_eq!(row[4], change.kind.as_str());
        if change.group.is_none() && !row[4].starts_with("type-") {
            assert_eq!((row[2].as_str(), row[3].as_str()), (change.wire.as_str(), change.rust.as_str()));
        }
    }
    for (at, filter) in [(1, "area"), (2, "wire"), (3, "rust"), (4, "kind")] {
        let values: BTreeSet<&String> =
            all.iter().map(|row| &row[at]).filter(|value| !value.is_empty()).collect();
        assert!(values.len() > 1, "{filter} has something to choose from: {values:?}");
        for value in values {
            choose(&mut page, filter, value);
            let wanted: Vec<Vec<String>> = all.iter().filter(|row| row[at] == *value).cloned().collect();
            assert_eq!(seen(&mut page), wanted, "{filter} {value}");
            assert_eq!(said(&mut page), format!("{} of {}", wanted.len(), all.len()));
        }
        choose(&mut page, filter, "");
    }
    // Two at once, and an area's heading without rows is not shown.
    choose(&mut page, "wire", "breaking");
    choose(&mut page, "area", "shelves");
    assert!(seen(&mut page).iter().all(|row| row[1] == "shelves" && row[2] == "breaking"));
    let headings = "Array.from(document.querySelectorAll('h2')).filter(h => h.checkVisibility()).map(h => h.textContent)";
    assert_eq!(page.eval(headings), serde_json::json!(["Breaking changes", "In Rust alone"]));
    assert_eq!(
        seen(&mut page).len(),
        all.iter().filter(|row| row[1] == "shelves" && row[2] == "breaking").count()
    );
    assert!(page.faults.is_empty(), "{:?}", page.faults);
}

#[test]
fn everything_is_reached_from_the_keyboard() {
    let (_, html) = report();
    let Some(mut page) = Page::open(&html) else { return };
    let all = seen(&mut page).len();
    let focus = "document.activeElement.id || document.activeElement.parentElement.id";
    page.press("Tab");
    assert_eq!(page.eval(focus), "area");
    page.press("ArrowDown");
    let area = page.eval("document.activeElement.value");
    assert!(seen(&mut page).iter().all(|row| row[1] == area) && seen(&mut page).len() < all);
    choose(&mut page, "area", "");

    page.press("/");
    assert_eq!(page.eval(focus), "text");
    page.type_in("year");
    let rows = seen(&mut page);
    assert!(!rows.is_empty() && rows.len() < all, "{rows:?}");
    let texts = "Array.from(document.querySelectorAll('.row')).filter(row => row.checkVisibility()).every(row => row.textContent.toLowerCase().includes('year'))";
    assert_eq!(page.eval(texts), true);
    // A slash in the field is a slash.
    page.press("/");
    assert_eq!(page.eval("document.activeElement.value"), "year/");

    choose(&mut page, "text", "");
    page.press("Tab");
    let first = seen(&mut page)[0][0].clone();
    assert_eq!(page.eval(focus), first.as_str());
    let reach = format!("document.getElementById('{first}').querySelector('dl').checkVisibility()");
    assert_eq!(page.eval(&reach), false);
    page.press("Enter");
    assert_eq!(page.eval(&reach), true);
    assert_ne!(
        page.eval("getComputedStyle(document.activeElement).outlineStyle"),
        "none",
        "the focus is seen"
    );
    page.press("Enter");
    assert_eq!(page.eval(&reach), false);
}

#[test]
fn a_row_says_whom_it_reaches_and_what_it_is_in_rust() {
    let (found, html) = report();
    let Some(mut page) = Page::open(&html) else { return };
    let row = found
        .changes
        .iter()
        .find(|c| c.rust_old.is_some() && c.group.is_none() && c.reach.operations > 0)
        .unwrap();
    page.go(&format!("#{}", row.id));
    let text = page.eval(&format!("document.getElementById('{}').innerText", row.id));
    let text = text.as_str().unwrap();
    assert!(text.contains(&row.note.replace('`', "")), "{text}");
    for part in row.reach.calls.iter().chain(&row.rust_old).chain([&row.pointer]) {
        assert!(text.contains(part.as_str()), "{part} is not in {text}");
    }
}

#[test]
fn what_a_link_or_the_keyboard_leads_to_is_not_behind_the_filters() {
    let (_, html) = report();
    let Some(mut page) = Page::open(&html) else { return };
    page.resize(900, 320);
    let rows = seen(&mut page);
    let covered = |id: &str| {
        format!(
            "(() => {{ const box = document.getElementById('{id}').querySelector('summary').getBoundingClientRect();
            return document.elementFromPoint(box.x + 40, box.y + 8)?.closest('.row')?.id; }})()"
        )
    };
    let middle = rows[rows.len() / 2][0].clone();
    page.go(&format!("#{middle}"));
    assert_eq!(page.eval(&covered(&middle)), middle.as_str());
    // Back from there, row by row.
    page.eval(&format!("document.getElementById('{middle}').querySelector('summary').focus()"));
    for row in rows[..rows.len() / 2].iter().rev() {
        page.press("Shift+Tab");
        assert_eq!(page.eval("document.activeElement.parentElement.id"), row[0].as_str());
        assert_eq!(page.eval(&covered(&row[0])), row[0].as_str());
    }
}

/// The contrast of text, as WCAG 2 has it, of every element that has text of its own.
const CONTRAST: &str = "(() => {
    const light = colour => {
        const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map(n => n / 255)
            .map(n => n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = element => {
        for (let e = element; e; e = e.parentElement) {
            const colour = getComputedStyle(e).backgroundColor;
            if (!/, 0\\)$/.test(colour)) return colour;
        }
    };
    const all = Array.from(document.querySelectorAll('body *')).filter(e => e.checkVisibility()
        && Array.from(e.childNodes).some(n => n.nodeType === 3 && n.textContent.trim()));
    return [getComputedStyle(document.body).backgroundColor, Math.min(...all.map(e => {
        const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((a, b) => b - a);
        return (a + 0.05) / (b + 0.05);
    }))];
})()";

#[test]
fn it_is_readable_by_day_and_by_night() {
    let (_, html) = report();
    let Some(mut page) = Page::open(&html) else { return };
    page.eval("document.querySelectorAll('details').forEach(details => details.open = true)");
    let mut backgrounds = BTreeSet::new();
    for scheme in ["light", "dark"] {
        page.prefer(scheme);
        let found = page.eval(CONTRAST);
        assert!(found[1].as_f64().unwrap() >= 4.5, "{scheme}: {found}");
        backgrounds.insert(found[0].to_string());
    }
    assert_eq!(backgrounds.len(), 2, "{backgrounds:?}");
}

#[test]
fn it_needs_nothing_from_elsewhere() {
    let (_, html) = report();
    let Some(mut page) = Page::open(&html) else { return };
    assert_eq!(page.eval("performance.getEntriesByType('resource').length"), 0);
    assert!(page.faults.is_empty(), "{:?}", page.faults);
}
