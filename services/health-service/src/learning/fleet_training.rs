//! Trains the reference and the component models of one vehicle class.
//!
//! Folds are of vehicles. Each fold's model answers for vehicles that it has not seen; on those answers intervals are
//! calibrated, the limit of warning is chosen and the card is filled; what is shipped was trained on all vehicles. A vehicle
//! that has not failed is censored: only those of its moments teach from which it is known to have lived for the whole cap.

use indicatif::ProgressBar;
use prognostics::conformal::{Calibration, Judgement};
use prognostics::intervals::Quantiles;
use prognostics::linear::Ridge;
use prognostics::matrix::Matrix;
use prognostics::metrics::{self, Judged};
use prognostics::random::Random;
use prognostics::runs::folds_by_unit;
use prognostics::trees::{BoostSettings, Booster, Lesson, Loss, Prepared};

use super::fleet_folder::Fleet;
use super::fleet_judging::Answer;
use super::moments::{Moment, Moments, follow};
use super::signs::{Ways, causes, middle, sorted};
use crate::domain::trained::{
    CHANNELS, COMPONENTS, Card, Channel, Evaluation, Looks, Quantity, REGRESSORS, Reference, Rule, Shaping, Spread,
    TrainedModel, channels_of, hash,
};

const FOLDS: usize = 4;
/// Of the models that are trained from here on: an installation registers what it does not know by name and version.
const VERSION: u64 = 4;
/// Fewer failures than this teach nothing.
const FAILURES_MIN: usize = 12;
/// One vehicle in so many teaches the reference.
const REFERENCE_EVERY: usize = 5;
/// Remaining life up to which all is learned, in km at scale 1.
const CAP_KM: f32 = 20_000.0;
/// A channel is followed if it speaks at least once in so many kilometres at scale 1.
const SPEAKS_KM: f64 = 1_000.0;

/// How much further a class drives than a car in the same part of a life (lives of parts in the literature that
/// `fleetsim`'s laws name too: vans are built for a third more, trucks for about three times as much).
pub(crate) fn scale_of(class: &str) -> f32 {
    match class {
        "diesel_van" => 1.25,
        "heavy_truck" => 3.0,
        _ => 1.0,
    }
}

/// A reference that takes nothing off: raw signals.
pub(crate) fn raw_reference(class: &str) -> Reference {
    let gears = vec![0.0];
    let mut rules: Vec<Rule> = vec![Some((0.0, [0.0; REGRESSORS])); CHANNELS];
    // Without gears, turns for a distance mean nothing.
    for channel in Channel::ALL {
        if channel.counts_turns() || !channel.is_of_first() {
            rules[channel as usize] = None;
        }
    }
    Reference::new(class, scale_of(class), &rules, gears)
}

