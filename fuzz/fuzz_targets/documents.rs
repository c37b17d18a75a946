//! Makes documents of random structure from the bytes of libfuzzer and generates from them.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| storewright_fuzz::documents(bytes));
