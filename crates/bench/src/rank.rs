//! Percentiles and medians, by nearest rank.

use serde::Serialize;

/// Delays in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Delays {
    pub(crate) p50: f64,
    pub(crate) p95: f64,
    pub(crate) p99: f64,
    pub(crate) samples: usize,
}

impl Delays {
    /// Of values in any order.
    pub(crate) fn of(values: &[f64]) -> Self {
        let at = |percent| rank(values, percent);
        Self { p50: at(50), p95: at(95), p99: at(99), samples: values.len() }
    }
}

/// The value that half of them do not exceed; 0 of none.
pub(crate) fn median(values: &[f64]) -> f64 {
    rank(values, 50)
}

fn rank(values: &[f64], percent: usize) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let index = (values.len() * percent).div_ceil(100).saturating_sub(1);
    values.get(index).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_least_that_share_of_values_is_no_larger() {
        let values: Vec<f64> = (1..=200).rev().map(f64::from).collect();
        assert_eq!(Delays::of(&values), Delays { p50: 100.0, p95: 190.0, p99: 198.0, samples: 200 });
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[]), 0.0);
    }
}
