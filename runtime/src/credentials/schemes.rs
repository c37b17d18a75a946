//! Chooses credentials by the security schemes that an operation requires.

use std::fmt;

use http::HeaderMap;

use super::{ClientCredentials, Connection, Credential, TokenProvider};
use crate::request::{Operation, Requirement, Security};
use crate::transport::{BoxError, BoxFuture};

/// Credentials for the security schemes of one document.
///
/// Each call sends what its operation requires: the first of its alternatives for whose schemes all credentials are
/// given. An operation without requirements is sent without credentials.
#[derive(Default)]
pub struct SchemeCredentials {
    schemes: Vec<(&'static str, Scheme)>,
}

enum Scheme {
    Provider(Box<dyn TokenProvider>),
    ClientCredentials(Box<ClientCredentials>),
}

impl Scheme {
    fn provider(&self) -> &dyn TokenProvider {
        match self {
            Scheme::Provider(provider) => provider.as_ref(),
            Scheme::ClientCredentials(provider) => provider.as_ref(),
        }
    }
}

impl SchemeCredentials {
    /// An empty set of credentials.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the credentials of a scheme; the name is the document's.
    #[must_use]
    pub fn with(self, scheme: &'static str, provider: impl TokenProvider) -> Self {
        self.set(scheme, Scheme::Provider(Box::new(provider)))
    }

    /// Adds client credentials for a scheme, which request tokens with the scopes that each operation requires.
    #[must_use]
    pub fn with_client(self, scheme: &'static str, credentials: ClientCredentials) -> Self {
        self.set(scheme, Scheme::ClientCredentials(Box::new(credentials)))
    }

    fn set(mut self, name: &'static str, scheme: Scheme) -> Self {
        self.schemes.retain(|(other, _)| *other != name);
        self.schemes.push((name, scheme));
        self
    }

    fn get(&self, name: &str) -> Option<&Scheme> {
        self.schemes.iter().find(|(other, _)| *other == name).map(|(_, scheme)| scheme)
    }

    async fn combined(
        &self,
        operation: &Operation,
        all: &'static [Requirement],
    ) -> Result<Option<Credential>, BoxError> {
        let mut combined: Option<Credential> = None;
        for need in all {
            let found = match self.get(need.scheme) {
                Some(Scheme::ClientCredentials(client)) => Some(client.token(need.scopes).await?),
                Some(Scheme::Provider(provider)) => provider.credential(operation).await?,
                None => None,
            };
            if let Some(credential) = found.map(|credential| credential.under(need.scheme)) {
                combined = Some(match combined {
                    Some(others) => others.and(credential),
                    None => credential,
                });
            }
        }
        Ok(combined)
    }
}

impl TokenProvider for SchemeCredentials {
    fn credential<'a>(
        &'a self,
        operation: &'a Operation,
    ) -> BoxFuture<'a, Result<Option<Credential>, BoxError>> {
        Box::pin(async move {
            let Security::OneOf(alternatives) = operation.security else {
                return Err("the document does not say which credentials the operation takes".into());
            };
            let is_given = |all: &&&[Requirement]| {
                !all.is_empty() && all.iter().all(|need| self.get(need.scheme).is_some())
            };
            match alternatives.iter().find(is_given) {
                Some(all) => self.combined(operation, all).await,
                None if alternatives.iter().any(|all| all.is_empty()) || alternatives.is_empty() => Ok(None),
                None => Err(missing(alternatives).into()),
            }
        })
    }

    fn invalidate(&self, refused: &Credential, answer: &HeaderMap) -> bool {
        let mut is_renewed = false;
        for (name, credential) in refused.by_scheme() {
            is_renewed |=
                self.get(name).is_some_and(|scheme| scheme.provider().invalidate(&credential, answer));
        }
        is_renewed
    }

    fn attach(&self, connection: &Connection) {
        self.schemes.iter().for_each(|(_, scheme)| scheme.provider().attach(connection));
    }
}

/// Names the credentials that the operation accepts: "`key`, or `user` and `session`".
fn missing(alternatives: &[&[Requirement]]) -> String {
    let name = |need: &Requirement| format!("`{}`", need.scheme);
    let each = |all: &&[Requirement]| all.iter().map(name).collect::<Vec<_>>().join(" and ");
    format!("the operation needs {}", alternatives.iter().map(each).collect::<Vec<_>>().join(", or "))
}

impl fmt::Debug for SchemeCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.schemes.iter().map(|(name, _)| *name).collect();
        f.debug_struct("SchemeCredentials").field("schemes", &names).finish()
    }
}
