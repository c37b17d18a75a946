//! Rewrites OpenAPI 3.1 and 3.2 outside of schemas as 3.0 and removes the rest with a notice.

use serde_json::{Map, Value, json};

use super::dialect::Dialect;
use super::hoist;
use super::keywords::{Kind, Role};
use super::location::Trail;
use super::reference;
use super::{Origins, WHOLE_QUERY};
use crate::api::MediaType;
use crate::diagnostic::{Code, Diagnostic, Pointer, Sink};

/// Rewrites the document around its schemas; false if it has nothing that a client could call.
pub(super) fn rewrite(tree: &mut Value, dialect: Dialect, origins: &mut Origins, out: &mut Sink) -> bool {
    let mut rewriting = Rewriting { origins, out };
    let Some(root) = tree.as_object_mut() else { return false };
    root.insert("openapi".to_owned(), json!("3.0.3"));
    root.shift_remove("$self");
    root.shift_remove("jsonSchemaDialect");
    let webhooks = root.shift_remove("webhooks");
    if !root.get("paths").is_some_and(Value::is_object) {
        let is_optional = dialect >= Dialect::OpenApi31;
        if !is_optional && !root.contains_key("paths") {
            let message = "the document has no `paths`, so there is nothing to call";
            let diagnostic = Diagnostic::error(Code::InvalidDocument, &Pointer::root(), message);
            rewriting.out.push(diagnostic.help("add the paths in the overlay"));
            return false;
        }
        if is_optional && !root.contains_key("paths") {
            let message = "the document has no `paths`, so the crate has no calls";
            rewriting.notice(&Pointer::root(), message, "add the paths in the overlay");
            root.insert("paths".to_owned(), json!({}));
        }
    }
    if let Some(components) = root.get_mut("components").and_then(Value::as_object_mut) {
        // References to them were replaced.
        for key in ["pathItems", "mediaTypes"] {
            components.shift_remove(key);
        }
    }
    if let Some(paths) = root.get_mut("paths").and_then(Value::as_object_mut) {
        hoist::methods(paths, rewriting.origins, rewriting.out);
        if let Some(webhooks) = webhooks {
            hoist::webhooks(webhooks, paths, rewriting.origins);
        }
    }
    let removed = rewriting.security_schemes(root);
    rewriting.walk(tree, Role::Object(Kind::Document), &Trail::Root, &removed);
    rewriting.query_strings(tree);
    true
}

struct Rewriting<'a> {
    origins: &'a mut Origins,
    out: &'a mut Sink,
}

impl Rewriting<'_> {
    fn notice(&mut self, at: &Pointer, message: impl Into<String>, help: &str) {
        let at = self.origins.origin(at);
        self.out.push(Diagnostic::notice(Code::Unsupported, &at, message).help(help));
    }

    /// Removes the ways to authenticate that a client does not offer; their names.
    fn security_schemes(&mut self, root: &mut Map<String, Value>) -> Vec<String> {
        let mut removed = Vec::new();
        let schemes = root.get_mut("components").and_then(|components| components.get_mut("securitySchemes"));
        let Some(schemes) = schemes.and_then(Value::as_object_mut) else { return removed };
        let at = Pointer::new("/components/securitySchemes");
        schemes.retain(|name, scheme| {
            match scheme.get("type").and_then(Value::as_str) {
                Some("mutualTLS") => {
                    let message = "mutual TLS is not a credential of the client";
                    let help = "give the client a transport that has the certificate";
                    let at = self.origins.origin(&at.child(name));
                    self.out.push(Diagnostic::notice(Code::Unsupported, &at, message).help(help));
                    removed.push(name.clone());
                    return false;
                }
                Some("oauth2") => {
                    if let Some(scheme) = scheme.as_object_mut() {
                        flows(scheme);
                    }
                }
                Some("openIdConnect") => {
                    if let Some(scheme) = scheme.as_object_mut() {
                        scheme.entry("openIdConnectUrl").or_insert_with(|| json!(""));
                    }
                }
                _ => {}
            }
            true
        });
        removed
    }

    fn walk(&mut self, node: &mut Value, shape: Role, at: &Trail<'_>, removed: &[String]) {
        match node {
            _ if shape == Role::Data => {}
            Value::Object(map) => {
                match shape {
                    Role::Object(Kind::MediaType) => media_type(map, at, self.origins),
                    Role::Object(Kind::Document | Kind::Operation) => forget(map, removed),
                    Role::Object(Kind::Schema) => return,
                    _ => {}
                }
                for (key, value) in map.iter_mut() {
                    self.walk(value, shape.member(key), &at.key(key), removed);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.walk(item, shape.item(), &at.index(index), removed);
                }
            }
            _ => {}
        }
    }

    /// Replaces a parameter that is the whole query by one parameter for each property of its schema.
    fn query_strings(&mut self, tree: &mut Value) {
        let mut found: Vec<(Pointer, usize)> = Vec::new();
        let root = Trail::Root;
        let paths = root.key("paths");
        for (path, item) in tree.get("paths").and_then(Value::as_object).into_iter().flatten() {
            let at = paths.key(path);
            let operations =
                item.as_object().into_iter().flatten().map(|(key, value)| (at.key(key).pointer(), value));
            for (at, owner) in operations.chain([(at.pointer(), item)]) {
                let list = owner.get("parameters").and_then(Value::as_array).into_iter().flatten();
                for (index, parameter) in list.enumerate() {
                    let parameter = reference::resolve(tree, parameter);
                    if parameter.and_then(|p| p.get("in")).and_then(Value::as_str) == Some("querystring") {
                        found.push((at.child("parameters"), index));
                    }
                }
            }
        }
        for (list, index) in found.into_iter().rev() {
            let site = list.child(index);
            let parameter =
                tree.pointer(site.as_str()).and_then(|parameter| reference::resolve(tree, parameter));
            let parts = parameter.map(|parameter| properties(tree, parameter)).unwrap_or_default();
            if parts.is_empty() {
                let message = "a parameter that is the whole query is ignored: it is neither JSON nor a form with a schema";
                self.notice(&site, message, "declare the parameters of the query one by one in the overlay");
            }
            let Some(Value::Array(items)) = tree.pointer_mut(list.as_str()) else { continue };
            items.remove(index);
            let origin = self.origins.origin(&site);
            self.origins.removed(list.clone(), index);
            for part in parts {
                self.origins.collapsed(list.child(items.len()), origin.clone());
                items.push(part);
            }
        }
        let components = tree.pointer_mut("/components/parameters").and_then(Value::as_object_mut);
        if let Some(components) = components {
            components
                .retain(|_, parameter| parameter.get("in").and_then(Value::as_str) != Some("querystring"));
        }
    }
}

