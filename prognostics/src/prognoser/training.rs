//! Training: examples from runs, models on folds of units, blend and calibration on the units left out.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::tracker::Usual;
use super::{LOST_CLASSES, Prognoser, RECORDS_MIN, Tracker, family_mean};
use crate::blend::Blend;
use crate::channels::Channels;
use crate::conformal::{Calibration, Judgement};
use crate::features::{Features, KEPT, STEPS};
use crate::indicators::median;
use crate::intervals::Quantiles;
use crate::matrix::Matrix;
use crate::models::{AnyModel, DegradationModel, Examples, Family, LstmModel, LstmTraining, TreesModel, TreesTraining};
use crate::random::Random;
use crate::runs::{Ending, Run, folds_by_unit};

/// How a chain is trained.
#[derive(Debug, Clone, PartialEq)]
pub struct Training {
    /// Remaining life is learned and said up to this.
    pub cap: f64,
    /// Folds of units.
    pub folds: usize,
    /// Which families; each gets a weight by how well it does on units left out.
    pub families: Vec<Family>,
    /// How many networks are averaged in each fold: single ones differ by their beginnings. Boosters are sums of many
    /// random trees already.
    pub networks: usize,
    /// How many sets of models see all units. They answer beside those of the folds; they are not calibrated by, as there is
    /// nobody left whom they have not seen.
    pub whole: usize,
    /// The trees.
    pub trees: TreesTraining,
    /// The networks.
    pub lstm: LstmTraining,
    /// At how many random places each unit is cut for blend and calibration.
    pub cuts_a_unit: usize,
    /// Bins of predicted life that are calibrated apart.
    pub bins: usize,
    /// The same seed gives the same chain.
    pub seed: u64,
    /// Models trained side by side. The result does not depend on it.
    pub threads: usize,
}

impl Default for Training {
    fn default() -> Self {
        Self {
            cap: 125.0,
            folds: 5,
            families: Family::ALL.to_vec(),
            networks: 3,
            whole: 1,
            trees: TreesTraining::default(),
            lstm: LstmTraining::default(),
            cuts_a_unit: 12,
            bins: 6,
            seed: 1,
            threads: 1,
        }
    }
}

impl Training {
    /// A small chain for units with a handful of signals that are asked about often: a fifth of the trees, half of the
    /// cells and no degradation process, at some cost in accuracy.
    #[must_use]
    pub fn compact() -> Self {
        let mut training = Self {
            families: vec![Family::Trees, Family::Lstm],
            networks: 1,
            whole: 0,
            ..Self::default()
        };
        training.trees.centre.trees = 60;
        training.trees.centre.rate = 0.12;
        training.trees.centre.leaves = 8;
        training.trees.outer.trees = 30;
        training.trees.outer.rate = 0.2;
        training.trees.outer.leaves = 8;
        training.lstm.hidden = 8;
        training
    }
}

/// Who is told how far training has come.
pub trait Watch: Sync {
    /// So many steps are ahead.
    fn begin(&self, steps: usize);
    /// One of them is done.
    fn step(&self, what: &str);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Watch for Silent {
    fn begin(&self, _: usize) {}
    fn step(&self, _: &str) {}
}

/// Why nothing could be learned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrainError {
    /// There are fewer failed runs than calibration over folds needs.
    FewFailedRuns {
        /// How many there are.
        found: usize,
        /// How many there must be.
        needed: usize,
    },
    /// No family was asked for, or the cap is not positive.
    Settings(&'static str),
}

impl std::fmt::Display for TrainError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::FewFailedRuns { found, needed } => {
                write!(
                    f,
                    "{found} runs end in failure; at least {needed} are needed to judge on units left out"
                )
            }
            Self::Settings(problem) => f.write_str(problem),
        }
    }
}

impl std::error::Error for TrainError {}

/// A random place in a run, with signals lost there or not.
struct Cut {
    run: usize,
    class: usize,
    features: Vec<f32>,
    sequence: Vec<f32>,
    truth: f64,
}

