//! The three states of a JSON member: absent, null, or a value.

/// A JSON member that is absent, `null` or a value.
///
/// In a request, absent keeps the server's value and null clears it. In a response, absent means that the server did
/// not mention the member: see [`ToOne::data`](crate::ToOne) and [`ToMany::data`](crate::ToMany).
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
    /// The member is omitted. In a request, the server keeps its value.
    #[default]
    Absent,
    /// The member is `null`. In a request, the server clears its value.
    Null,
    /// The member has a value.
    Value(T),
}

impl<T> Patch<T> {
    /// True if the member is omitted.
    pub fn is_absent(&self) -> bool {
        matches!(self, Patch::Absent)
    }

    /// True if the member is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Patch::Null)
    }

    /// A member that is omitted for `None`.
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

    /// The value, mutable, if there is one.
    pub fn value_mut(&mut self) -> Option<&mut T> {
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
