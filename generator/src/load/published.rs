//! Finds the place in the vendor's document that a stage names.
//!
//! Stages name a place by the path to it, through references, in the words of OpenAPI 3, and a parameter by its name, since
//! the order of parameters means nothing.

use serde_json::Value;

use super::json_text::{JsonText, PartId};
use super::reference::{self, Target};
use crate::api::MediaType;
use crate::diagnostic::Pointer;

/// A document whose nodes are found step by step.
pub(super) trait Nodes {
    type Node: Copy;

    fn root(&self) -> Self::Node;
    fn member(&mut self, node: Self::Node, name: &str) -> Option<Self::Node>;
    /// The names of the members of an object.
    fn names(&mut self, node: Self::Node) -> Vec<String>;
    /// The number of items of a list.
    fn length(&mut self, node: Self::Node) -> Option<usize>;
    fn item(&mut self, node: Self::Node, index: usize) -> Option<Self::Node>;
    fn text(&mut self, node: Self::Node) -> Option<String>;

    /// The node at a pointer.
    fn at(&mut self, at: &Pointer) -> Option<Self::Node> {
        let mut node = self.root();
        for token in at.tokens() {
            node = match self.length(node) {
                Some(_) => self.item(node, token.parse().ok()?)?,
                None => self.member(node, &token)?,
            };
        }
        Some(node)
    }

    /// The target of the node's `$ref`.
    fn reference(&mut self, node: Self::Node) -> Option<(Pointer, Self::Node)> {
        let reference = self.member(node, "$ref").and_then(|reference| self.text(reference))?;
        let Target::Node(target) = reference::target(&reference) else { return None };
        let target = Pointer::new(target.into_owned());
        self.at(&target).map(|node| (target, node))
    }
}

impl<'t> Nodes for &'t Value {
    type Node = &'t Value;

    fn root(&self) -> &'t Value {
        self
    }

    fn member(&mut self, node: &'t Value, name: &str) -> Option<&'t Value> {
        node.as_object()?.get(name)
    }

    fn names(&mut self, node: &'t Value) -> Vec<String> {
        node.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
    }

    fn length(&mut self, node: &'t Value) -> Option<usize> {
        node.as_array().map(Vec::len)
    }

    fn item(&mut self, node: &'t Value, index: usize) -> Option<&'t Value> {
        node.as_array()?.get(index)
    }

    fn text(&mut self, node: &'t Value) -> Option<String> {
        node.as_str().map(str::to_owned)
    }
}

impl Nodes for JsonText<'_> {
    type Node = PartId;

    fn root(&self) -> PartId {
        Self::ROOT
    }

    fn member(&mut self, node: PartId, name: &str) -> Option<PartId> {
        JsonText::member(self, node, name)
    }

    fn names(&mut self, node: PartId) -> Vec<String> {
        self.members(node).into_iter().map(|(name, _)| name).collect()
    }

    fn length(&mut self, node: PartId) -> Option<usize> {
        self.items(node).map(<[PartId]>::len)
    }

    fn item(&mut self, node: PartId, index: usize) -> Option<PartId> {
        self.items(node)?.get(index).copied()
    }

    fn text(&mut self, node: PartId) -> Option<String> {
        self.string(node)
    }
}

/// The place in the document, behind the references on the way to it; its nearest ancestor where there is none.
pub(super) fn published<N: Nodes>(nodes: &mut N, at: &Pointer) -> Pointer {
    let tokens: Vec<String> = at.tokens().collect();
    let mut best = follow(nodes, &tokens);
    let is_swagger = |nodes: &mut N| {
        let root = nodes.root();
        nodes.member(root, "swagger").is_some()
    };
    if !best.is_whole {
        let others = if is_swagger(nodes) { in_swagger(&tokens) } else { Vec::new() };
        for other in others.into_iter().chain(of_path_item(&tokens)) {
            let found = follow(nodes, &other);
            let is_longer = found.at.tokens().count() > best.at.tokens().count();
            if !best.is_whole && (found.is_whole || is_longer) {
                best = found;
            }
        }
    }
    best.at
}

/// A place that was found.
struct Found {
    at: Pointer,
    /// False if the document does not have the rest of the way.
    is_whole: bool,
}

