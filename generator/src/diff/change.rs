//! Defines a change: kind, subject, two verdicts and reach.

use std::cmp::{Ordering, Reverse};

use serde::{Serialize, Serializer};

use super::subject::Subject;

macro_rules! words {
    ($(#[doc = $about:literal])* $name:ident { $($(#[doc = $doc:literal])* $variant:ident = $word:literal,)* }) => {
        $(#[doc = $about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[doc = $doc])* $variant,)* }

        impl $name {
            /// Every one, in order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The one with this text form.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text)
            }

            /// The stable text form.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

words! {
    /// The kind of a change.
    Kind {
        /// It can be called.
        OperationAdded = "operation-added",
        /// It can no longer be called.
        OperationRemoved = "operation-removed",
        /// Its id changed, its method and path did not.
        OperationRenamed = "operation-renamed",
        /// The vendor advises against it.
        OperationDeprecated = "operation-deprecated",
        /// The vendor no longer advises against it.
        OperationUndeprecated = "operation-undeprecated",
        /// Its method or path changed, its id did not.
        OperationMoved = "operation-moved",
        /// It is listed under other tags.
        TagsChanged = "tags-changed",
        /// The server calls the client.
        CallbackAdded = "callback-added",
        /// The server no longer calls the client.
        CallbackRemoved = "callback-removed",
        /// The date on which something ends.
        SunsetChanged = "sunset-changed",
        /// The stability of something changed.
        StabilityChanged = "stability-changed",
        /// It is accepted.
        ParameterAdded = "parameter-added",
        /// It is no longer accepted.
        ParameterRemoved = "parameter-removed",
        /// It is sent in another place, e.g. as a header.
        ParameterMoved = "parameter-moved",
        /// A call without it is refused.
        ParameterRequired = "parameter-required",
        /// It may be omitted.
        ParameterOptional = "parameter-optional",
        /// It has another type.
        ParameterTypeChanged = "parameter-type-changed",
        /// The server uses another default if it is omitted.
        ParameterDefaultChanged = "parameter-default-changed",
        /// It is written otherwise.
        ParameterEncodingChanged = "parameter-encoding-changed",
        /// The vendor advises against it.
        ParameterDeprecated = "parameter-deprecated",
        /// The vendor no longer advises against it.
        ParameterUndeprecated = "parameter-undeprecated",
        /// It may be null.
        ParameterNullable = "parameter-nullable",
        /// It may no longer be null.
        ParameterNotNullable = "parameter-not-nullable",
        /// A value of an enum.
        ValueAdded = "value-added",
        /// A value of an enum.
        ValueRemoved = "value-removed",
        /// Operations refer to it.
        TypeAdded = "type-added",
        /// No operation refers to it any more.
        TypeRemoved = "type-removed",
        /// Everything that used it uses it under another name.
        TypeRenamed = "type-renamed",
        /// A member of an object, or a header of a response.
        FieldAdded = "field-added",
        /// A member of an object.
        FieldRemoved = "field-removed",
        /// It has another type.
        FieldTypeChanged = "field-type-changed",
        /// An object without it is refused.
        FieldRequired = "field-required",
        /// It may be omitted.
        FieldOptional = "field-optional",
        /// It may be null.
        FieldNullable = "field-nullable",
        /// It may no longer be null.
        FieldNotNullable = "field-not-nullable",
        /// The server uses another default if it is omitted.
        FieldDefaultChanged = "field-default-changed",
        /// It is read-only or write-only, or no longer is.
        FieldAccessChanged = "field-access-changed",
        /// The vendor advises against it.
        FieldDeprecated = "field-deprecated",
        /// The vendor no longer advises against it.
        FieldUndeprecated = "field-undeprecated",
        /// One of several types.
        VariantAdded = "variant-added",
        /// One of several types.
        VariantRemoved = "variant-removed",
        /// Types are distinguished by another member or another value.
        DiscriminatorChanged = "discriminator-changed",
        /// A status that is declared.
        ResponseAdded = "response-added",
        /// A status that is no longer declared.
        ResponseRemoved = "response-removed",
        /// The response has another type.
        ResponseTypeChanged = "response-type-changed",
        /// A form of a body.
        MediaTypeAdded = "media-type-added",
        /// A form of a body.
        MediaTypeRemoved = "media-type-removed",
        /// A body is sent.
        BodyAdded = "body-added",
        /// No body is sent any more.
        BodyRemoved = "body-removed",
        /// A call without a body is refused.
        BodyRequired = "body-required",
        /// The body may be omitted.
        BodyOptional = "body-optional",
        /// The body is something else.
        BodyTypeChanged = "body-type-changed",
        /// Bounds of a value.
        LimitChanged = "limit-changed",
        /// The authentication of calls.
        SecurityChanged = "security-changed",
        /// The address of the API.
        ServerChanged = "server-changed",
    }
}

impl Kind {
    /// The kind of the same change with the sides exchanged.
    pub fn mirror(self) -> Self {
        use Kind as K;
        const PAIRS: &[(Kind, Kind)] = &[
            (K::OperationAdded, K::OperationRemoved),
            (K::OperationDeprecated, K::OperationUndeprecated),
            (K::CallbackAdded, K::CallbackRemoved),
            (K::ParameterNullable, K::ParameterNotNullable),
            (K::ParameterAdded, K::ParameterRemoved),
            (K::ParameterRequired, K::ParameterOptional),
            (K::ParameterDeprecated, K::ParameterUndeprecated),
            (K::ValueAdded, K::ValueRemoved),
            (K::TypeAdded, K::TypeRemoved),
            (K::FieldAdded, K::FieldRemoved),
            (K::FieldRequired, K::FieldOptional),
            (K::FieldNullable, K::FieldNotNullable),
            (K::FieldDeprecated, K::FieldUndeprecated),
            (K::VariantAdded, K::VariantRemoved),
            (K::ResponseAdded, K::ResponseRemoved),
            (K::MediaTypeAdded, K::MediaTypeRemoved),
            (K::BodyAdded, K::BodyRemoved),
            (K::BodyRequired, K::BodyOptional),
        ];
        let found = PAIRS.iter().find_map(|&(a, b)| match self {
            _ if self == a => Some(b),
            _ if self == b => Some(a),
            _ => None,
        });
        found.unwrap_or(self)
    }
}

words! {
    /// The sender of the changed value.
    Direction {
        /// The client.
        Request = "request",
        /// The server.
        Response = "response",
        /// Both.
        Both = "both",
        /// Nobody: it is not used, or is not data.
        None = "none",
    }
}

words! {
    /// The effect on the wire: the server can now reject old clients' requests, or an old client can fail on a response.
    Wire {
        /// It can.
        Breaking = "breaking",
        /// It depends on the client, or on the values that it sends.
        Risky = "risky",
        /// It cannot.
        Safe = "safe",
    }
}

words! {
    /// The effect on the code of a crate's user (semantic versioning).
    Bump {
        /// It can.
        Major = "major",
        /// There is something new.
        Minor = "minor",
        /// Nothing public changed but the behaviour of calls.
        Patch = "patch",
        /// Nothing changed.
        None = "none",
    }
}

/// The operations that a change affects.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reach {
    /// Their number.
    pub operations: usize,
    /// Method and path of each, in the order of the paths.
    pub calls: Vec<String>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Of kind, subject, and old and new value: the same in each run.
    pub id: String,
    /// The kind of a change.
    pub kind: Kind,
    /// The changed thing, in the canonical form of the vendor's names.
    pub subject: String,
    /// The same as data.
    #[serde(skip)]
    pub thing: Subject,
    /// The sender.
    pub direction: Direction,
    /// The effect on calls.
    pub wire: Wire,
    /// The effect on a user's code.
    pub rust: Bump,
    /// The affected operations.
    pub reach: Reach,
    /// The old value, if it is more than the subject.
    pub old: Option<String>,
    /// The new value, if it is more than the subject.
    pub new: Option<String>,
    /// JSON Pointer into the new document; into the old one if the change removes something.
    pub pointer: String,
    /// The document that `pointer` refers to; absent where a side is not a document but a stored Api.
    pub file: Option<String>,
    /// The line of `pointer` in that document, counted from 1.
    pub line: Option<usize>,
    /// The cargo feature.
    pub area: Option<String>,
    /// The vendor's tag.
    pub tag: Option<String>,
    /// The old Rust item.
    pub rust_old: Option<String>,
    /// The new Rust item.
    pub rust_new: Option<String>,
    /// The paths of all Rust items that break, or that the compiler warns of from now on.
    pub rust_items: Vec<String>,
    /// The reason for the two verdicts.
    pub note: String,
    /// The same for identical changes in several places, made of the ids of all.
    pub group: Option<String>,
}

impl Change {
    /// Everything in it that may quote a document, but the pointer, which is found in the document first.
    pub(super) fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let optional = [
            &mut self.old,
            &mut self.new,
            &mut self.area,
            &mut self.tag,
            &mut self.rust_old,
            &mut self.rust_new,
            &mut self.group,
            &mut self.file,
        ];
        let required = [&mut self.id, &mut self.subject, &mut self.note];
        let lists = self.reach.calls.iter_mut().chain(&mut self.rust_items);
        required.into_iter().chain(optional.into_iter().flatten()).chain(lists)
    }

    /// True if it is about something that only the old side has.
    pub fn is_removal(&self) -> bool {
        let is_part = matches!(self.kind, Kind::SecurityChanged | Kind::ServerChanged) && self.new.is_none();
        is_part
            || matches!(
                self.kind,
                Kind::OperationRemoved
                    | Kind::CallbackRemoved
                    | Kind::ParameterRemoved
                    | Kind::ValueRemoved
                    | Kind::TypeRemoved
                    | Kind::FieldRemoved
                    | Kind::VariantRemoved
                    | Kind::ResponseRemoved
                    | Kind::MediaTypeRemoved
                    | Kind::BodyRemoved
            )
    }

    /// The canonical order: by area and resource, in each the most important first.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        fn home(c: &Change) -> (Reverse<bool>, &Option<String>, &Option<String>) {
            (Reverse(c.area.is_some()), &c.area, &c.tag)
        }
        fn thing(c: &Change) -> (&str, &Option<String>, &Option<String>) {
            (&c.subject, &c.old, &c.new)
        }
        let verdict = |c: &Self| (c.wire, c.rust, c.kind);
        let by_home = home(self).cmp(&home(other)).then_with(|| verdict(self).cmp(&verdict(other)));
        by_home.then_with(|| thing(self).cmp(&thing(other)))
    }
}
