//! Prints the rule by which pages of an operation continue.

use crate::api::{NextPage, Paging};

/// The rule of an operation, in the words of `rt::operations!`.
pub(super) fn rule(paging: &Paging) -> String {
    let optional = |name: &Option<String>| match name {
        Some(name) => format!("Some({name:?})"),
        None => "None".to_owned(),
    };
    let step = match &paging.step {
        NextPage::Url { member } => format!("Url {{ member: {member:?} }}"),
        NextPage::Link => "Link".to_owned(),
        NextPage::Token { member, parameter } => {
            format!("Token {{ member: {member:?}, parameter: {parameter:?} }}")
        }
        NextPage::Last { member, parameter, more } => {
            format!("Last {{ member: {member:?}, parameter: {parameter:?}, more: {} }}", optional(more))
        }
        NextPage::Skip { parameter, total, more } => {
            let (total, more) = (optional(total), optional(more));
            format!("Skip {{ parameter: {parameter:?}, total: {total}, more: {more} }}")
        }
        NextPage::Page { parameter, first, pages, more } => {
            let (pages, more) = (optional(pages), optional(more));
            format!("Page {{ parameter: {parameter:?}, first: {first}, pages: {pages}, more: {more} }}")
        }
    };
    format!(" pages {:?} [{step}]", paging.items.as_deref().unwrap_or_default())
}
