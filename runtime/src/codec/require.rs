//! Checks that one of several sets of members is complete before a request is sent.

use super::view::{Put, View};

/// Describes the missing members of the set that is nearest to complete; none if a set is complete.
#[doc(hidden)]
#[must_use]
pub fn missing_set(sets: &[&[&str]], is_set: &dyn Fn(&str) -> bool) -> Option<String> {
    let missing = |set: &&&[&str]| set.iter().filter(|name| !is_set(name)).count();
    let nearest = sets.iter().min_by_key(missing).filter(|set| missing(set) > 0)?;
    let names = nearest.iter().filter(|name| !is_set(name)).map(|name| format!("`{name}`"));
    let names: Vec<String> = names.collect();
    let others = match sets.len() {
        1 => String::new(),
        len => format!(", or to complete another of its {len} sets of members"),
    };
    Some(format!("the request needs {}{others}", names.join(" and ")))
}

/// True if a member is sent, as a value or as null.
#[doc(hidden)]
#[must_use]
pub fn is_present(member: &dyn Put) -> bool {
    !matches!(member.view(), View::Absent)
}