impl Prognoser {
    /// Learns from runs.
    ///
    /// A run that has not failed is censored: of its records only those are used from which the unit is known to have
    /// lived for another `cap`; for the others the remaining life is unknown, and "healthy" would be a guess.
    ///
    /// # Errors
    /// With fewer than two failed runs a fold.
    pub fn train(runs: &[Run], training: &Training, watch: &dyn Watch) -> Result<Self, TrainError> {
        let failed = runs
            .iter()
            .filter(|run| run.ending == Ending::Failed && run.len() as u64 > RECORDS_MIN)
            .count();
        let needed = 2 * training.folds.max(2);
        if failed < needed {
            return Err(TrainError::FewFailedRuns { found: failed, needed });
        }
        if training.families.is_empty() || training.cap.is_nan() || training.cap <= 0.0 {
            return Err(TrainError::Settings(
                "at least one family and a positive cap are needed",
            ));
        }
        let folds = training.folds.max(2);
        let mut prognoser = Self {
            cap: training.cap,
            channels: Channels::learn(runs, training.cap, training.seed),
            families: training.families.clone(),
            data_hash: hash(runs),
            seed: training.seed,
            ..Self::default()
        };
        prognoser.usual = usual(runs, &prognoser.channels);
        let fold_of = folds_by_unit(runs.len(), folds, training.seed);
        let examples = prognoser.examples(runs);
        prognoser.folds = train_folds(&examples, &fold_of, folds + training.whole, training, watch);
        let cuts = prognoser.cuts(runs, training);
        prognoser.learn_blend(&cuts, &fold_of);
        prognoser.calibrate(&cuts, &fold_of, training);
        Ok(prognoser)
    }

    fn examples(&self, runs: &[Run]) -> Examples {
        let (count, scores) = (self.channels.count(), self.channels.scores());
        let step_inputs = Features::step_inputs(count, scores);
        let mut examples = Examples {
            features: Matrix::new(Features::count(count, scores)),
            sequences: Matrix::new(STEPS * step_inputs),
            cap: self.cap,
            channels: count,
            step_inputs,
            ..Examples::default()
        };
        let mut row = Vec::new();
        for (index, run) in runs.iter().enumerate() {
            let mut unit = self.follow();
            for record in 0..run.len() {
                self.observe(
                    &mut unit,
                    run.exposure[record],
                    run.settings.row(record),
                    run.signals.row(record),
                );
                let Some(target) = known_remaining(run, record, self.cap) else {
                    continue;
                };
                if unit.features().records() < RECORDS_MIN {
                    continue;
                }
                unit.features().write(&mut row);
                examples.features.push_row(&row);
                unit.features().write_sequence(&mut row);
                examples.sequences.push_row(&row);
                examples.targets.push(target as f32);
                examples.runs.push(index);
            }
        }
        examples
    }

    /// Random places in each failed run, whole and with signals lost.
    fn cuts(&self, runs: &[Run], training: &Training) -> Vec<Cut> {
        let mut cuts = Vec::new();
        let signals = self.channels.signals();
        for (index, run) in runs.iter().enumerate().filter(|(_, run)| run.ending == Ending::Failed) {
            let mut random = Random::for_part(training.seed, index as u64);
            for _ in 0..training.cuts_a_unit {
                let first = RECORDS_MIN as usize;
                if run.len() <= first {
                    continue;
                }
                let place = first + random.below(run.len() - first);
                for class in 0..LOST_CLASSES.len() {
                    let lost = lost_signals(&signals, class, &mut random);
                    let since = place.saturating_sub(KEPT / 4 + random.below(3 * KEPT));
                    let (features, sequence) = self.followed(run, place, &lost, since);
                    let truth = run.remaining(place).unwrap_or(0.0).min(self.cap);
                    cuts.push(Cut {
                        run: index,
                        class,
                        features,
                        sequence,
                        truth,
                    });
                }
            }
        }
        cuts
    }

