//! Parts that several tests use.

pub(crate) mod checkout;