/// Learns what is healthy from every fifth vehicle.
pub(crate) fn learn_reference(class: &str, fleets: &[&Fleet], bar: &ProgressBar) -> anyhow::Result<Reference> {
    let scale = scale_of(class);
    let blank = Reference::new(class, scale, &[None; CHANNELS], Vec::new());
    let mut sums: Vec<Ridge> = (0..CHANNELS).map(|_| Ridge::new(1 + REGRESSORS)).collect();
    let mut counts = vec![0.0f64; CHANNELS];
    let mut gears = vec![(0.0f64, 0.0f64); 24];
    let mut km = 0.0;
    for vehicle in fleets.iter().flat_map(|fleet| &fleet.vehicles).step_by(REFERENCE_EVERY) {
        let mut last = 0.0;
        follow(vehicle, &blank, |trails, _, sample, _, _| {
            last = trails.km();
            for (number, channel) in Channel::ALL.into_iter().enumerate() {
                let Some((value, x)) = channel.read(sample, trails.trip()) else {
                    continue;
                };
                counts[number] += 1.0;
                if channel.counts_turns() {
                    if channel != Channel::SteadyTurns {
                        continue;
                    }
                    let gear = sample
                        .get(Quantity::Gear)
                        .map_or(0, |gear| gear.clamp(0.0, 23.0) as usize);
                    if sample.get(Quantity::Gear).is_some() || sample.get(Quantity::MotorSpeed).is_some() {
                        // Once a gear is known, what lies between two gears is none.
                        let (sum, count) = &mut gears[gear];
                        if *count < 200.0 || (f64::from(value) - *sum / *count).abs() < 2.0 {
                            *sum += f64::from(value);
                            *count += 1.0;
                        }
                    }
                    continue;
                }
                let mut row = [1.0; 1 + REGRESSORS];
                row[1..].iter_mut().zip(x).for_each(|(cell, x)| *cell = f64::from(x));
                sums[number].observe(&row, f64::from(value));
            }
        })?;
        km += last;
        bar.inc(1);
    }
    let gears: Vec<f32> = gears
        .iter()
        .map(|(sum, count)| if *count > 200.0 { (sum / count) as f32 } else { f32::NAN })
        .collect();
    let rule = |number: usize| -> Rule {
        let speaks = counts[number] * SPEAKS_KM * f64::from(scale) > km;
        (speaks && !Channel::ALL[number].is_superseded()).then(|| {
            let weights = sums[number].weights(1e-9);
            let mut of = [0.0; REGRESSORS];
            of.iter_mut()
                .zip(&weights[1..])
                .for_each(|(cell, weight)| *cell = *weight as f32);
            (weights[0] as f32, of)
        })
    };
    let rules: Vec<Rule> = (0..CHANNELS).map(rule).collect();
    Ok(Reference::new(class, scale, &rules, gears))
}

/// The rows that teach: all near failure, fewer of the rest; the target on the scale of learning, or nothing known.
fn target(moment: &Moment, cap_km: f32) -> Option<f32> {
    if moment.left_km.is_finite() {
        Some(moment.left_km.min(cap_km))
    } else {
        (moment.survived_km >= cap_km).then_some(cap_km)
    }
}

const CENTRE: BoostSettings = BoostSettings {
    trees: 120,
    leaves: 20,
    leaf_weight_min: 40.0,
    rate: 0.09,
    row_share: 0.3,
    feature_share: 0.5,
    l2: 1.0,
};
const OUTER: BoostSettings = BoostSettings {
    trees: 50,
    leaves: 10,
    rate: 0.15,
    ..CENTRE
};

/// Features, targets on the scale of learning, and the vehicle of each row that teaches.
struct Rows {
    features: Matrix,
    targets: Vec<f32>,
    vehicles: Vec<u32>,
}

fn rows(moments: &Moments, shaping: &Shaping) -> Rows {
    let mut rows = Rows {
        features: Matrix::new(0),
        targets: Vec::new(),
        vehicles: Vec::new(),
    };
    let mut features = Vec::new();
    for (row, moment) in moments.moments.iter().enumerate() {
        let Some(target) = target(moment, shaping.cap_km) else {
            continue;
        };
        let every = match target {
            near if near < 0.3 * shaping.cap_km => 1,
            far if far < shaping.cap_km => 4,
            _ => 10,
        };
        if row % every != 0 {
            continue;
        }
        shaping.shape(moments.numbers.row(row), &mut features);
        if rows.features.columns() == 0 {
            rows.features = Matrix::new(features.len());
        }
        rows.features.push_row(&features);
        rows.targets.push(shaping.scaled(target));
        rows.vehicles.push(moment.vehicle);
    }
    rows
}

/// What is looked at of a component.
fn shaping(fleets: &[&Fleet], reference: &Reference, component: usize, moments: &Moments) -> Shaping {
    let scale = reference.scale();
    let mut shaping = Shaping {
        scale,
        cap_km: CAP_KM * scale,
        looks: Looks::default(),
    };
    let first = channels_of(COMPONENTS[component]).start;
    let channels = channels_of(COMPONENTS[component]).filter(|number| reference.follows(*number));
    shaping.looks = Looks::AtCauses {
        channels: channels.map(|number| (number - first) as u32).collect(),
        causes: causes(moments, &Ways::of(fleets, component, moments, scale), &shaping),
    };
    shaping
}

