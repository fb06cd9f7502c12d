//! A short run of the fuzzer's targets (`cargo xtask fuzz`): every input that is kept, and some changes of them by a fixed
//! seed. What the long run finds is kept there, so that it is tried here for ever.

use std::panic::{AssertUnwindSafe, catch_unwind};

#[path = "../../../../fuzz/targets/mutate.rs"]
mod mutate;
#[path = "../../../../fuzz/targets/text.rs"]
mod targets;

#[test]
fn no_input_breaks_a_target() {
    for (name, target) in targets::TARGETS {
        for input in mutate::inputs(name) {
            let ended = catch_unwind(AssertUnwindSafe(|| target(&input)));
            assert!(ended.is_ok(), "{name}: {:?}", String::from_utf8_lossy(&input));
        }
    }
}
