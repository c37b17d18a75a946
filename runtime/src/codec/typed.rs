//! Keeps a JSON value that a type of another crate reads.

use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Empty, Event, Put, Slot, Taken, View};

/// A JSON value of a schema for which a crate names a type of its own choice, such as `rust_decimal::Decimal`.
///
/// The value is kept as received, so a value that the type refuses costs nothing else of the response.
///
/// ```
/// use storewright_runtime::codec::Typed;
/// let port: Typed<u16> = Typed::new(&8080)?;
/// assert_eq!(port.get()?, 8080);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub struct Typed<T> {
    json: Value,
    ty: PhantomData<fn() -> T>,
}

impl<T: Serialize> Typed<T> {
    /// The JSON of a value.
    ///
    /// # Errors
    /// If the type does not serialize to JSON.
    pub fn new(value: &T) -> Result<Self, serde_json::Error> {
        Ok(Typed { json: serde_json::to_value(value)?, ty: PhantomData })
    }
}

impl<T: DeserializeOwned> Typed<T> {
    /// The value.
    ///
    /// # Errors
    /// If the type refuses the JSON.
    pub fn get(&self) -> Result<T, serde_json::Error> {
        T::deserialize(&self.json)
    }
}

impl<T> Typed<T> {
    /// The JSON.
    pub fn json(&self) -> &Value {
        &self.json
    }
}

impl<T> Empty for Typed<T> {
    const EMPTY: Self = Typed { json: Value::Null, ty: PhantomData };
}

impl<T> Default for Typed<T> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<T> Clone for Typed<T> {
    fn clone(&self) -> Self {
        Typed { json: self.json.clone(), ty: PhantomData }
    }
}

impl<T> PartialEq for Typed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.json == other.json
    }
}

impl<T> Eq for Typed<T> {}

impl<T> fmt::Debug for Typed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.json, f)
    }
}

impl<T> Slot for Typed<T> {
    fn take(&mut self, event: Event<'_>) -> Taken<'_> {
        Slot::take(&mut self.json, event)
    }
}

impl<T> Put for Typed<T> {
    fn view(&self) -> View<'_> {
        View::Value(&self.json)
    }
}
