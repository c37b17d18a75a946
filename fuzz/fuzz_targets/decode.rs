//! Passes libfuzzer's bytes to `storewright_fuzz::decode`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| storewright_fuzz::decode(bytes));
