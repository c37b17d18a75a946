//! Describes a change in words, the same in every report.

use crate::diff::{Change, Direction, Kind, Version};

/// The change of the subject: `added`, `type changed: string → integer`.
pub(super) fn verb(change: &Change) -> String {
    let kind = change.kind.as_str();
    let nouns = [
        "operation-",
        "callback-",
        "parameter-",
        "value-",
        "type-",
        "field-",
        "variant-",
        "response-",
        "media-type-",
        "body-",
    ];
    // `type-changed` names the changed part of the thing, `media-type-` the thing.
    let verb = match change.kind {
        Kind::LimitChanged => "limit changed".to_owned(),
        Kind::SecurityChanged => "security changed".to_owned(),
        Kind::TagsChanged => "tags changed".to_owned(),
        Kind::SunsetChanged => "sunset changed".to_owned(),
        Kind::StabilityChanged => "stability changed".to_owned(),
        Kind::ServerChanged => "address changed".to_owned(),
        _ => {
            let longest = nouns.iter().filter(|noun| kind.starts_with(**noun)).max_by_key(|noun| noun.len());
            kind.get(longest.map_or(0, |noun| noun.len())..).unwrap_or(kind).replace('-', " ")
        }
    };
    let noun = match change.kind {
        Kind::TypeAdded | Kind::TypeRemoved | Kind::TypeRenamed => "type ",
        Kind::MediaTypeAdded | Kind::MediaTypeRemoved => "media type ",
        Kind::ResponseAdded | Kind::ResponseRemoved => "response ",
        _ => "",
    };
    match (&change.old, &change.new) {
        (Some(old), Some(new)) => format!("{noun}{verb}: {old} → {new}"),
        (Some(what), None) if verb == "removed" => format!("{noun}{verb} ({what})"),
        (None, Some(what)) if verb == "added" => format!("{noun}{verb} ({what})"),
        (Some(old), None) => format!("{noun}{verb}: {old} → none"),
        (None, Some(new)) => format!("{noun}{verb}: none → {new}"),
        _ => format!("{noun}{verb}"),
    }
}

/// The sender and the number of operations, if there is more to it than the subject says.
pub(super) fn reach(change: &Change) -> String {
    let mut out = String::new();
    let is_operation = change.kind.as_str().starts_with("operation-");
    if change.direction != Direction::None && !is_operation {
        out.push_str(&format!(" · {}", change.direction.as_str()));
    }
    if change.reach.operations > 1 || (change.reach.operations == 1 && !change.thing.is_of_operations()) {
        let noun = if change.reach.operations == 1 { "operation" } else { "operations" };
        out.push_str(&format!(" · reaches {} {noun}", change.reach.operations));
    }
    out
}

/// `count` of `noun`, in the singular or plural.
pub(super) fn count(count: usize, noun: &str) -> String {
    if count == 1 { format!("{count} {noun}") } else { format!("{count} {noun}s") }
}

/// The Rust item as a person would write the call: `client.apps().list(…)`.
pub(super) fn call(item: &str) -> String {
    let (path, rest) = item.split_once(' ').unwrap_or((item, ""));
    let signature = rest.split_once(' ').map_or("", |(_, signature)| signature);
    let parts: Vec<&str> = path.split("::").collect();
    match (parts.as_slice(), rest.starts_with("fn")) {
        (["operations", handle, _, method], true) if signature.contains("=>") => {
            let arguments = signature.split("=>").next().unwrap_or_default();
            format!("client.{handle}().{method}({})", names(arguments))
        }
        (["operations", handle, builder, setter], true) => {
            format!("client.{handle}().{}(…).{setter}(…)", snake(builder))
        }
        (["operations", handle, builder], _) => format!("client.{handle}().{}(…)", snake(builder)),
        (["models", ty, function], true) => format!("{ty}::{function}({})", names(signature)),
        (["models", rest @ ..], _) if signature.is_empty() => rest.join("::"),
        (["models", rest @ ..], false) => format!("{}: {signature}", rest.join("::")),
        (["Client", handle], _) => format!("client.{handle}()"),
        _ => item.to_owned(),
    }
}

/// The same with the types of arguments and results, if those of the other item differ.
pub(super) fn typed_call(item: &str, other: &str) -> String {
    let plain = call(item);
    let signature = |item: &str| -> Option<(Vec<String>, String)> {
        let (_, signature) = item.split_once(" fn ")?;
        let (arguments, result) = signature.split_once("=>").unwrap_or((signature, ""));
        Some((parts(arguments), result.trim().to_owned()))
    };
    let (Some((own, result)), Some((others, other))) = (signature(item), signature(other)) else {
        return plain;
    };
    let Some((name, _)) = plain.rsplit_once('(') else { return plain };
    let shown = own.iter().enumerate().map(|(at, part)| match others.get(at) == Some(part) {
        true => names(part),
        false => part.trim().replace(" : ", ": "),
    });
    let result = if result == other { String::new() } else { format!(" → {result}") };
    format!("{name}({}){result}", shown.collect::<Vec<_>>().join(", "))
}

/// The names of the arguments in a signature; of a struct of arguments, its literal.
fn names(signature: &str) -> String {
    let parts = parts(signature);
    let names =
        parts.iter().map(|part| match part.trim().strip_suffix('}').and_then(|p| p.split_once('{')) {
            Some((name, fields)) => format!("{name}{{ {} }}", names(fields)),
            None => part.split(" :").next().unwrap_or_default().trim().to_owned(),
        });
    names.filter(|name| !name.is_empty()).collect::<Vec<_>>().join(", ")
}

/// The arguments in a signature.
fn parts(signature: &str) -> Vec<String> {
    let mut depth = 0_i32;
    let mut parts = vec![String::new()];
    for c in signature.chars() {
        match c {
            '<' | '(' | '{' => depth += 1,
            '>' | ')' | '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().into_iter().for_each(|part| part.push(c));
    }
    parts
}

fn snake(builder: &str) -> String {
    heck::ToSnakeCase::to_snake_case(builder.strip_suffix("Call").unwrap_or(builder))
}

/// A version as the document names it.
pub(super) fn version(of: &Version) -> &str {
    if of.version.is_empty() { "(no version)" } else { &of.version }
}
