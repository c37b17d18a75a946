// {{ mark }}; edits are lost.
//! Parses `owner/app`, or the URL of an app's page, into the two path parameters of operations.

use std::fmt;
use std::str::FromStr;

use crate::AppRef;

impl fmt::Display for AppRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

/// A text that names no app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoAppRef(());

impl fmt::Display for NoAppRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an app is named as `owner/app`, or by the address of its page on appcenter.ms")
    }
}

impl std::error::Error for NoAppRef {}

/// Parses `owner/app`, as App Center's command line names an app, or the URL of an app's page.
///
/// ```
/// use {{ library }}::AppRef;
/// let app: AppRef = "BallardFlowers/BouquetOrders-app".parse()?;
/// assert_eq!((app.owner.as_str(), app.name.as_str()), ("BallardFlowers", "BouquetOrders-app"));
/// let page: AppRef = "https://appcenter.ms/orgs/BallardFlowers/apps/BouquetOrders-app".parse()?;
/// assert_eq!(page, app);
/// # Ok::<(), {{ library }}::NoAppRef>(())
/// ```
impl FromStr for AppRef {
    type Err = NoAppRef;

    fn from_str(text: &str) -> Result<Self, NoAppRef> {
        let page = text.split_once("://").and_then(|(_, address)| address.split_once('/'));
        let parts: Vec<&str> = page.map_or(text, |(_, path)| path).split('/').collect();
        let (owner, name) = match (page, parts.as_slice()) {
            (None, [owner, name]) => (owner, name),
            (Some(_), ["users" | "orgs", owner, "apps", name, ..]) => (owner, name),
            _ => return Err(NoAppRef(())),
        };
        if owner.is_empty() || name.is_empty() {
            return Err(NoAppRef(()));
        }
        Ok(Self::new(*owner, *name))
    }
}
