//! Tests of the stages, in one program: linking the generator once for each file took longer than the tests.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod browser;
mod cases;
mod compile;
mod dialects;
mod diff;
mod diff_causes;
mod diff_corrections;
mod diff_direction;
mod diff_forms;
mod diff_mutations;
mod diff_places;
mod diff_pointers;
mod diff_relation;
mod diff_review;
mod diff_rules;
mod diff_security;
mod diff_swagger;
mod diff_vendor;
mod doctests;
mod editions;
mod errors;
mod format1;
mod growth;
mod hostile;
mod load;
mod odd_documents;
mod overlay;
mod parameter_types;
mod quoted_reports;
mod random_documents;
mod references;
mod robustness;
mod stages;
mod support;
mod vendor;
mod wire;
