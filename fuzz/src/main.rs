//! The program behind `cargo xtask fuzz`: libFuzzer over one of the targets, which `BOWLINE_FUZZ_TARGET` names.
//!
//! Built with counters at every branch (`crates/xtask/src/fuzz`), so that inputs which reach something new are kept and
//! changed further. An input is a finding if the target panics, or if it takes more time than its length allows: `pace`.

#![no_main]

#[path = "../targets/connect/mod.rs"]
mod connect;
mod pace;
mod planted;
#[path = "../targets/text.rs"]
mod text;

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

/// What is called with every input.
static TARGET: OnceLock<fn(&[u8])> = OnceLock::new();

fn chosen() -> fn(&[u8]) {
    let name = std::env::var("BOWLINE_FUZZ_TARGET").unwrap_or_default();
    let all = connect::TARGETS.iter().chain(text::TARGETS).chain(planted::TARGETS);
    let found = all.clone().find(|(known, _)| *known == name);
    let Some((_, target)) = found else {
        let known: Vec<&str> = all.map(|(known, _)| *known).collect();
        panic!("there is no target `{name}`; there are {}", known.join(", "));
    };
    // What is made once and then kept, such as keys, is not the first input's to pay for.
    target(b"{}");
    *target
}

fuzz_target!(init: { TARGET.get_or_init(chosen); }, |data: &[u8]| {
    pace::run(TARGET.get_or_init(chosen), data);
});
