//! Converts Swagger 2.0 to OpenAPI 3.0 and keeps the way back to each location.

mod operation;
mod schema;

use serde_json::{Map, Value, json};

use super::Origins;
use super::location::Trail;
use super::reference::{self, Target};
use crate::diagnostic::{Code, Diagnostic, Pointer, Sink};

/// The state that every part of the upgrade reads and writes. Locations are the vendor's, before the upgrade.
struct Upgrade<'a> {
    vendor: &'a Value,
    consumes: Vec<String>,
    produces: Vec<String>,
    /// The base URLs, the default one first.
    servers: Vec<String>,
    /// The source map before the upgrade, for diagnostics during it.
    before: Origins,
    origins: &'a mut Origins,
    out: &'a mut Sink,
}

/// The sources of OpenAPI 3.0's components.
const COMPONENTS: &[(&str, &str)] = &[
    ("definitions", "schemas"),
    ("parameters", "parameters"),
    ("responses", "responses"),
    ("securityDefinitions", "securitySchemes"),
];

/// Replaces the tree. Parts that OpenAPI 3.0 cannot express are reported; unknown keywords stay in place, for the check
/// of keywords that follows.
pub(super) fn upgrade(tree: &mut Value, origins: &mut Origins, out: &mut Sink) {
    let vendor = tree.take();
    let Some(root) = vendor.as_object() else { return };
    let mut upgrade = Upgrade {
        vendor: &vendor,
        consumes: media_types(root.get("consumes")).unwrap_or_else(json_alone),
        produces: media_types(root.get("produces")).unwrap_or_else(json_alone),
        servers: servers(root, root.get("schemes")),
        before: origins.clone(),
        origins,
        out,
    };
    let mut new = Map::from_iter([("openapi".to_owned(), json!("3.0.3"))]);
    let mut components = Map::new();
    for (key, value) in root {
        let at = Trail::Root;
        let at = at.key(key);
        match key.as_str() {
            "swagger" | "host" | "basePath" | "schemes" | "consumes" | "produces" => {}
            "paths" => {
                new.insert(key.clone(), upgrade.paths(value, &at));
            }
            _ => match COMPONENTS.iter().find(|(old, _)| old == key) {
                Some((old, kind)) => {
                    let (from, to) = (Pointer::root().child(old), Pointer::new("/components").child(kind));
                    upgrade.origins.copied(from, to);
                    components.insert((*kind).to_owned(), upgrade.component(kind, value, &at));
                }
                None => {
                    new.insert(key.clone(), value.clone());
                }
            },
        }
    }
    if !components.is_empty() {
        new.insert("components".to_owned(), Value::Object(components));
    }
    if !upgrade.servers.is_empty() {
        let from = if root.contains_key("host") { "host" } else { "basePath" };
        let from = Pointer::root().child(from);
        for index in 0..upgrade.servers.len() {
            let to = Pointer::new("/servers").child(index).child("url");
            upgrade.origins.copied(from.clone(), to);
        }
        new.insert("servers".to_owned(), listed(&upgrade.servers));
    }
    *tree = Value::Object(new);
}

fn json_alone() -> Vec<String> {
    vec!["application/json".to_owned()]
}

/// A list of media types, without repetition; none where nothing is said.
fn media_types(list: Option<&Value>) -> Option<Vec<String>> {
    let mut all: Vec<String> = Vec::new();
    for media_type in list?.as_array()?.iter().filter_map(Value::as_str) {
        if !all.iter().any(|known| known == media_type) {
            all.push(media_type.to_owned());
        }
    }
    Some(all)
}

