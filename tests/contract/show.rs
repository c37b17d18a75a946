//! Shows responses through their public fields, as a caller reads them: a field with the value of another one is seen.
//!
//! `cargo xtask contract` copies this file into the program of each API, next to the functions for its models. A member is
//! absent where its field has no value; only the encoded response tells null, `[]` and absent apart.

use std::collections::BTreeMap;

use storewright_contract::{Map, Value};
use storewright_runtime as rt;

/// A value as the fields of its type have it.
pub(crate) trait Show {
    fn show(&self) -> Option<Value>;
}

/// An object of its members.
pub(crate) fn object(members: &[(&str, Option<Value>)]) -> Map<String, Value> {
    members.iter().filter_map(|(name, value)| Some(((*name).to_owned(), value.clone()?))).collect()
}

/// An object with its members of other names.
pub(crate) fn extended(mut own: Map<String, Value>, others: Option<Value>) -> Option<Value> {
    if let Some(Value::Object(others)) = others {
        own.extend(others);
    }
    Some(own.into())
}

/// The variant that a tag decides has that tag.
pub(crate) fn tagged(member: &str, tag: &str, value: Option<Value>) -> Option<Value> {
    let mut value = value?;
    if let Some(members) = value.as_object_mut() {
        members.entry(member).or_insert_with(|| tag.into());
    }
    Some(value)
}

/// A value or variant that the crate does not know, which no response within the document has.
pub(crate) fn unrecognized() -> Option<Value> {
    Some("unrecognized by the crate".into())
}

macro_rules! show {
    ($($type:ty => |$value:ident| $show:expr;)*) => {$(
        impl Show for $type {
            fn show(&self) -> Option<Value> {
                let $value = self;
                Some(Value::from($show))
            }
        }
    )*};
}
show! {
    String => |text| text.as_str();
    bool => |value| *value;
    i64 => |value| *value;
    u64 => |value| *value;
    f64 => |value| *value;
    Value => |value| value.clone();
    rt::Timestamp => |time| time.as_str();
    rt::Date => |date| date.as_str();
    rt::Bytes => |bytes| String::from_utf8_lossy(bytes).into_owned();
    rt::Identifier => |v| object(&[("type", v.kind.show()), ("id", v.id.show())]);
    rt::ToOne => |v| object(&[("links", v.links.show()), ("data", v.data.show())]);
    rt::ToMany => |v| object(&[("links", v.links.show()), ("meta", v.meta.show()), ("data", v.data.show())]);
    rt::Related => |v| object(&[("links", v.links.show())]);
    rt::ResourceLinks => |v| object(&[("self", v.self_.show())]);
    rt::RelationshipLinks => |v| object(&[("self", v.self_.show()), ("related", v.related.show())]);
    rt::DocumentLinks => |v| object(&[("self", v.self_.show())]);
    rt::PagedDocumentLinks => |v| object(&[("self", v.self_.show()), ("first", v.first.show()), ("next", v.next.show())]);
    rt::PagingInformation => |v| object(&[("paging", v.paging.show())]);
    rt::Paging => |v| object(&[("total", v.total.show()), ("limit", v.limit.show()), ("nextCursor", v.next_cursor.show())]);
}

impl Show for rt::NoIncluded {
    fn show(&self) -> Option<Value> {
        None
    }
}

impl<T: Show> Show for Option<T> {
    fn show(&self) -> Option<Value> {
        self.as_ref().and_then(T::show)
    }
}

impl<T: Show> Show for rt::Patch<T> {
    fn show(&self) -> Option<Value> {
        self.value().and_then(T::show)
    }
}

impl<T: Show> Show for Box<T> {
    fn show(&self) -> Option<Value> {
        (**self).show()
    }
}

impl<T: Show + Default> Show for rt::Sparse<T> {
    fn show(&self) -> Option<Value> {
        (**self).show()
    }
}

impl<T: Show> Show for Vec<T> {
    fn show(&self) -> Option<Value> {
        Some(self.iter().map(|item| item.show().unwrap_or_default()).collect())
    }
}

impl<T: Show> Show for BTreeMap<String, T> {
    fn show(&self) -> Option<Value> {
        Some(self.iter().map(|(name, value)| (name.clone(), value.show().unwrap_or_default())).collect())
    }
}

impl<T: Show, I: Show> Show for rt::Document<T, I> {
    fn show(&self) -> Option<Value> {
        let document = [
            ("data", self.data.show()),
            ("included", self.included.show()),
            ("links", self.links.show()),
            ("meta", self.meta.show()),
        ];
        Some(object(&document).into())
    }
}

impl<T: Show, I: Show> Show for rt::Page<T, I> {
    fn show(&self) -> Option<Value> {
        let page = [
            ("data", self.data.show()),
            ("included", self.included.show()),
            ("links", self.links.show()),
            ("meta", self.meta.show()),
        ];
        Some(object(&page).into())
    }
}
