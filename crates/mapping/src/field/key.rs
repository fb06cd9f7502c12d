//! A number that names a field mapping in stored state.

/// FNV-1a over length-prefixed names: stored for years, so it must not depend on any library's choice of a hash.
/// The names are few and from a trusted document, so nobody gains by making two collide.
pub(crate) fn key(names: [&str; 4]) -> u64 {
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let lengths = names.map(|name| (name.len() as u64).to_be_bytes());
    let bytes = lengths.iter().zip(names).flat_map(|(length, name)| length.iter().chain(name.as_bytes()));
    bytes.fold(BASIS, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_same_in_every_release() {
        assert_eq!(key(["Story", "UserStory", "summary", "Name"]), 13_677_840_764_987_965_196);
    }

    #[test]
    fn names_do_not_run_into_each_other() {
        assert_ne!(key(["a", "b", "cd", "e"]), key(["a", "b", "c", "de"]));
        assert_ne!(key(["a", "b", "c", ""]), key(["a", "b", "", "c"]));
    }
}
