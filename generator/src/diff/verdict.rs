//! Judges the effect of a row on calls, with the reason, and makes it a change.

use std::borrow::Cow;

use super::change::{Bump, Change, Direction, Kind, Wire};
use super::relation::Fit;
use super::row::{Row, stable};

/// The number of differences between two types that are named.
const DIFFERENCES: usize = 3;

impl Row {
    /// The row with its verdict.
    pub(super) fn finish(self) -> Change {
        let (wire, why) = match wire(&self) {
            (Wire::Breaking, why) if self.in_error => (Wire::Risky, format!("in errors alone, {why}").into()),
            judged => judged,
        };
        let direction = self.direction();
        let mut note = why.into_owned();
        if !self.differences.is_empty() {
            let told = |row: &Row| format!("`{}` {}", row.subject, row.kind().as_str());
            let shown: Vec<String> = self.differences.iter().take(DIFFERENCES).map(told).collect();
            let more = self.differences.len() - shown.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            note.push_str(&format!("; they differ in {}{more}", shown.join(", ")));
        }
        for part in [Some(self.rust_note.as_str()).filter(|n| !n.is_empty()), self.remark.as_deref()]
            .into_iter()
            .flatten()
        {
            note.push_str("; ");
            note.push_str(part);
        }
        let kind = self.kind();
        // A reviewer accepts a row by its id, so an id identifies all of a cause: the differences between two types too.
        let mut inner: Vec<String> = self.differences.iter().map(Row::identity).collect();
        inner.sort();
        let id = stable(
            &[&[self.identity().as_str()], &inner.iter().map(String::as_str).collect::<Vec<_>>()[..]]
                .concat(),
        );
        let [rust_old, rust_new] = self.rust_items;
        Change {
            id,
            kind,
            subject: self.subject.to_string(),
            thing: self.subject,
            direction,
            wire,
            rust: self.rust.unwrap_or(Bump::None),
            reach: self.reach,
            old: self.old,
            new: self.new,
            pointer: self.pointer,
            file: None,
            line: None,
            area: self.area,
            tag: self.tag,
            rust_old,
            rust_new,
            rust_items: self.paths.into_iter().collect(),
            note,
            group: self.group.map(|group| stable(&["group", &group])),
        }
    }
}

/// The verdict and its reason, as a reviewer would say it.
fn wire(row: &Row) -> (Wire, Cow<'static, str>) {
    use Wire::{Breaking, Risky};
    // The effect of a type that replaces another is that of the differences between the two.
    let differences = row.differences.iter().map(|inner| {
        let direction = Some(row.direction().without(inner.hidden));
        wire(&Row { direction, ..inner.clone() })
    });
    if let Some(worst) = differences.min_by_key(|(wire, _)| *wire) {
        return match worst {
            (Breaking, _) if row.failure => (Risky, "errors have another type".into()),
            worst => worst,
        };
    }
    let sent = matches!(row.direction(), Direction::Request | Direction::Both);
    let received = matches!(row.direction(), Direction::Response | Direction::Both);
    if let Some(fits) = &row.fits {
        return related(fits, sent, received, row.failure);
    }
    let (wire, why) = by_kind(row, sent, received);
    (wire, why.into())
}

/// The verdict on types: for a request, old values have to stay valid, and for a response, new values had to be valid before.
fn related([old, new]: &[Fit; 2], sent: bool, received: bool, failure: bool) -> (Wire, Cow<'static, str>) {
    use Wire::{Breaking, Risky, Safe};
    let request = match old {
        _ if !sent => (Safe, "it is not sent".into()),
        Fit::All => (Safe, "all old values stay valid".into()),
        Fit::Most(what) | Fit::Some(what) => {
            (Breaking, format!("{what} was valid and may now be refused").into())
        }
    };
    let response = match new {
        _ if !received => (Safe, Cow::from("it is not received")),
        Fit::All => (Safe, "all received values were valid before".into()),
        Fit::Most(what) => (Risky, format!("{what} may be received, and was not before").into()),
        Fit::Some(what) if failure => (Risky, format!("errors may have {what}, and did not before").into()),
        Fit::Some(what) => {
            (Breaking, format!("{what} may be received, which an old client cannot read").into())
        }
    };
    match (sent, received) {
        (true, false) => request,
        (false, true) => response,
        _ if request.0 <= response.0 => request,
        _ => response,
    }
}

