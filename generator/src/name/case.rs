//! Makes Rust identifiers of vendors' words.

use std::borrow::Cow;
use std::cell::RefCell;

use foldhash::HashMap;
use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};
use unicode_normalization::UnicodeNormalization;

/// Words that are not identifiers (Rust reference, "Keywords", 2024 edition).
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
    "where", "while", "yield", "Self",
];

/// Names of files that Windows reserves for devices, with any extension.
const DEVICES: &[&str] = &[
    "con", "prn", "aux", "nul", "com0", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8",
    "com9", "lpt0", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];
/// Bytes that the name of a module may have: file systems allow 255, and its ending and folder need room.
const LONGEST_FILE: usize = 100;

/// Words of operators and signs. The longest that fits is meant.
const OPERATORS: &[(&str, &str)] = &[
    ("!=", "not equal"),
    ("<>", "not equal"),
    ("<=", "less or equal"),
    (">=", "greater or equal"),
    ("=", "equal"),
    ("<", "less than"),
    (">", "greater than"),
    ("+", "plus"),
    ("-", "minus"),
    ("!", "not"),
    ("*", "star"),
    ("/", "slash"),
    ("\\", "backslash"),
    ("%", "percent"),
    ("&", "and"),
    ("|", "or"),
    ("^", "caret"),
    ("~", "tilde"),
    (".", "dot"),
    (",", "comma"),
    (":", "colon"),
    (";", "semicolon"),
    ("@", "at"),
    ("#", "hash"),
    ("$", "dollar"),
    ("?", "question"),
    ("(", "open"),
    (")", "close"),
    ("[", "open bracket"),
    ("]", "close bracket"),
    ("{", "open brace"),
    ("}", "close brace"),
    ("\"", "quote"),
    ("'", "apostrophe"),
    ("`", "backtick"),
    ("_", "underscore"),
    (" ", "space"),
];
/// Of these, the ones that mean something in front of a word.
const SIGNS: &[char] = &['+', '-', '<', '>', '=', '!'];

/// With each sign as a word: all of them, or those in front alone.
fn spelled(text: &str, all: bool) -> String {
    let mut out = String::new();
    let mut rest = text;
    let letters = text.chars().any(char::is_alphanumeric);
    while let Some(c) = rest.chars().next() {
        // Between words these say nothing.
        let silent = letters && matches!(c, ' ' | '_' | '[' | ']');
        let operator = OPERATORS.iter().find(|(sign, _)| rest.starts_with(sign)).filter(|_| !silent);
        match operator {
            Some(("-", _)) if out.ends_with(char::is_alphanumeric) => {
                out.push_str(" dash ");
                rest = rest.strip_prefix('-').unwrap_or_default();
            }
            Some((sign, word)) if all || SIGNS.contains(&c) => {
                out.push_str(&format!(" {word} "));
                rest = rest.strip_prefix(sign).unwrap_or_default();
            }
            _ => {
                out.push(c);
                rest = rest.strip_prefix(c).unwrap_or_default();
                if !all {
                    out.push_str(rest);
                    break;
                }
            }
        }
    }
    out
}

/// With acronyms as words: `OAuth`, `IPv4`, and plurals such as `IDs`, which are not the words `I` and `Ds`.
fn acronyms(text: &str) -> Cow<'_, str> {
    let is_pair = |pair: &[u8]| pair.iter().all(u8::is_ascii_uppercase);
    if !text.as_bytes().windows(2).any(is_pair) {
        return text.into();
    }
    let text: Cow<'_, str> = match text.contains("OAuth") || text.contains("IPv") {
        true => text.replace("OAuth", "Oauth").replace("IPv4", "Ipv4").replace("IPv6", "Ipv6").into(),
        false => text.into(),
    };
    let chars: Vec<char> = text.chars().collect();
    let is = |at: usize, what: fn(&char) -> bool| chars.get(at).is_some_and(what);
    let mut out = String::with_capacity(text.len());
    let mut rest = chars.as_slice();
    while let Some((first, more)) = rest.split_first() {
        let end = more.iter().take_while(|c| c.is_ascii_uppercase()).count();
        let next = chars.len() - more.len() + end;
        let is_plural = first.is_ascii_uppercase()
            && end > 0
            && is(next, |c| *c == 's')
            && !is(next + 1, char::is_ascii_lowercase);
        out.push(*first);
        let (run, after) = more.split_at(if first.is_ascii_uppercase() { end } else { 0 });
        out.extend(run.iter().map(|c| if is_plural { c.to_ascii_lowercase() } else { *c }));
        rest = after;
    }
    out.into()
}

/// The words of `text`: text without letters is spelled out, and so is a leading sign. Of letters that Unicode takes for
/// the same, Rust makes one name.
fn words(text: &str) -> String {
    let text: Cow<'_, str> = match text.is_ascii() {
        true => text.into(),
        false => text.nfkc().collect::<String>().into(),
    };
    let text = acronyms(&text);
    let text = text.as_ref();
    if !text.is_empty() && !text.chars().any(char::is_alphanumeric) {
        spelled(text, true)
    } else if text.starts_with(SIGNS) {
        spelled(text, false)
    } else {
        text.to_owned()
    }
}

