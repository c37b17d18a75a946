//! Writes the sentence that opens the documentation of an operation.
//!
//! It is made of facts: method, path, response, and the first word of the method's name. Paths that do not name things, such
//! as `/pet/findByStatus`, have no sentence, since any would be a guess.

use crate::api::Operation;
use crate::name::{singular, snake};

/// Verbs that begin the names of operations, or are a segment of a path: `/builds/{id}/cancel`.
const VERBS: &[&str] = &[
    "abort",
    "accept",
    "activate",
    "add",
    "approve",
    "archive",
    "assign",
    "attach",
    "cancel",
    "clear",
    "close",
    "commit",
    "complete",
    "confirm",
    "connect",
    "copy",
    "create",
    "deactivate",
    "delete",
    "deploy",
    "detach",
    "disable",
    "disconnect",
    "dismiss",
    "download",
    "enable",
    "execute",
    "export",
    "finish",
    "generate",
    "import",
    "install",
    "invite",
    "lock",
    "merge",
    "move",
    "pause",
    "promote",
    "publish",
    "purge",
    "refresh",
    "register",
    "reject",
    "release",
    "remove",
    "rename",
    "replace",
    "request",
    "reset",
    "restart",
    "restore",
    "resume",
    "retry",
    "revoke",
    "run",
    "search",
    "send",
    "set",
    "start",
    "stop",
    "submit",
    "subscribe",
    "suspend",
    "sync",
    "terminate",
    "test",
    "transfer",
    "trigger",
    "unassign",
    "uninstall",
    "unlock",
    "unpublish",
    "unregister",
    "unsubscribe",
    "update",
    "upload",
    "validate",
    "verify",
];
/// Other first words of segments that do not name a thing.
const OTHERS: &[&str] = &["find", "get", "has", "is", "latest", "list", "login", "logout", "me"];
/// Words that turn a name into a query: `petsByStatus`.
const RELATIONS: &[&str] = &["by", "for"];
/// Segments before the first thing.
const PREFIXES: &[&str] = &["api", "rest"];

/// The kind of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reply {
    List,
    File,
    Stream,
    Other,
}

/// The sentence of an operation whose method is called `method`.
pub(super) fn sentence(operation: &Operation, method: &str, reply: Reply) -> Option<String> {
    let segments = segments(&operation.path)?;
    let (last, before) = segments.split_last()?;
    if let ([.., owner, Segment::Parameter(_), Segment::Name("relationships")], Segment::Name(name)) =
        (before, last)
    {
        return linkage(operation, owner, name, method, reply == Reply::List);
    }
    let at = segments.iter().rposition(|segment| matches!(segment, Segment::Name(_)))?;
    let Segment::Name(name) = segments.get(at)? else { return None };
    let has_id = at + 1 < segments.len();
    let owner = owner(segments.get(..at)?);
    let verb = method.split('_').next().filter(|word| VERBS.contains(word));
    if VERBS.contains(&snake(name).as_str()) {
        let before = at.checked_sub(1).and_then(|at| segments.get(at));
        let (Some(owner), Some(Segment::Parameter(_)), false) = (owner, before, has_id) else { return None };
        return Some(format!("{} {}.", third_person(&snake(name)), a(&one(owner, true)?)));
    }
    let of = match owner {
        Some(owner) => format!(" of {}", a(&one(owner, true)?)),
        None => String::new(),
    };
    // `list_search_keywords` lists `searchKeywords`.
    let is_thing = has_id || method.split_once('_').is_some_and(|(_, rest)| rest == snake(name));
    let (all, one) = (words(name, is_thing)?, one(name, is_thing)?);
    if let (Some(verb @ ("add" | "remove")), Some(owner)) = (verb, owner) {
        let (things, place) = (if has_id { a(&one) } else { all }, if verb == "add" { "to" } else { "from" });
        return Some(format!("{} {things} {place} {}.", third_person(verb), a(&self::one(owner, true)?)));
    }
    let creates = operation.responses.contains_key("201") && singular(name) != *name;
    by_method(operation, &Object { all, one, of, has_id, creates }, verb, reply)
}

