//! Writes the functions that call operations, each with all arguments of its method and its setters.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use storewright_generator::api::{Api, In, MediaType, Operation, Parameter, TypeRef};
use storewright_generator::name::{Method, Names, OperationName};
use storewright_generator::render::MARK;

use super::public_api::PublicApi;
use super::shown;
use super::values::Values;

/// The files of the program, by path.
pub(super) fn files(
    api: &Api,
    names: &Names,
    public: &PublicApi,
    credentials: &str,
    chosen: &dyn Fn(&str) -> bool,
) -> BTreeMap<String, String> {
    let mut values = Values::new(api, names, public);
    let mut out = BTreeMap::new();
    let head = |about: &str| format!("// {MARK}; edits are lost.\n//! {about}\n");
    let library = names.package.replace('-', "_");
    let mut lists = String::new();
    let mut modules = String::new();
    for (module, handle) in &names.handles {
        let mut functions = String::new();
        let mut lines = String::new();
        for id in handle.operations.iter().filter(|id| chosen(id)) {
            let Some((operation, name)) = api.operations.get(id).zip(names.operations.get(id)) else {
                continue;
            };
            for method in &name.methods {
                let path = format!("operations::{module}::{}::{}", handle.ident, method.ident);
                let call = Call { module, operation, name, method, library: &library, path };
                let Some(text) = call.text(public, &mut values) else { continue };
                functions.push_str(&text);
                let media = method.media_type.as_deref().unwrap_or_default();
                let sends = method.sends.as_deref().unwrap_or_default();
                let _ = writeln!(lines, "    ({id:?}, {media:?}, {sends:?}, {}),", method.ident);
            }
        }
        if functions.is_empty() {
            continue;
        }
        let text = format!(
            "{}\nuse crate::show::Show;\nuse crate::{{Arguments, Calls, Client, Outcome, Shown}};\n#[allow(unused_imports)]\n\
             use storewright_runtime as rt;\n\n{functions}\npub(crate) const CALLS: Calls = &[\n{lines}];\n",
            head(&format!("Calls the operations of `{module}`."))
        );
        out.insert(format!("src/{module}.rs"), text);
        let _ = writeln!(modules, "mod {module};");
        let _ = writeln!(lists, "        {module}::CALLS,");
    }
    let text = format!(
        "{}#![allow(non_snake_case, unused_mut, unused_imports, unused_variables, clippy::all)]\n\nuse storewright_contract::Argument;\n\
         use storewright_runtime as rt;\n\n{}",
        head("Makes values by the constructors, setters and constants of the crate."),
        values.finish()
    );
    out.insert("src/values.rs".to_owned(), text);
    let responses =
        api.operations.iter().filter(|(id, _)| chosen(id)).flat_map(|(_, o)| o.responses.values());
    let types =
        api.closure(responses.flat_map(|response| response.content.values()).filter_map(TypeRef::named));
    let text = shown::module(api, names, public, &types);
    out.insert("src/show.rs".to_owned(), format!("// {MARK}; edits are lost.\n{text}"));
    let text = format!(
        "{}\n// The vendor advises against some of what is called.\n#![allow(deprecated, non_snake_case, unused_imports, unused_mut, dead_code)]\n\n\
         {modules}mod show;\nmod values;\n\nuse storewright_contract::{{Arguments, Outcome, Shown}};\nuse {library}::{{Api, Client}};\n\n\
         type Calls = storewright_contract::Calls<Client>;\n\nfn main() -> std::process::ExitCode {{\n    \
         let calls = [\n{lists}    ];\n    storewright_contract::drive::<Api>(&calls.concat(), {credentials})\n}}\n",
        head("Calls every operation as standard input says, and reports the results.")
    );
    out.insert("src/main.rs".to_owned(), text);
    out
}

/// Reads all pages instead of the first.
const ITEMS: &str = "    if a.asks_for_items() { return a.items(call.items()); }\n";

/// One method of a handle.
struct Call<'a> {
    module: &'a str,
    operation: &'a Operation,
    name: &'a OperationName,
    method: &'a Method,
    library: &'a str,
    path: String,
}

