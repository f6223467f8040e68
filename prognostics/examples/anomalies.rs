//! Judges the anomaly detector on C-MAPSS: healthy beginnings, real wear near failure, and sensors broken on purpose.
//!
//! ```text
//! cargo run --release -p prognostics --example anomalies -- --data DIR --subset FD001 --json
//! ```
//!
//! Half of the units teach what is normal, by their first 60 cycles; the other half is judged. A sensor fault is a
//! constant of five standard deviations added to one random signal within those first cycles.

use std::fs::File;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;
use flate2::read::GzDecoder;
use prognostics::anomaly::{Detector, DetectorSettings, Finding, Healthy, Verdict, Watched};
use prognostics::channels::Channels;
use prognostics::matrix::Matrix;
use prognostics::metrics::auc;
use prognostics::random::Random;
use prognostics::readers::cmapss::{CAP_CYCLES, read_runs};
use prognostics::runs::{Ending, Run};
use serde_json::json;

const HEALTHY_CYCLES: usize = 60;
const FAULT: f32 = 5.0;

#[derive(Parser)]
struct Options {
    /// The folder of all data sets.
    #[arg(long, env = "CARVROOOM_DATA")]
    data: PathBuf,
    #[arg(long, default_value = "FD001")]
    subset: String,
    /// Print one JSON object instead of a line.
    #[arg(long)]
    json: bool,
}

struct Judge {
    channels: Channels,
    detector: Detector,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let path = options.data.join(format!("cmapss/train_{}.txt.gz", options.subset));
    let file = File::open(&path).with_context(|| path.display().to_string())?;
    let runs = read_runs(GzDecoder::new(file), Ending::Failed)?;
    let (known, judged): (Vec<Run>, Vec<Run>) = runs.into_iter().partition(|run| run.unit % 2 == 0);
    let judge = learn(&known);
    let mut random = Random::new(1);
    let (mut pairs, mut early, mut late) = (Vec::new(), Vec::new(), Vec::new());
    let (mut faults, mut right) = (Vec::new(), 0);
    for run in &judged {
        let begin: Vec<Finding> = judge.findings(run, 0..HEALTHY_CYCLES, None);
        let end: Vec<Finding> = judge.findings(run, 0..run.len(), None);
        let Some(last) = end.get(run.len().saturating_sub(6)) else {
            continue;
        };
        pairs.extend(begin.iter().map(|finding| (finding.distance, false)));
        pairs.extend(
            end[run.len().saturating_sub(20)..]
                .iter()
                .map(|finding| (finding.distance, true)),
        );
        early.extend(begin);
        late.push(*last);
        let signal = random.below(judge.channels.scores());
        if let Some(fault) = judge.findings(run, 0..HEALTHY_CYCLES, Some((signal, 40))).last() {
            right += usize::from(fault.signal == signal);
            faults.push(*fault);
        }
    }
    let report = json!({
        "subset": options.subset, "units_judged": judged.len(), "signals": judge.channels.scores(),
        "regimes": judge.channels.regimes().count(),
        "auc_last_20_cycles_against_first_60": auc(&pairs),
        "first_60_cycles": shares(&early), "five_cycles_before_failure": shares(&late),
        "sensor_faults": shares(&faults), "right_sensor_named": right as f64 / faults.len().max(1) as f64,
    });
    println!(
        "{}",
        if options.json {
            serde_json::to_string_pretty(&report)?
        } else {
            report.to_string()
        }
    );
    Ok(())
}

fn learn(runs: &[Run]) -> Judge {
    let channels = Channels::learn(runs, CAP_CYCLES, 1);
    let mut scores = Matrix::new(channels.scores());
    let (mut regimes, mut units) = (Vec::new(), Vec::new());
    for (index, run) in runs.iter().enumerate() {
        for at in 0..run.len().min(HEALTHY_CYCLES) {
            let (regime, row) = record(&channels, run, at);
            scores.push_row(&row);
            regimes.push(regime);
            units.push(index);
        }
    }
    let healthy = Healthy {
        scores: &scores,
        regimes: &regimes,
        units: &units,
    };
    let detector = Detector::learn(healthy, &DetectorSettings::default());
    Judge { channels, detector }
}

fn record(channels: &Channels, run: &Run, at: usize) -> (usize, Vec<f32>) {
    let mut row = vec![0.0; channels.count()];
    channels.write(run.settings.row(at), run.signals.row(at), &mut row);
    row.truncate(channels.scores());
    (channels.regimes().of(run.settings.row(at)), row)
}

impl Judge {
    /// What is said after each record, with a fault added to one signal from a record on.
    fn findings(&self, run: &Run, records: std::ops::Range<usize>, fault: Option<(usize, usize)>) -> Vec<Finding> {
        let mut watched = Watched::default();
        let one = |at: usize| {
            let (regime, mut row) = record(&self.channels, run, at);
            if let Some((signal, _)) = fault.filter(|(_, since)| at >= *since) {
                row[signal] += FAULT;
            }
            self.detector.observe(&mut watched, regime, &row);
            self.detector.judge(&watched, regime)
        };
        records.take_while(|at| *at < run.len()).filter_map(one).collect()
    }
}

fn shares(findings: &[Finding]) -> serde_json::Value {
    let share = |is: fn(&Verdict) -> bool| {
        findings.iter().filter(|finding| is(&finding.verdict)).count() as f64 / findings.len().max(1) as f64
    };
    json!({
        "normal": share(|verdict| *verdict == Verdict::Normal),
        "sensor": share(|verdict| matches!(verdict, Verdict::Sensor(_))),
        "component": share(|verdict| *verdict == Verdict::Component),
        "unclear": share(|verdict| matches!(verdict, Verdict::Unclear(_))),
    })
}
