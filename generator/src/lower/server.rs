//! The servers of a document go in; their addresses come out, with the defaults of their variables in place.

use std::collections::BTreeMap;

use openapiv3::{ReferenceOr, Server};

use super::Lowering;
use crate::api::Security;
use crate::diagnostic::{Code, Diagnostic, Pointer};

impl Lowering<'_> {
    /// The addresses, the default one first; what cannot be called as it is is reported.
    pub(super) fn servers(&mut self) -> Vec<String> {
        let document = self.document;
        let mut out = Vec::new();
        for (index, server) in document.servers.iter().enumerate() {
            let at = Pointer::new("/servers").child(index).child("url");
            let url = with_defaults(server);
            if url.contains(['{', '}']) {
                let message = format!("the server `{url}` has a variable without a default");
                self.out.push(
                    Diagnostic::error(Code::InvalidDocument, &self.spec.origin(&at), message)
                        .help("give the variable a default, or the server its address, in the overlay"),
                );
            } else if index == 0 && !url.contains("://") {
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
        for (path, item) in &document.paths.paths {
            let ReferenceOr::Item(item) = item else { continue };
            let at = Pointer::new("/paths").child(path);
            let own = item.iter().filter(|(_, operation)| !operation.servers.is_empty());
            let own = own.map(|(method, _)| at.child(method)).collect::<Vec<_>>();
            for at in own.into_iter().chain((!item.servers.is_empty()).then_some(at)) {
                let message =
                    "servers of a single path or operation are not read; it is called where all others are";
                self.not_read(
                    &at.child("servers"),
                    message,
                    "take them out in the overlay, or have programs call `base_url`",
                );
            }
        }
        out
    }

    /// Reports ways to authenticate that credentials of the runtime do not go.
    pub(super) fn unsent_secrets(&mut self, security: &BTreeMap<String, Security>) {
        for (name, scheme) in security {
            let place = match scheme {
                Security::Query(_) => "the query",
                Security::Cookie(_) => "a cookie",
                Security::Http(_) | Security::Header(_) | Security::OAuth2 => continue,
            };
            let at = Pointer::new("/components/securitySchemes").child(name);
            let message = format!("no credentials are sent in {place}, which `{name}` asks for");
            self.not_read(&at, message, "declare in the overlay the header that the vendor takes instead");
        }
    }

    /// Says that something is left out without which the rest is still right.
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
