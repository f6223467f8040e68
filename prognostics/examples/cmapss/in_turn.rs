//! More answers than the protocol asks for, to tell the chain and the plain yardstick apart: every unit of the training file
//! is left out once, with a quarter of the others, and asked about at several random places.

use std::time::Instant;

use anyhow::Result;
use prognostics::metrics::{Judged, held_of};
use prognostics::prognoser::NEAR_FAILURE;
use prognostics::random::Random;
use prognostics::readers::cmapss::CAP_CYCLES;
use prognostics::runs::{Run, folds_by_unit};
use serde_json::{Value, json};

use super::{Options, Plain, cut_at_random, divide, train};

const QUARTERS: usize = 4;
const RESAMPLED: usize = 2_000;

/// Squared errors of one unit, summed over its cuts.
struct Unit {
    cuts: f64,
    ours: f64,
    plain: f64,
}

pub(crate) fn measure(options: &Options, subset: &str, runs: &[Run], cuts: usize) -> Result<Value> {
    let (mut units, mut judged, mut seconds) = (Vec::new(), Vec::new(), Vec::new());
    for seed in 1..=options.seeds {
        let fold_of = folds_by_unit(runs.len(), QUARTERS, seed ^ 0x5EED);
        for quarter in 0..QUARTERS {
            let (left_out, known) = divide(runs, &fold_of, quarter);
            let begun = Instant::now();
            let chain = train(
                options,
                &known,
                seed,
                &format!("{subset} seed {seed} quarter {quarter}"),
            )?;
            seconds.push(begun.elapsed().as_secs_f64());
            let plain = options.plain.then(|| Plain::train(&known, seed));
            for run in &left_out {
                let mut unit = Unit {
                    cuts: 0.0,
                    ours: 0.0,
                    plain: 0.0,
                };
                for asked in cut_at_random(run, cuts, seed) {
                    let truth = asked.truth.min(CAP_CYCLES);
                    let Some(predicted) = chain.forecast_run(&asked.run).quantiles() else {
                        continue;
                    };
                    let plain = plain.as_ref().map_or(0.0, |plain| plain.say(&asked.run));
                    judged.push(Judged { predicted, truth });
                    unit.cuts += 1.0;
                    unit.ours += (predicted.p50 - truth).powi(2);
                    unit.plain += (plain - truth).powi(2);
                }
                units.push((run.unit, unit));
            }
        }
    }
    Ok(summary(options, subset, cuts, &units, &judged, &seconds))
}

fn summary(
    options: &Options,
    subset: &str,
    cuts: usize,
    units: &[(u32, Unit)],
    judged: &[Judged],
    seconds: &[f64],
) -> Value {
    let numbers: std::collections::BTreeSet<u32> = units.iter().map(|(number, _)| *number).collect();
    let of_unit = |number: &u32| -> Vec<&Unit> {
        let same = units.iter().filter(|(other, _)| other == number);
        same.map(|(_, unit)| unit).collect()
    };
    let groups: Vec<Vec<&Unit>> = numbers.iter().map(of_unit).collect();
    let (ours, plain) = rmse_of(&groups.iter().collect::<Vec<_>>());
    let mut random = Random::new(options.seeds);
    let (mut of_ours, mut of_less) = (Vec::new(), Vec::new());
    for _ in 0..RESAMPLED {
        let drawn: Vec<&Vec<&Unit>> = groups.iter().map(|_| &groups[random.below(groups.len())]).collect();
        let (ours, plain) = rmse_of(&drawn);
        of_ours.push(ours);
        of_less.push(ours - plain);
    }
    let (held, asked) = held_of(judged);
    let near: Vec<Judged> = judged.iter().copied().filter(|j| j.truth <= NEAR_FAILURE).collect();
    let (held_near, asked_near) = held_of(&near);
    let mut measured = json!({
        "subset": subset, "judged_on": "every quarter of the training units in its turn, cut at random",
        "seeds": options.seeds, "units": groups.len(), "cuts_a_unit": cuts, "answered": asked, "held_90": held,
        "coverage_90": held as f64 / asked.max(1) as f64,
        "coverage_90_near_failure": held_near as f64 / asked_near.max(1) as f64,
        "train_seconds": seconds, "rmse": ours, "rmse_95_by_units": between(of_ours),
    });
    if options.plain {
        measured["plain_rmse"] = json!(plain);
        measured["rmse_less_plain"] = json!(ours - plain);
        measured["rmse_less_plain_95_by_units"] = between(of_less);
    }
    measured
}

/// Of the chain and of the yardstick.
fn rmse_of(groups: &[&Vec<&Unit>]) -> (f64, f64) {
    let sum = |of: fn(&Unit) -> f64| {
        groups
            .iter()
            .flat_map(|units| units.iter())
            .map(|unit| of(unit))
            .sum::<f64>()
    };
    let cuts = sum(|unit| unit.cuts).max(1.0);
    (
        (sum(|unit| unit.ours) / cuts).sqrt(),
        (sum(|unit| unit.plain) / cuts).sqrt(),
    )
}

/// Where 95 % of the resampled values lie (Efron & Tibshirani, "An Introduction to the Bootstrap", 1993).
fn between(mut values: Vec<f64>) -> Value {
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values[((values.len() - 1) as f64 * share).round() as usize];
    json!([at(0.025), at(0.975)])
}