/// The object of a sentence.
struct Object {
    /// The plural.
    all: String,
    /// The singular.
    one: String,
    /// The owner, behind ` of `; empty without one.
    of: String,
    /// True if the path ends with the id of one.
    has_id: bool,
    /// True if a POST makes a new one.
    creates: bool,
}

/// The sentence by the HTTP method, unless the operation's name begins with another verb.
fn by_method(operation: &Operation, object: &Object, verb: Option<&str>, reply: Reply) -> Option<String> {
    let Object { all, one, of, has_id, creates } = object;
    let (has_id, creates) = (*has_id, *creates);
    let the_one = if has_id { format!("{}{of}", a(one)) } else { format!("the {all}{of}") };
    Some(match operation.method.as_str() {
        "HEAD" => format!("Checks for {the_one}."),
        "GET" | "QUERY" => match reply {
            Reply::List if has_id => return None,
            Reply::List if of.is_empty() => format!("Lists {all}."),
            Reply::List => format!("Lists the {all}{of}."),
            Reply::File => format!("Downloads {the_one}."),
            Reply::Stream => format!("Streams {the_one}."),
            Reply::Other => format!("Gets {the_one}."),
        },
        "DELETE" => format!("{} {the_one}.", third_person(verb.unwrap_or("delete"))),
        "PATCH" => format!("{} {the_one}.", third_person(verb.unwrap_or("update"))),
        "PUT" => {
            let usual = if has_id { "update" } else { "set" };
            format!("{} {the_one}.", third_person(verb.unwrap_or(usual)))
        }
        "POST" if has_id => format!("{} {the_one}.", third_person(verb?)),
        "POST" => {
            let verb = verb.or(creates.then_some("create"))?;
            if verb == "create" {
                format!("Creates {}{of}.", a(one))
            } else {
                format!("{} {the_one}.", third_person(verb))
            }
        }
        _ => return None,
    })
}

/// A relationship of JSON:API is read and changed as the ids of its resources.
fn linkage(
    operation: &Operation,
    owner: &Segment<'_>,
    name: &str,
    method: &str,
    is_list: bool,
) -> Option<String> {
    let Segment::Name(owner) = owner else { return None };
    let (of, all) = (a(&one(owner, true)?), words(name, true)?);
    Some(match operation.method.as_str() {
        "GET" if is_list => format!("Lists the ids of the {all} of {of}."),
        "GET" => format!("Gets the id of the {all} of {of}."),
        "POST" => format!("Adds {all} to {of}."),
        "DELETE" => format!("Removes {all} from {of}."),
        "PATCH" if method.starts_with("replace") => format!("Replaces the {all} of {of}."),
        "PATCH" => format!("Sets the {all} of {of}."),
        _ => return None,
    })
}

enum Segment<'p> {
    Name(&'p str),
    /// The name of the parameter.
    Parameter(&'p str),
}

/// The segments of a path behind its version; none if one is more than a name or a parameter.
fn segments(path: &str) -> Option<Vec<Segment<'_>>> {
    let is_version = |text: &&str| {
        let number = text.strip_prefix('v').unwrap_or_default();
        PREFIXES.contains(text) || number.starts_with(|c: char| c.is_ascii_digit())
    };
    let named = path.split('/').filter(|text| !text.is_empty()).skip_while(is_version);
    named
        .map(|text| {
            match (text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')), text.contains(['{', '}']))
            {
                (Some(name), _) if !name.contains(['{', '}']) => Some(Segment::Parameter(name)),
                (_, true) => None,
                _ if text.contains(|c: char| !c.is_alphanumeric() && !['_', '-'].contains(&c)) => None,
                _ => Some(Segment::Name(text)),
            }
        })
        .collect()
}

/// The name of the thing that the last parameter identifies: the one that its name repeats, else the one before it.
fn owner<'p>(segments: &[Segment<'p>]) -> Option<&'p str> {
    let at = segments.iter().rposition(|segment| matches!(segment, Segment::Parameter(_)))?;
    let Some(Segment::Parameter(parameter)) = segments.get(at) else { return None };
    let names = segments.get(..at)?.iter().rev().filter_map(|segment| match segment {
        Segment::Name(name) => Some(*name),
        Segment::Parameter(_) => None,
    });
    let parameter = snake(parameter);
    let is_named = |name: &&str| parameter.starts_with(&format!("{}_", snake(&singular(name))));
    names.clone().find(is_named).or_else(|| names.clone().next())
}

