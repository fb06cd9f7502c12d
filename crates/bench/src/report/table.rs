//! All figures, a column for each database.

use super::aims::{allowed, megabytes, ratios};
use crate::amount::Amount;
use crate::bench::Measured;
use crate::meter::{Used, number};
use crate::phase::burst::Burst;
use crate::rank::{Delays, median};

type Row = (String, Box<dyn Fn(&Measured) -> String>);

/// The table's lines.
pub(super) fn lines(amount: &Amount, all: &[Measured]) -> Vec<String> {
    let head =
        ("".to_owned(), Box::new(|measured: &Measured| measured.database.title().to_owned()) as Box<_>);
    let rows = std::iter::once(head).chain(before(amount)).chain(calm(amount)).chain(rush(amount));
    rows.map(|(name, figure)| line(&name, &all.iter().map(figure).collect::<Vec<_>>())).collect()
}

fn line(name: &str, figures: &[String]) -> String {
    let figures: Vec<String> = figures.iter().map(|figure| format!("{figure:>24}")).collect();
    format!("{name:<52}{}", figures.concat()).trim_end().to_owned()
}

fn row(name: impl Into<String>, figure: impl Fn(&Measured) -> String + 'static) -> Row {
    (name.into(), Box::new(figure))
}

fn before(amount: &Amount) -> Vec<Row> {
    let idle = format!("{:?}", amount.idle_for);
    vec![
        row("start to ready, first start, ms", |m| format!("{:.0}", m.first_start)),
        row(format!("start to ready, later, median of {}, ms", amount.starts), |m| format!("{:.0}", m.start)),
        row(format!("idle memory, {idle} after the first start, MB"), |m| mb(m.fresh.now)),
        row(format!("idle memory, {idle} after linking {}, MB", amount.shares), |m| mb(m.linked.now)),
        row(format!("idle memory, {idle} after a later start, MB"), |m| mb(m.restarted.now)),
        row("peak memory, while linking, MB", |m| mb(m.linked.peak)),
        row("peak memory, in all that follows, MB", |m| mb(m.worked.peak)),
    ]
}

fn calm(amount: &Amount) -> Vec<Row> {
    vec![
        row(format!("{} edits, each alone:", amount.alone), |_| String::new()),
        row("  durable commits an event, its echo included", |m| format!("{:.2}", m.alone.commits)),
        row("  API calls an event, both tools", |m| format!("{:.2}", m.alone.calls)),
        row("  Jira points an event, at least", |m| format!("{:.2}", m.alone.points)),
        row("  received to written, p50/p95/p99", |m| delays(&m.alone.delays)),
        row(format!("{} edits a second for {:?}:", amount.pace, amount.pace_for), |m| {
            format!("{} edits, {:.1}/s", m.pace.edits, m.pace.rate)
        }),
        row("  received to written, p50/p95/p99", |m| delays(&m.pace.delays)),
        row("  edited to written, by the tools' stamps", |m| delays(&m.pace.stamped)),
        row("  API calls an event, both tools", |m| format!("{:.2}", m.pace.calls)),
        row("  durable transactions an event, grouped", |m| format!("{:.2}", m.pace.transactions)),
        row("  CPU ms an event: service / PostgreSQL / simulators", |m| cpu(&m.pace.used, m.pace.edits)),
        row("  cores busy / of it with others / stolen by the host", |m| busy(&m.pace.used)),
    ]
}

fn rush(amount: &Amount) -> Vec<Row> {
    let each = |figure: fn(&Burst) -> f64, digits: usize| {
        move |m: &Measured| spread(&m.bursts.iter().map(figure).collect::<Vec<_>>(), digits)
    };
    let title = format!("{} edits at once, median of {} (min–max):", amount.shares, amount.rounds);
    vec![
        row(title, |_| String::new()),
        row("  events a second", each(|burst| burst.rate, 0)),
        row("  limit: commits a second, one by one", each(|burst| burst.limit.one, 0)),
        row("  limit: commits a second, 16 connections", |m| match m.bursts.first() {
            Some(Burst { limit, .. }) if limit.many.is_some() => {
                spread(&m.bursts.iter().filter_map(|burst| burst.limit.many).collect::<Vec<_>>(), 0)
            }
            _ => "–".to_owned(),
        }),
        row("  limit ÷ durable commits an event, events/s", |m| {
            spread(&m.bursts.iter().map(|burst| allowed(m, burst)).collect::<Vec<_>>(), 0)
        }),
        row("  ratio, round by round", |m| spread(&ratios(m), 2)),
        row("  received to written, p50 and p99, ms", |m| {
            let at = |figure: fn(&Burst) -> f64| median(&m.bursts.iter().map(figure).collect::<Vec<_>>());
            format!("{:.0} / {:.0}", at(|burst| burst.delays.p50), at(|burst| burst.delays.p99))
        }),
        row("  API calls an event, both tools", each(|burst| burst.calls, 2)),
        row("  durable transactions an event, grouped", each(|burst| burst.transactions, 2)),
        row("  CPU ms an event: service / PostgreSQL / simulators", |m| {
            middle(m).map_or_else(String::new, |burst| cpu(&burst.used, burst.edits))
        }),
        row("  cores busy / of it with others / stolen by the host", |m| {
            middle(m).map_or_else(String::new, |burst| busy(&burst.used))
        }),
    ]
}

/// The round whose rate is the median.
pub(super) fn middle(measured: &Measured) -> Option<&Burst> {
    let rate = median(&measured.bursts.iter().map(|burst| burst.rate).collect::<Vec<_>>());
    measured.bursts.iter().find(|burst| burst.rate.total_cmp(&rate).is_eq())
}

fn spread(values: &[f64], digits: usize) -> String {
    let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = values.iter().copied().fold(0.0, f64::max);
    format!("{:.digits$} ({lowest:.digits$}–{highest:.digits$})", median(values))
}

fn delays(delays: &Delays) -> String {
    format!("{:.1} / {:.1} / {:.1}", delays.p50, delays.p95, delays.p99)
}

fn cpu(used: &Used, events: usize) -> String {
    let ms = |seconds: f64| seconds * 1_000.0 / number(events as u64);
    format!("{:.1} / {:.1} / {:.1}", ms(used.service), ms(used.postgres), ms(used.tools))
}

fn busy(used: &Used) -> String {
    let percent = |part: f64| format!("{:.0} %", part * 100.0);
    format!("{} / {} / {}", percent(used.busy), percent(used.foreign()), percent(used.stolen))
}

fn mb(bytes: u64) -> String {
    format!("{:.1}", megabytes(bytes))
}