/// The base URLs of some schemes. Without a host there is one that is relative, as the specification has it: to where the
/// document was found.
fn servers(root: &Map<String, Value>, schemes: Option<&Value>) -> Vec<String> {
    let text = |key| root.get(key).and_then(Value::as_str);
    let path = text("basePath").unwrap_or_default().trim_end_matches('/');
    let path = if path.is_empty() || path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    let Some(host) = text("host") else {
        return Some(path).filter(|path| !path.is_empty()).into_iter().collect();
    };
    let schemes: Vec<&str> =
        schemes.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    // Most calls send a secret, so encrypted schemes come first.
    let mut known: Vec<&str> = ["https", "http"].into_iter().filter(|s| schemes.contains(s)).collect();
    if known.is_empty() {
        known.push("https");
    }
    known.iter().map(|scheme| format!("{scheme}://{}{path}", host.trim_end_matches('/'))).collect()
}

/// Base URLs as OpenAPI lists them.
fn listed(servers: &[String]) -> Value {
    servers.iter().map(|url| json!({ "url": url })).collect()
}

impl Upgrade<'_> {
    fn notice(&mut self, at: &Trail<'_>, code: Code, message: impl Into<String>, help: &str) {
        let at = self.before.origin(&at.pointer());
        self.out.push(Diagnostic::notice(code, &at, message).help(help));
    }

    /// The members of one kind of component.
    fn component(&mut self, kind: &str, value: &Value, at: &Trail<'_>) -> Value {
        let Some(all) = value.as_object() else { return value.clone() };
        let mut new = Map::new();
        for (name, value) in all {
            let at = at.key(name);
            let to = Pointer::new("/components").child(kind).child(name);
            let value = match kind {
                "schemas" => self.schema(value, &at),
                // Bodies and forms become part of the operations that refer to them.
                "parameters" => match operation::place(value) {
                    Some("body" | "formData") => continue,
                    _ => self.parameter(value, &at, &to),
                },
                "responses" => {
                    let produces = self.produces.clone();
                    self.response(value, &at, &to, &produces)
                }
                _ => self.security(value, &at),
            };
            new.insert(name.clone(), value);
        }
        Value::Object(new)
    }

    fn security(&mut self, value: &Value, at: &Trail<'_>) -> Value {
        let Some(old) = value.as_object() else { return value.clone() };
        let mut new = old.clone();
        match old.get("type").and_then(Value::as_str) {
            Some("basic") => {
                new.insert("type".to_owned(), json!("http"));
                new.insert("scheme".to_owned(), json!("basic"));
            }
            Some("oauth2") => {
                let mut flow = Map::new();
                for key in ["authorizationUrl", "tokenUrl", "scopes"] {
                    if let Some(value) = new.shift_remove(key) {
                        flow.insert(key.to_owned(), value);
                    }
                }
                flow.entry("scopes").or_insert_with(|| json!({}));
                let name = match new.shift_remove("flow").as_ref().and_then(Value::as_str) {
                    Some("implicit") => "implicit",
                    Some("password") => "password",
                    Some("application") => "clientCredentials",
                    Some("accessCode") => "authorizationCode",
                    _ => {
                        let message = "`flow` of OAuth 2 is not implicit, password, application or accessCode; it is ignored";
                        self.notice(at, Code::InvalidDocument, message, "correct it in the overlay");
                        new.insert("flows".to_owned(), json!({}));
                        return Value::Object(new);
                    }
                };
                new.insert(
                    "flows".to_owned(),
                    Value::Object(Map::from_iter([(name.to_owned(), Value::Object(flow))])),
                );
            }
            _ => {}
        }
        Value::Object(new)
    }

    /// The target of a `$ref` in the vendor's tree, else the node itself.
    fn target<'v>(&'v self, node: &'v Value) -> &'v Value {
        reference::resolve(self.vendor, node).unwrap_or(node)
    }
}

/// The same reference in OpenAPI 3.0.
fn moved(reference: &str) -> String {
    let Target::Node(pointer) = reference::target(reference) else { return reference.to_owned() };
    let found = COMPONENTS.iter().find_map(|(old, kind)| {
        let rest = pointer.strip_prefix('/')?.strip_prefix(old)?;
        rest.starts_with('/').then(|| format!("#/components/{kind}{rest}"))
    });
    found.unwrap_or_else(|| reference.to_owned())
}
