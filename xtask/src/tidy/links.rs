//! Finds links of Markdown files to missing files.

use std::collections::BTreeSet;

use super::File;

pub(super) fn check(files: &[File]) -> Vec<String> {
    let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let is_there = |path: &str| {
        let folder = format!("{path}/");
        path.is_empty()
            || paths.contains(path)
            || paths.range(folder.as_str()..).next().is_some_and(|next| next.starts_with(&folder))
    };
    let mut out = Vec::new();
    // The links of a template are relative to its output, which is checked instead.
    let pages =
        files.iter().filter(|file| file.path.ends_with(".md") && !file.path.starts_with("templates/"));
    for page in pages {
        for (line, target) in targets(&page.text) {
            let path = target.split('#').next().unwrap_or_default();
            // One that has a scheme leads out of the repository, and one without a path stays on the page.
            if path.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            if !resolved(&page.path, path).is_some_and(|path| is_there(&path)) {
                out.push(format!("{}:{line}: broken link: {target}", page.path));
            }
        }
    }
    out
}

/// The targets of inline links, each with its line, outside of code.
fn targets(text: &str) -> Vec<(usize, &str)> {
    let mut out = Vec::new();
    let mut is_code = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        }
        if is_code {
            continue;
        }
        // A link may have code as its text, so only the start of its target counts.
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("](") {
            rest = after;
            if before.matches('`').count() % 2 == 1 {
                continue;
            }
            if let Some((target, after)) = after.split_once(')') {
                out.push((index + 1, target));
                rest = after;
            }
        }
    }
    out
}

/// A path as seen from a page; none where it leads out of the checkout.
fn resolved(page: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.trim_end_matches('/').split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::file;

    fn found(text: &str) -> Vec<String> {
        check(&[file("docs/page.md", text), file("README.md", ""), file("docs/a/b.rs", "")])
    }

    #[test]
    fn links_lead_to_files_and_folders() {
        for target in
            ["../README.md", "../README.md#top", "a/b.rs", "a", "a/", "#here", "../", "https://a.b/c"]
        {
            assert!(found(&format!("see [`x`]({target}) and on")).is_empty(), "{target}");
        }
        for target in ["README.md", "a/c.rs", "b", "../../README.md", "x::Y"] {
            let found = found(&format!("\nsee [x](a) and [`y`]({target})"));
            assert_eq!(found, [format!("docs/page.md:2: broken link: {target}")]);
        }
    }

    #[test]
    fn code_holds_no_links() {
        assert!(found("```rust\n#[a](b)\n```\nand `[a](b)` and `x`\n").is_empty());
        assert_eq!(found("`x` [a](b)").len(), 1);
    }
}
