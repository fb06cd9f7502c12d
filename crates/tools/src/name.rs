//! Names as people write them in profiles: without regard to case and to white space around them.

/// Whether two names mean the same.
pub(crate) fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}
