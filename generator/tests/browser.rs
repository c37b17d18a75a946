//! Opens the HTML report in a browser and asserts its visible content and its interactions.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use crate::support::chromium::Page;
use crate::support::diff;
use serde_json::Value;
use storewright_generator::diff::{Change, Diff};
use storewright_generator::plan::Item;
use storewright_generator::report;

const AREAS: &str = "[area.lending]\nabout = \"loans\"\ntags = [\"Loans\"]\n\n[area.shelves]\nabout = \"books\"\ntags = [\"Books\"]\n";

/// Several cases at once, in two areas.
fn report() -> (Diff, String) {
    let (base, cases) = diff::cases();
    let mut document = base.clone();
    for name in [
        "field-added",
        "value-added",
        "limit-changed",
        "operation-added",
        "type-added",
        "one-parameter-everywhere",
        "one-status-everywhere",
    ] {
        document = diff::patched(&document, &cases[name]);
    }
    document["info"]["version"] = "2".into();
    let [old, mut new] =
        [&base, &document].map(|document| diff::tried("shelf", document, Some(AREAS)).unwrap());
    // An item that no row explains, as a newer generator may add it.
    new.items.as_mut().unwrap().extend(Item::read_all("models::Shelf struct | /components/schemas/Shelf\n"));
    let found = diff::compare(&old, &new);
    let html = report::html(&found).unwrap();
    (found, html)
}

/// The rows that are on the screen, by the ids of all their locations.
const SEEN: &str = "Array.from(document.querySelectorAll('.row'))
    .filter(row => row.checkVisibility())
    .map(row => [row.id, ...Array.from(row.querySelectorAll('.place'), place => place.id)])";

fn seen(page: &mut Page) -> Vec<Vec<String>> {
    serde_json::from_value(page.eval(SEEN)).unwrap()
}

/// The words about the rows that are shown, of all of them.
fn counted(shown: &[Vec<String>], places: usize, all: &[Vec<String>]) -> String {
    let part = |count: usize, all: usize, noun: &str| match count == all {
        true => format!("{all} {noun}"),
        false => format!("{count} of {all} {noun}"),
    };
    let total = all.iter().map(Vec::len).sum();
    format!("{} ({})", part(shown.len(), all.len(), "rows"), part(places, total, "places"))
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

/// The value of a change that a filter compares.
fn value<'c>(change: &'c Change, filter: &str) -> &'c str {
    match filter {
        "area" => change.area.as_deref().unwrap_or_default(),
        "wire" => change.wire.as_str(),
        "rust" => change.rust.as_str(),
        _ => change.kind.as_str(),
    }
}

const HEADINGS: &str =
    "Array.from(document.querySelectorAll('h2')).filter(h => h.checkVisibility()).map(h => h.textContent)";

#[test]
fn filters_show_the_rows_with_a_place_that_fits_and_nothing_else() {
    let (found, html) = report();
    let Some(mut page) = Page::open(&html) else { return };
    let all = seen(&mut page);
    assert!(all.len() > 8 && all.iter().any(|row| row.len() > 1), "{all:?}");
    let places: usize = all.iter().map(Vec::len).sum();
    assert_eq!(places, found.changes.len());
    assert_eq!(said(&mut page), counted(&all, places, &all));
    let by_id: BTreeMap<&str, &Change> = found.changes.iter().map(|c| (c.id.as_str(), c)).collect();
    let wanted = |is: &dyn Fn(&Change) -> bool| -> (Vec<Vec<String>>, usize) {
        let fits = |row: &&Vec<String>| row.iter().any(|id| is(by_id[id.as_str()]));
        (all.iter().filter(fits).cloned().collect(), found.changes.iter().filter(|c| is(c)).count())
    };
    for filter in ["area", "wire", "rust", "kind"] {
        let values: BTreeSet<&str> = found.changes.iter().map(|c| value(c, filter)).collect();
        assert!(values.len() > 1, "{filter} has something to choose from: {values:?}");
        for one in values.into_iter().filter(|value| !value.is_empty()) {
            choose(&mut page, filter, one);
            let (rows, places) = wanted(&|change| value(change, filter) == one);
            assert_eq!(seen(&mut page), rows, "{filter} {one}");
            assert_eq!(said(&mut page), counted(&rows, places, &all), "{filter} {one}");
        }
        choose(&mut page, filter, "");
    }
    // The head counts the same.
    for (verdict, count) in &found.summary.wire {
        assert_eq!(wanted(&|change| change.wire.as_str() == *verdict).1, *count);
    }
    // Two at once are of one place, and a heading without rows is not shown.
    choose(&mut page, "wire", "breaking");
    choose(&mut page, "area", "shelves");
    let (rows, _) = wanted(&|c| value(c, "area") == "shelves" && value(c, "wire") == "breaking");
    assert_eq!(seen(&mut page), rows);
    assert_eq!(page.eval(HEADINGS), serde_json::json!(["Breaking changes"]));
    assert!(page.faults.is_empty(), "{:?}", page.faults);
}

