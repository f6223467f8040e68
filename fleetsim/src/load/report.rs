//! What came of a run.

use hdrhistogram::Histogram;
use serde::Serialize;

use super::work::{Shared, Tally};

/// Longest latency that is told apart, in microseconds: an hour.
const LATENCY_US_MAX: u64 = 3_600_000_000;

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LoadReport {
    /// Whether posts were due by the clock; else each connection waited for its answer.
    pub open_loop: bool,
    /// Records posted, each counted once.
    pub sent: u64,
    /// Records that the platform says it took.
    pub accepted: u64,
    /// Records it already had, from an earlier try that was not answered.
    pub duplicate: u64,
    /// Records it keeps aside.
    pub quarantined: u64,
    /// Records it refused, or whose post it refused (also with 429, unless posts are repeated).
    pub rejected: u64,
    /// Records whose post was never answered: stored or not, nobody knows.
    pub in_doubt: u64,
    /// Answers 429.
    pub throttled: u64,
    /// Posts that were repeated because nobody answered.
    pub repeated: u64,
    /// From the first due time to the last answer.
    pub seconds: f64,
    /// Records that are now durable, a second.
    pub records_per_second: f64,
    /// Posts that were acknowledged, a second.
    pub requests_per_second: f64,
    /// Acknowledged posts, from due time to answer (closed loop: from sending).
    pub latency_ms: Latency,
    /// Processor time of this process while posting, in seconds, where the system tells.
    pub generator_cpu_seconds: Option<f64>,
}

/// Quantiles in milliseconds, to three digits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Latency {
    pub p50: f64,
    pub p90: f64,
    pub p99: f64,
    pub p999: f64,
    pub max: f64,
}

/// A histogram of microseconds (high dynamic range, three digits).
///
/// # Errors
/// Never with these bounds.
pub(crate) fn histogram() -> anyhow::Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1, LATENCY_US_MAX, 3)?)
}

impl Latency {
    /// Of a histogram of microseconds.
    pub(crate) fn of(histogram: &Histogram<u64>) -> Self {
        let at = |q: f64| histogram.value_at_quantile(q) as f64 / 1_000.0;
        Self {
            p50: at(0.50),
            p90: at(0.90),
            p99: at(0.99),
            p999: at(0.999),
            max: histogram.max() as f64 / 1_000.0,
        }
    }
}

pub(crate) fn report(shared: &Shared, tallies: Vec<Tally>, generator_cpu_seconds: Option<f64>) -> LoadReport {
    let mut report = LoadReport {
        open_loop: shared.options.rate > 0.0,
        generator_cpu_seconds,
        ..LoadReport::default()
    };
    let (mut posts, mut last_answer) = (0, shared.began);
    let mut latencies: Option<Histogram<u64>> = None;
    for tally in tallies {
        report.sent += tally.sent;
        report.accepted += tally.verdict.accepted;
        report.duplicate += tally.verdict.duplicates;
        report.quarantined += tally.verdict.quarantined;
        report.rejected += tally.verdict.rejected;
        report.in_doubt += tally.in_doubt;
        report.throttled += tally.throttled;
        report.repeated += tally.repeated;
        posts += tally.latencies_us.len();
        last_answer = last_answer.max(tally.last_answer.unwrap_or(last_answer));
        match &mut latencies {
            // Both have the same bounds, so that nothing can be out of range.
            Some(all) => drop(all.add(&tally.latencies_us)),
            None => latencies = Some(tally.latencies_us),
        }
    }
    // A run is never shorter than the time its posts fell due in, else one early post would look like a high rate.
    let due_s = if shared.details.stop.is_cancelled() {
        0.0
    } else {
        shared.options.seconds
    };
    report.seconds = (last_answer - shared.began).as_secs_f64().max(due_s).max(1e-9);
    report.records_per_second = (report.accepted + report.duplicate) as f64 / report.seconds;
    report.requests_per_second = posts as f64 / report.seconds;
    report.latency_ms = latencies.as_ref().map(Latency::of).unwrap_or_default();
    report
}

/// User and system time of this process so far, from `/proc/self/stat` (proc_pid_stat(5), fields 14 and 15, in units of
/// USER_HZ, which Linux fixes at a hundred a second for programs).
pub(crate) fn cpu_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name in brackets may hold blanks.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(ticks as f64 / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_samples() {
        let mut samples = histogram().unwrap();
        assert_eq!(Latency::of(&samples), Latency::default());
        (1..=1_000_u64).for_each(|ms| samples.record(ms * 1_000).unwrap());
        let latency = Latency::of(&samples);
        let near = |value: f64, expected: f64| (value / expected - 1.0).abs() < 1e-3;
        assert!(near(latency.p50, 500.0) && near(latency.p90, 900.0), "{latency:?}");
        assert!(near(latency.p99, 990.0) && near(latency.p999, 999.0), "{latency:?}");
        assert!(near(latency.max, 1_000.0), "{latency:?}");
    }

    #[test]
    fn processor_time_is_told_where_there_is_a_proc() {
        if std::path::Path::new("/proc/self/stat").exists() {
            assert!(cpu_seconds().is_some_and(|seconds| seconds >= 0.0));
        }
    }
}
