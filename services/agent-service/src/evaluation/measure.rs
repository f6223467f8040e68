//! The figures by which decisions are judged, all of one run together.

use std::collections::BTreeMap;

use serde::Serialize;

use super::runner::Outcome;

/// How many of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Share {
    pub right: usize,
    pub of: usize,
    /// 0..1; 0 of nothing.
    pub share: f64,
}

impl Share {
    /// The share of what has a property.
    pub fn of<T>(items: &[T], has: impl Fn(&T) -> bool) -> Self {
        let right = items.iter().filter(|item| has(item)).count();
        Self::new(right, items.len())
    }

    /// `right` of `of`.
    pub fn new(right: usize, of: usize) -> Self {
        let share = if of == 0 { 0.0 } else { right as f64 / of as f64 };
        Self { right, of, share }
    }
}

/// How a diagnosis set went.
#[derive(Clone, Debug, Serialize)]
pub struct DiagnosisReport {
    /// The right cause leads. With two faults either of them is right; a healthy vehicle's right cause is none.
    pub first: Share,
    pub top_three: Share,
    /// Both faults among the first three, of the cases with two.
    pub both_of_two: Share,
    /// Answered without a person, of those with full evidence.
    pub answered: Share,
    /// Of those answered with full evidence, the right ones.
    pub answered_right: Share,
    /// Expected calibration error of the confidence over ten equal bins (Naeini et al. 2015).
    pub calibration_error: f64,
    pub by_kind: BTreeMap<String, Share>,
    pub written: Share,
    pub latency_ms_p50: f64,
    pub latency_ms_p99: f64,
    pub wrong: Vec<String>,
    /// With a configured model; none in a run of the rules alone.
    pub model: Option<super::models::Consistency>,
}

/// Judges a diagnosis set; from `answers_from` (confidence, 0..1) on a case counts as answered.
pub fn diagnosis(results: &[Outcome], answers_from: f64) -> DiagnosisReport {
    let full: Vec<_> = results.iter().filter(|result| result.case.full).collect();
    let answered = |result: &&Outcome| result.decision.confidence >= answers_from;
    let sure: Vec<_> = full.iter().copied().filter(|result| answered(result)).collect();
    let mut kinds: BTreeMap<String, Vec<&Outcome>> = BTreeMap::new();
    for result in results {
        kinds.entry(result.case.kind.to_owned()).or_default().push(result);
    }
    let two: Vec<_> = results.iter().filter(|result| result.case.truth.len() == 2).collect();
    let written: Vec<_> = results
        .iter()
        .filter(|result| !result.case.name.starts_with("seed"))
        .collect();
    let wrong = results.iter().filter(|result| !result.within(1));
    DiagnosisReport {
        first: Share::of(results, |result| result.within(1)),
        top_three: Share::of(results, |result| result.within(3)),
        both_of_two: Share::of(&two, |result| both(result)),
        answered: Share::new(sure.len(), full.len()),
        answered_right: Share::of(&sure, |result| result.within(1)),
        calibration_error: calibration_error(results),
        by_kind: kinds
            .into_iter()
            .map(|(kind, results)| (kind, Share::of(&results, |result| result.within(1))))
            .collect(),
        written: Share::of(&written, |result| result.within(1)),
        latency_ms_p50: quantile(results, 0.5),
        latency_ms_p99: latency_p99(results),
        wrong: wrong.map(Outcome::describe).collect(),
        model: None,
    }
}

fn both(result: &Outcome) -> bool {
    let among = |truth: &String| (0..3).filter_map(|rank| result.cause(rank)).any(|cause| cause == truth);
    result.case.truth.iter().all(among)
}

/// Mean distance between confidence and share of right answers, weighted by the bins' sizes.
fn calibration_error(results: &[Outcome]) -> f64 {
    let mut bins = [(0usize, 0.0, 0usize); 10];
    for result in results {
        let confidence = result.decision.confidence;
        let bin = &mut bins[((confidence * 10.0) as usize).min(9)];
        bin.0 += 1;
        bin.1 += confidence;
        bin.2 += usize::from(result.within(1));
    }
    let distance: f64 = bins
        .iter()
        .map(|(_, confidence, right)| (confidence - *right as f64).abs())
        .sum();
    distance / (results.len().max(1) as f64)
}

fn quantile(results: &[Outcome], share: f64) -> f64 {
    let mut taken: Vec<f64> = results.iter().map(|result| result.taken_ms).collect();
    taken.sort_by(f64::total_cmp);
    let position = (share * taken.len().saturating_sub(1) as f64).round() as usize;
    taken.get(position).copied().unwrap_or_default()
}

/// The time that 99 of 100 decisions take at most, in milliseconds.
pub fn latency_p99(results: &[Outcome]) -> f64 {
    quantile(results, 0.99)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_nothing_is_nothing() {
        assert_eq!(Share::of(&[0u8; 0], |_| true).share, 0.0);
        assert_eq!(Share::of(&[1, 2, 3, 4], |item| *item > 1).share, 0.75);
    }
}
