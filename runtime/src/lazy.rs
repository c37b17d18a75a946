//! Stores a part of a resource that servers mostly omit; an absent part takes no memory.

use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;

use crate::codec::{Empty, Event, Place, Put, Slot, Taken, View, equal};

/// A part of a resource that derefs to its `T`, and takes no memory until it has content.
///
/// A resource may have dozens of relationships, and most responses contain none: all of them would have to be made,
/// moved and dropped for every item of a list.
///
/// ```
/// use storewright_runtime::{Sparse, object};
/// pub struct Relationships { pub builds: Vec<String> }
/// object! { Relationships { builds: "builds" } }
///
/// let mut part = Sparse::<Relationships>::default();
/// assert!(part.builds.is_empty());
/// part.builds.push("1".to_owned());
/// assert_eq!(part.builds.len(), 1);
/// ```
pub struct Sparse<T>(OnceLock<Box<T>>);

impl<T: Default> Deref for Sparse<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.get_or_init(Box::default)
    }
}

impl<T: Default> DerefMut for Sparse<T> {
    fn deref_mut(&mut self) -> &mut T {
        let held = self.0.take().unwrap_or_default();
        // The cell was emptied on the line before.
        let _ = self.0.set(held);
        #[allow(clippy::expect_used)]
        self.0.get_mut().expect("it was set on the line before")
    }
}

impl<T> From<T> for Sparse<T> {
    fn from(value: T) -> Self {
        Sparse(OnceLock::from(Box::new(value)))
    }
}

impl<T: Default> Sparse<T> {
    /// The value only.
    pub fn into_inner(self) -> T {
        self.0.into_inner().map(|held| *held).unwrap_or_default()
    }
}

impl<T> Default for Sparse<T> {
    #[inline]
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<T> Empty for Sparse<T> {
    #[allow(clippy::declare_interior_mutable_const)] // it is where values begin, and never looked at itself
    const EMPTY: Self = Sparse(OnceLock::new());
}

impl<T: Clone> Clone for Sparse<T> {
    #[inline]
    fn clone(&self) -> Self {
        Sparse(self.0.clone())
    }
}

impl<T: Slot + Default> Slot for Sparse<T> {
    fn take(&mut self, event: Event<'_>) -> Taken<'_> {
        if matches!(event, Event::Null | Event::Absent) {
            *self = Self::EMPTY;
            return if event == Event::Null { Ok(Place::Done) } else { Err("an object") };
        }
        (**self).take(event)
    }
}

impl<T: Put + Default> Put for Sparse<T> {
    #[inline]
    fn view(&self) -> View<'_> {
        (**self).view()
    }

    #[inline]
    fn optional_view(&self) -> View<'_> {
        self.0.get().map_or(View::Absent, |held| held.optional_view())
    }
}

/// Two are equal if their wire forms are, as for models.
impl<T: Put + Default> PartialEq for Sparse<T> {
    fn eq(&self, other: &Self) -> bool {
        equal(self, other)
    }
}

impl<T: Put + Default> std::fmt::Debug for Sparse<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.view().fmt(f)
    }
}
