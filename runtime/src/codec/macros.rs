//! Expands one line per model, a struct or enum with its wire names, to the model's codec.

/// Gives a plain struct with named fields its codec.
///
/// Fields are listed with their wire names. `required [..]` lists wire names that must be present, and `vital [..]`
/// those that identify the object ([`Object::vital`](crate::codec::Object::vital)); `null [..]` lists those that are
/// written as null if they have no value; `rest` names a `BTreeMap<String, _>` field that takes the members that are
/// not listed and writes them after the others.
///
/// ```
/// pub struct Device {
///     pub name: String,
///     pub os_version: Option<String>,
///     pub extra: std::collections::BTreeMap<String, serde_json::Value>,
/// }
/// storewright_runtime::object! { Device { name: "name", os_version: "osVersion" } required ["name"] rest extra }
///
/// let json = r#"{"name":"Phone","osVersion":"18.1","colour":"red"}"#;
/// let device: Device = serde_json::from_str(json)?;
/// assert_eq!(device.extra["colour"], "red");
/// assert_eq!(serde_json::to_string(&device)?, json);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! object {
    (
        $name:ident { $($field:ident: $wire:literal),* $(,)? }
        $(required [$($required:literal),* $(,)?])?
        $(vital [$($vital:literal),* $(,)?])?
        $(null [$($null:literal),* $(,)?])?
        $(rest $rest:ident)?
    ) => {
        #[doc(hidden)]
        impl $crate::codec::Object for $name {
            #[inline]
            fn field(&mut self, key: &str) -> Option<&mut dyn $crate::codec::Slot> {
                match key {
                    $($wire => Some(&mut self.$field),)*
                    _ => None,
                }
            }
            $(
                #[inline]
                fn required(&self) -> &'static [&'static str] {
                    &[$($required),*]
                }
            )?
            $(
                #[inline]
                fn required(&self) -> &'static [&'static str] {
                    &[$($vital),*]
                }
                #[inline]
                fn vital(&self) -> bool {
                    true
                }
            )?
            $(
                #[inline]
                fn nulls(&self) -> &'static [&'static str] {
                    &[$($null),*]
                }
            )?
            #[inline]
            fn names(&self) -> &'static [&'static str] {
                &[$($wire),*]
            }
            #[inline]
            fn member(&self, key: &str) -> Option<&dyn $crate::codec::Put> {
                match key {
                    $($wire => Some(&self.$field),)*
                    _ => None,
                }
            }
            $(
                #[inline]
                fn rest(&self) -> Option<&dyn $crate::codec::Entries> {
                    Some(&self.$rest)
                }
                #[inline]
                fn rest_mut(&mut self) -> Option<&mut dyn $crate::codec::Keys> {
                    Some(&mut self.$rest)
                }
            )?
        }
        $crate::empty_impls! { $name { $($field,)* $($rest)? } }
        $crate::serde_impls! { $name }
        $crate::compare_impls! { $name }
    };
}

