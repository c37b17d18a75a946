//! JSON values by parameter and a body as it is on the wire go in; what a client's methods take comes out.

use std::cell::{Cell, RefCell};

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What one call is made with. What cannot be had is remembered and is the failure of the call.
#[derive(Debug, Default)]
pub struct Arguments {
    parameters: Map<String, Value>,
    body: Option<Value>,
    problem: RefCell<Option<String>>,
    taken: RefCell<Vec<String>>,
    body_taken: Cell<bool>,
}

/// The value of one parameter.
#[derive(Debug, Clone, Copy)]
pub struct Argument<'a>(&'a Value);

impl Arguments {
    /// The arguments of one call.
    pub fn new(parameters: Map<String, Value>, body: Option<Value>) -> Self {
        Self { parameters, body, ..Self::default() }
    }

    fn fail(&self, problem: String) {
        self.problem.borrow_mut().get_or_insert(problem);
    }

    /// Why the call was not what was asked for, if so.
    pub fn problem(&self) -> Option<String> {
        self.problem.borrow().clone()
    }

    /// The value of a parameter that must be there.
    pub fn must(&self, name: &str) -> Argument<'_> {
        const NULL: &Value = &Value::Null;
        self.may(name).unwrap_or_else(|| {
            self.fail(format!("there is no value for the parameter `{name}`"));
            Argument(NULL)
        })
    }

    /// The value of a parameter, if it is to be sent.
    pub fn may(&self, name: &str) -> Option<Argument<'_>> {
        self.taken.borrow_mut().push(name.to_owned());
        self.parameters.get(name).map(Argument)
    }

    fn wire(&self) -> &Value {
        self.body_taken.set(true);
        self.body.as_ref().unwrap_or(&Value::Null)
    }

    /// The body as the request that the method takes; `envelope` stands around it on the wire, with dots.
    pub fn body<T: DeserializeOwned + Default>(&self, envelope: &str) -> T {
        let mut inner = self.wire();
        for member in envelope.split('.').filter(|member| !member.is_empty()) {
            inner = inner.get(member).unwrap_or(&Value::Null);
        }
        T::deserialize(inner).unwrap_or_else(|error| {
            self.fail(format!("the body is no such request: {error}"));
            T::default()
        })
    }

    /// A body that is no JSON.
    pub fn raw_body(&self) -> Bytes {
        match self.wire() {
            Value::String(text) => Bytes::from(text.clone()),
            other => Bytes::from(other.to_string()),
        }
    }

    /// Ids in a body of resource identifiers.
    pub fn ids(&self) -> Vec<String> {
        let data = self.wire().get("data").and_then(Value::as_array);
        data.into_iter().flatten().filter_map(|one| one.get("id")?.as_str()).map(str::to_owned).collect()
    }

    /// The id in a body of one resource identifier; none if its data is null.
    pub fn id(&self) -> Option<String> {
        self.wire().pointer("/data/id")?.as_str().map(str::to_owned)
    }

    /// Parameters that were given and that no method took.
    pub fn left(&self) -> Vec<&str> {
        let taken = self.taken.borrow();
        self.parameters.keys().map(String::as_str).filter(|name| !taken.iter().any(|t| t == name)).collect()
    }
}

impl<'a> Argument<'a> {
    /// As text: the value of a string, else its JSON.
    pub fn text(self) -> String {
        match self.0 {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }

    /// As an integer.
    pub fn integer(self) -> i64 {
        self.0.as_i64().unwrap_or_default()
    }

    /// As a number.
    pub fn number(self) -> f64 {
        self.0.as_f64().unwrap_or_default()
    }

    /// As a boolean.
    pub fn boolean(self) -> bool {
        self.0.as_bool().unwrap_or_default()
    }

    /// The items of a list; one value is a list of one.
    pub fn all(self) -> impl Iterator<Item = Argument<'a>> {
        let items = match self.0 {
            Value::Array(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        items.iter().map(Argument)
    }

    /// The items of a list, as texts.
    pub fn texts(self) -> std::vec::IntoIter<String> {
        self.all().map(Argument::text).collect::<Vec<_>>().into_iter()
    }
}
