//! Says where a generated crate gets its runtime from.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use toml::Value;

/// The version of the runtime that this generator was released with.
const RELEASED: &str = env!("CARGO_PKG_VERSION");

/// The source of a crate's runtime, as its manifest names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runtime {
    /// A registry's, of this version or a compatible newer one.
    Version(String),
    /// A git repository's.
    Git {
        /// The address of the repository.
        url: String,
        /// A key of cargo (`rev`, `tag` or `branch`) with its value; the default branch where absent.
        at: Option<(&'static str, String)>,
    },
    /// A folder's, relative to the manifest or absolute.
    Path(PathBuf),
}

impl Runtime {
    /// The keys of the dependency in a manifest, such as `version = "0.1.0"`.
    pub(super) fn keys(&self) -> String {
        let key = |key: &str, value: &str| format!("{key} = {}", Value::from(value));
        match self {
            Self::Version(version) => key("version", version),
            Self::Git { url, at: None } => key("git", url),
            Self::Git { url, at: Some((name, value)) } => {
                format!("{}, {}", key("git", url), key(name, value))
            }
            // `/` leads below on every system.
            Self::Path(path) => {
                let path = path.display().to_string().replace('\\', "/");
                format!("{}, {}", key("path", &path), key("version", RELEASED))
            }
        }
    }
}

impl Default for Runtime {
    /// The version that this generator was released with.
    fn default() -> Self {
        Self::Version(RELEASED.to_owned())
    }
}

/// The text that [`Runtime::from_str`] reads.
impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) if version == RELEASED => f.write_str("version"),
            Self::Version(version) => write!(f, "version={version}"),
            Self::Git { url, at: None } => write!(f, "git={url}"),
            Self::Git { url, at: Some((name, value)) } => write!(f, "git={url},{name}={value}"),
            Self::Path(path) => write!(f, "path={}", path.display()),
        }
    }
}

/// `version`, `version=0.2.0`, `git=URL`, `git=URL,rev=…` (or `tag`, `branch`), `path=DIR`.
impl FromStr for Runtime {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const FORMS: &str = "write `version`, `version=0.1.0`, `git=URL`, `git=URL,rev=COMMIT` or `path=DIR`";
        let filled = |value: &str| (!value.is_empty()).then(|| value.to_owned()).ok_or(FORMS);
        match text.split_once('=') {
            None if text == "version" => Ok(Self::default()),
            Some(("version", version)) => Ok(Self::Version(filled(version)?)),
            Some(("path", path)) => Ok(Self::Path(filled(path)?.into())),
            Some(("git", rest)) => {
                let (url, at) = rest.split_once(',').map_or((rest, None), |(url, at)| (url, Some(at)));
                let at = at.map(|at| {
                    let (name, value) = at.split_once('=').ok_or(FORMS)?;
                    let name =
                        ["rev", "tag", "branch"].into_iter().find(|known| *known == name).ok_or(FORMS)?;
                    filled(value).map(|value| (name, value))
                });
                Ok(Self::Git { url: filled(url)?, at: at.transpose()? })
            }
            _ => Err(FORMS.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_gives_keys_that_cargo_reads() {
        for (text, keys) in [
            ("version", format!("version = \"{RELEASED}\"")),
            ("version=2.0.0", "version = \"2.0.0\"".to_owned()),
            ("git=https://example.com/s", "git = \"https://example.com/s\"".to_owned()),
            ("git=https://example.com/s,rev=a1", "git = \"https://example.com/s\", rev = \"a1\"".to_owned()),
            ("git=ssh://a@b/s,tag=v1", "git = \"ssh://a@b/s\", tag = \"v1\"".to_owned()),
            ("path=../r", format!("path = \"../r\", version = \"{RELEASED}\"")),
        ] {
            let runtime: Runtime = text.parse().unwrap();
            assert_eq!((runtime.keys(), runtime.to_string().as_str()), (keys.clone(), text));
            assert!(keys.replace(", ", "\n").parse::<toml::Table>().is_ok(), "{keys}");
        }
        let quoted: Runtime = "git=a\"b".parse().unwrap();
        assert_eq!(quoted.keys().parse::<toml::Table>().unwrap()["git"].as_str(), Some("a\"b"));
    }

    #[test]
    fn other_forms_are_refused_with_the_forms() {
        for text in ["", "latest", "git=", "git=u,rev", "git=u,rev=", "git=u,commit=x", "path=", "1.0"] {
            let error = text.parse::<Runtime>().unwrap_err();
            assert!(error.contains("`git=URL,rev=COMMIT`"), "{text}: {error}");
        }
    }
}
