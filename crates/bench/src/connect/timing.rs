//! Whether the time of a refusal tells whom the app knows.
//!
//! Refusals of four kinds are asked for in random turns on one connection. The slowest tenth of each kind is left out, for that
//! is the machine's; of the rest, the difference of the means is given with what it may be with 95 % confidence (Welch).

use std::net::SocketAddr;

use anyhow::{Result, bail};
use bowline_connect::jose::SharedSecret;
use bowline_core::secret::Secret;
use http::Method;
use serde::Serialize;
use tokio::time::Instant;

use super::sites::{Site, token};
use super::wire::{Line, Wire};
use crate::report::say;

/// How many different tokens each kind has.
const TOKENS: usize = 64;
/// Where the page is, below the base URL.
const PAGE: &str = "/page/issue?issue=10001";

/// What was measured: each difference in microseconds.
#[derive(Debug, Serialize)]
pub(super) struct Figures {
    /// How many refusals of each kind.
    samples: usize,
    differences: Vec<Difference>,
}

#[derive(Debug, Serialize)]
struct Difference {
    between: String,
    mean: f64,
    /// Half the width of the interval that holds the true difference with 95 % confidence.
    give_or_take: f64,
    /// The difference in standard errors; beyond 4.5 it would be called a leak (Reparaz and others, 2017).
    t: f64,
}

/// A kind of refusal.
struct Kind {
    name: &'static str,
    wires: Vec<Wire>,
    took: Vec<f64>,
}

/// Measures at a service in which the sites are installed.
pub(super) async fn measure(to: SocketAddr, sites: &[Site], quick: bool) -> Result<Figures> {
    let samples = if quick { 400 } else { 20_000 };
    let mut kinds = kinds(to, sites)?;
    let mut line = Line::open(to).await?;
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    for turn in 0..(samples + TOKENS) * kinds.len() {
        // xorshift64: whatever comes in a pattern of its own must not meet one of ours.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let count = kinds.len() as u64;
        let Some(kind) = kinds.get_mut(usize::try_from(random % count)?) else { continue };
        let Some(wire) = kind.wires.get(turn % TOKENS) else { continue };
        let started = Instant::now();
        let status = line.ask(wire).await?;
        kind.took.push(started.elapsed().as_secs_f64() * 1e6);
        if status != 401 {
            bail!("a request with {} was answered {status}", kind.name);
        }
    }
    let differences: Vec<Difference> = pairs(&kinds).map(|(one, other)| difference(one, other)).collect();
    say(&format!(
        "\nDoes the time of a refusal tell anything? About {samples} of each kind, in random turns; µs:"
    ));
    for Difference { between, mean, give_or_take, t } in &differences {
        say(&format!("  {between}: {mean:+.2} ± {give_or_take:.2} (t {t:+.1})"));
    }
    Ok(Figures { samples, differences })
}

/// The first kind beside each of the others.
fn pairs(kinds: &[Kind]) -> impl Iterator<Item = (&Kind, &Kind)> {
    let first = kinds.first();
    kinds.iter().skip(1).filter_map(move |other| first.map(|first| (first, other)))
}

fn kinds(to: SocketAddr, sites: &[Site]) -> Result<Vec<Kind>> {
    let wrong = SharedSecret::new(Secret::from("w".repeat(76)))?;
    let at = |number: usize| sites.get(number % sites.len().max(1));
    let page = |token: Option<&str>| Wire::new(to, (&Method::GET, &format!("/connect{PAGE}")), token, "");
    let (mut known, mut unknown, mut elsewhere, mut nothing) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for number in 0..TOKENS {
        let Some(site) = at(number) else { bail!("there is no site") };
        known.push(page(Some(&token(&site.client_key, &wrong, &Method::GET, PAGE, number)?))?);
        // As long as a client key of a site.
        let nobody = format!("00000000-0000-4000-8000-{number:012x}");
        unknown.push(page(Some(&token(&nobody, &wrong, &Method::GET, PAGE, number)?))?);
        let (secret, other) = (site.shared()?, "/page/issue?issue=10002");
        elsewhere.push(page(Some(&token(&site.client_key, &secret, &Method::GET, other, number)?))?);
        nothing.push(page(None)?);
    }
    let kind = |name, wires| Kind { name, wires, took: Vec::new() };
    Ok(vec![
        kind("a wrong signature of a known site", known),
        kind("one of an unknown site", unknown),
        kind("a good signature for another address", elsewhere),
        kind("no token, for which nothing is looked up", nothing),
    ])
}

fn difference(one: &Kind, other: &Kind) -> Difference {
    let ((first, first_error), (second, second_error)) = (mean(&one.took), mean(&other.took));
    let (mean, error) = (second - first, first_error.hypot(second_error));
    let t = if error > 0.0 { mean / error } else { 0.0 };
    Difference {
        between: format!("{}, beside {}", other.name, one.name),
        mean,
        give_or_take: 1.96 * error,
        t,
    }
}

/// The mean without the slowest tenth, and its standard error.
#[expect(clippy::cast_precision_loss, reason = "a few thousand values")]
fn mean(values: &[f64]) -> (f64, f64) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.truncate(sorted.len() - sorted.len() / 10);
    if sorted.len() < 2 {
        return (0.0, 0.0);
    }
    let count = sorted.len() as f64;
    let mean = sorted.iter().sum::<f64>() / count;
    let spread = sorted.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean, (spread / count).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &'static str, took: Vec<f64>) -> Kind {
        Kind { name, wires: Vec::new(), took }
    }

    #[test]
    fn a_difference_is_seen_through_noise_and_none_is_not() {
        let noise =
            |add: f64| (0..2_000_u32).map(|value| f64::from(value * 7_919 % 100) + add).collect::<Vec<_>>();
        let (same, later) = (noise(0.0), noise(5.0));
        let none = difference(&kind("a", same.clone()), &kind("b", same.clone()));
        assert!(none.mean.abs() < none.give_or_take, "{none:?}");
        let some = difference(&kind("a", same), &kind("b", later));
        assert!((some.mean - 5.0).abs() < some.give_or_take && some.t > 4.5, "{some:?}");
    }

    #[test]
    fn the_slowest_tenth_does_not_count() {
        let mut values = vec![10.0; 90];
        values.extend([10_000.0; 10]);
        assert_eq!(mean(&values), (10.0, 0.0));
    }
}
