//! Searches items by parts of words, in any order, with typing errors.

use storewright_generator::plan::{Item, ItemKind, Signature};

/// The most items that a search gives.
const MOST: usize = 10;
/// The length from which on a word may have a typing error.
const LONG: usize = 5;

/// The items that match every word of the text, the best first.
pub(super) fn search<'a, T>(text: &str, items: impl Iterator<Item = (T, &'a Item)>) -> Vec<(T, &'a Item)> {
    let wanted = words(text);
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(u32, usize, (T, &Item))> = items
        .filter_map(|(of, item)| {
            let own = words(&format!("{} {}", item.path, item.origin));
            let costs = wanted.iter().map(|word| own.iter().filter_map(|own| cost(word, own)).min());
            let cost: u32 = costs.sum::<Option<u32>>()?;
            // A call is sought more often than a type, and a type more often than its members.
            let is_call = matches!(item.signature, Signature::Function(_, Some(_)) | Signature::Literal(..));
            let kind = match item.kind {
                ItemKind::Fn if is_call && item.path.starts_with("operations::") => 0,
                kind if kind.is_type() && item.path.starts_with("models::") => 2,
                _ => 5,
            };
            Some((cost * 2 + kind, item.path.len(), (of, item)))
        })
        .collect();
    found.sort_by_key(|(cost, length, _)| (*cost, *length));
    found.into_iter().take(MOST).map(|(.., found)| found).collect()
}

/// The words of a name in any case: `salesReports` is `sales` and `reports`.
fn words(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut before = ' ';
    for c in text.chars() {
        let starts = !before.is_alphanumeric() || (c.is_uppercase() && !before.is_uppercase());
        if c.is_alphanumeric() {
            if starts {
                out.push(String::new());
            }
            if let Some(word) = out.last_mut() {
                word.extend(c.to_lowercase());
            }
        }
        before = c;
    }
    out
}

/// The cost of taking one word for another; none where they differ too much.
fn cost(wanted: &str, own: &str) -> Option<u32> {
    if wanted == own {
        return Some(0);
    }
    if own.starts_with(wanted) {
        return Some(1);
    }
    let length = wanted.chars().count();
    if length > 2 && (own.contains(wanted) || (own.len() > 2 && wanted.starts_with(own))) {
        return Some(2);
    }
    // `submit` and `submissions` have one stem.
    let common = wanted.chars().zip(own.chars()).take_while(|(a, b)| a == b).count();
    if common + 1 >= LONG && common + 2 >= length {
        return Some(3);
    }
    let allowed = if length < LONG { 0 } else { 1 + u32::from(length >= 2 * LONG) };
    let distance = distance(wanted, own);
    (distance <= allowed).then_some(2 + distance)
}

/// The letters to insert, remove, replace or swap with their neighbour.
fn distance(a: &str, b: &str) -> u32 {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let first = || (0..).take(b.len() + 1).collect::<Vec<u32>>();
    let (mut two, mut one) = (first(), first());
    for (i, c) in a.iter().enumerate() {
        let mut row = vec![one.first().copied().unwrap_or_default() + 1];
        for (j, d) in b.iter().enumerate() {
            let at = |row: &[u32], index: usize| row.get(index).copied().unwrap_or(u32::MAX - 2);
            let mut best = (at(&row, j) + 1).min(at(&one, j + 1) + 1).min(at(&one, j) + u32::from(c != d));
            let is_swap = i > 0 && j > 0 && a.get(i - 1) == Some(d) && b.get(j - 1) == Some(c);
            if is_swap {
                best = best.min(at(&two, j - 1) + 1);
            }
            row.push(best);
        }
        two = std::mem::replace(&mut one, row);
    }
    one.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "\
operations::sales_reports::SalesReports::list fn => Text | /paths/~1v1~1salesReports/get reports
operations::beta_testers::BetaTesters::list fn => Page | /paths/~1v1~1betaTesters/get testflight
operations::beta_testers::List::limit fn value : i64 | /paths/~1v1~1betaTesters/get testflight
operations::review_submissions::ReviewSubmissions::create fn => Document | /paths/~1v1~1reviewSubmissions/post
models::ReviewSubmissionAttributes.submitted_date field Option<String> | /components/schemas/ReviewSubmission
models::BetaTester struct | /components/schemas/BetaTester
models::BetaTester.email field Option<String> | /components/schemas/BetaTester
";

    #[test]
    fn words_in_any_order_with_errors_find_calls_first() {
        let items = Item::read_all(LIST);
        let first = |text: &str| {
            search(text, items.iter().map(|item| ((), item))).first().map(|(_, item)| item.path.clone())
        };
        for (text, path) in [
            ("salesReports", "operations::sales_reports::SalesReports::list"),
            ("report sales", "operations::sales_reports::SalesReports::list"),
            ("testers", "operations::beta_testers::BetaTesters::list"),
            ("tetsers", "operations::beta_testers::BetaTesters::list"),
            ("submit review", "operations::review_submissions::ReviewSubmissions::create"),
            ("betatester email", "models::BetaTester.email"),
        ] {
            assert_eq!(first(text).as_deref(), Some(path), "{text}");
        }
        for text in ["", "?", "invoices", "sales testers"] {
            assert_eq!(first(text), None, "{text}");
        }
    }
}
