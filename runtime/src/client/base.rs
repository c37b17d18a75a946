//! The base URL of an API, and the comparison of origins.

use http::Uri;

use crate::request::Operation;

/// The address of an API.
#[derive(Debug)]
pub(crate) struct Base {
    /// Without a slash at the end.
    pub(crate) url: String,
    pub(crate) origin: Origin,
    /// True if it is the address that the API's document declares: servers of single operations apply only then.
    pub(crate) declared: bool,
}

/// Scheme, host and port: the receiver of credentials.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) scheme: String,
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Origin {
    pub(crate) fn of(url: &Uri) -> Option<Origin> {
        let scheme = url.scheme_str()?.to_ascii_lowercase();
        let authority = url.authority()?;
        let port = match (authority.port_u16(), scheme.as_str()) {
            (Some(port), "http" | "https") => port,
            (None, "https") => 443,
            (None, "http") => 80,
            _ => return None,
        };
        // User information before the host makes a URL look like that of another host, and would be sent as credentials.
        if authority.as_str().contains('@') || authority.host().is_empty() {
            return None;
        }
        Some(Origin { scheme, host: authority.host().to_ascii_lowercase(), port })
    }
}

impl Base {
    pub(crate) fn parse(url: &str) -> Result<Base, String> {
        // The address of crates whose documents name no server, or only a path.
        if url.is_empty() {
            return Err("the API's document names no address: say it with `base_url`".to_owned());
        }
        if url.starts_with('/') {
            return Err(format!(
                "the base URL `{url}` is a path alone: say the whole address with `base_url`"
            ));
        }
        let parsed: Uri = url.parse().map_err(|error| format!("the base URL is invalid: {error}"))?;
        // `Uri` drops a fragment silently.
        let is_whole = parsed.query().is_none() && !url.contains('#');
        let origin = Origin::of(&parsed).filter(|_| is_whole).ok_or_else(|| {
            "the base URL needs http or https, a host, and neither user, query nor fragment".to_owned()
        })?;
        Ok(Base { url: url.trim_end_matches('/').to_owned(), origin, declared: false })
    }

    /// The base URL of an operation.
    pub(crate) fn of(&self, operation: &Operation) -> String {
        let Origin { scheme, host, port } = &self.origin;
        match operation.server {
            server if server.is_empty() || !self.declared => self.url.clone(),
            path if path.starts_with('/') => format!("{scheme}://{host}:{port}{path}"),
            server => server.to_owned(),
        }
    }

    /// True if a URL belongs to the API, for an operation that may have its own server.
    pub(crate) fn has(&self, operation: &Operation, origin: &Origin) -> bool {
        // Credentials for the API over TLS are never sent without it.
        let safe = |own: &Origin| own.scheme == "https" || self.origin.scheme != "https";
        let own = || self.of(operation).parse().ok().as_ref().and_then(Origin::of).filter(safe);
        *origin == self.origin || (!operation.server.is_empty() && own().as_ref() == Some(origin))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::request::Method;

    #[test]
    fn what_is_no_address_says_what_to_call() {
        for (url, problem) in [
            ("", "the API's document names no address: say it with `base_url`"),
            ("/v3", "the base URL `/v3` is a path alone: say the whole address with `base_url`"),
            ("example.com", "the base URL needs http or https, a host, and neither user, query nor fragment"),
            (
                "http://example.com/#top",
                "the base URL needs http or https, a host, and neither user, query nor fragment",
            ),
        ] {
            assert_eq!(Base::parse(url).unwrap_err(), problem);
        }
        assert_eq!(Base::parse("https://example.com/v3/").unwrap().url, "https://example.com/v3");
    }

    #[test]
    fn an_operation_may_have_a_server_of_its_own() {
        const OWN: Operation =
            Operation::new(Method::Get, "own", "/x").server("https://files.example.com/v1");
        const PATH: Operation = Operation::new(Method::Get, "path", "/x").server("/v2");
        const PLAIN: Operation = Operation::new(Method::Get, "plain", "/x");
        let declared = Base { declared: true, ..Base::parse("https://example.com/v3").unwrap() };
        assert_eq!(declared.of(&OWN), "https://files.example.com/v1");
        assert_eq!(declared.of(&PATH), "https://example.com:443/v2");
        assert_eq!(declared.of(&PLAIN), "https://example.com/v3");
        let files = Origin::of(&"https://files.example.com/x".parse().unwrap()).unwrap();
        assert!(declared.has(&OWN, &files) && !declared.has(&PLAIN, &files));
        // A caller that sets another address, such as a test's or a proxy's, means all operations.
        let chosen = Base::parse("http://localhost:8080").unwrap();
        assert_eq!(chosen.of(&OWN), "http://localhost:8080");
        assert!(!chosen.has(&OWN, &files));
    }
}
