//! Chooses between a sample of a test's inputs and all of them.

/// The variable that `.ci/run` sets. Without it tests of many inputs try a sample, so that `cargo test` ends soon.
const THOROUGH: &str = "STOREWRIGHT_THOROUGH";

/// True if tests try all of their inputs.
pub(crate) fn is_thorough() -> bool {
    std::env::var_os(THOROUGH).is_some_and(|text| text == "1")
}

/// The size of a sample, or of all inputs.
pub(crate) fn of<T>(sample: T, all: T) -> T {
    if is_thorough() { all } else { sample }
}
