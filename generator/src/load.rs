//! Vendor text and overlay go in; a `Spec` comes out.
use crate::diagnostic::Pointer;
/// A document, read.
#[derive(Debug)]
pub struct Spec {
    pub document: openapiv3::OpenAPI,
    pub version: String,
    pub skipped: Vec<Skip>,
}
#[derive(Debug)]
pub struct Skip {
    pub at: Pointer,
    pub reason: String,
}
impl Spec {
    pub fn origin(&self, at: &Pointer) -> Pointer {
        at.clone()
    }
}
