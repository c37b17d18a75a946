//! A vendor's word goes in; a Rust identifier of the wanted case comes out.

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

/// Words that are no identifiers (Rust reference, "Keywords", 2024 edition).
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
    "where", "while", "yield", "Self",
];

/// For methods, fields and arguments.
pub(super) fn snake(text: &str) -> String {
    mend(text.to_snake_case(), "value_", "empty")
}

/// For modules, which are files: of these Rust takes ASCII names only (E0754), so any other letter is its code point.
pub(super) fn file(text: &str) -> String {
    let ascii = |c: char| if c.is_ascii() { c.to_string() } else { format!("u{:04x}", u32::from(c)) };
    snake(text).chars().map(ascii).collect()
}

/// For types and enum variants.
pub(super) fn pascal(text: &str) -> String {
    mend(text.to_upper_camel_case(), "Value", "Empty")
}

/// For constants.
pub(super) fn shouty(text: &str) -> String {
    mend(text.to_shouty_snake_case(), "VALUE_", "EMPTY")
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
    // A digit, or a mark that only goes on what other letters began.
    if !ident.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic() || is_ident(&c.to_string())) {
        return format!("{before_digit}{ident}");
    }
    if KEYWORDS.contains(&ident.as_str()) {
        ident.push('_');
    }
    ident
}

/// Whether Rust takes `text` for the name of something.
pub(super) fn is_ident(text: &str) -> bool {
    // Neither raw identifiers nor what stands around one.
    let plain = text.chars().all(|c| c == '_' || c.is_ascii_alphanumeric() || !c.is_ascii());
    plain
        && text != "_"
        && !KEYWORDS.contains(&text)
        && syn::parse_str::<syn::Ident>(text).is_ok_and(|i| i == text)
}

/// The singular of the last word of a camel-case English plural; a version stays.
pub(super) fn singular(text: &str) -> String {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let stem = digits.strip_suffix('V').filter(|_| digits.len() < text.len()).unwrap_or(text);
    let version = text.get(stem.len()..).unwrap_or_default();
    let one = if let Some(stem) = stem.strip_suffix("ies") {
        format!("{stem}y")
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
        assert_eq!(snake("123"), "value_123");
        assert_eq!(pascal("MAC_OS"), "MacOs");
        // As RFC 430 has it, and heck: what stands together is one word.
        assert_eq!(pascal("P7D"), "P7d");
        assert_eq!(pascal("count asc"), "CountAsc");
        assert_eq!(pascal(""), "Empty");
        assert_eq!(snake("_"), "empty");
        assert_eq!(snake("Größe in m²"), "größe_in_m");
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
            ("branches", "branch"),
            ("pushes", "push"),
            ("status", "status"),
            ("app", "app"),
        ] {
            assert_eq!(singular(many), one);
        }
    }
}