/// Trains one component; nothing where too few failed, or where none of its channels is seen.
pub(crate) fn train_component(
    fleets: &[&Fleet],
    reference: &Reference,
    component: usize,
    moments: &Moments,
    seed: u64,
) -> Option<(TrainedModel, Vec<Answer>)> {
    let failures: usize = fleets
        .iter()
        .flat_map(|fleet| &fleet.vehicles)
        .map(|v| v.failures[component].len())
        .sum();
    if failures < FAILURES_MIN {
        return None;
    }
    let shaping = shaping(fleets, reference, component, moments);
    let rows = rows(moments, &shaping);
    if rows.targets.is_empty() {
        return None;
    }
    let vehicles = fleets.iter().map(|fleet| fleet.vehicles.len()).sum();
    let fold_of = folds_by_unit(vehicles, FOLDS, seed);
    let prepared = Prepared::new(&rows.features);
    let fit = |left_out: usize| {
        let weight = |vehicle: &u32| f32::from(u8::from(fold_of[*vehicle as usize] != left_out));
        let weights: Vec<f32> = rows.vehicles.iter().map(weight).collect();
        let lesson = Lesson {
            features: &rows.features,
            targets: &rows.targets,
            weights: &weights,
        };
        let grow = |loss, settings, part| {
            Booster::fit_prepared(
                &prepared,
                lesson,
                loss,
                settings,
                Random::for_part(seed, (left_out * 4 + part) as u64).bits(),
            )
        };
        TrainedModel {
            shaping: shaping.clone(),
            centre: grow(Loss::Quantile(0.5), &CENTRE, 0),
            low: grow(Loss::Quantile(0.05), &OUTER, 1),
            high: grow(Loss::Quantile(0.95), &OUTER, 2),
            card: Card {
                component: COMPONENTS[component].to_owned(),
                ..Card::default()
            },
            ..TrainedModel::default()
        }
    };
    let of_folds: Vec<TrainedModel> = (0..FOLDS).map(&fit).collect();
    let mut answers = answers_left_out(moments, &shaping, &of_folds, &fold_of);
    let mut model = fit(FOLDS);
    model.calibration = calibrate(&answers, &shaping);
    for answer in &mut answers {
        let calibrated = answer.said.and_then(|said| model.calibration.interval(said));
        answer.said = calibrated.map(|said| shaping.in_km(said));
    }
    // Where no channel speaks often enough there is nothing to say of anybody.
    answers.iter().find(|answer| answer.said.is_some())?;
    model.card = card(reference, component, moments, &model, &rows, &answers, seed);
    Some((model, answers))
}

/// Every moment, answered by the model that has not seen its vehicle.
fn answers_left_out(moments: &Moments, shaping: &Shaping, of_folds: &[TrainedModel], fold_of: &[usize]) -> Vec<Answer> {
    let mut features = Vec::new();
    let answer = |(row, moment): (usize, &Moment)| {
        shaping.shape(moments.numbers.row(row), &mut features);
        Answer {
            moment: *moment,
            said: of_folds[fold_of[moment.vehicle as usize]].raw(&features),
        }
    };
    moments.moments.iter().enumerate().map(answer).collect()
}

/// What was said beside what came true, both as `answers` have it (km, or the scale of learning).
fn judgements(answers: &[Answer], cap_km: f32, truth: impl Fn(f32) -> f32) -> Vec<Judgement> {
    let judgement = |answer: &Answer| {
        Some(Judgement {
            unit: answer.moment.vehicle as usize,
            predicted: answer.said?,
            truth: f64::from(truth(target(&answer.moment, cap_km)?)),
        })
    };
    // Neighbouring moments know each other; every eighth is enough.
    answers.iter().step_by(8).filter_map(judgement).collect()
}

