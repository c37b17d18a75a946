//! Vendor text and overlay go in; a `Spec` comes out.

/// A document, read.
#[derive(Debug)]
pub struct Spec {}