thread_local! {
    /// Results of [`snake`], which a document asks for tens of times with the same names.
    static KNOWN: RefCell<HashMap<String, String>> = RefCell::default();
}

/// The number of results that are kept.
const KNOWN_MOST: usize = 20_000;

/// For methods, fields and arguments.
pub(crate) fn snake(text: &str) -> String {
    KNOWN.with_borrow_mut(|known| {
        if let Some(found) = known.get(text) {
            return found.clone();
        }
        let found = mend(words(text).to_snake_case(), "value_", "empty");
        if known.len() < KNOWN_MOST {
            known.insert(text.to_owned(), found.clone());
        }
        found
    })
}

/// Other names of `text`, if its own is taken: with a word for its spelling, with its signs as words. All depend on the
/// text only.
pub(super) fn others(text: &str, ident: &str) -> Vec<String> {
    let letters = || text.chars().filter(|c| c.is_alphabetic());
    let (lower, upper) = (letters().any(char::is_lowercase), letters().any(char::is_uppercase));
    let spelling = match (lower, upper) {
        (true, false) => "lower",
        (false, true) => "upper",
        (true, true) if text.starts_with(char::is_uppercase) => "pascal",
        (true, true) => "camel",
        (false, false) => "value",
    };
    let base = ident.trim_end_matches('_');
    let is_type = ident.starts_with(char::is_uppercase);
    let signs = spelled(text, true);
    let (signs, spelling) = match is_type {
        true => (pascal(&signs), format!("{base}{}", pascal(spelling))),
        false => (snake(&signs), format!("{base}_{spelling}")),
    };
    // A text with signs is distinguished by its signs first, one without by its spelling.
    let has_signs = text.chars().any(|c| !c.is_alphanumeric() && c != '_' && c != ' ');
    if has_signs { vec![signs, spelling] } else { vec![spelling, signs] }
}

/// For modules, which are files: of these Rust takes ASCII names only (E0754), so any other letter is its code point.
pub(super) fn file(text: &str) -> String {
    let ascii = |c: char| if c.is_ascii() { c.to_string() } else { format!("u{:04x}", u32::from(c)) };
    let mut out: String = snake(text).chars().map(ascii).collect();
    if out.len() > LONGEST_FILE {
        // The rest that is cut off still distinguishes names (FNV-1a).
        let hash =
            out.bytes().fold(0x811c_9dc5_u32, |hash, b| (hash ^ u32::from(b)).wrapping_mul(0x0100_0193));
        out.truncate(LONGEST_FILE);
        out = format!("{}_{hash:08x}", out.trim_end_matches('_'));
    }
    if DEVICES.contains(&out.as_str()) {
        out.push('_');
    }
    out
}

/// For types and enum variants.
pub(super) fn pascal(text: &str) -> String {
    mend(words(text).to_upper_camel_case(), "Value", "Empty")
}

/// The name of a part after that of its owner: only the end of a name has the mark of a keyword.
pub(super) fn joined(owner: &str, part: &str) -> String {
    if part.is_empty() { owner.to_owned() } else { format!("{}{part}", owner.trim_end_matches('_')) }
}

/// For constants.
pub(super) fn shouty(text: &str) -> String {
    mend(words(text).to_shouty_snake_case(), "VALUE_", "EMPTY")
}

/// For types that the vendor named: its own name wherever that is one.
pub(super) fn vendor(text: &str) -> String {
    let own =
        text.starts_with(|c: char| c.is_ascii_uppercase()) && text.chars().all(|c| c.is_ascii_alphanumeric());
    if own { mend(text.to_owned(), "Value", "Empty") } else { pascal(text) }
}

fn mend(mut ident: String, before_digit: &str, empty: &str) -> String {
    ident.retain(|c| c == '_' || c.is_ascii_alphanumeric() || (!c.is_ascii() && is_ident(&format!("a{c}"))));
    if ident.is_empty() {
        return empty.to_owned();
    }
    // A digit, or a mark that is only allowed after other letters.
    if !ident.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic() || is_ident(&c.to_string())) {
        return format!("{before_digit}{ident}");
    }
    if KEYWORDS.contains(&ident.as_str()) {
        ident.push('_');
    }
    ident
}

/// True if Rust accepts `text` as an identifier.
pub(super) fn is_ident(text: &str) -> bool {
    // Neither raw identifiers nor whitespace around one.
    let plain = text.chars().all(|c| c == '_' || c.is_ascii_alphanumeric() || !c.is_ascii());
    plain
        && text != "_"
        && !KEYWORDS.contains(&text)
        && syn::parse_str::<syn::Ident>(text).is_ok_and(|i| i == text)
}

