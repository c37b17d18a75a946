//! Bytes of libfuzzer go in; `storewright_fuzz::overlay` gets them.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| storewright_fuzz::overlay(bytes));
