//! The report for people: a table, the aims, what holds them back, the verdict.

mod aims;
mod reasons;
mod table;

use crate::amount::Amount;
use crate::bench::Measured;

/// A line on standard output.
#[expect(clippy::print_stdout, reason = "this is a command-line program")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

/// Prints everything. The last line is the verdict.
pub(crate) fn print(amount: &Amount, all: &[Measured]) {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    say(&format!(
        "\nService, database, both simulators and this program share {cores} cores. Memory in MB of 10^6 bytes, \
         delays in ms.\n"
    ));
    for line in table::lines(amount, all) {
        say(&line);
    }
    for measured in all {
        say(&format!("\nCalls for one edit alone, {}:", measured.database.title()));
        for (kind, calls) in &measured.alone.kinds {
            say(&format!("  {calls:5.2}  {kind}"));
        }
    }
    let aims = aims::judge(all);
    say("\nAims:");
    for aim in &aims {
        say(&aim.line());
    }
    say("\nWhat holds back:");
    for measured in all {
        for reason in reasons::of(measured, cores) {
            say(&format!("  {}: {reason}", measured.database.title()));
        }
    }
    say("");
    say(&aims::verdict(&aims, all.iter().any(reasons::is_disturbed)));
}
