//! Inputs for the short run in the crates' own tests: those that are kept, and changes of them by a fixed seed.

use std::path::PathBuf;

/// How many changed inputs a target gets.
const CHANGED: usize = 400;

/// Every input of a target's short run: the kept ones first.
pub(crate) fn inputs(target: &str) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let kept: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    assert!(!kept.is_empty(), "{} is empty", folder.display());
    let mut dice = Dice(target.bytes().fold(1, |seed, byte| seed * 31 + u64::from(byte)));
    let changed: Vec<Vec<u8>> = (0..CHANGED).map(|_| changed(&kept, &mut dice)).collect();
    [kept, changed].concat()
}

fn changed(kept: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut input = kept[dice.below(kept.len())].clone();
    for _ in 0..=dice.below(6) {
        let (begin, end) = (dice.below(input.len() + 1), dice.below(input.len() + 1));
        let (begin, end) = (begin.min(end), begin.max(end).min(begin.min(end) + 64));
        let piece = match dice.below(5) {
            // Taken out.
            0 => Vec::new(),
            // Repeated.
            1 => input[begin..end].repeat(dice.below(4) + 1),
            // A piece of another.
            2 => {
                let other = &kept[dice.below(kept.len())];
                let from = dice.below(other.len() + 1);
                other[from..other.len().min(from + 32)].to_vec()
            }
            // A sign that means something somewhere.
            3 => b"\"{}[]<>:,.%&=|*#\\\0\n -0".get(dice.below(23)).into_iter().copied().collect(),
            // A byte turned over.
            _ => input[begin..end].iter().map(|byte| byte ^ (1 << dice.below(8))).collect(),
        };
        input.splice(begin..end, piece);
    }
    input.truncate(16 << 10);
    input
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % bound as u64).unwrap()
    }
}