/// Gives a JSON:API resource, a plain struct with `id: String`, its codec and [`Resource`](crate::Resource).
///
/// `type` is not a field: it is written when encoding and skipped when decoding.
///
/// ```
/// # pub struct AppAttributes { pub name: Option<String> }
/// # storewright_runtime::object! { AppAttributes { name: "name" } }
/// pub struct App {
///     pub id: String,
///     pub attributes: AppAttributes,
///     pub links: storewright_runtime::ResourceLinks,
/// }
/// storewright_runtime::resource! { App: "apps" { attributes: "attributes", links: "links" } }
///
/// let app: App = serde_json::from_str(r#"{"id":"1","type":"apps","attributes":{"name":"Notes"},"links":null}"#)?;
/// assert_eq!(app.attributes.name.as_deref(), Some("Notes"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! resource {
    ($name:ident: $kind:literal { $($field:ident: $wire:literal),* $(,)? }) => {
        #[doc(hidden)]
        impl $crate::codec::Object for $name {
            #[inline]
            fn field(&mut self, key: &str) -> Option<&mut dyn $crate::codec::Slot> {
                match key {
                    "id" => Some(&mut self.id),
                    $($wire => Some(&mut self.$field),)*
                    _ => None,
                }
            }
            #[inline]
            fn names(&self) -> &'static [&'static str] {
                &["type", "id", $($wire),*]
            }
            #[inline]
            fn member(&self, key: &str) -> Option<&dyn $crate::codec::Put> {
                match key {
                    "type" => Some(&$kind),
                    "id" => Some(&self.id),
                    $($wire => Some(&self.$field),)*
                    _ => None,
                }
            }
            #[inline]
            fn required(&self) -> &'static [&'static str] {
                &["id"]
            }
            #[inline]
            fn vital(&self) -> bool {
                true
            }
        }
        impl $crate::Resource for $name {
            const TYPE: &'static str = $kind;
            #[inline]
            fn id(&self) -> &str {
                &self.id
            }
        }
        $crate::empty_impls! { $name { id $(, $field)* } }
        $crate::serde_impls! { $name }
        $crate::compare_impls! { $name }
    };
}

/// Gives an enum whose variants a tag chooses its codec, and [`Includes`](crate::Includes) for every variant.
///
/// Variants contain boxes; `Unrecognized` contains the JSON of a tag that is not listed, and is written back unchanged.
/// The tag may be in any position. With `plain` in front, `Includes` is not implemented: so for unions that are not
/// JSON:API `included` lists, in which one type may have two tags. With `sent` in front, variants convert into the
/// union.
///
/// ```
/// # use storewright_runtime::{object, resource, union};
/// # pub struct Build { pub id: String }
/// # resource! { Build: "builds" {} }
/// #[non_exhaustive]
/// pub enum AppIncluded {
///     Build(Box<Build>),
///     Unrecognized(serde_json::Value),
/// }
/// union! { AppIncluded by "type" { Build(Build) = "builds" } }
///
/// let build: AppIncluded = serde_json::from_str(r#"{"id":"1","type":"builds"}"#)?;
/// assert!(matches!(build, AppIncluded::Build(_)));
/// let new: AppIncluded = serde_json::from_str(r#"{"type":"novelties","id":"1"}"#)?;
/// assert_eq!(serde_json::to_value(&new)?["type"], "novelties");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! union {
    (sent $name:ident by $tag:literal { $($variant:ident($type:ty) = $value:literal),* $(,)? }) => {
        $crate::union! { plain $name by $tag { $($variant($type) = $value),* } }
        $(
            impl From<$type> for $name {
                fn from(value: $type) -> Self {
                    Self::$variant(Box::new(value))
                }
            }
        )*
    };
    (plain $name:ident by $tag:literal { $($variant:ident($type:ty) = $value:literal),* $(,)? }) => {
        impl Clone for $name {
            #[inline]
            fn clone(&self) -> Self {
                match self {
                    $(Self::$variant(inner) => Self::$variant(Clone::clone(inner)),)*
                    Self::Unrecognized(value) => Self::Unrecognized(Clone::clone(value)),
                }
            }
        }
        #[doc(hidden)]
        impl $crate::codec::Empty for $name {
            const EMPTY: Self = Self::Unrecognized($crate::serde_json::Value::Null);
        }
        impl Default for $name {
            #[inline]
            fn default() -> Self {
                <Self as $crate::codec::Empty>::EMPTY
            }
        }
        #[doc(hidden)]
        impl $crate::codec::Union for $name {
            #[inline]
            fn tag(&self) -> &'static str {
                $tag
            }
            #[inline]
            fn pick(&mut self, tag: &str) -> Option<&mut dyn $crate::codec::Slot> {
                *self = match tag {
                    $($value => Self::$variant(Default::default()),)*
                    _ => return None,
                };
                match self {
                    $(Self::$variant(inner) => Some(&mut **inner),)*
                    Self::Unrecognized(_) => None,
                }
            }
            #[inline]
            fn unknown(&mut self, value: $crate::serde_json::Value) {
                *self = Self::Unrecognized(value);
            }
        }
        #[doc(hidden)]
        impl $crate::codec::Slot for $name {
            #[inline]
            fn take(&mut self, event: $crate::codec::Event<'_>) -> $crate::codec::Taken<'_> {
                match event {
                    $crate::codec::Event::Map => Ok($crate::codec::Place::Union(self)),
                    _ => Err("an object"),
                }
            }
        }
        #[doc(hidden)]
        impl $crate::codec::Put for $name {
            #[inline]
            fn view(&self) -> $crate::codec::View<'_> {
                match self {
                    $(Self::$variant(inner) => $crate::codec::Put::view(&**inner),)*
                    Self::Unrecognized(value) => $crate::codec::View::Value(value),
                }
            }
        }
        $crate::serde_impls! { $name }
        $crate::compare_impls! { $name }
    };
    ($name:ident by $tag:literal { $($variant:ident($type:ty) = $value:literal),* $(,)? }) => {
        $crate::union! { plain $name by $tag { $($variant($type) = $value),* } }
        $crate::included_impls! { $name { $($variant($type)),* } }
    };
}

