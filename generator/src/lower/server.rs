//! Finds the addresses of an API and of single operations, with the defaults of their variables.

use openapiv3::{Operation as OasOperation, PathItem, Server};

use super::Lowering;
use crate::diagnostic::{Code, Diagnostic, Pointer};

impl Lowering<'_> {
    /// The addresses, the default one first. If the document declares none, it is that of the first path.
    pub(super) fn servers(&mut self) -> Vec<String> {
        let document = self.document;
        let mut out = Vec::new();
        for (index, server) in document.servers.iter().enumerate() {
            let at = Pointer::new("/servers").child(index).child("url");
            let url = with_defaults(server);
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
            out.push(url);
        }
        // Schemes of Swagger are servers too.
        let place = |url: &String| url.split_once("://").map_or(url.clone(), |(_, place)| place.to_owned());
        if let Some(first) = out.first().filter(|first| out.iter().any(|other| place(other) != place(first)))
        {
            let message = format!("the document has {} servers; clients call `{first}`", out.len());
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
            out.extend(own.map(with_defaults).find(|url| url.contains("://") && !url.contains(['{', '}'])));
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
        let Some((first, others)) = own.split_first() else { return (None, Vec::new()) };
        let url = with_defaults(first);
        if own.len() > 1 {
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
        let others = others.iter().map(|server| with_defaults(server).trim_end_matches('/').to_owned());
        ((callable && !is_default).then(|| url.to_owned()), others.collect())
    }

    /// Reports that an optional part is ignored.
    pub(super) fn not_read(&mut self, at: &Pointer, message: impl Into<String>, help: &str) {
        self.out.push(Diagnostic::notice(Code::Unsupported, &self.spec.origin(at), message).help(help));
    }
}

fn with_defaults(server: &Server) -> String {
    let mut url = server.url.clone();
    for (name, variable) in server.variables.iter().flatten() {
        url = url.replace(&format!("{{{name}}}"), &variable.default);
    }
    url
}
