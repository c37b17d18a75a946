//! Passes libfuzzer's bytes to `storewright_fuzz::load`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| storewright_fuzz::load(bytes));