    /// The features of a run up to a record, with some signals lost from a record on.
    fn followed(&self, run: &Run, until: usize, lost: &[usize], since: usize) -> (Vec<f32>, Vec<f32>) {
        let mut unit: Tracker = self.follow();
        let mut signals = Vec::new();
        for record in 0..=until {
            signals.clear();
            signals.extend_from_slice(run.signals.row(record));
            if record >= since {
                lost.iter().for_each(|signal| signals[*signal] = f32::NAN);
            }
            self.observe(&mut unit, run.exposure[record], run.settings.row(record), &signals);
        }
        let (mut features, mut sequence) = (Vec::new(), Vec::new());
        unit.features().write(&mut features);
        unit.features().write_sequence(&mut sequence);
        (features, sequence)
    }

    fn learn_blend(&mut self, cuts: &[Cut], fold_of: &[usize]) {
        let whole: Vec<&Cut> = cuts.iter().filter(|cut| cut.class == 0).collect();
        let truths: Vec<f64> = whole.iter().map(|cut| cut.truth).collect();
        let of_family = |family: &Family| -> Vec<Quantiles> {
            whole
                .iter()
                .map(|cut| family_mean(&self.folds[fold_of[cut.run]], *family, &cut.moment()))
                .collect()
        };
        let predicted: Vec<Vec<Quantiles>> = self.families.iter().map(of_family).collect();
        self.blend = Blend::learn(&predicted, &truths);
        let rmse = |said: &[f64]| {
            let squares = said
                .iter()
                .zip(&truths)
                .map(|(said, truth)| (said - truth).powi(2))
                .sum::<f64>();
            (squares / truths.len().max(1) as f64).sqrt()
        };
        let centres = |said: &Vec<Quantiles>| said.iter().map(|q| q.p50).collect::<Vec<f64>>();
        self.left_out_rmse = predicted.iter().map(|said| rmse(&centres(said))).collect();
        let blended = |case: usize| {
            let said: Vec<Quantiles> = predicted.iter().map(|family| family[case]).collect();
            self.blend.of(&said).map_or(f64::NAN, |q| q.p50)
        };
        self.left_out_rmse
            .push(rmse(&(0..truths.len()).map(blended).collect::<Vec<f64>>()));
    }

    fn calibrate(&mut self, cuts: &[Cut], fold_of: &[usize], training: &Training) {
        for class in 0..LOST_CLASSES.len() {
            let judged = |cut: &Cut| {
                let fold = fold_of[cut.run];
                let predicted = self.of_fold(fold, &cut.moment())?;
                Some(Judgement {
                    unit: cut.run,
                    predicted,
                    truth: cut.truth,
                })
            };
            let judgements: Vec<Judgement> = cuts
                .iter()
                .filter(|cut| cut.class == class)
                .filter_map(judged)
                .collect();
            if class == 0 {
                self.constant_half_width =
                    nine_in_ten(judgements.iter().map(|j| (j.truth - j.predicted.p50).abs()).collect());
            }
            let bins = if class == 0 {
                training.bins
            } else {
                training.bins.div_ceil(2)
            };
            self.calibrations
                .push(Calibration::learn(&judgements, bins, 20, self.cap));
        }
    }
}

impl Cut {
    fn moment(&self) -> crate::models::Moment<'_> {
        crate::models::Moment {
            features: &self.features,
            sequence: &self.sequence,
        }
    }
}

/// The value below which nine in ten lie.
fn nine_in_ten(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() * 9 / 10).copied().unwrap_or(f64::INFINITY)
}

/// What is known of the remaining life, up to the cap.
fn known_remaining(run: &Run, record: usize, cap: f64) -> Option<f64> {
    if let Some(left) = run.remaining(record) {
        return Some(left.min(cap));
    }
    let survived = run.exposure.last()? - run.exposure.get(record)?;
    (survived >= cap).then_some(cap)
}

