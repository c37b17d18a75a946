//! Gives recursion a stack that grows: a document chooses the length of its chains of references.

/// Bytes that one level of recursion may take, in a build without optimisation.
const RED_ZONE: usize = 256 * 1024;
/// Bytes by which the stack grows.
const SEGMENT: usize = 4 * 1024 * 1024;

/// Runs one level of a recursion.
pub(crate) fn deeper<T>(level: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(RED_ZONE, SEGMENT, level)
}
