//! The setters of the crate against the stored Api: every operation takes all its parameters, by their names, as their
//! types are sent, and a body where it has one.

use std::collections::BTreeMap;

use serde_yaml::Value;
use syn::visit::Visit;

use crate::operations::{modules, stored};

/// Query parameters by name, with the method of a call that sets them.
type Query = BTreeMap<String, String>;

/// The parameters of one operation.
#[derive(Debug, Default, Clone, PartialEq)]
struct Takes {
    /// The number of path parameters.
    holes: usize,
    /// Those that a call cannot do without.
    required: Query,
    /// Those that the builder sets.
    optional: Query,
    body: bool,
}

/// True if a list without values requests the same as an omitted parameter.
fn is_selection(name: &str) -> bool {
    ["include", "sort"].contains(&name) || name.starts_with("fields[")
}

fn expected(operation: &Value) -> Takes {
    let mut takes = Takes { body: operation.get("body").is_some(), ..Takes::default() };
    for parameter in operation.get("parameters").and_then(Value::as_sequence).into_iter().flatten() {
        let text = |key: &str| parameter.get(key).and_then(Value::as_str);
        if text("in") == Some("path") {
            takes.holes += 1;
            continue;
        }
        let setter = match text("type").unwrap() {
            "list string" if is_selection(text("name").unwrap()) => "list",
            "list string" => "filter",
            "string" => "text",
            "integer" => "number",
            "boolean" => "flag",
            other => panic!("a parameter of the type `{other}`, of which this test knows nothing"),
        };
        let required = parameter.get("required").and_then(Value::as_bool) == Some(true);
        let query = if required { &mut takes.required } else { &mut takes.optional };
        query.insert(text("name").unwrap().to_owned(), setter.to_owned());
    }
    takes
}

/// The body of a method: the constant that it calls, and the parameters that it sets.
#[derive(Default)]
struct Body {
    constant: Option<String>,
    holes: usize,
    query: Query,
    body: bool,
}

impl<'ast> Visit<'ast> for Body {
    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let syn::Expr::Path(function) = &*call.func
            && function.path.segments.iter().any(|segment| segment.ident == "Call")
        {
            let (syn::Expr::Path(constant), syn::Expr::Reference(holes)) = (&call.args[1], &call.args[2])
            else {
                panic!("a call that is not of a constant with values");
            };
            let syn::Expr::Array(holes) = &*holes.expr else { panic!("values that are no array") };
            self.constant = constant.path.get_ident().map(ToString::to_string);
            self.holes = holes.elems.len();
        }
        syn::visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let method = call.method.to_string();
        let text = match call.args.first() {
            Some(syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. })) => Some(text.value()),
            _ => None,
        };
        match (method.as_str(), text) {
            ("json", _) => self.body = true,
            ("list" | "filter" | "text" | "number" | "flag" | "decimal" | "list_in", Some(name)) => {
                assert!(self.query.insert(name, method).is_none());
            }
            _ => {}
        }
        syn::visit::visit_expr_method_call(self, call);
    }
}

/// The last name of a type: `List` of both `List` and `crate::Call<T, op::List>`.
fn name_of(ty: &syn::Type) -> String {
    let syn::Type::Path(path) = ty else { panic!("a type that is not a path") };
    let last = path.path.segments.last().unwrap();
    match &last.arguments {
        syn::PathArguments::AngleBracketed(arguments) => match arguments.args.last().unwrap() {
            syn::GenericArgument::Type(ty) => name_of(ty),
            _ => panic!("an argument that is not a type"),
        },
        _ => last.ident.to_string(),
    }
}

/// The parameters of the operations of a module, by their constants.
fn found(module: &syn::File) -> BTreeMap<String, Takes> {
    let mut calls = BTreeMap::new();
    let mut builders: BTreeMap<String, Query> = BTreeMap::new();
    for item in &module.items {
        let syn::Item::Impl(block) = item else { continue };
        for item in &block.items {
            let syn::ImplItem::Fn(method) = item else { continue };
            let mut body = Body::default();
            body.visit_block(&method.block);
            match body.constant {
                Some(constant) => {
                    let syn::ReturnType::Type(_, answer) = &method.sig.output else {
                        panic!("no call is given")
                    };
                    let takes = Takes {
                        holes: body.holes,
                        required: body.query,
                        optional: Query::new(),
                        body: body.body,
                    };
                    assert!(calls.insert(constant, (takes, name_of(answer))).is_none());
                }
                None => builders.entry(name_of(&block.self_ty)).or_default().extend(body.query),
            }
        }
    }
    let with_builder = |(constant, (takes, builder)): (String, (Takes, String))| {
        (constant, Takes { optional: builders.get(&builder).cloned().unwrap_or_default(), ..takes })
    };
    calls.into_iter().map(with_builder).collect()
}

#[test]
fn every_operation_takes_what_the_stored_api_says() {
    let stored = stored();
    let mut wrong = Vec::new();
    let mut compared = 0;
    for module in modules() {
        let found = found(&syn::parse_file(&module.source).unwrap());
        for line in module.constants() {
            let operation = expected(&stored[&line.id]);
            compared += 1;
            let mut found = found.get(&line.name).cloned();
            if let (Some(found), true) = (&mut found, line.limited) {
                // The method is in `call.rs`; `reads` shows its request.
                found.optional.insert("limit".to_owned(), "number".to_owned());
            }
            match found {
                Some(found) if found == operation => {}
                found => {
                    wrong.push(format!("{} in {}: {operation:#?}, not {found:#?}", line.id, module.name))
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} are wrong\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared >= stored.len(), "{compared} of {} operations were compared", stored.len());
}
