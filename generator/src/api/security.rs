//! Security schemes, and the combinations of them that operations require.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A way to authenticate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Security {
    /// `Authorization` with a scheme of RFC 9110, e.g. `bearer`.
    Http(String),
    /// A secret in a header of this name.
    Header(String),
    /// A secret in a query parameter of this name.
    Query(String),
    /// A secret in a cookie of this name.
    Cookie(String),
    /// OAuth 2, by the name of the flow in the document, e.g. `clientCredentials`; of OpenID Connect, a flow `openIdConnect`.
    OAuth2(BTreeMap<String, Flow>),
}

/// A flow of OAuth 2.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// The URL of the discovery document of OpenID Connect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discovery_url: Option<String>,
    /// The URL at which users grant access.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_url: Option<String>,
    /// The URL of the token endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_url: Option<String>,
    /// The URL for renewing tokens, if it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_url: Option<String>,
    /// The scopes that there are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
}

/// As a person writes it: `HTTP bearer`, `header X-Key`.
impl fmt::Display for Security {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(scheme) => write!(f, "HTTP {scheme}"),
            Self::Header(name) => write!(f, "header {name}"),
            Self::Query(name) => write!(f, "query {name}"),
            Self::Cookie(name) => write!(f, "cookie {name}"),
            Self::OAuth2(flows) => {
                f.write_str("OAuth 2")?;
                for (name, flow) in flows {
                    write!(f, " {name}")?;
                    let urls =
                        [&flow.discovery_url, &flow.authorization_url, &flow.token_url, &flow.refresh_url];
                    urls.into_iter().flatten().try_for_each(|url| write!(f, " {url}"))?;
                    if !flow.scopes.is_empty() {
                        write!(f, " ({})", flow.scopes.join(", "))?;
                    }
                }
                Ok(())
            }
        }
    }
}

/// Security schemes that are required together, and the scopes of each: one of the alternatives of an operation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Combination(pub BTreeMap<String, Vec<String>>);

impl fmt::Display for Combination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        for (index, (scheme, scopes)) in self.0.iter().enumerate() {
            let and = if index > 0 { " and " } else { "" };
            write!(f, "{and}{scheme}")?;
            if !scopes.is_empty() {
                write!(f, " ({})", scopes.join(", "))?;
            }
        }
        Ok(())
    }
}

/// Alternatives as text, e.g. `key and user, or oauth (read)`.
pub fn alternatives(all: &[Combination]) -> String {
    let texts: Vec<String> = all.iter().map(Combination::to_string).collect();
    if texts.is_empty() { "none".to_owned() } else { texts.join(" or ") }
}

/// A list of names where no scheme has scopes, else a map.
impl Serialize for Combination {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.values().all(Vec::is_empty) {
            true => serializer.collect_seq(self.0.keys()),
            false => self.0.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Combination {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;

        impl<'de> Visitor<'de> for Form {
            type Value = Combination;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of security schemes, or a map of them with their scopes")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, names: A) -> Result<Combination, A::Error> {
                let names = Vec::<String>::deserialize(SeqAccessDeserializer::new(names))?;
                Ok(Combination(names.into_iter().map(|name| (name, Vec::new())).collect()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Combination, A::Error> {
                BTreeMap::deserialize(MapAccessDeserializer::new(map)).map(Combination)
            }
        }

        deserializer.deserialize_any(Form)
    }
}
