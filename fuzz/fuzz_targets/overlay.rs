//! Passes libfuzzer's bytes to `storewright_fuzz::overlay`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| storewright_fuzz::overlay(bytes));
