//! Targets with a defect, for `cargo xtask fuzz --self-test`: each has to be found, or the fuzzer is worth nothing.

/// By name.
pub const TARGETS: &[(&str, fn(&[u8]))] = &[("planted-panic", panics), ("planted-square", squares)];

/// Panics for one word of four letters, which only counters at branches find in reasonable time.
fn panics(data: &[u8]) {
    let is = |at: usize, letter: u8| data.get(at) == Some(&letter);
    if is(0, b'k') && is(1, b'n') && is(2, b'o') && is(3, b't') {
        panic!("the planted panic");
    }
}

/// Takes square time for inputs with many closing brackets: each looks back at all before it.
fn squares(data: &[u8]) {
    let mut seen = 0_u64;
    for (at, byte) in data.iter().enumerate() {
        if *byte == b']' {
            seen += data[..at].iter().map(|byte| u64::from(std::hint::black_box(*byte) == b'[')).sum::<u64>();
        }
    }
    std::hint::black_box(seen);
}