/// On the scale of learning, so that the reach is a part of what is left and not a distance.
fn calibrate(answers: &[Answer], shaping: &Shaping) -> Calibration {
    let judged = judgements(answers, shaping.cap_km, |km| shaping.scaled(km));
    Calibration::learn(&judged, 12, 20, f64::from(shaping.scaled(shaping.cap_km)))
}

fn card(
    reference: &Reference,
    component: usize,
    moments: &Moments,
    model: &TrainedModel,
    rows: &Rows,
    answers: &[Answer],
    seed: u64,
) -> Card {
    let (class, name, cap_km) = (reference.class(), COMPONENTS[component], model.shaping.cap_km);
    let judged = judgements(answers, cap_km, |km| km);
    let said: Vec<Judged> = judged
        .iter()
        .map(|j| Judged {
            predicted: j.predicted,
            truth: j.truth,
        })
        .collect();
    let mut units: Vec<usize> = judged.iter().map(|j| j.unit).collect();
    units.dedup();
    let bytes = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    let asked: Vec<u8> = judged
        .iter()
        .flat_map(|j| [j.unit as f64, j.truth])
        .flat_map(f64::to_le_bytes)
        .collect();
    Card {
        model_id: format!("fleet-{class}-{name}"),
        version: VERSION,
        family: "trees".to_owned(),
        component: name.to_owned(),
        vehicle_class: class.to_owned(),
        reference_hash: reference.hash(),
        data_hash: hash(&bytes(moments.numbers.values())),
        seed,
        cap_km: f64::from(cap_km),
        // Chosen over all components together.
        warn_below_km: 0.0,
        evaluation: Evaluation {
            set_hash: hash(&asked),
            units: units.len() as u64,
            pinball_km: metrics::pinball(&said).unwrap_or(f64::NAN),
            mae_km: metrics::mae(&said).unwrap_or(f64::NAN),
            coverage_90: metrics::coverage_90(&said).unwrap_or(f64::NAN),
            mean_width_km: metrics::mean_width_90(&said).unwrap_or(f64::NAN),
        },
        spreads: spreads(model.shaping.names(name), &rows.features),
        text: format!(
            "Remaining kilometres of {name} of a {class}, boosted trees on streaming features, calibrated conformally over \
             vehicles; trained on simulated fleets run to failure. Evaluation: vehicles left out in {FOLDS} folds. No claim \
             for other classes, for climates and uses unlike those of the training fleets, or for causes that they lack."
        ),
    }
}

/// Deciles of each feature in training.
fn spreads(names: Vec<String>, features: &Matrix) -> Vec<Spread> {
    let spread = |(column, feature): (usize, String)| {
        let values = sorted((0..features.rows()).step_by(5).map(|row| features.at(row, column)));
        let mut edges: Vec<f32> = (1..10).map(|tenth| middle(&values, tenth as f32 / 10.0)).collect();
        edges.dedup();
        edges.retain(|edge| edge.is_finite());
        let mut shares = vec![0.0f32; edges.len() + 1];
        for value in &values {
            shares[edges.partition_point(|edge| edge < value)] += 1.0 / values.len() as f32;
        }
        Spread { feature, edges, shares }
    };
    names.into_iter().enumerate().map(spread).collect()
}

/// The answers of a finished model.
pub(crate) fn answers(model: &TrainedModel, moments: &Moments) -> Vec<Answer> {
    let mut features = Vec::new();
    let answer = |(row, moment): (usize, &Moment)| {
        model.shaping.shape(moments.numbers.row(row), &mut features);
        Answer {
            moment: *moment,
            said: model.of_features(&features),
        }
    };
    moments.moments.iter().enumerate().map(answer).collect()
}

/// The same three numbers.
pub(crate) fn certain(km: f64) -> Quantiles {
    Quantiles {
        p05: km,
        p50: km,
        p95: km,
    }
}
