//! Writes the example of a handle: a function that calls one of its methods.

use super::{Method, Payload, RustType, STREAM_ITEMS};

/// Columns of an example.
const WIDTH: usize = 90;

/// The example of a handle: a call of a list without required arguments if there is one. Where the features of its methods
/// differ, a hidden line has that of the method.
///
/// Invariant: it has names of Rust items alone, and no text of a document, so that it may be compiled.
pub(super) fn example(library: &str, handle: &str, methods: &[Method], differ: bool) -> Option<String> {
    let method = methods.iter().min_by_key(|method| {
        let needs = method.arguments.len();
        (method.deprecated.is_some(), method.method != "GET", needs > 0, !method.paged, needs)
    })?;
    let passed: Vec<&str> = method.arguments.iter().map(|a| a.ident.as_str()).collect();
    // A parameter may have the usual name of the client.
    let client = if passed.contains(&"client") { "api" } else { "client" };
    let call = format!("{client}.{handle}().{}({})", method.ident, passed.join(", "));
    let body = match method {
        Method { stream: Some(_), .. } => each(&format!("{call}.{STREAM_ITEMS}()")),
        Method { paged: true, .. } => each(&format!("{call}.items()")),
        Method { payload: Payload::Nothing, .. } => {
            format!("    {}\n", broken(&format!("{call}.send().await?;")))
        }
        _ => {
            let line = broken(&format!("let response = {call}.send().await?;"));
            format!("    {line}\n    println!(\"{{response:?}}\");\n")
        }
    };
    let mut declared = vec![format!("{client}: &Client")];
    declared.extend(method.arguments.iter().map(|a| format!("{}: {}", a.ident, given(&a.ty, library))));
    let one = format!("async fn example({}) -> Result<(), Error> {{", declared.join(", "));
    let head = match one.len() <= WIDTH {
        true => one,
        false => format!("async fn example(\n    {},\n) -> Result<(), Error> {{", declared.join(",\n    ")),
    };
    let condition = method.features.iter().filter(|_| differ);
    let condition: String = condition.map(|feature| format!("# #[cfg(feature = {feature:?})]\n")).collect();
    Some(format!("use {library}::{{Client, Error}};\n\n{condition}{head}\n{body}    Ok(())\n}}"))
}

/// A loop over the items of a call.
fn each(items: &str) -> String {
    let line = broken(&format!("let mut items = {items};"));
    format!(
        "    {line}\n    while let Some(item) = items.try_next().await? {{\n        println!(\"{{item:?}}\");\n    }}\n"
    )
}

/// A statement of a function; a long one has the calls of its chain on lines of their own.
fn broken(line: &str) -> String {
    if line.len() + 4 <= WIDTH {
        return line.to_owned();
    }
    line.replacen("().", "()\n        .", 1)
        .replace(").send()", ")\n        .send()")
        .replace(").items()", ")\n        .items()")
}

/// The type of a value that an argument takes.
fn given(ty: &RustType, library: &str) -> String {
    let named = |name: &str, arguments: &[RustType]| match arguments {
        [] => name.to_owned(),
        _ => format!("{name}<{}>", list(arguments, library)),
    };
    match ty {
        RustType::Std(name, arguments) => named(name, arguments),
        RustType::Runtime(name, arguments) => named(&format!("{library}::runtime::{name}"), arguments),
        RustType::Root(name, arguments) => named(&format!("{library}::{name}"), arguments),
        RustType::Model(name) => format!("{library}::models::{name}"),
        RustType::Own(name) => name.clone(),
        RustType::Tuple(members) => format!("({})", list(members, library)),
        RustType::Ref(inner) | RustType::AsRef(inner) => format!("&{}", given(inner, library)),
        RustType::Into(inner) => given(inner, library),
        RustType::Iterator(item) => format!("Vec<{}>", given(item, library)),
    }
}

fn list(types: &[RustType], library: &str) -> String {
    types.iter().map(|ty| given(ty, library)).collect::<Vec<_>>().join(", ")
}
