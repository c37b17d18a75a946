//! Applies a reviewer's decisions to a diff: severities by kind, and accepted changes.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Diff;
use super::change::{Change, Kind, Wire};
use crate::diagnostic::{Code, Diagnostic, Place, Sink};

/// A reviewer's decisions, as a policy file has them:
///
/// ```toml
/// [severity]
/// media-type-removed = "risky"
///
/// [[accept]]
/// id = "0813e335051ce058"
/// reason = "we never called it"
/// until = 2027-03-01
///
/// [[accept]]
/// group = "5a3b9b6f5a0c7d12"
/// reason = "we send all of them"
/// ```
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Kind of change → verdict on the wire.
    #[serde(default)]
    severity: BTreeMap<String, String>,
    #[serde(default)]
    accept: Vec<Entry>,
    #[serde(skip)]
    file: String,
}

/// A day of the calendar, in the order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Of the Gregorian calendar.
    pub year: u16,
    /// From 1 to 12.
    pub month: u8,
    /// From 1 to 31.
    pub day: u8,
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// One accepted change, or identical changes in several places.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: Option<String>,
    group: Option<String>,
    reason: String,
    until: Option<toml::value::Datetime>,
}

/// A change that a reviewer accepted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Accepted {
    /// The change.
    pub change: Change,
    /// The reviewer's reason.
    pub reason: String,
    /// The last day on which the change is accepted, as `YYYY-MM-DD`; absent if there is none.
    pub until: Option<String>,
}

impl Entry {
    /// Pushes an error for each member that has no meaning.
    fn check(&self, at: &Place, out: &mut Sink) {
        let mut wrong = |message: String, help: &str| {
            out.push(Diagnostic::error(Code::InvalidConfig, at.clone(), message).help(help));
        };
        if self.id.is_some() == self.group.is_some() {
            let message =
                format!("the entry with the reason \"{}\" needs one of `id` and `group`", self.reason);
            wrong(message, "copy the id or the group of a row from the report");
        }
        if self.reason.trim().is_empty() {
            wrong(format!("the acceptance of {self} has no reason"), "say why it is accepted");
        }
        if self.until.is_some_and(|until| until.date.is_none()) {
            wrong(format!("`until` of {self} is not a date"), "write it as 2027-03-01, without quotes");
        }
    }

    fn covers(&self, change: &Change) -> bool {
        match (&self.id, &self.group) {
            (Some(id), _) => change.id == *id,
            (None, group) => group.is_some() && change.group == *group,
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.id, &self.group) {
            (None, Some(group)) => write!(f, "the group {group}"),
            (id, _) => f.write_str(id.as_deref().unwrap_or_default()),
        }
    }
}

impl Policy {
    /// Reads a policy file; none if errors were pushed.
    pub fn parse(file: &str, text: &str, out: &mut Sink) -> Option<Self> {
        let at = || Place { file: file.to_owned(), ..Place::default() };
        let policy: Policy = match toml::from_str(text) {
            Ok(policy) => policy,
            Err(error) => {
                out.push(
                    Diagnostic::error(Code::InvalidConfig, at(), error.to_string())
                        .help("a policy has a table `[severity]` and entries `[[accept]]` with `id` or `group`, `reason` and `until`"),
                );
                return None;
            }
        };
        let before = out.diagnostics().len();
        for (kind, wire) in &policy.severity {
            if Kind::parse(kind).is_none() {
                out.push(
                    Diagnostic::error(Code::InvalidConfig, at(), format!("`{kind}` is not a kind of change"))
                        .help("docs/diff.schema.json lists the kinds"),
                );
            }
            if Wire::parse(wire).is_none() {
                let message = format!("`{wire}` is not a verdict");
                out.push(
                    Diagnostic::error(Code::InvalidConfig, at(), message)
                        .help("use `breaking`, `risky` or `safe`"),
                );
            }
        }
        for entry in &policy.accept {
            entry.check(&at(), out);
        }
        (out.diagnostics().len() == before).then_some(Self { file: file.to_owned(), ..policy })
    }

    /// Applies the decisions that are valid on `today`. A change is accepted by its own id or the id of its group,
    /// which is made of the ids of all in it, so no entry covers a later change, not even one of the same cause. Expired
    /// and unused entries are notices.
    pub fn apply(&self, diff: &mut Diff, today: Date, out: &mut Sink) {
        for change in &mut diff.changes {
            let Some(wire) = self.severity.get(change.kind.as_str()).and_then(|wire| Wire::parse(wire))
            else {
                continue;
            };
            if wire != change.wire {
                change.note = format!(
                    "{} by the policy, {} otherwise: {}",
                    wire.as_str(),
                    change.wire.as_str(),
                    change.note
                );
                change.wire = wire;
            }
        }
        let notice = |message: String, help: &str| {
            let at = Place { file: self.file.clone(), ..Place::default() };
            Diagnostic::notice(Code::UnusedException, at, message).help(help)
        };
        for entry in &self.accept {
            let until = entry.until.and_then(|until| until.date);
            let until = until.map(|d| Date { year: d.year, month: d.month, day: d.day });
            let (covered, rest): (Vec<Change>, Vec<Change>) =
                std::mem::take(&mut diff.changes).into_iter().partition(|change| entry.covers(change));
            diff.changes = rest;
            let is_expired = until.is_some_and(|until| until < today);
            if covered.is_empty() {
                let what = if entry.id.is_some() { "has the id" } else { "is in" };
                out.push(notice(format!("no change {what} {entry}"), "remove the entry"));
            } else if is_expired {
                out.push(notice(
                    format!("the acceptance of {entry} has expired"),
                    "decide again: remove the entry or give it a later `until`",
                ));
                diff.changes.extend(covered);
            } else {
                let until = until.map(|until| until.to_string());
                let reason = crate::diagnostic::shown(&entry.reason);
                diff.accepted.extend(covered.into_iter().map(|change| Accepted {
                    change,
                    reason: reason.clone(),
                    until: until.clone(),
                }));
            }
        }
        diff.changes.sort_by(Change::order);
        diff.count();
    }
}
