//! The files that should be and the folder that is go in; the difference comes out, or the folder is made equal.
