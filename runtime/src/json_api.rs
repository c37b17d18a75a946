//! The shapes of every JSON:API response: documents, pages, relationships, links.

use serde_json::Value;

use crate::codec::{
    AnyIncluded, Event, Fields, Includes, Linkage as LinkageView, Object, Place, Put, Slot, Taken, View,
};
use crate::page::{Next, Paged};
use crate::patch::Patch;
use crate::request::Request;

/// A JSON:API resource: it has a type and an id.
pub trait Resource: 'static {
    /// The `type` on the wire.
    const TYPE: &'static str;

    /// The id, unique among resources of the type.
    fn id(&self) -> &str;
}

/// The `included` member of a response that includes nothing; its content is skipped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoIncluded;

impl Slot for NoIncluded {
    fn take(&mut self, _: Event<'_>) -> Taken<'_> {
        Ok(Place::Done)
    }
}

impl Put for NoIncluded {
    fn view(&self) -> View<'_> {
        View::Null
    }
}

macro_rules! generic_object {
    (
        $(#[$meta:meta])*
        pub struct $name:ident<$($param:ident $(= $default:ty)?),*> {
            $($(#[$field_meta:meta])* pub $field:ident: $type:ty = $wire:literal,)*
        }
        required $required:expr;
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $name<$($param $(= $default)?),*> {
            $($(#[$field_meta])* pub $field: $type,)*
        }

        impl<$($param: Slot + Put + Default),*> Object for $name<$($param),*> {
            #[inline]
            fn field(&mut self, key: &str) -> Option<&mut dyn Slot> {
                match key {
                    $($wire => Some(&mut self.$field),)*
                    _ => None,
                }
            }

            #[inline]
            fn names(&self) -> &'static [&'static str] {
                &[$($wire),*]
            }
            #[inline]
            fn member(&self, key: &str) -> Option<&dyn Put> {
                match key {
                    $($wire => Some(&self.$field),)*
                    _ => None,
                }
            }

            #[inline]
            fn each(&self, put: &mut dyn FnMut(&str, View<'_>)) {
                $(put($wire, as_member(&self.$field, $required.contains(&$wire)));)*
            }

            #[inline]
            fn required(&self) -> &'static [&'static str] {
                $required
            }

            #[inline]
            fn vital(&self) -> bool {
                true
            }
        }

        crate::serde_impls! { $name<$($param),*> }
    };
}

/// A required member without a value is null; another one without content is omitted.
fn as_member(member: &dyn Put, required: bool) -> View<'_> {
    let view = member.member_view(required);
    match view {
        View::Absent if required => View::Null,
        View::Seq(items) if !required => {
            let mut empty = true;
            items.each(&mut |_| empty = false);
            if empty { View::Absent } else { view }
        }
        view => view,
    }
}

generic_object! {
    /// A response with one resource, or any other value of `data`. `I` is the union of the types that it can include.
    pub struct Document<T, I = NoIncluded> {
        /// The resource.
        pub data: T = "data",
        /// The resources that the query's `include` requested.
        pub included: Vec<I> = "included",
        /// Links to the document.
        pub links: DocumentLinks = "links",
        /// Metadata of the document.
        pub meta: Option<Value> = "meta",
    }
    required &["data"];
}

generic_object! {
    /// One page of a list. `I` is the union of the types that it can include.
    pub struct Page<T, I = NoIncluded> {
        /// The resources of this page.
        pub data: Vec<T> = "data",
        /// The resources that the query's `include` requested.
        pub included: Vec<I> = "included",
        /// Links to this page and its neighbours.
        pub links: PagedDocumentLinks = "links",
        /// The total and the page size.
        pub meta: Option<PagingInformation> = "meta",
    }
    required &["data"];
}

/// The response that identifies the resource of a to-one relationship, if any.
pub type Linkage = Document<Option<Identifier>>;

/// The response that identifies the resources of a to-many relationship.
pub type Linkages = Page<Identifier>;

impl<T> Document<T> {
    /// A document with a resource, for tests and servers.
    pub fn new(data: T) -> Self {
        Document { data, included: Vec::new(), links: DocumentLinks::default(), meta: None }
    }
}

impl<T> Page<T> {
    /// A page with resources, for tests and servers.
    pub fn new(data: Vec<T>) -> Self {
        Page { data, included: Vec::new(), links: PagedDocumentLinks::default(), meta: None }
    }
}

macro_rules! included {
    ($($name:ident),*) => {$(
        impl<T, I> $name<T, I> {
            /// The included resources of one type. A type that this operation cannot include does not compile.
            pub fn included<R: 'static>(&self) -> impl Iterator<Item = &R>
            where
                I: Includes<R>,
            {
                self.included.iter().filter_map(of_type)
            }

            /// The included resource that a relationship refers to.
            pub fn find_included<R: Resource>(&self, identifier: &Identifier) -> Option<&R>
            where
                I: Includes<R>,
            {
                if identifier.kind != R::TYPE {
                    return None;
                }
                self.included::<R>().find(|resource| resource.id() == identifier.id)
            }
        }
    )*};
}
included! { Document, Page }

fn of_type<R: 'static, I: AnyIncluded>(included: &I) -> Option<&R> {
    included.resource()?.downcast_ref()
}

impl<T: Send + 'static, I> Paged for Page<T, I> {
    type Item = T;

    fn next(&self, _: &Request) -> Option<Next> {
        Next::at(self.links.next.as_deref())
    }

    fn take_items(&mut self) -> Vec<T> {
        std::mem::take(&mut self.data)
    }
}

macro_rules! objects {
    ($(
        $(#[$meta:meta])*
        $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty = $wire:literal,)* } $rule:ident $required:tt
    )*) => {$(
        $(#[$meta])*
        #[non_exhaustive]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
        }
        crate::object! { $name { $($field: $wire),* } $rule $required }
    )*};
}