/// Signals to lose in a class: one at least, and as many as the class allows.
fn lost_signals(signals: &[usize], class: usize, random: &mut Random) -> Vec<usize> {
    if class == 0 {
        return Vec::new();
    }
    let most = (LOST_CLASSES[class] * signals.len() as f64) as usize;
    let least = (LOST_CLASSES[class - 1] * signals.len() as f64) as usize + 1;
    let count = least + random.below(most.saturating_sub(least) + 1);
    let mut order = signals.to_vec();
    random.shuffle(&mut order);
    order.truncate(count);
    order
}

fn usual(runs: &[Run], channels: &Channels) -> Usual {
    let mut steps: Vec<f64> = runs
        .iter()
        .flat_map(|run| run.exposure.windows(2).map(|pair| pair[1] - pair[0]))
        .collect();
    steps.retain(|step| step.is_finite() && *step > 0.0);
    let longest = |signal: usize| {
        let mut longest = 0u32;
        for run in runs {
            let mut same = 0;
            for record in 1..run.len() {
                let equal = run.signals.at(record, signal) == run.signals.at(record - 1, signal);
                same = if equal { same + 1 } else { 0 };
                longest = longest.max(same);
            }
        }
        // Twice what was ever seen. A signal that may stand still for longer than the window cannot be judged by that.
        let limit = 2 * longest + 5;
        if limit as usize <= KEPT { limit } else { u32::MAX }
    };
    Usual {
        step: median(&mut steps).unwrap_or(1.0),
        frozen_after: channels.signals_used().map(longest).collect(),
    }
}

/// All models of all folds; a fold without units has models that see all. Each is a task of its own with its own seed: the
/// order of work changes nothing.
fn train_folds(
    examples: &Examples,
    fold_of: &[usize],
    folds: usize,
    training: &Training,
    watch: &dyn Watch,
) -> Vec<Vec<AnyModel>> {
    let members = |family: Family| {
        if family == Family::Lstm {
            training.networks.max(1)
        } else {
            1
        }
    };
    let tasks: Vec<(usize, Family, usize)> = (0..folds)
        .flat_map(|fold| training.families.iter().map(move |family| (fold, *family)))
        .flat_map(|(fold, family)| (0..members(family)).map(move |member| (fold, family, member)))
        .collect();
    watch.begin(tasks.len());
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<Option<AnyModel>>> = Mutex::new(vec![None; tasks.len()]);
    let work = || {
        loop {
            let task = next.fetch_add(1, Ordering::Relaxed);
            let Some((fold, family, member)) = tasks.get(task).copied() else {
                return;
            };
            let weights: Vec<f32> = examples
                .runs
                .iter()
                .map(|run| f32::from(u8::from(fold_of[*run] != fold)))
                .collect();
            let seed = Random::for_part(training.seed, (fold * 64 + member) as u64).bits();
            let model = match family {
                Family::Degradation => AnyModel::Degradation(DegradationModel::fit(examples, &weights)),
                Family::Trees => AnyModel::Trees(TreesModel::fit(examples, &weights, &training.trees, seed)),
                Family::Lstm => AnyModel::Lstm(LstmModel::fit(examples, &weights, &training.lstm, seed)),
            };
            done.lock().unwrap_or_else(PoisonError::into_inner)[task] = Some(model);
            watch.step(family.name());
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..training.threads.max(1) {
            scope.spawn(work);
        }
        work();
    });
    let mut of_folds = vec![Vec::new(); folds];
    let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    for ((fold, ..), model) in tasks.iter().zip(done) {
        of_folds[*fold].extend(model);
    }
    of_folds
}

/// FNV-1a over all numbers of all runs.
fn hash(runs: &[Run]) -> u64 {
    let mut hash = 0xCBF2_9CE4_8422_2325u64;
    let mut add = |bits: u64| hash = (hash ^ bits).wrapping_mul(0x0000_0100_0000_01B3);
    for run in runs {
        add(u64::from(run.unit));
        run.exposure.iter().for_each(|exposure| add(exposure.to_bits()));
        run.settings
            .values()
            .iter()
            .for_each(|value| add(u64::from(value.to_bits())));
        run.signals
            .values()
            .iter()
            .for_each(|value| add(u64::from(value.to_bits())));
    }
    hash
}
