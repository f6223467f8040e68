//! `train | evaluate | predict --data fleet:DIR`.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, ensure};
use serde_json::{Map, Value, json};

use super::baselines::Baseline;
use super::fleet_folder::{Fleet, read_fleets};
use super::fleet_judging::{Answer, Protocol, pooled_limits, sure};
use super::fleet_training::{answers, learn_reference, raw_reference, scale_of, train_component};
use super::information_limit::{self, Limit};
use super::moments::{Moments, follow, of_fleets};
use super::progress;
use crate::domain::trained::{Bundle, COMPONENTS};
use crate::parallel::{all_cores, in_parallel};

fn by_class(fleets: &[Fleet]) -> BTreeMap<&'static str, Vec<&Fleet>> {
    let mut classes: BTreeMap<&'static str, Vec<&Fleet>> = BTreeMap::new();
    fleets
        .iter()
        .for_each(|fleet| classes.entry(fleet.class).or_default().push(fleet));
    classes
}

fn vehicles(fleets: &[&Fleet]) -> u64 {
    fleets.iter().map(|fleet| fleet.vehicles.len() as u64).sum()
}

/// Trains the models of the one class that the folder's fleets are of.
pub(crate) fn train(folder: &Path, seed: u64) -> anyhow::Result<Bundle> {
    let fleets = read_fleets(folder, true)?;
    let classes = by_class(&fleets);
    ensure!(
        classes.len() == 1,
        "{} holds fleets of {} vehicle classes; a model file is of one: train them one by one",
        folder.display(),
        classes.len()
    );
    let (class, fleets) = classes.into_iter().next().context("no fleet")?;
    let bar = progress::bar(vehicles(&fleets).div_ceil(5), "vehicles: what is healthy");
    let reference = learn_reference(class, &fleets, &bar)?;
    bar.finish_and_clear();
    let bar = progress::bar(vehicles(&fleets), "vehicles: features");
    let (moments, _) = of_fleets(&fleets, &reference, &raw_reference(class), &bar)?;
    bar.finish_and_clear();
    let bar = progress::bar(COMPONENTS.len() as u64, "components");
    let numbered = moments.iter().enumerate().collect();
    let trained = in_parallel(all_cores(), numbered, |(component, moments)| {
        let trained = train_component(&fleets, &reference, component, moments, seed);
        bar.inc(1);
        trained
    });
    bar.finish_and_clear();
    let (mut models, left_out): (Vec<_>, Vec<_>) = trained.into_iter().flatten().unzip();
    let limits = pooled_limits(&left_out, f64::from(reference.scale()));
    for (model, limit) in models.iter_mut().zip(limits) {
        model.card.warn_below_km = limit;
    }
    ensure!(
        !models.is_empty(),
        "too few components failed in {}: nothing can be learned",
        folder.display()
    );
    Ok(Bundle { reference, models })
}

/// What is known of the model that a measure is for.
fn named(class: &str, component: &str, measures: Map<String, Value>) -> Value {
    let mut row = json!({ "vehicle_class": class, "component": component });
    if let Some(row) = row.as_object_mut() {
        row.extend(measures);
    }
    row
}

/// Judges models on fleets; `baselines` is a folder of training fleets from which both baselines are built.
pub(crate) fn evaluate(folder: &Path, bundles: &[Bundle], baselines: Option<&Path>) -> anyhow::Result<Value> {
    let fleets = read_fleets(folder, true)?;
    let (mut rows, mut causes, mut all) = (Vec::new(), Vec::new(), Protocol::default());
    let mut of_truth = Limit::default();
    let mut beside = [Protocol::default(), Protocol::default()];
    for (class, fleets) in by_class(&fleets) {
        let bundle = bundles
            .iter()
            .find(|bundle| bundle.reference.class() == class)
            .with_context(|| format!("the model file has no models of {class}"))?;
        let bar = progress::bar(vehicles(&fleets), class);
        let (moments, years) = of_fleets(&fleets, &bundle.reference, &raw_reference(class), &bar)?;
        bar.finish_and_clear();
        let mut of_class = Protocol::default();
        for (component, moments) in COMPONENTS.iter().zip(&moments) {
            let Some(model) = bundle.model(component) else { continue };
            let card = model.card();
            let said = answers(model, moments);
            let protocol = Protocol::of(&said, model.limit(), card.cap_km, years);
            let mut measures = protocol.measures();
            let mut limit = Limit::default();
            let place = COMPONENTS
                .iter()
                .position(|known| known == component)
                .unwrap_or_default();
            let mut of_causes: BTreeMap<String, Limit> = BTreeMap::new();
            for fleet in &fleets {
                for (cause, of_cause) in information_limit::of_fleet(fleet, place, f64::from(scale_of(class)))? {
                    limit.add(of_cause);
                    of_causes.entry(cause).or_default().add(of_cause);
                }
            }
            causes.extend(judge_causes(class, place, &fleets, &said, &of_causes));
            of_truth.add(limit);
            measures.insert("from_true_wear".to_owned(), limit.measures());
            rows.push(named(class, component, measures));
            of_class.add(&protocol, true);
        }
        rows.push(named(class, "ALL", of_class.measures()));
        all.add(&of_class, false);
        if let Some(folder) = baselines {
            for (sum, protocol) in beside
                .iter_mut()
                .zip(judge_baselines(folder, class, bundle, &moments, years)?)
            {
                sum.add(&protocol, false);
            }
        }
    }
    let mut report = all.measures();
    report.insert("from_true_wear".to_owned(), of_truth.measures());
    report.insert("by_component_and_class".to_owned(), Value::Array(rows));
    report.insert("by_cause".to_owned(), Value::Array(causes));
    if baselines.is_some() {
        let [threshold, linear] = beside.map(|protocol| protocol.measures());
        report.insert(
            "baselines".to_owned(),
            json!({ "threshold_rule": threshold, "linear_on_raw_signals": linear }),
        );
    }
    Ok(Value::Object(report))
}

