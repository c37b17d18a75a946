//! Encodes form fields as a body with its media type.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use bytes::Bytes;
use percent_encoding::utf8_percent_encode;

use crate::request::RESERVED;

/// A file that is sent in a form.
///
/// ```
/// use storewright_runtime::File;
/// let avatar = File::new(&b"\x89PNG"[..]).name("avatar.png").media_type("image/png");
/// # let _ = avatar;
/// ```
#[derive(Debug, Clone)]
pub struct File {
    bytes: Bytes,
    name: String,
    media_type: String,
}

impl File {
    /// A file with these contents, the name `file` and no known media type.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        File {
            bytes: bytes.into(),
            name: "file".to_owned(),
            media_type: "application/octet-stream".to_owned(),
        }
    }

    /// The file name; servers may rely on its extension.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The file's media type, e.g. `image/png`.
    #[must_use]
    pub fn media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = media_type.into();
        self
    }
}

impl<B: Into<Bytes>> From<B> for File {
    fn from(bytes: B) -> Self {
        File::new(bytes)
    }
}

/// A form while its fields are set.
#[derive(Debug, Clone)]
pub(crate) enum Form {
    /// `application/x-www-form-urlencoded`
    Encoded(String),
    /// `multipart/form-data` (RFC 7578)
    Multipart { boundary: String, parts: Vec<u8> },
}

impl Form {
    pub(crate) fn encoded() -> Self {
        Form::Encoded(String::new())
    }

    pub(crate) fn multipart() -> Self {
        // No content can contain a boundary that is not known before it is sent.
        let mut boundary = String::from("storewright-");
        for _ in 0..2 {
            boundary.push_str(&format!("{:016x}", RandomState::new().build_hasher().finish()));
        }
        Form::Multipart { boundary, parts: Vec::new() }
    }

    pub(crate) fn text(&mut self, name: &str, value: &str) {
        match self {
            Form::Encoded(text) => {
                let mark = if text.is_empty() { "" } else { "&" };
                let (name, value) =
                    (utf8_percent_encode(name, RESERVED), utf8_percent_encode(value, RESERVED));
                text.push_str(&format!("{mark}{name}={value}"));
            }
            Form::Multipart { boundary, parts } => {
                let head = format!(
                    "--{boundary}\r\ncontent-disposition: form-data; name=\"{}\"\r\n\r\n",
                    quoted(name)
                );
                parts.extend_from_slice(head.as_bytes());
                parts.extend_from_slice(value.as_bytes());
                parts.extend_from_slice(b"\r\n");
            }
        }
    }

    /// Adds a value of a media type; a form whose fields have none adds it as text.
    pub(crate) fn typed(&mut self, name: &str, media_type: &str, value: &[u8]) {
        let Form::Multipart { boundary, parts } = self else {
            self.text(name, &String::from_utf8_lossy(value));
            return;
        };
        let head = format!(
            "--{boundary}\r\ncontent-disposition: form-data; name=\"{}\"\r\ncontent-type: {}\r\n\r\n",
            quoted(name),
            plain(media_type),
        );
        parts.extend_from_slice(head.as_bytes());
        parts.extend_from_slice(value);
        parts.extend_from_slice(b"\r\n");
    }

    /// Adds a file; a form that cannot contain one adds it as text.
    pub(crate) fn file(&mut self, name: &str, file: &File) {
        let Form::Multipart { boundary, parts } = self else {
            self.text(name, &String::from_utf8_lossy(&file.bytes));
            return;
        };
        let head = format!(
            "--{boundary}\r\ncontent-disposition: form-data; name=\"{}\"; filename=\"{}\"\r\ncontent-type: {}\r\n\r\n",
            quoted(name),
            quoted(&file.name),
            plain(&file.media_type),
        );
        parts.extend_from_slice(head.as_bytes());
        parts.extend_from_slice(&file.bytes);
        parts.extend_from_slice(b"\r\n");
    }

    pub(crate) fn media_type(&self) -> String {
        match self {
            Form::Encoded(_) => "application/x-www-form-urlencoded".to_owned(),
            Form::Multipart { boundary, .. } => format!("multipart/form-data; boundary={boundary}"),
        }
    }

    pub(crate) fn body(&self) -> Bytes {
        match self {
            Form::Encoded(text) => Bytes::copy_from_slice(text.as_bytes()),
            Form::Multipart { boundary, parts } => {
                let end = format!("--{boundary}--\r\n");
                let mut body = Vec::with_capacity(parts.len() + end.len());
                body.extend_from_slice(parts);
                body.extend_from_slice(end.as_bytes());
                body.into()
            }
        }
    }
}

/// A quoted name in a header of a part, as in the HTML standard ("multipart form data").
fn quoted(text: &str) -> String {
    text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// A header's value must not end its line.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}
