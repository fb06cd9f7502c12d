//! What is printed about a simulator: aims with ratios, costs, what holds back.

use super::Measured;
use crate::meter::number;
use crate::report::say;

/// If others ran for more than this part of the cores' time, the figures say little.
const DISTURBED: f64 = 0.1;
/// From so busy on, the simulator's core is what limits.
const FULL: f64 = 0.9;
/// What a file may add to the memory, whatever its size: the chunks on their way, and what the allocator keeps.
const FLAT: f64 = 32.0;

/// An aim: what, how much it is, its unit, what is wanted, and whether less is better.
struct Aim {
    what: &'static str,
    value: f64,
    unit: &'static str,
    wanted: f64,
    less: bool,
}

impl Aim {
    /// How many times better than wanted; below 1 the aim is missed.
    fn ratio(&self) -> f64 {
        let (value, wanted) = (self.value.max(f64::MIN_POSITIVE), self.wanted);
        if self.less { wanted / value } else { value / wanted }
    }

    fn line(&self) -> String {
        let verdict = if self.ratio() >= 1.0 { "pass" } else { "MISS" };
        let wanted = if self.less { "at most" } else { "at least" };
        let Self { what, value, unit, wanted: aim, .. } = self;
        format!(
            "  {verdict}  {what}: {value:.2}{unit} ({wanted} {aim}{unit} wanted; ratio {:.1})",
            self.ratio()
        )
    }
}

fn megabytes(bytes: u64) -> f64 {
    number(bytes) / 1e6
}

fn aims(measured: &Measured) -> [Aim; 5] {
    let aim = |what, value, unit, wanted, less| Aim { what, value, unit, wanted, less };
    [
        aim("start to ready", measured.start, " s", 5.0, true),
        aim("resident memory, at most", megabytes(measured.worked.peak), " MB", 500.0, true),
        aim("single reads a second", measured.reads.rate, "", 1_000.0, false),
        aim("searches of 50 a second", measured.searches.rate, "", 100.0, false),
        aim("memory added by a large file", megabytes(measured.upload.grown), " MB", FLAT, true),
    ]
}

/// Prints; the last line is the verdict.
pub(super) fn print(measured: &Measured) {
    let core = if measured.one_core { "one core" } else { "no taskset: as many cores as there are" };
    say(&format!("\nSimulated Jira (Data Center), {} issues, {core}:\n", measured.issues));
    let aims = aims(measured);
    aims.iter().for_each(|aim| say(&aim.line()));
    say(&format!("        memory after the start: {:.1} MB", megabytes(measured.fresh.now)));
    say(&format!("        searches for words a second: {:.1}", measured.words.rate));
    let rates =
        [("read", &measured.reads), ("search", &measured.searches), ("search for words", &measured.words)];
    for (what, rate) in rates {
        say(&format!(
            "        a {what} takes {:.2} ms of its core, which is {:.0} % busy",
            rate.cost,
            rate.busy * 100.0
        ));
    }
    let (snapshots, upload) = (&measured.snapshots, &measured.upload);
    say(&format!(
        "        a snapshot is made in {:.1} ms and restored in {:.1} ms; it takes {:.1} MB",
        snapshots.make,
        snapshots.restore,
        megabytes(snapshots.bytes)
    ));
    say(&format!(
        "        a file of {:.0} MB is received at {:.0} and sent at {:.0} MB a second",
        megabytes(upload.size),
        upload.sent / 1e6,
        upload.read / 1e6
    ));
    reasons(measured);
    let missed: Vec<&str> = aims.iter().filter(|aim| aim.ratio() < 1.0).map(|aim| aim.what).collect();
    say(&if missed.is_empty() {
        format!("\nbench sim: all {} aims met", aims.len())
    } else {
        format!("\nbench sim: missed {}", missed.join(", "))
    });
}

/// What holds back, and whether the figures count.
fn reasons(measured: &Measured) {
    for (what, rate) in [("reads", &measured.reads), ("searches", &measured.searches)] {
        say(&if rate.busy >= FULL {
            format!("        what holds {what} back is the simulator's core")
        } else {
            format!(
                "        what holds {what} back is not the simulator: its core is {:.0} % busy",
                rate.busy * 100.0
            )
        });
    }
    if measured.foreign > DISTURBED {
        let part = measured.foreign * 100.0;
        say(&format!(
            "        other programs took {part:.0} % of the cores meanwhile: measure again on a quiet machine"
        ));
    }
}