#[test]
fn an_area_has_its_rows_of_several_areas_too_and_those_have_a_name() {
    let (found, html) = report();
    let Some(mut page) = Page::open(&html) else { return };
    let options = "Array.from(document.querySelectorAll('#area option'), option => option.textContent)";
    assert_eq!(page.eval(options), serde_json::json!(["all", "several areas", "lending", "shelves"]));
    let group = |c: &Change| c.group.clone();
    let areas = |group: &Option<String>| -> BTreeSet<Option<String>> {
        found.changes.iter().filter(|c| c.group == *group).map(|c| c.area.clone()).collect()
    };
    let spread = found.changes.iter().find(|c| group(c).is_some() && areas(&group(c)).len() > 1).unwrap();
    for area in areas(&group(spread)) {
        choose(&mut page, "area", area.as_deref().unwrap());
        assert!(seen(&mut page).concat().contains(&spread.id), "{area:?}");
    }
}

#[test]
fn changes_in_rust_alone_have_a_rust_verdict_only() {
    let (found, html) = report();
    let Some(mut page) = Page::open(&html) else { return };
    let entries = "Array.from(document.querySelectorAll('.entry')).filter(e => e.checkVisibility()).map(e => e.querySelector('.rust').textContent)";
    let verdicts: Vec<String> = serde_json::from_value(page.eval(entries)).unwrap();
    assert!(verdicts.iter().any(|verdict| verdict == "minor"), "{:?}", found.summary.rust_only);
    for (filter, one, is_shown) in [
        ("rust", "major", false),
        ("rust", "minor", true),
        ("wire", "safe", false),
        ("area", "shelves", false),
    ] {
        choose(&mut page, filter, one);
        let headings = page.eval(HEADINGS).to_string();
        assert_eq!(headings.contains("In Rust alone"), is_shown, "{filter} {one}: {headings}");
        let left: Vec<String> = serde_json::from_value(page.eval(entries)).unwrap();
        assert!(left.iter().all(|verdict| is_shown && verdict == one), "{filter} {one}: {left:?}");
        page.eval("document.querySelector('form').reset(), filter()");
    }
    choose(&mut page, "text", "no such word");
    assert_eq!((page.eval(HEADINGS), seen(&mut page)), (serde_json::json!([]), Vec::new()));
}

#[test]
fn search_finds_every_place_by_its_item_its_id_and_its_path() {
    let (found, html) = report();
    let Some(mut page) = Page::open(&html) else { return };
    let all = seen(&mut page).len();
    for change in &found.changes {
        let items = [&change.rust_old, &change.rust_new].into_iter().flatten();
        for word in [&change.id, &change.subject, &change.pointer].into_iter().chain(items) {
            choose(&mut page, "text", word);
            assert!(seen(&mut page).concat().contains(&change.id), "{word} finds {}", change.subject);
        }
    }
    choose(&mut page, "text", "/v1/books/{id}/loans");
    let rows = seen(&mut page);
    assert!(!rows.is_empty() && rows.len() < all, "{rows:?}");
    choose(&mut page, "text", "/v1/books/{isbn}/shoes");
    assert_eq!(seen(&mut page), Vec::<Vec<String>>::new());
}

