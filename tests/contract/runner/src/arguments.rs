//! Gives generated calls their arguments: JSON values by parameter, and a body in its wire form.

use std::cell::{Cell, RefCell};
use std::fmt::Display;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

const NULL: &Value = &Value::Null;

/// The arguments of one call. An argument that cannot be converted is remembered and is the failure of the call.
#[derive(Debug, Default)]
pub struct Arguments {
    parameters: Map<String, Value>,
    body: Option<Value>,
    options: Options,
    problem: RefCell<Option<String>>,
    taken: RefCell<Vec<String>>,
    required: RefCell<Vec<String>>,
    body_taken: Cell<bool>,
}

/// The options of a call.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// True if setters are also called for values that constructors have set.
    pub sets_again: bool,
    /// True if the call reads the items of all pages.
    pub items: bool,
}

/// One JSON value of which an argument is made.
#[derive(Debug, Clone, Copy)]
pub struct Argument<'a> {
    value: &'a Value,
    of: &'a Arguments,
}

impl Arguments {
    /// The arguments of one call.
    pub fn new(parameters: Map<String, Value>, body: Option<Value>, options: Options) -> Self {
        Self { parameters, body, options, ..Self::default() }
    }

    /// True if the call reads the items of all pages.
    pub fn asks_for_items(&self) -> bool {
        self.options.items
    }

    fn fail(&self, problem: String) {
        self.problem.borrow_mut().get_or_insert(problem);
    }

    /// The reason for which the call cannot be made with these arguments, or the names that no method took.
    pub fn problem(&self) -> Option<String> {
        self.problem.borrow().clone()
    }

    /// The arguments that no method took.
    pub fn left(&self) -> Option<String> {
        let taken = self.taken.borrow();
        let mut left = self.parameters.keys().filter(|name| !taken.contains(name));
        let parameter = left.next().map(|name| format!("no method takes the parameter `{name}`"));
        // A client may send an empty object where a server wants one.
        let says =
            self.body.as_ref().is_some_and(|body| body.as_object().is_none_or(|body| !body.is_empty()));
        let body = says && !self.body_taken.get();
        parameter.or_else(|| body.then(|| "no method takes the body".to_owned()))
    }

    /// The names of the parameters that methods required since the last call of this.
    pub fn take_required(&self) -> Vec<String> {
        self.required.take()
    }

    /// The value of a parameter that the method requires.
    pub fn must(&self, name: &str) -> Argument<'_> {
        self.required.borrow_mut().push(name.to_owned());
        self.may(name).unwrap_or_else(|| {
            self.fail(format!("there is no value for the parameter `{name}`"));
            Argument { value: NULL, of: self }
        })
    }

    /// The value of a parameter, if it is sent.
    pub fn may(&self, name: &str) -> Option<Argument<'_>> {
        self.taken.borrow_mut().push(name.to_owned());
        self.parameters.get(name).map(|value| Argument { value, of: self })
    }

    /// The body; `envelope` names the members around it on the wire, with dots.
    pub fn body(&self, envelope: &str) -> Argument<'_> {
        self.body_taken.set(true);
        let mut value = self.body.as_ref().unwrap_or(NULL);
        for member in envelope.split('.').filter(|member| !member.is_empty()) {
            value = value.get(member).unwrap_or(NULL);
        }
        Argument { value, of: self }
    }

    /// The fields of a form, whose names the document does not know.
    pub fn fields(&self) -> Vec<(String, String)> {
        self.body("").members().map(|(name, value)| (name, value.text())).collect()
    }

    /// A body that is not JSON.
    pub fn raw_body(&self) -> Bytes {
        Bytes::from(self.body("").text())
    }
}

impl<'a> Argument<'a> {
    fn fail<T: Default>(self, wanted: &str) -> T {
        let shown: String = self.value.to_string().chars().take(100).collect();
        self.of.fail(format!("{shown} is not {wanted}"));
        T::default()
    }

    /// A string, or the JSON of another value.
    pub fn text(self) -> String {
        match self.value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }

    /// An integer.
    pub fn integer(self) -> i64 {
        self.value.as_i64().unwrap_or_else(|| self.fail("an integer of 64 bits"))
    }

    /// An integer without a sign.
    pub fn unsigned(self) -> u64 {
        self.value.as_u64().unwrap_or_else(|| self.fail("an integer of 64 bits without a sign"))
    }

    /// A number.
    pub fn number(self) -> f64 {
        self.value.as_f64().unwrap_or_else(|| self.fail("a number"))
    }

    /// A boolean.
    pub fn boolean(self) -> bool {
        self.value.as_bool().unwrap_or_else(|| self.fail("a boolean"))
    }

    /// Any JSON.
    pub fn json(self) -> Value {
        self.value.clone()
    }

    /// A value that neither constructors nor setters make: a union without a tag.
    #[allow(clippy::panic, reason = "the call fails, and the runner catches it")]
    pub fn read<T: DeserializeOwned>(self) -> T {
        T::deserialize(self.value).unwrap_or_else(|error| {
            self.of.fail(format!("{error}: {}", self.value));
            T::deserialize(NULL).unwrap_or_else(|_| std::panic::panic_any("a value cannot be made"))
        })
    }

    /// Remembers that a type has no constant for a value that the document lists.
    pub fn unlisted(self, ty: &str, value: impl Display) {
        self.of.fail(format!("{ty} has no constant for `{value}`"));
    }

    /// True if the value is null.
    pub fn is_null(self) -> bool {
        self.value.is_null()
    }

    /// True if setters are also called for values that constructors have set.
    pub fn sets_again(&self) -> bool {
        self.of.options.sets_again
    }

    /// None for null.
    pub fn maybe(self) -> Option<Self> {
        (!self.is_null()).then_some(self)
    }

    /// The value at a JSON Pointer.
    pub fn at(self, pointer: &str) -> Option<Self> {
        self.value.pointer(pointer).map(|value| Self { value, ..self })
    }

    /// The value at a JSON Pointer, which the crate requires.
    pub fn must_at(self, pointer: &str) -> Self {
        self.at(pointer).unwrap_or_else(|| {
            self.of.fail(format!("the crate requires a value at {pointer}, and the document does not"));
            Self { value: NULL, ..self }
        })
    }

    /// The items of a list; another value is a list of one.
    pub fn all(self) -> impl Iterator<Item = Argument<'a>> {
        let items = match self.value {
            Value::Array(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        items.iter().map(move |value| Self { value, ..self })
    }

    /// The members of an object.
    pub fn members(self) -> impl Iterator<Item = (String, Argument<'a>)> {
        let members = self.value.as_object().into_iter().flatten();
        members.map(move |(name, value)| (name.clone(), Self { value, ..self }))
    }

    /// The members of other names than these.
    pub fn rest<T: DeserializeOwned, M: FromIterator<(String, T)>>(self, named: &[&str]) -> M {
        let others = self.members().filter(|(name, _)| !named.contains(&name.as_str()));
        others.map(|(name, member)| (name, member.read())).collect()
    }

    /// The id of a resource identifier.
    pub fn id(self) -> String {
        let id = self.value.get("id").and_then(Value::as_str);
        id.map_or_else(|| self.fail("a resource identifier"), str::to_owned)
    }

    /// The ids of a list of resource identifiers.
    pub fn ids(self) -> Vec<String> {
        self.all().map(Argument::id).collect()
    }
}