/// The words of a name; none if they are not those of a thing. A segment before a parameter names one whatever its verb.
fn words(name: &str, is_thing: bool) -> Option<String> {
    let snake = snake(name);
    let mut words: Vec<&str> = snake.trim_end_matches('_').split('_').collect();
    let is_version = |word: &&str| word.strip_prefix('v').is_some_and(|rest| rest.parse::<u32>().is_ok());
    words.pop_if(|word| is_version(&&**word));
    let is_action = |first: &&str| VERBS.contains(first) && words.len() > 1 || OTHERS.contains(first);
    let is_action = !is_thing && words.first().is_some_and(is_action);
    let is_noun = |word: &&str| word.bytes().all(|b| b.is_ascii_lowercase()) && !RELATIONS.contains(word);
    (!is_action && !words.is_empty() && words.iter().all(is_noun) && name.len() > 2).then(|| words.join(" "))
}

/// The same of one such thing.
fn one(name: &str, is_thing: bool) -> Option<String> {
    words(&singular(name), is_thing)
}

fn a(thing: &str) -> String {
    let is_vowel = thing.starts_with(['a', 'e', 'i', 'o', 'u'])
        && !["uni", "us", "url", "uri", "eu", "one"].iter().any(|sound| thing.starts_with(sound));
    format!("{} {thing}", if is_vowel { "an" } else { "a" })
}

/// `list` → `Lists`.
fn third_person(verb: &str) -> String {
    let mut text = match verb.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u'])) {
        Some(stem) => format!("{stem}ies"),
        None if ["s", "x", "sh", "ch"].iter().any(|end| verb.ends_with(end)) => format!("{verb}es"),
        None => format!("{verb}s"),
    };
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_things() {
        assert_eq!(words("appStoreVersions", false).as_deref(), Some("app store versions"));
        assert_eq!(words("inAppPurchasesV2", false).as_deref(), Some("in app purchases"));
        assert_eq!(words("findByStatus", false), None);
        assert_eq!(words("me", false), None);
        assert_eq!(words("classification-6VM", false), None);
        assert_eq!(one("distribution_groups", false).as_deref(), Some("distribution group"));
        assert_eq!(a("user"), "a user");
        assert_eq!(a("app"), "an app");
    }

    #[test]
    fn owners_are_named_by_their_parameter() {
        for (path, found) in [
            ("/v1/apps/{id}/builds", "apps"),
            ("/v0.1/apps/{owner_name}/{app_name}/builds", "apps"),
            ("/user/invitations/apps/{invitation_token}/accept", "invitations"),
            ("/pets/{petId}/toys", "pets"),
        ] {
            let segments = segments(path).unwrap();
            assert_eq!(owner(&segments), Some(found), "{path}");
        }
        assert!(segments("/files/{name}.json").is_none());
        assert!(segments("/users.setActive").is_none());
    }

    #[test]
    fn verbs_are_conjugated() {
        for (verb, said) in
            [("create", "Creates"), ("retry", "Retries"), ("publish", "Publishes"), ("deploy", "Deploys")]
        {
            assert_eq!(third_person(verb), said);
        }
    }
}
