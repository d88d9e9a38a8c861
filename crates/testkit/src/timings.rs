//! Whether two works can be told apart by their time: measured in turns, and compared as
//! dudect does (Reparaz, Balasch, Verbauwhede, 2017), by Welch's t and by the medians.

use std::time::Instant;

use muster_domain::Randomness;

use crate::SeededRandomness;

/// Seconds that two works took, each again and again.
#[derive(Clone, Debug, Default)]
pub struct Timings {
    one: Vec<f64>,
    other: Vec<f64>,
}

/// From here on |t| says that two works differ (dudect).
pub const TELLING: f64 = 4.5;

/// What is slower than so much of everything is noise of the machine, and not compared.
const KEPT: f64 = 0.9;

impl Timings {
    /// Does both works so often, in an order that nobody can foresee, so that nothing that
    /// slows the machine down for a while tells on one of them alone.
    pub fn measure(times: usize, mut one: impl FnMut(), mut other: impl FnMut()) -> Self {
        let chance = SeededRandomness::new(1);
        let mut timings = Self::default();
        for _ in 0..times {
            let mut coin = [0];
            // This source never fails.
            let _ = chance.fill(&mut coin);
            if coin[0].is_multiple_of(2) {
                timings.one.push(seconds(&mut one));
                timings.other.push(seconds(&mut other));
            } else {
                timings.other.push(seconds(&mut other));
                timings.one.push(seconds(&mut one));
            }
        }
        timings
    }

    /// The same for one work on two inputs. Each is copied before the clock starts, and nothing
    /// branches on which of them it is, so that neither code nor place tells them apart.
    pub fn compare<T: Clone>(times: usize, inputs: [&T; 2], work: impl Fn(&T)) -> Self {
        let chance = SeededRandomness::new(2);
        let mut taken = Vec::with_capacity(times.saturating_mul(2));
        while taken.len() < times.saturating_mul(2) {
            let mut coin = [0];
            // This source never fails.
            let _ = chance.fill(&mut coin);
            let which = usize::from(coin[0] & 1);
            let Some(input) = inputs.get(which) else { continue };
            let input = T::clone(input);
            taken.push((which, seconds(&mut || work(&input))));
        }
        let of = |wanted: usize| -> Vec<f64> {
            let those = taken.iter().filter(|(which, _)| *which == wanted);
            those.map(|(_, seconds)| *seconds).collect()
        };
        Self { one: of(0), other: of(1) }
    }

    /// Welch's t of what is no noise: how many standard errors the means are apart.
    pub fn t(&self) -> f64 {
        let mut all: Vec<f64> = self.one.iter().chain(&self.other).copied().collect();
        let most = quantile(&mut all, KEPT);
        let kept = |times: &[f64]| -> Vec<f64> {
            times.iter().copied().filter(|time| *time <= most).collect()
        };
        let ((mean, error), (other_mean, other_error)) =
            (mean_and_error(&kept(&self.one)), mean_and_error(&kept(&self.other)));
        (mean - other_mean) / (error + other_error).sqrt().max(f64::MIN_POSITIVE)
    }

    /// The median of each, in seconds.
    pub fn medians(&self) -> (f64, f64) {
        (quantile(&mut self.one.clone(), 0.5), quantile(&mut self.other.clone(), 0.5))
    }

    /// How far the medians are apart, as a part of the smaller one.
    pub fn apart(&self) -> f64 {
        let (one, other) = self.medians();
        (one - other).abs() / one.min(other).max(f64::MIN_POSITIVE)
    }
}

fn seconds(work: &mut dyn FnMut()) -> f64 {
    let began = Instant::now();
    work();
    began.elapsed().as_secs_f64()
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("fewer than four billion"))
}

/// The value below which this part of all lies.
fn quantile(values: &mut [f64], part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let below =
        values.iter().enumerate().take_while(|(at, _)| number(*at) < number(values.len()) * part);
    below.last().map_or(0.0, |(_, value)| *value)
}

/// The mean, and the square of its standard error.
fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let count = number(values.len()).max(2.0);
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean, variance / count)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Times around a mean, like those of a machine.
    fn around(mean: f64, seed: u64) -> Vec<f64> {
        let chance = SeededRandomness::new(seed);
        let mut byte = [0];
        let mut next = || {
            chance.fill(&mut byte).expect("it never fails");
            f64::from(byte[0]) / 256.0
        };
        (0..2_000).map(|_| mean + next() + next() + next()).collect()
    }

    #[test]
    fn what_is_alike_is_not_told_apart_and_what_differs_is() {
        let alike = Timings { one: around(10.0, 1), other: around(10.0, 2) };
        assert!(
            alike.t().abs() < TELLING && alike.apart() < 0.02,
            "{} {}",
            alike.t(),
            alike.apart()
        );
        let slower = Timings { one: around(10.0, 1), other: around(10.2, 2) };
        assert!(slower.t() < -TELLING, "{}", slower.t());
        assert!((0.005..0.04).contains(&slower.apart()), "{}", slower.apart());
    }

    #[test]
    fn both_works_are_done_as_often_as_is_asked() {
        let (mut one, mut other) = (0, 0);
        let timings = Timings::measure(100, || one += 1, || other += 1);
        assert_eq!((one, other, timings.one.len(), timings.other.len()), (100, 100, 100, 100));
    }
}
