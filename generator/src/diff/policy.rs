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

/// One accepted change.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
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

impl Policy {
    /// Reads a policy file; none if errors were pushed.
    pub fn parse(file: &str, text: &str, out: &mut Sink) -> Option<Self> {
        let at = || Place { file: file.to_owned(), ..Place::default() };
        let policy: Policy = match toml::from_str(text) {
            Ok(policy) => policy,
            Err(error) => {
                out.push(
                    Diagnostic::error(Code::InvalidConfig, at(), error.to_string())
                        .help("a policy has a table `[severity]` and entries `[[accept]]` with `id`, `reason` and `until`"),
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
            if entry.reason.trim().is_empty() {
                out.push(
                    Diagnostic::error(
                        Code::InvalidConfig,
                        at(),
                        format!("change {} has no reason", entry.id),
                    )
                    .help("say why it is accepted"),
                );
            }
            if entry.until.is_some_and(|until| until.date.is_none()) {
                out.push(
                    Diagnostic::error(
                        Code::InvalidConfig,
                        at(),
                        format!("`until` of {} is not a date", entry.id),
                    )
                    .help("write it as 2027-03-01, without quotes"),
                );
            }
        }
        (out.diagnostics().len() == before).then_some(Self { file: file.to_owned(), ..policy })
    }

    /// Applies the decisions that are valid on `today`. A change is accepted by its own id alone, so no entry covers
    /// another change, not even one of the same cause; expired and unused entries are notices.
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
            let Some(at) = diff.changes.iter().position(|change| change.id == entry.id) else {
                out.push(notice(format!("no change has the id {}", entry.id), "remove the entry"));
                continue;
            };
            if until.is_some_and(|until| until < today) {
                out.push(notice(
                    format!("the acceptance of {} has expired", entry.id),
                    "decide again: remove the entry or give it a later `until`",
                ));
                continue;
            }
            let change = diff.changes.remove(at);
            let until = until.map(|d| format!("{:04}-{:02}-{:02}", d.year, d.month, d.day));
            diff.accepted.push(Accepted { change, reason: crate::diagnostic::shown(&entry.reason), until });
        }
        diff.changes.sort_by(Change::order);
        diff.count();
    }
}
