//! Finds the addresses of an API and of single operations, with the values of their variables.

use std::collections::BTreeSet;

use openapiv3::{Operation as OasOperation, PathItem, Server};

use super::Lowering;
use crate::diagnostic::{Code, Diagnostic, Pointer};

/// The number of addresses that one server is: the values of a further variable are not listed.
const ADDRESSES: usize = 64;

impl Lowering<'_> {
    /// The addresses, the default one first. If the document declares none, it is that of the first path.
    pub(super) fn servers(&mut self) -> Vec<String> {
        let document = self.document;
        let (mut out, mut defaults) = (Vec::new(), Vec::new());
        for (index, server) in document.servers.iter().enumerate() {
            let at = Pointer::new("/servers").child(index).child("url");
            let all = addresses(server);
            let Some(url) = all.first().cloned() else { continue };
            if url.contains(['{', '}']) {
                let message = format!("the server `{url}` has a variable without a default; it is ignored");
                self.out
                    .push(Diagnostic::notice(Code::InvalidDocument, &self.spec.origin(&at), message).help(
                        "give the variable a default in the overlay, or have programs call `base_url`",
                    ));
                continue;
            }
            if out.is_empty() && !url.contains("://") {
                let message = format!(
                    "the server `{url}` is relative to where the document was found, which is not known here"
                );
                self.not_read(
                    &at,
                    message,
                    "write the whole address in the overlay, or have programs call `base_url`",
                );
            }
            defaults.push(url);
            out.extend(all);
        }
        if let Some(first) = other_place(&defaults) {
            let message = format!("the document has {} servers; clients call `{first}`", defaults.len());
            let help = "list the server to call first in the overlay, or have programs call `base_url`";
            self.not_read(&Pointer::new("/servers"), message, help);
        }
        if document.servers.is_empty() {
            let mut paths: Vec<(&String, &PathItem)> = document
                .paths
                .paths
                .iter()
                .filter_map(|(path, item)| Some((path, item.as_item()?)))
                .collect();
            paths.sort_by_key(|(path, _)| *path);
            let own = paths.into_iter().flat_map(|(_, item)| {
                let operations = item.iter().map(|(_, operation)| operation);
                item.servers.first().into_iter().chain(operations.flat_map(|o| o.servers.first()))
            });
            out.extend(own.flat_map(addresses).find(|url| url.contains("://") && !url.contains(['{', '}'])));
        }
        out
    }

    /// The server of one operation where it is not the default one, and its further servers: its own, else its path's.
    pub(super) fn servers_of(
        &mut self,
        item: &PathItem,
        operation: &OasOperation,
        (at_path, at): (&Pointer, &Pointer),
        servers: &[String],
    ) -> (Option<String>, Vec<String>) {
        let (own, at) = match operation.servers.is_empty() {
            true => (&item.servers, at_path.child("servers")),
            false => (&operation.servers, at.child("servers")),
        };
        let defaults: Vec<String> =
            own.iter().filter_map(|server| addresses(server).into_iter().next()).collect();
        let mut all = own.iter().flat_map(addresses);
        let Some(url) = all.next() else { return (None, Vec::new()) };
        if other_place(&defaults).is_some() {
            let message = format!("{} servers are declared here; the client calls `{url}`", own.len());
            let help = "list the server to call first in the overlay, or call another one with a client of its `base_url`";
            if self.said.insert((at.clone(), message.clone())) {
                self.not_read(&at, message, help);
            }
        }
        let url = url.trim_end_matches('/');
        let is_default = servers.first().is_some_and(|first| first.trim_end_matches('/') == url);
        let is_path = url.starts_with('/') && !url.starts_with("//");
        let callable = (url.contains("://") || is_path) && !url.contains(['{', '}']);
        let others = all.map(|url| url.trim_end_matches('/').to_owned());
        ((callable && !is_default).then(|| url.to_owned()), others.collect())
    }

    /// Reports that an optional part is ignored.
    pub(super) fn not_read(&mut self, at: &Pointer, message: impl Into<String>, help: &str) {
        self.out.push(Diagnostic::notice(Code::Unsupported, &self.spec.origin(at), message).help(help));
    }
}

/// The first address, if another one differs in more than its scheme: schemes of Swagger are servers too.
fn other_place(all: &[String]) -> Option<&String> {
    let place = |url: &String| url.split_once("://").map_or(url.clone(), |(_, place)| place.to_owned());
    all.first().filter(|first| all.iter().any(|other| place(other) != place(first)))
}

/// The addresses that a server is, by the values of its variables. The one of the defaults is the first.
fn addresses(server: &Server) -> Vec<String> {
    let mut out = vec![server.url.clone()];
    let mut variables: Vec<_> = server.variables.iter().flatten().collect();
    variables.sort_by_key(|(name, _)| *name);
    for (name, variable) in variables {
        let hole = format!("{{{name}}}");
        if !server.url.contains(&hole) {
            continue;
        }
        let others: BTreeSet<&String> =
            variable.enumeration.iter().filter(|value| **value != variable.default).collect();
        let mut values = vec![&variable.default];
        if out.len() * (others.len() + 1) <= ADDRESSES {
            values.extend(others);
        }
        out = values.iter().flat_map(|value| out.iter().map(|url| url.replace(&hole, value))).collect();
    }
    out
}
