//! The three states of a member of an update: left alone, cleared, or set.

/// A member of an update. Absent leaves the value alone, null clears it.
///
/// ```
/// use storewright_runtime::Patch;
/// let set: Patch<i64> = 5.into();
/// assert_eq!(set, Patch::Value(5));
/// let cleared: Patch<i64> = None.into();
/// assert_eq!(cleared, Patch::Null);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Patch<T> {
    /// The member is left out: the server keeps what it has.
    #[default]
    Absent,
    /// The member is `null`: the server clears it.
    Null,
    /// The member is set.
    Value(T),
}

impl<T> Patch<T> {
    /// Whether the member is left out.
    pub fn is_absent(&self) -> bool {
        matches!(self, Patch::Absent)
    }

    /// A value that may be given: the member is left out where it is not.
    ///
    /// ```
    /// use storewright_runtime::Patch;
    /// assert_eq!(Patch::given(Some(5)), Patch::Value(5));
    /// assert_eq!(Patch::<i64>::given(None), Patch::Absent);
    /// ```
    pub fn given(value: Option<T>) -> Self {
        value.map_or(Patch::Absent, Patch::Value)
    }

    /// The value, if there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Patch::Value(value) => Some(value),
            Patch::Absent | Patch::Null => None,
        }
    }
}

impl<T> From<T> for Patch<T> {
    fn from(value: T) -> Self {
        Patch::Value(value)
    }
}

/// `None` is null, not absent.
impl<T> From<Option<T>> for Patch<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Patch::Null, Patch::Value)
    }
}

impl From<&str> for Patch<String> {
    fn from(value: &str) -> Self {
        Patch::Value(value.to_owned())
    }
}