/// Implements access to the resources of an `included` list.
#[doc(hidden)]
#[macro_export]
macro_rules! included_impls {
    ($name:ident { $($variant:ident($type:ty)),* }) => {
        #[doc(hidden)]
        impl $crate::codec::AnyIncluded for $name {
            #[inline]
            fn resource(&self) -> Option<&dyn std::any::Any> {
                match self {
                    $(Self::$variant(inner) => Some(&**inner),)*
                    Self::Unrecognized(_) => None,
                }
            }
        }
        $(#[doc(hidden)] impl $crate::codec::Includes<$type> for $name {})*
    };
}

/// Gives an enum whose variants the shape of the JSON chooses its codec.
///
/// The variant that has its required members and knows most of the present members is taken; of equals, the first, so a
/// type precedes another that takes its values too. A value that fits none is kept in `Unrecognized`. Variants may be
/// boxed or not.
///
/// With `by` and the name of a member, variants may have a tag: `Cup(Cup) = "cup"`. A value with a known tag becomes
/// one of the variants with that tag; a value with an unknown tag, one of those without a tag; a value without the
/// member, any variant. With `included` in front it is the union of an `included` list, as [`union!`](crate::union)
/// makes it. `from [..]` at the end lists variants and types that convert into them.
///
/// ```
/// # pub struct Pointer { pub pointer: String }
/// # storewright_runtime::object! { Pointer { pointer: "pointer" } required ["pointer"] }
/// #[non_exhaustive]
/// pub enum Source {
///     Pointer(Pointer),
///     Text(String),
///     Unrecognized(serde_json::Value),
/// }
/// storewright_runtime::untagged! { Source { Pointer(Pointer), Text(String) } }
///
/// let source: Source = serde_json::from_str(r#"{"pointer":"/data"}"#)?;
/// assert_eq!(source, Source::Pointer(Pointer { pointer: "/data".into() }));
/// let source: Source = serde_json::from_str("[1]")?;
/// assert!(matches!(source, Source::Unrecognized(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! untagged {
    (@tag) => { None };
    (@tag $tag:literal) => { Some($tag) };
    (@from $name:ident) => {};
    (@from $name:ident from [$($variant:ident($type:ty)),* $(,)?]) => {
        $(
            impl From<$type> for $name {
                #[inline]
                fn from(value: $type) -> Self {
                    Self::$variant(From::from(value))
                }
            }
        )*
    };
    (included $name:ident by $member:literal { $($variant:ident($type:ty) = $tag:literal),* $(,)? }) => {
        $crate::untagged! { $name by $member { $($variant($type) = $tag),* } }
        $crate::included_impls! { $name { $($variant($type)),* } }
    };
    ($name:ident by $member:literal { $($variant:ident($type:ty) $(= $tag:literal)?),* $(,)? } $($from:tt)*) => {
        $crate::untagged! {
            @impls $name { $($variant($type)),* } {
                #[inline]
                fn tags(&self) -> (&'static str, &'static [Option<&'static str>]) {
                    ($member, &[$($crate::untagged!(@tag $($tag)?)),*])
                }
            }
        }
        $crate::untagged! { @from $name $($from)* }
    };
    ($name:ident { $($variant:ident($type:ty)),* $(,)? } $($from:tt)*) => {
        $crate::untagged! { @impls $name { $($variant($type)),* } {} }
        $crate::untagged! { @from $name $($from)* }
    };
    (@impls $name:ident { $($variant:ident($type:ty)),* } { $($tags:tt)* }) => {
        impl Clone for $name {
            #[inline]
            fn clone(&self) -> Self {
                match self {
                    $(Self::$variant(inner) => Self::$variant(Clone::clone(inner)),)*
                    Self::Unrecognized(value) => Self::Unrecognized(Clone::clone(value)),
                }
            }
        }
        #[doc(hidden)]
        impl $crate::codec::Empty for $name {
            const EMPTY: Self = Self::Unrecognized($crate::serde_json::Value::Null);
        }
        impl Default for $name {
            #[inline]
            fn default() -> Self {
                <Self as $crate::codec::Empty>::EMPTY
            }
        }
        #[doc(hidden)]
        impl $crate::codec::Untagged for $name {
            fn choose(&mut self, index: usize) -> Option<&mut dyn $crate::codec::Slot> {
                const MAKE: &[fn() -> $name] = &[$(|| $name::$variant(Default::default())),*];
                *self = (MAKE.get(index)?)();
                match self {
                    $(Self::$variant(inner) => Some(inner),)*
                    Self::Unrecognized(_) => None,
                }
            }
            $($tags)*
            #[inline]
            fn unknown(&mut self, value: $crate::serde_json::Value) {
                *self = Self::Unrecognized(value);
            }
        }
        #[doc(hidden)]
        impl $crate::codec::Slot for $name {
            #[inline]
            fn take(&mut self, event: $crate::codec::Event<'_>) -> $crate::codec::Taken<'_> {
                $crate::codec::take_untagged(self, event)
            }
        }
        #[doc(hidden)]
        impl $crate::codec::Put for $name {
            #[inline]
            fn view(&self) -> $crate::codec::View<'_> {
                match self {
                    $(Self::$variant(inner) => $crate::codec::Put::view(inner),)*
                    Self::Unrecognized(value) => $crate::codec::View::Value(value),
                }
            }
        }
        $crate::serde_impls! { $name }
        $crate::compare_impls! { $name }
    };
}

/// Gives a flat struct that creates or updates a JSON:API resource the codec of the nested body.
///
/// All groups are optional, in this order: `id(field)`, `attributes { field: "wire", .. }`,
/// `relationships { field: "wire" => "type", .. }`, `included(field)`; after the braces `required ["wire", ..]`.
/// Relationships are ids, as [`DraftShape`](crate::codec::DraftShape) says. With `inline` in front it is a resource
/// inside another body's `included`, without `data` around it; its `id` may be a `String` or an `Option<String>`.
///
/// ```
/// use storewright_runtime::{Patch, request};
/// pub struct BetaGroupUpdateRequest {
///     pub id: String,
///     pub name: Patch<String>,
///     pub builds: Option<Vec<String>>,
/// }
/// request! {
///     BetaGroupUpdateRequest: "betaGroups" {
///         id(id)
///         attributes { name: "name" }
///         relationships { builds: "builds" => "builds" }
///     }
/// }
/// let request = BetaGroupUpdateRequest { id: "7".into(), name: Patch::Null, builds: Some(vec!["b".into()]) };
/// assert_eq!(
///     serde_json::to_value(&request)?,
///     serde_json::json!({"data": {
///         "type": "betaGroups", "id": "7", "attributes": {"name": null},
///         "relationships": {"builds": {"data": [{"type": "builds", "id": "b"}]}},
///     }}),
/// );
///
/// pub struct PriceInlineCreate { pub id: Option<String>, pub start_date: Option<String> }
/// request! { inline PriceInlineCreate: "prices" { id(id) attributes { start_date: "startDate" } } }
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! request {
    (@key $key:ident $field:ident) => { $crate::codec::$key };
    (inline $name:ident: $($rest:tt)*) => { $crate::request! { @true $name: $($rest)* } };
    (
        @$inline:literal $name:ident: $kind:literal {
            $(id($id:ident))?
            $(attributes { $($attribute:ident: $attribute_wire:literal),* $(,)? })?
            $(relationships { $($relationship:ident: $relationship_wire:literal => $related:literal),* $(,)? })?
            $(included($included:ident))?
        }
        $(required [$($required:literal),* $(,)?])?
    ) => {
        #[doc(hidden)]
        impl $crate::codec::Object for $name {
            #[inline]
            fn field(&mut self, key: &str) -> Option<&mut dyn $crate::codec::Slot> {
                match key {
                    $($crate::codec::ID => Some(&mut self.$id),)?
                    $($($attribute_wire => Some(&mut self.$attribute),)*)?
                    $($($relationship_wire => Some(&mut self.$relationship),)*)?
                    $($crate::codec::INCLUDED => Some(&mut self.$included),)?
                    _ => None,
                }
            }
            #[inline]
            fn names(&self) -> &'static [&'static str] {
                &[
                        $($crate::request!(@key ID $id),)?
                        $($($attribute_wire,)*)?
                        $($($relationship_wire,)*)?
                        $($crate::request!(@key INCLUDED $included),)?
                ]
            }
            #[inline]
            fn member(&self, key: &str) -> Option<&dyn $crate::codec::Put> {
                match key {
                    $($crate::codec::ID => Some(&self.$id),)?
                    $($($attribute_wire => Some(&self.$attribute),)*)?
                    $($($relationship_wire => Some(&self.$relationship),)*)?
                    $($crate::codec::INCLUDED => Some(&self.$included),)?
                    _ => None,
                }
            }
            #[inline]
            fn draft(&self) -> Option<&'static $crate::codec::DraftShape> {
                const {
                    Some(&$crate::codec::DraftShape {
                        kind: $kind,
                        inline: $inline,
                        required: &[$($($required),*)?],
                        relationships: &[$($(($relationship_wire, $related)),*)?],
                    })
                }
            }
        }
        $crate::empty_impls! { $name { $($id,)? $($($attribute,)*)? $($($relationship,)*)? $($included)? } }
        $crate::serde_impls! { $name }
        $crate::compare_impls! { $name }
    };
    ($name:ident: $($rest:tt)*) => { $crate::request! { @false $name: $($rest)* } };
}

/// Implements [`Check`](crate::Check) for a model that must contain one of several sets of members.
///
/// ```
/// use storewright_runtime::{Check, object, require};
/// pub struct Placement { pub image: Option<String>, pub video: Option<String> }
/// object! { Placement { image: "image", video: "video" } }
/// require! { Placement { ["image"], ["video"] } }
///
/// assert!(Placement::default().problem().is_some());
/// assert!(Placement { video: Some("1".to_owned()), ..Placement::default() }.problem().is_none());
/// ```
#[macro_export]
macro_rules! require {
    ($name:ident { $([$($wire:literal),* $(,)?]),* $(,)? }) => {
        impl $crate::Check for $name {
            fn problem(&self) -> Option<String> {
                $crate::codec::missing_set(&[$(&[$($wire),*]),*], &|wire| {
                    $crate::codec::Object::member(self, wire).is_some_and($crate::codec::is_present)
                })
            }
        }
    };
}