#[expect(clippy::too_many_lines, reason = "a table: a row for each kind of change")]
fn by_kind(row: &Row, sent: bool, received: bool) -> (Wire, &'static str) {
    use Wire::{Breaking, Risky, Safe};
    match row.kind() {
        Kind::OperationAdded => (Safe, "no old client calls it"),
        Kind::OperationRemoved => (Breaking, "the server no longer supports the call"),
        Kind::OperationRenamed => (Safe, "method and path are the same"),
        Kind::OperationMoved if row.is_call => (Breaking, "the server makes the call with another method"),
        Kind::OperationMoved => (Breaking, "the server no longer supports the old method and path"),
        Kind::OperationDeprecated | Kind::ParameterDeprecated | Kind::FieldDeprecated => {
            (Safe, "it still works; the vendor advises against it")
        }
        Kind::OperationUndeprecated | Kind::ParameterUndeprecated | Kind::FieldUndeprecated => {
            (Safe, "it works as before")
        }
        Kind::TagsChanged => (Safe, "tags are not sent"),
        Kind::CallbackAdded => (Safe, "the server only makes calls that a client asked for"),
        Kind::CallbackRemoved => (Breaking, "the server no longer makes the call"),
        Kind::SunsetChanged if row.strict => (Risky, "a client may plan with the date"),
        Kind::SunsetChanged => (Safe, "it works until then"),
        Kind::StabilityChanged if row.strict => (Risky, "it may change or end without notice"),
        Kind::StabilityChanged => (Safe, "it is as stable as before, or more"),
        Kind::ParameterNullable => (Safe, "nobody has to send null"),
        Kind::ParameterNotNullable => (Breaking, "null is refused"),
        Kind::ParameterAdded if row.strict => (Breaking, "calls without it are refused"),
        Kind::ParameterAdded => (Safe, "it may be omitted"),
        Kind::ParameterRemoved => (Breaking, "a server may refuse a parameter that it does not know"),
        Kind::ParameterMoved => (Breaking, "it is no longer read in its old place"),
        Kind::ParameterRequired => (Breaking, "calls without it are refused"),
        Kind::ParameterOptional => (Safe, "calls with it are accepted as before"),
        Kind::ParameterTypeChanged => (Breaking, "values that were sent may be refused"),
        Kind::FieldAccessChanged => (Safe, "it is neither sent nor received"),
        Kind::DiscriminatorChanged => (Breaking, "another member or value distinguishes the types"),
        Kind::ParameterDefaultChanged => (Risky, "calls without it now mean something else"),
        Kind::ParameterEncodingChanged if row.strict => {
            (Breaking, "the server reads the value in another style")
        }
        Kind::ParameterEncodingChanged => (Risky, "the server reads some values in another way"),
        Kind::ValueAdded if received => (Risky, "clients that match every known value may receive a new one"),
        Kind::ValueAdded => (Safe, "nobody has to send it"),
        Kind::ValueRemoved if sent => (Breaking, "values that were sent may be refused"),
        Kind::ValueRemoved => (Safe, "it is only no longer received"),
        Kind::TypeAdded => (Safe, "the members that use it have their own rows"),
        Kind::TypeRemoved => (Safe, "the members that used it have their own rows"),
        Kind::TypeRenamed => (Safe, "names of types are not sent"),
        Kind::FieldAdded if sent && row.strict => (Breaking, "requests without it are refused"),
        Kind::FieldAdded if row.is_call && row.strict => {
            (Risky, "a receiver may refuse what it does not know")
        }
        Kind::FieldAdded if sent => (Safe, "it may be omitted"),
        Kind::FieldAdded => (Safe, "clients ignore unknown members"),
        Kind::FieldRemoved if sent => (Breaking, "a server may refuse a member that it does not know"),
        Kind::FieldRemoved if row.strict => (Breaking, "a client that relies on it no longer gets it"),
        Kind::FieldRemoved if received => (Risky, "a client may rely on it although it was optional"),
        Kind::FieldRemoved => (Safe, "it is not sent"),
        Kind::FieldTypeChanged if !sent && !received => (Safe, "it is not sent"),
        Kind::FieldTypeChanged if !row.strict => (Safe, "both types look the same when they are sent"),
        Kind::FieldTypeChanged if sent => (Breaking, "values that were sent may be refused"),
        Kind::FieldTypeChanged => (Breaking, "an old client cannot read the new values"),
        Kind::FieldRequired if sent => (Breaking, "requests without it are refused"),
        Kind::FieldRequired => (Safe, "it is now always received"),
        Kind::FieldOptional if received => (Risky, "a client may rely on it"),
        Kind::FieldOptional => (Safe, "requests with it are accepted as before"),
        Kind::FieldNullable if received => (Risky, "a client may not expect null"),
        Kind::FieldNullable => (Safe, "nobody has to send null"),
        Kind::FieldNotNullable if sent => (Breaking, "null is refused"),
        Kind::FieldNotNullable => (Safe, "null is only no longer received"),
        Kind::FieldDefaultChanged if sent => (Risky, "requests without it now mean something else"),
        Kind::FieldDefaultChanged => (Safe, "responses contain the value"),
        Kind::VariantAdded if received => {
            (Risky, "clients that match every known type may receive a new one")
        }
        Kind::VariantAdded => (Safe, "nobody has to send it"),
        Kind::VariantRemoved if sent => (Breaking, "values that were sent may be refused"),
        Kind::VariantRemoved => (Safe, "it is only no longer received"),
        Kind::ResponseAdded if row.failure => (Safe, "any call can fail, whether or not it is declared"),
        Kind::ResponseAdded if row.is_call => (Safe, "nobody has to send it"),
        Kind::ResponseAdded => (Risky, "a client may not know this success"),
        Kind::ResponseRemoved if row.failure => (Safe, "any call can fail, whether or not it is declared"),
        Kind::ResponseRemoved if row.is_call => (Breaking, "the server may no longer accept it"),
        Kind::ResponseRemoved => (Breaking, "a client that relies on it no longer gets it"),
        Kind::ResponseTypeChanged if !row.strict => (Safe, "both types look the same when they are sent"),
        Kind::ResponseTypeChanged if row.failure => (Risky, "errors have another type"),
        Kind::ResponseTypeChanged => (Breaking, "an old client cannot read the new values"),
        Kind::MediaTypeAdded if row.is_call && row.strict && received => {
            (Risky, "the server may send it to a client that does not know it")
        }
        Kind::MediaTypeAdded => (Safe, "nobody has to use it"),
        Kind::MediaTypeRemoved if row.failure => (Risky, "errors have another media type"),
        Kind::MediaTypeRemoved if received => (Breaking, "a client that reads it no longer gets it"),
        Kind::MediaTypeRemoved => (Breaking, "requests with it may be refused"),
        Kind::BodyAdded if row.strict => (Breaking, "calls without a body are refused"),
        Kind::BodyAdded => (Safe, "it may be omitted"),
        Kind::BodyRequired if received => (Safe, "it is now always received"),
        Kind::BodyOptional if received => (Risky, "a client may rely on it"),
        Kind::BodyRequired => (Breaking, "calls without a body are refused"),
        Kind::BodyRemoved => (Breaking, "a server may refuse a body that it does not expect"),
        Kind::BodyOptional => (Safe, "calls with a body are accepted as before"),
        Kind::BodyTypeChanged if !row.strict => (Safe, "both types look the same when they are sent"),
        Kind::BodyTypeChanged => (Breaking, "values that were sent may be refused"),
        Kind::LimitChanged => (Safe, "values that were sent are accepted as before"),
        Kind::SecurityChanged => (Breaking, "calls that are authenticated as before may be refused"),
        Kind::ServerChanged if row.strict => (Breaking, "the document no longer names the old address"),
        Kind::ServerChanged if row.in_part => {
            (Risky, "a client may call an address that is no longer listed")
        }
        Kind::ServerChanged => (Safe, "the document still names the old address"),
    }
}
