//! Whether a target takes more time than the length of its input allows. Time is that of the thread on the processor, so
//! that a busy machine finds nothing.
//!
//! Inputs of the fuzzer are short, and square time shows in long ones. So of some inputs a piece is repeated until the
//! whole is long, in two sizes, and the times are compared.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// What any input may take.
const FLOOR: Duration = Duration::from_millis(100);
/// What each byte may take beside. A document of one byte a node costs some microseconds a byte with counters in the code.
const EACH: Duration = Duration::from_micros(50);
/// One in so many inputs is stretched: a stretched one costs as much as hundreds of others.
const ONE_IN: u64 = 1_024;
/// To how many bytes.
const SMALL: usize = 4 << 10;
const LARGE: usize = 32 << 10;
/// A stretched input that takes less is quick enough whatever the ratio.
const QUICK: Duration = Duration::from_millis(50);
/// How many times as long the large one may take. In linear time it would be 8, in square time 64.
const RATIO: u32 = 24;

/// Runs a target over an input, and over the input stretched if it is the input's turn. Panics if it takes too long.
pub fn run(target: &fn(&[u8]), data: &[u8]) {
    let took = measure(target, data);
    let allowed = FLOOR + EACH * u32::try_from(data.len()).unwrap_or(u32::MAX);
    assert!(took <= allowed, "{} bytes took {took:?}, {allowed:?} are allowed", data.len());
    // By the input itself, so that a finding is found again.
    let dice = hash(data);
    if dice % ONE_IN == 0 || is_always() {
        stretch(target, data, dice / ONE_IN);
    }
}

/// Whether every input is stretched: for a finding that is run again, and for the self-test.
fn is_always() -> bool {
    std::env::var_os("BOWLINE_FUZZ_STRETCH").is_some()
}

fn stretch(target: &fn(&[u8]), data: &[u8], dice: u64) {
    if data.is_empty() {
        return;
    }
    let len = data.len() as u64;
    let (one, other) = (boundary(data, dice % len), boundary(data, dice / len % len));
    let (begin, end) = (one.min(other), one.max(other));
    // The whole of it, where both cuts fall together.
    let (begin, end) = if begin == end { (0, data.len()) } else { (begin, end) };
    let (small, large) = (stretched(data, begin, end, SMALL), stretched(data, begin, end, LARGE));
    if measure(target, &large) < QUICK {
        return;
    }
    let least = |input: &[u8]| (0..3).map(|_| measure(target, input)).min().unwrap_or_default();
    let (of_small, of_large) = (least(&small), least(&large));
    assert!(
        of_large < QUICK || of_large <= of_small * RATIO,
        "bytes {begin} to {end} repeated: {} bytes took {of_small:?}, {} bytes {of_large:?}",
        small.len(),
        large.len()
    );
}

/// The input with a piece repeated until the whole has the size.
fn stretched(data: &[u8], begin: usize, end: usize, size: usize) -> Vec<u8> {
    let (head, unit, tail) = (&data[..begin], &data[begin..end], &data[end..]);
    let rest = size.saturating_sub(head.len() + tail.len());
    let times = (rest / unit.len().max(1)).max(1);
    [head, &unit.repeat(times), tail].concat()
}

/// The nearest place at or before this that is not inside a character: targets take texts.
fn boundary(data: &[u8], at: u64) -> usize {
    let mut at = usize::try_from(at).unwrap_or_default();
    while at > 0 && data.get(at).is_some_and(|byte| byte & 0xc0 == 0x80) {
        at -= 1;
    }
    at
}

fn measure(target: &fn(&[u8]), data: &[u8]) -> Duration {
    let now = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec.try_into().unwrap_or_default(), time.tv_nsec.try_into().unwrap_or_default())
    };
    let begun = now();
    target(data);
    now().saturating_sub(begun)
}

/// FNV-1a.
fn hash(data: &[u8]) -> u64 {
    data.iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