fn follow<N: Nodes>(nodes: &mut N, tokens: &[String]) -> Found {
    let (mut node, mut at) = (nodes.root(), Pointer::root());
    // Invariant: references that lead in a circle end this.
    let mut jumps = 64;
    for token in tokens {
        loop {
            let child = match nodes.length(node) {
                Some(_) => item(nodes, node, token),
                None => nodes.member(node, token).map(|child| (token.clone(), child)),
            };
            if let Some((token, child)) = child {
                (node, at) = (child, at.child(&token));
                break;
            }
            if let Some((target, next)) = nodes.reference(node).filter(|_| jumps > 0) {
                jumps -= 1;
                (node, at) = (next, target);
                continue;
            }
            let Some((name, child)) = alike(nodes, node, token) else { return Found { at, is_whole: false } };
            (node, at) = (child, at.child(&name));
            break;
        }
    }
    Found { at, is_whole: true }
}

/// The one member with a name that means the same: a header in another case, a media type with parameters.
fn alike<N: Nodes>(nodes: &mut N, node: N::Node, name: &str) -> Option<(String, N::Node)> {
    let is_media_type = name.contains('/');
    let is_same = |other: &String| match is_media_type {
        true => MediaType::parse(other).is_same(&MediaType::parse(name)),
        false => other.eq_ignore_ascii_case(name),
    };
    let mut same = nodes.names(node).into_iter().filter(is_same);
    let own = same.next().filter(|_| same.next().is_none())?;
    nodes.member(node, &own).map(|node| (own, node))
}

/// The parameter of all operations of a path.
fn of_path_item(tokens: &[String]) -> Option<Vec<String>> {
    match tokens {
        [paths, path, _, parameters, rest @ ..] if paths == "paths" && parameters == "parameters" => {
            Some([paths, path, parameters].into_iter().chain(rest).cloned().collect())
        }
        _ => None,
    }
}

/// The places of Swagger 2.0 that may have what is at a place of OpenAPI 3.
fn in_swagger(tokens: &[String]) -> Vec<Vec<String>> {
    let words: Vec<&str> = tokens.iter().map(String::as_str).collect();
    let path = |start: &[&str], rest: &[&str]| -> Vec<String> {
        start.iter().chain(rest).map(|token| (*token).to_owned()).collect()
    };
    match words.as_slice() {
        ["components", "securitySchemes", rest @ ..] => vec![path(&["securityDefinitions"], rest)],
        ["components", "schemas", rest @ ..] => vec![path(&["definitions"], rest)],
        ["servers", ..] => ["host", "basePath"].map(|own| path(&[own], &[])).into(),
        ["paths", item, method, "requestBody", rest @ ..] => {
            let rest = if let ["content", _, rest @ ..] = rest { rest } else { &[] };
            let list = ["paths", item, method, "parameters"];
            let body = path(&list, &[&["body "], rest].concat());
            let field =
                |name: &str, rest: &[&str]| path(&list, &[&[&*format!("formData {name}")], rest].concat());
            match rest {
                ["schema", "properties", name, rest @ ..] => vec![body, field(name, rest)],
                _ => vec![body, field("", &[])],
            }
        }
        ["paths", item, method, "responses", status, "content", _, rest @ ..] => {
            vec![path(&["paths", item, method, "responses", status], rest)]
        }
        _ => Vec::new(),
    }
}

/// The item at an index, or the parameter of a name. Where names do not tell which, the place is before the name:
/// `query 0`.
fn item<N: Nodes>(nodes: &mut N, list: N::Node, token: &str) -> Option<(String, N::Node)> {
    if let Some(item) = token.parse::<usize>().ok().and_then(|index| nodes.item(list, index)) {
        return Some((token.to_owned(), item));
    }
    let (place, name) = token.split_once(' ').map_or((None, token), |(place, name)| (Some(place), name));
    let text =
        |nodes: &mut N, item: N::Node, key: &str| nodes.member(item, key).and_then(|text| nodes.text(text));
    let mut found = |is: &dyn Fn(Option<String>, Option<String>) -> bool| {
        (0..nodes.length(list)?).find_map(|index| {
            let item = nodes.item(list, index)?;
            let behind = nodes.reference(item).map_or(item, |(_, target)| target);
            let (own_place, own_name) = (text(nodes, behind, "in"), text(nodes, behind, "name"));
            is(own_place, own_name).then(|| (index.to_string(), item))
        })
    };
    found(&|_, own| own.as_deref() == Some(token)).or_else(|| {
        let place = place?;
        found(&|own_place, own| {
            let is_named = name.is_empty() || own.is_some_and(|own| own.eq_ignore_ascii_case(name));
            own_place.as_deref() == Some(place) && is_named
        })
    })
}