objects! {
    /// The type and id of a resource.
    Identifier {
        /// The `type` of the resource.
        kind: String = "type",
        /// The id of the resource.
        id: String = "id",
    } vital ["type", "id"]

    /// A relationship to one resource.
    ///
    /// ```
    /// use storewright_runtime::{Patch, ToOne, serde_json};
    /// let silent: ToOne = serde_json::from_str(r#"{"links": {"related": "/v1/builds/1/app"}}"#)?;
    /// assert_eq!(silent.data, Patch::Absent);
    /// let none: ToOne = serde_json::from_str(r#"{"data": null}"#)?;
    /// assert_eq!(none.data, Patch::Null);
    /// let one: ToOne = serde_json::from_str(r#"{"data": {"type": "apps", "id": "1"}}"#)?;
    /// assert_eq!(one.id(), Some("1"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ToOne {
        /// Links to the relationship.
        links: RelationshipLinks = "links",
        /// The related resource: [`Absent`](crate::Patch::Absent) if the response does not mention it, mostly because
        /// `include` did not request the relationship, and [`Null`](crate::Patch::Null) if there is none.
        data: Patch<Identifier> = "data",
    } required []

    /// A relationship to any number of resources.
    ///
    /// ```
    /// use storewright_runtime::{ToMany, serde_json};
    /// let silent: ToMany = serde_json::from_str(r#"{"links": {"related": "/v1/apps/1/builds"}}"#)?;
    /// assert!(silent.ids().is_none(), "the app may have builds");
    /// let empty: ToMany = serde_json::from_str(r#"{"data": []}"#)?;
    /// assert_eq!(empty.ids().unwrap().count(), 0);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ToMany {
        /// Links to the relationship.
        links: RelationshipLinks = "links",
        /// The number of related resources.
        meta: Option<PagingInformation> = "meta",
        /// The related resources, or the first of them: `meta` has their number. [`Absent`](crate::Patch::Absent) if
        /// the response does not mention them, mostly because `include` did not request the relationship; this differs
        /// from an empty list.
        data: Patch<Vec<Identifier>> = "data",
    } required []

    /// A relationship with links only.
    Related {
        /// Links to the relationship.
        links: RelationshipLinks = "links",
    } required []

    /// Links of a resource.
    ResourceLinks {
        /// The resource itself.
        self_: Option<String> = "self",
    } required []

    /// Links of a relationship.
    RelationshipLinks {
        /// The identifiers of the related resources.
        self_: Option<String> = "self",
        /// The related resources.
        related: Option<String> = "related",
    } required []

    /// Links to a document.
    DocumentLinks {
        /// The document itself.
        self_: Option<String> = "self",
    } required []

    /// Links to a page and its neighbours.
    PagedDocumentLinks {
        /// The page itself.
        self_: Option<String> = "self",
        /// The first page.
        first: Option<String> = "first",
        /// The page after this one.
        next: Option<String> = "next",
    } required []

    /// Facts about the list that a page belongs to.
    PagingInformation {
        /// Its total, page size and cursor.
        paging: Paging = "paging",
    } required []

    /// The total, page size and cursor of a list.
    Paging {
        /// The total number of items.
        total: Option<i64> = "total",
        /// The page size.
        limit: Option<i64> = "limit",
        /// The cursor of the next page.
        next_cursor: Option<String> = "nextCursor",
    } required []
}

impl Identifier {
    /// An identifier with a type and an id.
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Identifier { kind: kind.into(), id: id.into() }
    }
}

impl ToOne {
    /// The id of the related resource. `None` if the relationship is empty and if the response does not mention it;
    /// [`data`](Self#structfield.data) distinguishes the two.
    pub fn id(&self) -> Option<&str> {
        self.data.value().map(|identifier| identifier.id.as_str())
    }
}

impl ToMany {
    /// The ids of the related resources. `None` if the response does not list them, which does not mean that there are none.
    pub fn ids(&self) -> Option<impl Iterator<Item = &str>> {
        Some(self.data.value()?.iter().map(|identifier| identifier.id.as_str()))
    }
}

/// The body that sets a to-one relationship: `{"data": {"type": …, "id": …}}`, or `{"data": null}` to clear it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkageBody {
    kind: &'static str,
    id: Patch<String>,
}

impl LinkageBody {
    /// A body that refers to one resource, or to none.
    pub fn new(kind: &'static str, id: Option<&str>) -> Self {
        LinkageBody { kind, id: id.map(str::to_owned).into() }
    }
}

/// The body that sets, extends or shrinks a to-many relationship: `{"data": [{"type": …, "id": …}]}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkagesBody {
    kind: &'static str,
    ids: Vec<String>,
}

impl LinkagesBody {
    /// A body that refers to resources of one type.
    pub fn new<S: Into<String>>(kind: &'static str, ids: impl IntoIterator<Item = S>) -> Self {
        LinkagesBody { kind, ids: ids.into_iter().map(Into::into).collect() }
    }
}

impl Fields for LinkageBody {
    fn each(&self, put: &mut dyn FnMut(&str, View<'_>)) {
        Fields::each(&LinkageView { kind: self.kind, view: self.id.view() }, put);
    }
}

impl Fields for LinkagesBody {
    fn each(&self, put: &mut dyn FnMut(&str, View<'_>)) {
        Fields::each(&LinkageView { kind: self.kind, view: self.ids.view() }, put);
    }
}

impl Put for LinkageBody {
    fn view(&self) -> View<'_> {
        View::Object(self)
    }
}

impl Put for LinkagesBody {
    fn view(&self) -> View<'_> {
        View::Object(self)
    }
}