/// True if the summary of the row is open and nothing covers it.
fn covered(id: &str) -> String {
    format!(
        "(() => {{ const row = document.getElementById('{id}').closest('.row'), box = row.querySelector('summary').getBoundingClientRect();
        return row.open && document.elementFromPoint(box.x + 40, box.y + 8)?.closest('.row') === row; }})()"
    )
}

#[test]
fn an_address_opens_its_row_at_every_width_and_whatever_the_filters_are() {
    let (found, html) = report();
    let Some(mut page) = Page::open(&html) else { return };
    let rows = seen(&mut page);
    let middle = &rows[rows.len() / 2][0];
    for width in [320, 400, 650, 831, 840, 900, 1300] {
        page.resize(width, 420);
        page.go(&format!("#{middle}"));
        assert_eq!(page.eval(&covered(middle)), true, "{width}");
    }
    // Another row, by a link on the open page, and behind a filter.
    let other = rows[0][0].clone();
    let visit = |page: &mut Page, id: &str| {
        page.eval(&format!("new Promise(done => {{ addEventListener('hashchange', () => setTimeout(done), {{ once: true }}); location.hash = '{id}'; }})"));
    };
    visit(&mut page, &other);
    assert_eq!(page.eval(&covered(&other)), true);
    choose(&mut page, "text", "no such word");
    visit(&mut page, middle);
    assert_eq!(page.eval(&covered(middle)), true);
    assert_eq!(page.eval("document.getElementById('text').value"), "");
    // A place that a row folds has an id too, which a policy and other reports name.
    let folded = rows.iter().find(|row| row.len() > 1).unwrap()[1].clone();
    assert!(found.changes.iter().any(|c| c.id == folded));
    visit(&mut page, &folded);
    assert_eq!(page.eval(&format!("document.getElementById('{folded}').checkVisibility()")), true);
}

#[test]
fn a_narrow_screen_shows_all_of_it_and_its_filters_do_not_cover_rows() {
    let (_, html) = report();
    // A name that does not fit, as documents have them.
    let long = "models::".to_owned() + &"AlternativeDistributionPackage".repeat(4);
    let html = html.replace("models::NewBookRequired", &long);
    let Some(mut page) = Page::open(&html) else { return };
    page.resize(400, 700);
    page.eval("document.querySelectorAll('details').forEach(details => details.open = true)");
    let overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    assert_eq!(page.eval(overflow), 0);
    assert_eq!(page.eval("getComputedStyle(document.querySelector('form')).position"), "static");
}

#[test]
fn paper_has_the_reasons_of_the_shown_rows_and_no_filters() {
    let (_, html) = report();
    let Some(mut page) = Page::open(&html) else { return };
    let all = seen(&mut page);
    choose(&mut page, "wire", "breaking");
    let shown = seen(&mut page);
    assert!(shown.len() > 1 && shown.len() < all.len());
    page.eval(&format!("document.getElementById('{}').open = true", shown[0][0]));
    page.eval("addEventListener('beforeprint', () => { window.printed = Array.from(document.querySelectorAll('.row[open]'), row => row.id); })");
    page.print();
    let ids: Vec<&String> = shown.iter().map(|row| &row[0]).collect();
    assert_eq!(page.eval("window.printed"), serde_json::json!(ids));
    // The screen is as it was.
    let open = "Array.from(document.querySelectorAll('.row[open]'), row => row.id)";
    assert_eq!(page.eval(open), serde_json::json!([ids[0]]));
    page.media("print");
    assert_eq!(page.eval("document.querySelector('form').checkVisibility()"), false);
    page.media("screen");
    assert_eq!(page.eval("document.querySelector('form').checkVisibility()"), true);
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
    assert_eq!(page.eval("document.activeElement.selectedIndex"), 1);
    assert!(seen(&mut page).len() < all);
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
    assert!(text.contains(&row.id), "{text}");
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
