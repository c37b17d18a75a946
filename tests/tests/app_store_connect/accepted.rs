//! The values that the types of parameters have, against the values that the stored Api says of each operation.

use std::collections::{BTreeMap, BTreeSet};

use serde_yaml::Value;
use syn::visit::Visit;

use crate::operations::{models, modules, stored, values};

/// The values of each type of the models: of `rt::tokens!`, `rt::sort_tokens!` and `rt::open_enum!`.
#[derive(Default)]
struct Types {
    values: BTreeMap<String, BTreeSet<String>>,
    aliases: BTreeMap<String, String>,
}

impl Types {
    fn read(source: &str) -> Self {
        let mut types = Self::default();
        types.visit_file(&syn::parse_file(source).unwrap());
        types
    }

    fn extend(&mut self, other: Self) {
        self.values.extend(other.values);
        self.aliases.extend(other.aliases);
    }

    fn of(&self, name: &str) -> Option<&BTreeSet<String>> {
        let name = self.aliases.get(name).map_or(name, String::as_str);
        self.values.get(name)
    }
}

impl<'ast> Visit<'ast> for Types {
    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.aliases.insert(item.ident.to_string(), name_of(&item.ty));
    }

    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        let kind = item.mac.path.segments.last().unwrap().ident.to_string();
        if !["tokens", "sort_tokens", "open_enum"].contains(&kind.as_str()) {
            return;
        }
        let text = item.mac.tokens.to_string();
        let (head, body) = text.rsplit_once('{').unwrap();
        let name = head.trim().trim_end_matches("insensitive").trim().rsplit(' ').next().unwrap();
        let texts: Vec<syn::LitStr> = body
            .trim_end_matches([' ', '}'])
            .split(',')
            .filter_map(|part| Some(syn::parse_str(part.split_once('=')?.1.trim()).unwrap()))
            .collect();
        let mut values: BTreeSet<String> = texts.iter().map(syn::LitStr::value).collect();
        if kind == "sort_tokens" {
            let reversed: Vec<String> = values.iter().map(|value| format!("-{value}")).collect();
            values.extend(reversed);
        }
        assert!(self.values.insert(name.to_owned(), values).is_none(), "{name} is there twice");
    }
}

/// The last name of a type.
fn name_of(ty: &syn::Type) -> String {
    let syn::Type::Path(path) = ty else { panic!("not a path") };
    let last = path.path.segments.last().unwrap();
    // An operation's setters are those of `crate::Call<T, op::List>`.
    match &last.arguments {
        syn::PathArguments::AngleBracketed(arguments) if last.ident == "Call" => {
            let Some(syn::GenericArgument::Type(ty)) = arguments.args.last() else { panic!("not a type") };
            name_of(ty)
        }
        _ => last.ident.to_string(),
    }
}

/// The type of a value of an argument: `X` of `X` and of `impl IntoIterator<Item = X>`.
fn type_of(argument: &syn::FnArg) -> Option<(String, String)> {
    let syn::FnArg::Typed(argument) = argument else { return None };
    let syn::Pat::Ident(name) = &*argument.pat else { return None };
    let name = name.ident.to_string();
    let syn::Type::ImplTrait(list) = &*argument.ty else {
        return matches!(&*argument.ty, syn::Type::Path(_)).then(|| (name, name_of(&argument.ty)));
    };
    let Some(syn::TypeParamBound::Trait(bound)) = list.bounds.first() else { return None };
    let syn::PathArguments::AngleBracketed(arguments) = &bound.path.segments.last()?.arguments else {
        return None;
    };
    match arguments.args.first()? {
        syn::GenericArgument::AssocType(item) if matches!(item.ty, syn::Type::Path(_)) => {
            Some((name, name_of(&item.ty)))
        }
        _ => None,
    }
}

/// The query parameters that a method sets, each with the name of the argument, and the constant of its operation.
#[derive(Default)]
struct Body {
    constant: Option<String>,
    set: Vec<(String, String)>,
}

impl<'ast> Visit<'ast> for Body {
    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let (syn::Expr::Path(function), Some(syn::Expr::Path(constant))) = (&*call.func, call.args.get(1))
            && function.path.segments.iter().any(|segment| segment.ident == "Call")
        {
            self.constant = constant.path.get_ident().map(ToString::to_string);
        }
        syn::visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if let (Some(syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(name), .. })), Some(argument)) =
            (call.args.first(), call.args.last())
        {
            let mut used = Names::default();
            used.visit_expr(argument);
            self.set.extend(used.0.into_iter().map(|argument| (name.value(), argument)));
        }
        syn::visit::visit_expr_method_call(self, call);
    }
}

#[derive(Default)]
struct Names(Vec<String>);

impl<'ast> Visit<'ast> for Names {
    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        self.0.extend(path.path.get_ident().map(ToString::to_string));
    }
}

/// The types of parameters' values.
type Typed = BTreeMap<String, String>;

/// The type of each parameter of each operation of a module, by the constants of the operations.
fn found(module: &syn::File) -> BTreeMap<String, Typed> {
    let mut operations: Vec<(String, String, Typed)> = Vec::new();
    let mut builders: BTreeMap<String, Typed> = BTreeMap::new();
    for item in &module.items {
        let syn::Item::Impl(block) = item else { continue };
        for item in &block.items {
            let syn::ImplItem::Fn(method) = item else { continue };
            let mut body = Body::default();
            body.visit_block(&method.block);
            let arguments: BTreeMap<String, String> = method.sig.inputs.iter().filter_map(type_of).collect();
            let set = body.set.into_iter();
            let typed: Typed =
                set.filter_map(|(key, name)| Some((key, arguments.get(&name)?.clone()))).collect();
            match (body.constant, &method.sig.output) {
                (Some(constant), syn::ReturnType::Type(_, built)) => {
                    operations.push((constant, name_of(built), typed));
                }
                _ => builders.entry(name_of(&block.self_ty)).or_default().extend(typed),
            }
        }
    }
    let with_builder = |(constant, builder, mut typed): (String, String, Typed)| {
        typed.extend(builders.get(&builder).cloned().unwrap_or_default());
        (constant, typed)
    };
    operations.into_iter().map(with_builder).collect()
}

#[test]
fn every_parameter_has_exactly_the_values_that_its_operation_accepts() {
    let mut types = Types::default();
    for module in models() {
        types.extend(Types::read(&module.source));
    }
    let (stored, sets) = (stored(), values());
    let mut wrong = Vec::new();
    let mut compared: BTreeMap<&str, usize> = BTreeMap::new();
    for module in modules() {
        let found = found(&syn::parse_file(&module.source).unwrap());
        for line in module.constants() {
            let parameters = stored[&line.id].get("parameters").and_then(Value::as_sequence);
            for parameter in parameters.into_iter().flatten() {
                let Some(set) = parameter.get("values").and_then(Value::as_str) else { continue };
                let name = parameter["name"].as_str().unwrap();
                let own = found.get(&line.name).and_then(|typed| typed.get(name));
                let has = own.and_then(|own| types.of(own));
                if has != Some(&sets[set]) {
                    wrong.push(format!("{} {name}: {own:?} has {has:?}, not {:?}", line.id, sets[set]));
                }
                *compared.entry(name.split('[').next().unwrap()).or_default() += 1;
            }
        }
    }
    assert!(wrong.is_empty(), "{} are wrong\n{}", wrong.len(), wrong.join("\n"));
    let least = [("fields", 1000), ("include", 300), ("filter", 100), ("sort", 40)];
    assert!(least.iter().all(|(family, least)| compared[family] >= *least), "{compared:?}");
}
