//! The types of a crate as data: what `render` prints and `API.txt` lists.

use std::collections::BTreeSet;

use super::{Convert, Hold, RustType};
use crate::api::{Action, Pointer, Value};

/// A module of types.
#[derive(Debug, Clone, PartialEq)]
pub struct Module {
    /// Its name.
    pub name: String,
    /// The areas that use it; none if it is not known.
    pub areas: Option<BTreeSet<String>>,
    /// Its types.
    pub definitions: Vec<Definition>,
}

/// A type.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// Its name.
    pub ident: String,
    /// Its documentation.
    pub docs: Vec<String>,
    /// True if the vendor has deprecated it.
    pub deprecated: bool,
    /// Its location in the vendor's document.
    pub origin: Pointer,
    /// Its content.
    pub kind: DefinitionKind,
}

/// The content of a type.
#[derive(Debug, Clone, PartialEq)]
pub enum DefinitionKind {
    /// Another name.
    Alias(RustType),
    /// A struct.
    Struct(Box<Struct>),
    /// The struct of the required fields of another, which its `new` takes.
    Required(Vec<Member>),
    /// An open enum.
    Enum(Enum),
    /// One of several types.
    Union(Union),
    /// A name with constants.
    Tokens {
        /// True if each has a descending form.
        sort: bool,
        /// The values, and the constants.
        values: Vec<(String, String)>,
    },
}

/// A struct.
#[derive(Debug, Clone, PartialEq)]
pub struct Struct {
    /// Its fields.
    pub members: Vec<Member>,
    /// The type of the values of members with other names, if it keeps them.
    pub additional: Option<RustType>,
    /// Its form on the wire.
    pub codec: Codec,
    /// Paths of derives that its user asked for.
    pub derives: Vec<String>,
    /// Its constructor; none if only the server sends it.
    pub constructor: Option<Constructor>,
    /// The list in it, if it is a page.
    pub page: Option<Page>,
}

/// A field of a struct.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Its name.
    pub ident: String,
    /// Its name on the wire.
    pub wire: String,
    /// Its type, with its container.
    pub ty: RustType,
    /// The container.
    pub hold: Hold,
    /// True if the value is boxed inside of the container.
    pub boxed: bool,
    /// True if the vendor has deprecated it.
    pub deprecated: bool,
    /// Its documentation.
    pub docs: Vec<String>,
    /// The object of a request that has it.
    pub section: Section,
    /// The argument that sets it, if something does.
    pub argument: Option<(RustType, Convert)>,
    /// The method that sets it, if there is one.
    pub setter: Option<MemberSetter>,
}

impl Member {
    /// A member that nothing sets.
    pub(super) fn new(ident: &str, wire: &str, ty: RustType, docs: Vec<String>) -> Self {
        Self {
            ident: ident.to_owned(),
            wire: wire.to_owned(),
            ty,
            hold: Hold::Plain,
            boxed: false,
            deprecated: false,
            docs,
            section: Section::Own,
            argument: None,
            setter: None,
        }
    }

    /// True if its value is a list.
    pub fn is_list(&self) -> bool {
        matches!(self.argument, Some((RustType::Iterator(_), _)))
    }
}

/// The object of a JSON:API request that has a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Section {
    /// The struct's own object.
    Own,
    /// The `id` of the resource.
    Id,
    /// Its attributes.
    Attributes,
    /// Its relationships, to resources of this type.
    Relationships(String),
    /// The resources that the same request creates.
    Included,
}

/// The methods that set a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberSetter {
    /// The one that takes a value.
    pub ident: String,
    /// The one that sends null, where that means something.
    pub clear: Option<String>,
}

/// The form of a struct on the wire.
#[derive(Debug, Clone, PartialEq)]
pub enum Codec {
    /// An object.
    Object {
        /// Members that it must have.
        required: Vec<String>,
        /// Members that are sent as null when they are `None`.
        null: Vec<String>,
    },
    /// A resource of JSON:API.
    Resource {
        /// Its `type`.
        kind: String,
    },
    /// A request of JSON:API.
    Request {
        /// Its `type`.
        kind: String,
        /// Its purpose.
        action: Action,
        /// Sets of members of which one must be complete.
        one_of: Vec<Vec<String>>,
    },
}

/// `new`.
#[derive(Debug, Clone, PartialEq)]
pub struct Constructor {
    /// Its documentation.
    pub docs: Vec<String>,
    /// The fields that it takes: none, one, or those of a struct.
    pub required: Vec<String>,
    /// That struct.
    pub literal: Option<String>,
    /// Fields that have one value.
    pub constants: Vec<(String, String)>,
}

/// The list in a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The fields on the path to it: name, container, and true if it is boxed.
    pub path: Vec<(String, Hold, bool)>,
    /// The type of its items.
    pub item: RustType,
}

/// An open enum.
#[derive(Debug, Clone, PartialEq)]
pub struct Enum {
    /// Its variants, and their values.
    pub variants: Vec<(String, Value)>,
    /// True if its values are numbers.
    pub is_integer: bool,
    /// True if letters of either case are equal.
    pub case_insensitive: bool,
}

/// One of several types.
#[derive(Debug, Clone, PartialEq)]
pub struct Union {
    /// Its variants, in the order of the document.
    pub variants: Vec<UnionVariant>,
    /// The member that has the tag.
    pub tag: Option<String>,
    /// The way to read a value.
    pub form: UnionForm,
}

/// The way to read a value of a union.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnionForm {
    /// By its tag alone; two variants may have one type.
    Plain,
    /// By its tag alone, for responses.
    Tagged,
    /// By its tag alone, for requests.
    Sent,
    /// By tag or shape.
    Untagged {
        /// The order in which variants are tried, by their index.
        order: Vec<usize>,
        /// True if its values are found by `type` and `id` in a list.
        included: bool,
        /// The variants and the types that convert into them.
        from: Vec<(String, RustType)>,
    },
}

/// A variant of a union.
#[derive(Debug, Clone, PartialEq)]
pub struct UnionVariant {
    /// Its name.
    pub ident: String,
    /// Its type.
    pub ty: RustType,
    /// True if the value is boxed.
    pub boxed: bool,
    /// The tag that identifies it.
    pub tag: Option<String>,
    /// Its documentation.
    pub docs: Vec<String>,
}