/// A sequence of items is a list of them; where it has a schema, too, that is of the whole, which no client of a stream reads.
fn media_type(map: &mut Map<String, Value>, at: &Trail<'_>, origins: &mut Origins) {
    for key in ["prefixEncoding", "itemEncoding"] {
        map.shift_remove(key);
    }
    let Some(item) = map.shift_remove("itemSchema") else { return };
    let (from, to) = (at.key("itemSchema").pointer(), at.key("schema").pointer());
    // The data of an event is the item; its other members are the same for all streams of events.
    let data = item.pointer("/properties/data/contentSchema").cloned();
    let from =
        if data.is_some() { from.child("properties").child("data").child("contentSchema") } else { from };
    origins.copied(from, to.child("items"));
    map.insert("schema".to_owned(), json!({ "type": "array", "items": data.unwrap_or(item) }));
}

/// The parameters that make up a query.
fn properties(tree: &Value, parameter: &Value) -> Vec<Value> {
    let content = parameter.get("content").and_then(Value::as_object);
    let json = content.into_iter().flatten().find(|(media, _)| MediaType::parse(media).reads_json());
    if let Some((media, schema)) = json {
        let mut whole = Map::from_iter([(WHOLE_QUERY.to_owned(), Value::Bool(true))]);
        let kept = ["name", "required", "deprecated"].into_iter();
        whole.extend(kept.filter_map(|key| Some((key.to_owned(), parameter.get(key)?.clone()))));
        whole.insert("in".to_owned(), json!("query"));
        whole.insert("content".to_owned(), json!({ media: schema }));
        return vec![Value::Object(whole)];
    }
    let form = content.and_then(|content| content.get("application/x-www-form-urlencoded"));
    let Some(schema) = form.and_then(|media| media.get("schema")) else { return Vec::new() };
    let Some(schema) = reference::resolve(tree, schema) else { return Vec::new() };
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|other| other == name));
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let one = |(name, schema): (&String, &Value)| json!({ "name": name, "in": "query", "required": is_required(name), "schema": schema });
    let parts: Vec<Value> = properties.map(one).collect();
    // Of names that the document does not know, the whole is one parameter whose name is not sent.
    let name = parameter.get("name").filter(|_| parts.is_empty());
    let whole = name.map(
        |name| json!({ "name": name, "in": "query", "style": "form", "explode": true, "schema": schema }),
    );
    parts.into_iter().chain(whole).collect()
}

/// Keeps the flows that the model has, with the members that it requires: a token can be used however it was issued.
fn flows(scheme: &mut Map<String, Value>) {
    const URLS: [&str; 3] = ["authorizationUrl", "tokenUrl", "refreshUrl"];
    const FLOWS: [(&str, &[&str]); 4] = [
        ("implicit", &["authorizationUrl"]),
        ("password", &["tokenUrl"]),
        ("clientCredentials", &["tokenUrl"]),
        ("authorizationCode", &["authorizationUrl", "tokenUrl"]),
    ];
    let mut kept = Map::new();
    for (name, required) in FLOWS {
        let Some(Value::Object(flow)) = scheme.get("flows").and_then(|flows| flows.get(name)) else {
            continue;
        };
        let mut new = Map::new();
        for url in URLS {
            let text = flow.get(url).filter(|text| text.is_string()).cloned();
            let text = text.or_else(|| required.contains(&url).then(|| json!("")));
            new.extend(text.map(|text| (url.to_owned(), text)));
        }
        let scopes = flow.get("scopes").and_then(Value::as_object).into_iter().flatten();
        let scopes: Map<String, Value> = scopes.map(|(scope, _)| (scope.clone(), json!(""))).collect();
        new.insert("scopes".to_owned(), Value::Object(scopes));
        kept.insert(name.to_owned(), Value::Object(new));
    }
    scheme.insert("flows".to_owned(), Value::Object(kept));
}

/// Takes the names of removed ways to authenticate out of `security`.
fn forget(map: &mut Map<String, Value>, removed: &[String]) {
    let Some(Value::Array(ways)) = map.get_mut("security") else { return };
    for way in ways.iter_mut().filter_map(Value::as_object_mut) {
        way.retain(|name, _| !removed.contains(name));
    }
}