/// The last 5,000 km before failures of each cause: what share of it could be known at all, by the true wear and by ours.
fn judge_causes(
    class: &str,
    component: usize,
    fleets: &[&Fleet],
    said: &[Answer],
    limits: &BTreeMap<String, Limit>,
) -> Vec<Value> {
    let vehicles: Vec<_> = fleets.iter().flat_map(|fleet| &fleet.vehicles).collect();
    let failure_of = |answer: &&Answer| {
        vehicles[answer.moment.vehicle as usize].failures[component].get(usize::from(answer.moment.failure))
    };
    let of_cause = |(cause, limit): (&String, &Limit)| {
        let is_of = |answer: &&Answer| failure_of(answer).is_some_and(|failure| failure.cause == *cause);
        let said: Vec<Answer> = said.iter().filter(is_of).copied().collect();
        let protocol = Protocol::of(&said, sure(0.0), f64::INFINITY, 0.0);
        let measures = protocol.measures();
        let kept = [
            "failures",
            "within_500km_or_10pct",
            "within_500km_or_10pct_once_wear_began",
            "share_of_last_5000_km_in_which_wear_began",
        ];
        let mut row: Map<String, Value> = kept
            .iter()
            .map(|name| ((*name).to_owned(), measures[*name].clone()))
            .collect();
        row.insert("cause".to_owned(), json!(cause));
        row.insert("from_true_wear".to_owned(), limit.measures());
        named(class, COMPONENTS[component], row)
    };
    limits.iter().map(of_cause).collect()
}

/// Threshold rule and linear model of a class, learned from the folder's fleets of it.
fn judge_baselines(
    folder: &Path,
    class: &str,
    bundle: &Bundle,
    judged: &[Moments],
    years: f64,
) -> anyhow::Result<[Protocol; 2]> {
    let fleets = read_fleets(folder, true)?;
    let taught: Vec<&Fleet> = fleets.iter().filter(|fleet| fleet.class == class).collect();
    ensure!(
        !taught.is_empty(),
        "{} holds no fleet of {class} for the baselines",
        folder.display()
    );
    let bar = progress::bar(vehicles(&taught), "vehicles: baselines");
    let (taught, _) = of_fleets(&taught, &bundle.reference, &raw_reference(class), &bar)?;
    bar.finish_and_clear();
    let mut sums = [Protocol::default(), Protocol::default()];
    for (component, name) in COMPONENTS.iter().enumerate() {
        let Some(model) = bundle.model(name) else { continue };
        let (cap_km, scale) = (model.card().cap_km, scale_of(class));
        let both = [
            Baseline::threshold(&taught[component], cap_km, scale),
            Baseline::linear(&taught[component], cap_km, scale),
        ];
        for (sum, baseline) in sums.iter_mut().zip(both) {
            if let Some(baseline) = baseline {
                let answers = baseline.answers(&judged[component]);
                sum.add(&Protocol::of(&answers, sure(baseline.limit_km), cap_km, years), true);
            }
        }
    }
    Ok(sums)
}

/// Writes what each component of each vehicle has left at the end of its record; needs no truth.
pub(crate) fn predict(folder: &Path, bundles: &[Bundle], out: &mut impl Write) -> anyhow::Result<()> {
    let fleets = read_fleets(folder, false)?;
    writeln!(out, "unit,rul_p05,rul_p50,rul_p95,component")?;
    for (class, fleets) in by_class(&fleets) {
        let bundle = bundles
            .iter()
            .find(|bundle| bundle.reference.class() == class)
            .with_context(|| format!("the model file has no models of {class}"))?;
        let bar = progress::bar(vehicles(&fleets), class);
        for vehicle in fleets.iter().flat_map(|fleet| &fleet.vehicles) {
            let mut last = None;
            follow(vehicle, &bundle.reference, |trails, _, _, closed, _| {
                if closed {
                    last = Some(trails.clone());
                }
            })?;
            for model in &bundle.models {
                let said = last.as_ref().and_then(|trails| model.forecast(trails));
                let cells = said.map_or(",,".to_owned(), |q| format!("{:.0},{:.0},{:.0}", q.p05, q.p50, q.p95));
                writeln!(out, "{},{cells},{}", vehicle.id, model.card().component)?;
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
    }
    Ok(())
}