impl Call<'_> {
    fn text(&self, public: &PublicApi, values: &mut Values<'_>) -> Option<String> {
        let function = public.function(&self.path)?;
        let arguments: Vec<String> = function
            .arguments
            .iter()
            .map(|(name, ty)| match self.parameter(name) {
                Some(parameter) => values.value(ty, &format!("a.must({:?})", parameter.name)),
                None => self.composite(name, values).unwrap_or_else(|| self.body(name, ty, values)),
            })
            .collect();
        let mut setters = String::new();
        for parameter in &self.operation.parameters {
            let Some(ident) = self.name.parameter(parameter).map(|named| &named.ident) else { continue };
            if function.arguments.iter().any(|(name, _)| name == ident) {
                continue;
            }
            if parameter.place == In::Path {
                // A request that changes a resource has its id.
                let _ = writeln!(setters, "    let _ = a.may({:?});", parameter.name);
                continue;
            }
            let setter = format!("operations::{}::{}::{ident}", self.module, self.method.builder);
            // Calls whose only option is the page size share one builder.
            let setter = public.function(&setter).map(|setter| setter.arguments.first());
            let (ident, ty) = match setter {
                Some(argument) => (ident.as_str(), argument.map_or("", |(_, ty)| ty.as_str())),
                None if parameter.name == "limit" => ("limit", "i64"),
                None => continue,
            };
            let value = values.value(ty, "value");
            let _ = writeln!(
                setters,
                "    if let Some(value) = a.may({:?}) {{ call = call.{ident}({value}); }}",
                parameter.name
            );
        }
        let own = &self.method.ident;
        let begin = format!("client.{}().{own}({})", self.module, arguments.join(", "));
        Some(format!(
            "fn {own}(client: &Client, a: &Arguments) -> Outcome {{\n    let mut call = {begin};\n{setters}{}    {}\n}}\n",
            if self.has_pages(public, &function.returns) { ITEMS } else { "" },
            self.by_status(public, &function.returns).unwrap_or_else(|| self.end(&function.returns))
        ))
    }

    /// True if the response is a page of a list.
    fn has_pages(&self, public: &PublicApi, returns: &str) -> bool {
        let mut target = returns;
        while let Some(next) = public.alias(&format!("models::{target}")) {
            target = next;
        }
        // A list has the pages of the header `Link`.
        let is_page = ["rt::Linkages", "rt::Page<", "Vec<"].iter().any(|page| target.starts_with(page));
        is_page || (self.operation.paging.is_some() && self.name.methods.first() == Some(self.method))
    }

    fn parameter(&self, ident: &str) -> Option<&Parameter> {
        let parameters = self.operation.parameters.iter();
        parameters.into_iter().find(|p| self.name.parameter(p).is_some_and(|named| named.ident == ident))
    }

    /// An argument that gives several parameters: a literal of its type.
    fn composite(&self, argument: &str, values: &mut Values<'_>) -> Option<String> {
        let parts = self.name.parameters.iter().filter_map(|((parameter, _), name)| {
            let part = name.part.as_ref().filter(|part| part.argument == argument)?;
            let value = values.value("String", &format!("a.must({parameter:?})"));
            Some((part.of.clone(), format!("{}: {value}", part.field)))
        });
        let (types, fields): (Vec<String>, Vec<String>) = parts.unzip();
        Some(format!("{}::{} {{ {} }}", self.library, types.first()?, fields.join(", ")))
    }

    /// The argument that is sent as the body.
    fn body(&self, name: &str, ty: &str, values: &mut Values<'_>) -> String {
        let sends = self.method.sends.as_deref().unwrap_or_default();
        let reads_json = MediaType::parse(sends).reads_json();
        let envelope = self.operation.body.as_ref().and_then(|body| body.envelope.as_deref());
        match (name, reads_json) {
            ("ids", true) => "a.body(\"\").must_at(\"/data\").ids()".to_owned(),
            ("to", true) if ty == "Option<&str>" => {
                "a.body(\"\").at(\"/data\").and_then(|v| v.maybe()).map(|v| v.id()).as_deref()".to_owned()
            }
            ("to" | "id", true) => "a.body(\"\").must_at(\"/data\").id()".to_owned(),
            (_, true) => values.value(ty, &format!("a.body({:?})", envelope.unwrap_or_default())),
            // Fields of any name.
            (_, false) if ty.starts_with("impl IntoIterator<") => "a.fields()".to_owned(),
            (_, false) => "a.raw_body()".to_owned(),
        }
    }

    /// The same for an enum of bodies that differ by status; none for another type.
    fn by_status(&self, public: &PublicApi, returns: &str) -> Option<String> {
        let path = format!("operations::{}::{returns}", self.module);
        let variants = public.variants(&path);
        variants.first()?;
        let mut arms = String::new();
        for (own, ty) in variants {
            let shown = match ty.as_str() {
                "" | "()" => "Shown::default()",
                "rt::Bytes" => "Shown::bytes(&value)",
                json if json.starts_with("rt::Json<") => "Shown::of(&value.0, value.0.show())",
                _ => "Shown::of(&value, value.show())",
            };
            let _ = write!(arms, "{}::{path}::{own}(value) => {shown}, ", self.library);
        }
        Some(format!(
            "a.inside(\"\", call.full().send(), |value| match value {{ {arms}_ => Shown::default() }}, Shown::shown)"
        ))
    }

    /// The code that sends the call and reports the result.
    fn end(&self, returns: &str) -> String {
        let answers = |media: &String| {
            self.operation.responses.values().find(|response| response.content.contains_key(media))
        };
        let envelope = self.method.media_type.as_ref().and_then(answers).and_then(|r| r.envelope.as_ref());
        match (returns, envelope) {
            (_, Some(path)) => {
                format!("a.inside({path:?}, call.full().send(), |value| value.into_inner(), Show::show)")
            }
            ("()", _) => "a.nothing(call.full().send())".to_owned(),
            ("bool", _) => "a.flag(call.full().send())".to_owned(),
            ("String", _) => "a.text(call.full().send())".to_owned(),
            ("rt::Bytes", _) => "a.bytes(call.full().send())".to_owned(),
            ("Option<rt::Bytes>", _) => "a.maybe_bytes(call.full().send())".to_owned(),
            (json, _) if json.starts_with("rt::Json<") => {
                "a.inside(\"\", call.full().send(), |value| value.0, Show::show)".to_owned()
            }
            (json, _) if json.starts_with("Option<rt::Json<") => {
                "a.inside(\"\", call.full().send(), |value| value.map(|value| value.0), Show::show)"
                    .to_owned()
            }
            _ => "a.json(call.full().send(), Show::show)".to_owned(),
        }
    }
}