/// The singular of the last word of a camel-case English plural; a version stays.
pub(crate) fn singular(text: &str) -> String {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let stem = digits.strip_suffix('V').filter(|_| digits.len() < text.len()).unwrap_or(text);
    let version = text.get(stem.len()..).unwrap_or_default();
    let one = if let Some(stem) = stem.strip_suffix("ies") {
        format!("{stem}y")
    } else if let Some(stem) = stem.strip_suffix("elves") {
        format!("{stem}elf")
    } else if let Some(stem) = stem.strip_suffix("Data") {
        format!("{stem}Datum")
    } else if let Some(stem) = stem.strip_suffix("riteria") {
        // Without its first letter, which is a capital one inside camel case.
        format!("{stem}riterion")
    } else if let Some(kept) = stem
        .strip_suffix("es")
        .filter(|s| ["ss", "sh", "tch", "nch", "rch", "x"].iter().any(|e| s.ends_with(e)))
    {
        kept.to_owned()
    } else if stem.ends_with("ss") || stem.ends_with("us") {
        stem.to_owned()
    } else {
        stem.strip_suffix('s').unwrap_or(stem).to_owned()
    };
    one + version
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_identifiers() {
        assert_eq!(snake("inAppPurchasesV2"), "in_app_purchases_v2");
        assert_eq!(snake("filter[appStoreVersions.platform]"), "filter_app_store_versions_platform");
        assert_eq!(snake("type"), "type_");
        assert_eq!(snake("$top"), "top");
        assert_eq!(snake("userIDs"), "user_ids");
        assert_eq!(snake("requireSignedURLs_v2"), "require_signed_urls_v2");
        assert_eq!(snake("hasAPIsafety"), "has_ap_isafety");
        assert_eq!(snake("OAuth2IPv6Address"), "oauth2_ipv6_address");
        assert_eq!(pascal("beta APIs"), "BetaApis");
        assert_eq!(snake("123"), "value_123");
        assert_eq!(pascal("MAC_OS"), "MacOs");
        // As in RFC 430 and heck: adjacent letters and digits are one word.
        assert_eq!(pascal("P7D"), "P7d");
        assert_eq!(pascal("count asc"), "CountAsc");
        assert_eq!(pascal(""), "Empty");
        assert_eq!(snake("_"), "underscore");
        assert_eq!(pascal("__"), "UnderscoreUnderscore");
        // Letters that Unicode takes for others become these.
        assert_eq!(snake("Größe in m²"), "größe_in_m2");
        assert_eq!(pascal("\u{1d4b3}"), "X");
        assert_eq!(snake("e\u{301}"), snake("\u{e9}"));
        assert_eq!(snake("\u{903}x"), "value_\u{903}x");
        assert_eq!(file("日本 Tag!"), "u65e5u672c_tag");
        assert_eq!(file("inAppPurchases"), "in_app_purchases");
        assert_eq!(pascal("Self"), "Self_");
        assert_eq!(shouty("createdDate"), "CREATED_DATE");
        assert_eq!(vendor("AppsBetaTesterUsagesV1MetricResponse"), "AppsBetaTesterUsagesV1MetricResponse");
        assert_eq!(vendor("csv"), "Csv");
        assert_eq!(vendor("user-role"), "UserRole");
    }

    #[test]
    fn signs_are_words_where_they_mean_something() {
        for (text, ident) in [
            ("=", "Equal"),
            ("!=", "NotEqual"),
            ("<", "LessThan"),
            (">=", "GreaterOrEqual"),
            ("+1", "Plus1"),
            ("-1", "Minus1"),
            ("-created", "MinusCreated"),
            ("*", "Star"),
            ("v1.2-rc", "V12Rc"),
        ] {
            assert_eq!(pascal(text), ident, "{text}");
        }
        assert_eq!(snake("+1"), "plus_1");
        assert_eq!(others("green", "Green"), ["GreenLower", "Green"]);
        assert_eq!(others("isGlobal", "is_global"), ["is_global_camel", "is_global"]);
        assert_eq!(others("a.b", "AB"), ["ADotB", "ABLower"]);
    }

    #[test]
    fn modules_are_files_everywhere() {
        assert_eq!(file("CON"), "con_");
        assert_eq!(file("com1"), "com1_");
        assert_eq!(file("console"), "console");
        let (long, other) = (file(&"a".repeat(300)), file(&"a".repeat(301)));
        assert!(long.len() < 120 && long != other, "{long} {other}");
    }

    #[test]
    fn words_that_mean_something_are_no_identifiers() {
        assert!(is_ident("list_apps") && is_ident("App") && is_ident("größe"));
        for no in ["", "_", "self", "Self", "type", "list apps", "list-apps", "1st", "…", "r#type", " a"] {
            assert!(!is_ident(no), "{no}");
        }
    }

    #[test]
    fn plurals_become_singulars() {
        for (many, one) in [
            ("builds", "build"),
            ("territoryAvailabilities", "territoryAvailability"),
            ("gameCenterAchievementsV2", "gameCenterAchievementV2"),
            ("betaRecruitmentCriteria", "betaRecruitmentCriterion"),
            ("appAssetLibraryRefData", "appAssetLibraryRefDatum"),
            ("metadata", "metadata"),
            ("releases", "release"),
            ("patches", "patch"),
            ("boxes", "box"),
            ("shelves", "shelf"),
            ("branches", "branch"),
            ("pushes", "push"),
            ("status", "status"),
            ("app", "app"),
        ] {
            assert_eq!(singular(many), one);
        }
    }
}
