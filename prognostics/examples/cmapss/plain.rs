//! The plain yardstick: squared-error boosting, to compare the chain with and for nothing else.
//!
//! Scores by regime; of each signal the means over 5, 15 and 30 records and of all, a difference, the deviation over 30
//! records, and how far the level is from the unit's own first 20 records; and the exposure. No fused channels, no
//! trend, no network, no blend, no folds: one booster (J. H. Friedman, Annals of Statistics 29, 2001) on all rows of all
//! units.

use prognostics::channels::{Channels, OWN_PAST_RECORDS};
use prognostics::matrix::Matrix;
use prognostics::prognoser::RECORDS_MIN;
use prognostics::readers::cmapss::CAP_CYCLES;
use prognostics::runs::Run;
use prognostics::trees::{BoostSettings, Booster, Lesson, Loss};

/// The best of ten settings of trees, rate, leaves and rows on folds of training units, summed over the four subsets.
const SETTINGS: BoostSettings = BoostSettings {
    trees: 800,
    leaves: 8,
    leaf_weight_min: 50.0,
    rate: 0.03,
    row_share: 0.3,
    feature_share: 0.4,
    l2: 1.0,
};
const PER_SIGNAL: usize = 8;
const WINDOWS: [usize; 3] = [5, 15, 30];

/// A trained yardstick.
pub(crate) struct Plain {
    channels: Channels,
    booster: Booster,
}

impl Plain {
    /// Learns from runs that end in failure.
    pub(crate) fn train(runs: &[Run], seed: u64) -> Self {
        Self::train_with(runs, &SETTINGS, seed)
    }

    /// The same with other settings of the trees.
    pub(crate) fn train_with(runs: &[Run], settings: &BoostSettings, seed: u64) -> Self {
        let channels = Channels::learn(runs, CAP_CYCLES, seed);
        let mut features = Matrix::new(channels.scores() * PER_SIGNAL + 1);
        let mut targets = Vec::new();
        for run in runs {
            let scores = scores(&channels, run);
            for record in RECORDS_MIN as usize - 1..run.len() {
                features.push_row(&row(&scores[..=record], run.exposure[record]));
                targets.push(run.remaining(record).unwrap_or(f64::NAN).min(CAP_CYCLES) as f32);
            }
        }
        let weights = vec![1.0; targets.len()];
        let lesson = Lesson {
            features: &features,
            targets: &targets,
            weights: &weights,
        };
        let booster = Booster::fit(lesson, Loss::Squared, settings, seed);
        Self { channels, booster }
    }

    /// What a run cut where it ends has left.
    pub(crate) fn say(&self, run: &Run) -> f64 {
        let scores = scores(&self.channels, run);
        let exposure = run.exposure.last().copied().unwrap_or(0.0);
        self.booster.answer(&row(&scores, exposure)).clamp(0.0, CAP_CYCLES)
    }
}

/// The scores of single signals of every record.
fn scores(channels: &Channels, run: &Run) -> Vec<Vec<f32>> {
    let one = |record: usize| {
        let mut all = vec![0.0; channels.count()];
        channels.write(run.settings.row(record), run.signals.row(record), &mut all);
        all.truncate(channels.scores());
        all
    };
    (0..run.len()).map(one).collect()
}

/// The features as they stand after the last of these records.
fn row(scores: &[Vec<f32>], exposure: f64) -> Vec<f32> {
    let signals = scores.first().map_or(0, Vec::len);
    let mean_of = |rows: &[Vec<f32>], signal: usize| {
        let known = rows.iter().map(|row| row[signal]).filter(|score| score.is_finite());
        let (sum, count) = known.fold((0.0, 0.0), |(sum, count), score| (sum + score, count + 1.0));
        sum / count
    };
    let last = |records: usize| &scores[scores.len() - records.min(scores.len())..];
    let mut row = Vec::with_capacity(signals * PER_SIGNAL + 1);
    for signal in 0..signals {
        let [short, middle, long] = WINDOWS.map(|records| mean_of(last(records), signal));
        let window = last(WINDOWS[2]);
        let squares: f32 = window.iter().map(|row| (row[signal] - long).powi(2)).sum();
        let own_past = mean_of(&scores[..scores.len().min(OWN_PAST_RECORDS)], signal);
        let deviation = (squares / window.len() as f32).sqrt();
        let all = mean_of(scores, signal);
        let [now, lately] = [short - own_past, middle - own_past];
        row.extend([short, middle, long, short - long, all, deviation, now, lately]);
    }
    row.push(exposure as f32);
    row
}
