//! Expands string enums and newtypes with known values to codec and conversions.

/// Gives a string enum its codec and conversions. It is open: `Unrecognized` keeps a string that is not listed.
///
/// With `insensitive` before the braces, letter case is ignored in decoding; the listed spelling is encoded.
///
/// ```
/// #[non_exhaustive]
/// pub enum Platform {
///     Ios,
///     MacOs,
///     Unrecognized(String),
/// }
/// storewright_runtime::open_enum! { Platform insensitive { Ios = "IOS", MacOs = "MAC_OS" } }
///
/// assert_eq!(Platform::from("ios"), Platform::Ios);
/// assert_eq!(Platform::Ios.as_str(), "IOS");
/// assert_eq!(Platform::from("WATCH_OS").as_str(), "WATCH_OS");
/// assert_eq!(Platform::KNOWN, ["IOS", "MAC_OS"]);
/// assert_eq!(Platform::VALUES, [Platform::Ios, Platform::MacOs]);
/// ```
#[macro_export]
macro_rules! open_enum {
    ($name:ident { $($variant:ident = $wire:literal),* $(,)? }) => {
        $crate::open_enum! { @impls $name |text| text; { $($variant = $wire),* } }
    };
    ($name:ident insensitive { $($variant:ident = $wire:literal),* $(,)? }) => {
        $crate::open_enum! {
            @impls $name |text| $crate::codec::canonical(Self::KNOWN, text); { $($variant = $wire),* }
        }
    };
    (@impls $name:ident |$text:ident| $canonical:expr; { $($variant:ident = $wire:literal),* }) => {
        impl $name {
            /// The known wire values.
            pub const KNOWN: &'static [&'static str] = &[$($wire),*];

            /// The known values, in the order of [`KNOWN`](Self::KNOWN).
            pub const VALUES: &'static [Self] = &[$(Self::$variant),*];

            /// The value on the wire.
            #[inline]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $wire,)*
                    Self::Unrecognized(text) => text,
                }
            }
        }
        impl From<&str> for $name {
            #[inline]
            fn from($text: &str) -> Self {
                let text = $canonical;
                $crate::codec::known(Self::KNOWN, Self::VALUES, text)
                    .unwrap_or_else(|| Self::Unrecognized(text.to_owned()))
            }
        }
        impl From<String> for $name {
            #[inline]
            fn from(text: String) -> Self {
                Self::from(text.as_str())
            }
        }
        impl $crate::codec::Empty for $name {
            const EMPTY: Self = Self::Unrecognized(String::new());
        }
        impl ::std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::codec::debug_text(stringify!($name), self.as_str(), f)
            }
        }
        $crate::open_impls! { $name by as_str { $($variant),* } }
        $crate::text_impls! { $name }
    };
}

/// Gives an enum of integers its codec and conversions. It is open: `Unrecognized` keeps a number that is not listed.
///
/// ```
/// #[non_exhaustive]
/// pub enum Priority {
///     Low,
///     High,
///     Unrecognized(i64),
/// }
/// storewright_runtime::open_int_enum! { Priority { Low = 1, High = 2 } }
///
/// assert_eq!(serde_json::from_str::<Priority>("2")?, Priority::High);
/// assert_eq!(Priority::from(9).as_i64(), 9);
/// assert_eq!(Priority::VALUES, [Priority::Low, Priority::High]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! open_int_enum {
    ($name:ident { $($variant:ident = $wire:literal),* $(,)? }) => {
        impl $name {
            /// The known numbers.
            pub const KNOWN: &'static [i64] = &[$($wire),*];

            /// The known values, in the order of [`KNOWN`](Self::KNOWN).
            pub const VALUES: &'static [Self] = &[$(Self::$variant),*];

            /// The number on the wire.
            #[inline]
            pub fn as_i64(&self) -> i64 {
                match self {
                    $(Self::$variant => $wire,)*
                    Self::Unrecognized(number) => *number,
                }
            }
        }
        impl From<i64> for $name {
            #[inline]
            fn from(number: i64) -> Self {
                match number {
                    $($wire => Self::$variant,)*
                    other => Self::Unrecognized(other),
                }
            }
        }
        impl $crate::codec::Empty for $name {
            const EMPTY: Self = Self::Unrecognized(0);
        }
        impl ::std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.as_i64()).finish()
            }
        }
        $crate::open_impls! { $name by as_i64 { $($variant),* } }
        impl std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.as_i64(), f)
            }
        }
        impl $crate::codec::Slot for $name {
            #[inline]
            fn take(&mut self, event: $crate::codec::Event<'_>) -> $crate::codec::Taken<'_> {
                let mut number = 0_i64;
                $crate::codec::Slot::take(&mut number, event)?;
                *self = Self::from(number);
                Ok($crate::codec::listed(matches!(self, Self::Unrecognized(_))))
            }
        }
        impl $crate::codec::Put for $name {
            #[inline]
            fn view(&self) -> $crate::codec::View<'_> {
                $crate::codec::View::Int(self.as_i64())
            }
        }
        $crate::serde_impls! { $name }
    };
}

