//! The generated clients against real HTTP servers.
