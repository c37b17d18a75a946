//! Finds the next page by the rule of the operation, for any type of page.

use crate::codec::{Put, View};
use crate::page::Next;
use crate::request::Request;

/// The paging rule of an operation: its `x-paging`.
///
/// Members are names of the response's JSON, with dots between those of nested objects: `meta.next_cursor`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRule {
    /// The member with the list; empty if the response is the list.
    pub items: &'static str,
    /// The request for the next page.
    pub step: PageStep,
}

/// The way to request the next page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PageStep {
    /// By the URL in `member`; absent, null or empty on the last page.
    Url {
        /// The member.
        member: &'static str,
    },
    /// By the URL of the header `Link` with `rel="next"` (RFC 8288).
    Link,
    /// By the string or number in `member`, sent as the query parameter; absent, null or empty on the last page.
    Token {
        /// The member.
        member: &'static str,
        /// The query parameter.
        parameter: &'static str,
    },
    /// By a member of the last item, sent as the query parameter.
    Last {
        /// The member of the item.
        member: &'static str,
        /// The query parameter.
        parameter: &'static str,
        /// The boolean member of the page that reports more items.
        more: Option<&'static str>,
    },
    /// By the number of items on the pages so far, sent as the query parameter.
    Skip {
        /// The query parameter.
        parameter: &'static str,
        /// The member with the number of items on all pages.
        total: Option<&'static str>,
        /// The boolean member that reports more items.
        more: Option<&'static str>,
    },
    /// By the number of the page, sent as the query parameter.
    Page {
        /// The query parameter.
        parameter: &'static str,
        /// The number of the first page.
        first: i64,
        /// The member with the number of pages.
        pages: Option<&'static str>,
        /// The boolean member that reports more items.
        more: Option<&'static str>,
    },
}

impl Next {
    /// The page after `page`, by the rule of the called operation. An operation without a rule has no further page.
    ///
    /// If pages are counted, there is no page after one without items.
    pub fn of(page: &dyn Put, sent: &Request) -> Option<Next> {
        let PageRule { items, step } = sent.operation().paging?;
        let text = |member: &str| scalar(page.view(), member);
        let count = || list(page.view(), items, "").0;
        let ends = |more: Option<&str>| {
            count() == 0 || more.is_some_and(|member| text(member).as_deref() == Some("false"))
        };
        let number = |member: Option<&str>| text(member?)?.parse::<f64>().ok().map(|number| number as i64);
        match step {
            PageStep::Url { member } => Next::at(text(member).as_deref()),
            PageStep::Link => Some(Next::Link),
            PageStep::Token { member, parameter } => Next::with(parameter, text(member).as_deref()),
            PageStep::Last { member, parameter, more } if !ends(more) => {
                Next::with(parameter, list(page.view(), items, member).1.as_deref())
            }
            PageStep::Skip { parameter, total, more } => {
                let more = more.and_then(text).map(|more| more == "true");
                Next::after(sent, parameter, count(), number(total), more)
            }
            PageStep::Page { parameter, first, pages, more } if !ends(more) => {
                let page = sent.parameter(parameter).and_then(|page| page.parse().ok()).unwrap_or(first);
                let is_last = number(pages).is_some_and(|pages| page.saturating_sub(first) + 1 >= pages);
                (!is_last).then(|| Next::Query(vec![(parameter, page.saturating_add(1).to_string())]))
            }
            PageStep::Last { .. } | PageStep::Page { .. } => None,
        }
    }
}

/// Shows the member at a path. A name may contain dots: `@odata.nextLink`.
fn find(view: View<'_>, path: &str, found: &mut dyn FnMut(View<'_>)) {
    if path.is_empty() {
        return found(view);
    }
    let mut member = |key: &str, view: View<'_>| match path.strip_prefix(key) {
        Some("") => found(view),
        Some(rest) => {
            if let Some(rest) = rest.strip_prefix('.') {
                find(view, rest, found);
            }
        }
        None => {}
    };
    match view {
        View::Object(object) => object.each(&mut member),
        View::Keys(map) => map.each(&mut member),
        View::Value(serde_json::Value::Object(map)) => {
            map.iter().for_each(|(key, value)| member(key, View::Value(value)));
        }
        _ => {}
    }
}

/// The text of a string, number or boolean at a path.
fn scalar(view: View<'_>, path: &str) -> Option<String> {
    let mut out = None;
    find(view, path, &mut |view| {
        out = match view {
            View::Str(text) => Some(text.to_owned()),
            View::Int(number) => Some(number.to_string()),
            View::Uint(number) => Some(number.to_string()),
            View::Float(number) => Some(number.to_string()),
            View::Bool(value) => Some(value.to_string()),
            View::Value(serde_json::Value::String(text)) => Some(text.clone()),
            View::Value(value @ (serde_json::Value::Number(_) | serde_json::Value::Bool(_))) => {
                Some(value.to_string())
            }
            _ => None,
        };
    });
    out
}

/// The length of the list at a path, and the text of a member of its last item.
fn list(view: View<'_>, path: &str, member: &str) -> (usize, Option<String>) {
    let (mut count, mut last) = (0, None);
    let mut item = |view: View<'_>| {
        count += 1;
        if !member.is_empty() {
            last = scalar(view, member);
        }
    };
    find(view, path, &mut |view| match view {
        View::Seq(items) => items.each(&mut item),
        View::Value(serde_json::Value::Array(items)) => {
            items.iter().for_each(|value| item(View::Value(value)));
        }
        _ => {}
    });
    (count, last)
}