/// Implements the traits that open enums share: two are equal if they are equal on the wire.
#[doc(hidden)]
#[macro_export]
macro_rules! open_impls {
    ($name:ident by $wire:ident { $($variant:ident),* }) => {
        impl Clone for $name {
            #[inline]
            fn clone(&self) -> Self {
                match self {
                    $(Self::$variant => Self::$variant,)*
                    Self::Unrecognized(value) => Self::Unrecognized(Clone::clone(value)),
                }
            }
        }
        impl Default for $name {
            #[inline]
            fn default() -> Self {
                <Self as $crate::codec::Empty>::EMPTY
            }
        }
        impl PartialEq for $name {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                self.$wire() == other.$wire()
            }
        }
        impl ::std::cmp::Eq for $name {}
        impl ::std::hash::Hash for $name {
            #[inline]
            fn hash<H: ::std::hash::Hasher>(&self, state: &mut H) {
                self.$wire().hash(state);
            }
        }
    };
}

/// Defines a string newtype with constants, such as the field names that a query can request.
///
/// ```
/// storewright_runtime::tokens! {
///     /// What an app can include.
///     pub struct AppInclude {
///         BUILDS = "builds",
///         APP_INFOS = "appInfos",
///     }
/// }
/// assert_eq!(AppInclude::APP_INFOS.as_ref(), "appInfos");
/// assert_eq!(AppInclude::new("novelties").as_ref(), "novelties");
/// ```
#[macro_export]
macro_rules! tokens {
    (
        $(#[$meta:meta])*
        pub struct $name:ident { $($(#[$constant_meta:meta])* $constant:ident = $wire:literal),* $(,)? }
    ) => {
        $(#[$meta])*
        pub struct $name(std::borrow::Cow<'static, str>);

        impl $name {
            $(
                // As Rust writes it: the value stays on this line, and so begins no block of code.
                #[doc = concat!("`", stringify!($wire), "`")]
                $(#[$constant_meta])*
                pub const $constant: Self = Self(std::borrow::Cow::Borrowed($wire));
            )*

            /// A value without a constant here.
            pub fn new(text: impl Into<std::borrow::Cow<'static, str>>) -> Self {
                Self(text.into())
            }
        }
        impl AsRef<str> for $name {
            #[inline]
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
        impl Clone for $name {
            #[inline]
            fn clone(&self) -> Self {
                Self(self.0.clone())
            }
        }
        impl ::std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::codec::debug_text(stringify!($name), &self.0, f)
            }
        }
    };
}

/// Defines [`tokens!`](crate::tokens) for sort orders, with `desc()` for the other direction.
///
/// ```
/// storewright_runtime::sort_tokens! {
///     /// What apps can be sorted by.
///     pub struct AppSort { NAME = "name" }
/// }
/// assert_eq!(AppSort::NAME.desc().as_ref(), "-name");
/// ```
#[macro_export]
macro_rules! sort_tokens {
    ($(#[$meta:meta])* pub struct $name:ident { $($constants:tt)* }) => {
        $crate::tokens! { $(#[$meta])* pub struct $name { $($constants)* } }

        impl $name {
            /// The same in descending order.
            #[must_use]
            pub fn desc(&self) -> Self {
                Self(format!("-{}", self.0).into())
            }
        }
    };
}

/// Implements the conversions and the codec of a type with `as_str` and `From<&str>`.
#[doc(hidden)]
#[macro_export]
macro_rules! text_impls {
    ($name:ident) => {
        impl AsRef<str> for $name {
            #[inline]
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }
        impl std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl $crate::codec::Slot for $name {
            #[inline]
            fn take(&mut self, event: $crate::codec::Event<'_>) -> $crate::codec::Taken<'_> {
                let $crate::codec::Event::Str(text) = event else { return Err("a string") };
                *self = Self::from(text);
                Ok($crate::codec::listed(matches!(self, Self::Unrecognized(_))))
            }
        }
        impl $crate::codec::Put for $name {
            #[inline]
            fn view(&self) -> $crate::codec::View<'_> {
                $crate::codec::View::Str(self.as_str())
            }
        }
        $crate::serde_impls! { $name }
    };
}

/// The body of every open enum's `Debug`.
#[doc(hidden)]
#[inline(never)]
pub fn debug_text(name: &str, text: &str, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    f.debug_tuple(name).field(&text).finish()
}

/// The result of an open enum's slot.
#[doc(hidden)]
pub fn listed<'a>(unrecognized: bool) -> super::slot::Place<'a> {
    if unrecognized { super::slot::Place::Unlisted } else { super::slot::Place::Done }
}

/// The value at the index of a listed string. Tables compile faster than a match with an arm for each value.
#[doc(hidden)]
#[inline]
pub fn known<T: Clone>(known: &[&str], values: &[T], text: &str) -> Option<T> {
    values.get(known.iter().position(|name| *name == text)?).cloned()
}

/// The listed spelling of a string with any letter case, else the string itself.
#[doc(hidden)]
pub fn canonical<'a>(known: &[&'static str], text: &'a str) -> &'a str {
    known.iter().find(|name| name.eq_ignore_ascii_case(text)).copied().unwrap_or(text)
}
