//! Measures the chain on C-MAPSS by the field's protocol: last record of each test unit, truth and prediction up to 125
//! cycles, trained on the training file only, several seeds.
//!
//! ```text
//! cargo run --release -p prognostics --example cmapss -- --data DIR --subset FD001 --seeds 5 --json
//! ```
//!
//! Where the folder has no truth file for a subset (or with `--holdout`), a quarter of the training units, another one
//! for each seed, is kept out of training and cut at random places. `--predict OUT.csv` writes what the first seed thinks
//! of the test units, with or without truth.
//!
//! `--plain` trains the design's plain yardstick beside the chain, on the same units, and asks it at the same cuts;
//! `--in-turn CUTS` asks about more cuts than the protocol does, to tell the two apart: each quarter of the training units
//! is left out in its turn and each of its units cut at so many random places.

mod in_turn;
mod plain;

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::Parser;
use flate2::read::GzDecoder;
use indicatif::{ProgressBar, ProgressStyle};
use plain::Plain;
use prognostics::metrics::{binomial_interval_95, held_of, rmse};
use prognostics::models::Family;
use prognostics::prognoser::{Asked, Prognoser, Report, Training, Watch};
use prognostics::random::Random;
use prognostics::readers::cmapss::{CAP_CYCLES, read_runs, read_truth};
use prognostics::runs::{Ending, Run, folds_by_unit};
use serde_json::{Value, json};

#[derive(Parser)]
struct Options {
    /// The folder that holds `cmapss/`, or that folder itself.
    #[arg(long, env = "CARVROOOM_DATA")]
    data: PathBuf,
    /// Subsets, split by commas.
    #[arg(long, default_value = "FD001")]
    subset: String,
    /// How many seeds.
    #[arg(long, default_value_t = 5)]
    seeds: u64,
    /// One family, or `best`: all, blended by what they are worth on units left out.
    #[arg(long, default_value = "best")]
    model: String,
    /// Keep a quarter of the training units out even where there is a truth file.
    #[arg(long)]
    holdout: bool,
    /// Train the plain yardstick beside the chain and report the paired difference.
    #[arg(long)]
    plain: bool,
    /// Instead of the protocol, leave each quarter of the training units out in its turn and cut each unit at so many places.
    #[arg(long)]
    in_turn: Option<usize>,
    /// Models trained side by side.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Where to write the predictions of the first seed.
    #[arg(long)]
    predict: Option<PathBuf>,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

struct Bar(ProgressBar);

impl Watch for Bar {
    fn begin(&self, steps: usize) {
        self.0.set_length(steps as u64);
    }
    fn step(&self, what: &str) {
        self.0.set_message(what.to_owned());
        self.0.inc(1);
    }
}

fn main() -> Result<()> {
    let options = Options::parse();
    let mut subsets = Vec::new();
    let (mut held, mut asked) = (0, 0);
    for subset in options.subset.split(',') {
        let measured = measure(&options, subset)?;
        held += measured["held_90"].as_u64().unwrap_or(0) as usize;
        asked += measured["answered"].as_u64().unwrap_or(0) as usize;
        if !options.json {
            print_row(&measured);
        }
        subsets.push(measured);
    }
    let pooled = held as f64 / asked.max(1) as f64;
    if options.json {
        let all = json!({ "protocol": "C-MAPSS, last record, capped at 125", "subsets": subsets,
            "pooled_coverage_90": pooled });
        println!("{}", serde_json::to_string_pretty(&all)?);
    } else {
        println!("pooled coverage of 90 % intervals: {pooled:.3}");
    }
    Ok(())
}

fn measure(options: &Options, subset: &str) -> Result<Value> {
    let folder = if options.data.join("cmapss").is_dir() {
        options.data.join("cmapss")
    } else {
        options.data.clone()
    };
    let runs = read(&folder.join(format!("train_{subset}.txt.gz")), Ending::Failed)?;
    if let Some(cuts) = options.in_turn {
        return in_turn::measure(options, subset, &runs, cuts);
    }
    let test = read(&folder.join(format!("test_{subset}.txt.gz")), Ending::Censored)?;
    let truth = truth(&folder.join(format!("RUL_{subset}.txt")), test.len())?.filter(|_| !options.holdout);
    let mut reports: Vec<Report> = Vec::new();
    let (mut seconds, mut blends, mut plain) = (Vec::new(), Vec::new(), Vec::new());
    for seed in 1..=options.seeds {
        let (known, asked) = match &truth {
            Some(truth) => (runs.clone(), with_truth(&test, truth)),
            None => {
                let fold = folds_by_unit(runs.len(), 4, seed ^ 0x5EED);
                let (left_out, known) = divide(&runs, &fold, 0);
                (
                    known,
                    left_out.iter().flat_map(|run| cut_at_random(run, 1, seed)).collect(),
                )
            }
        };
        let begun = Instant::now();
        let prognoser = train(options, &known, seed, &format!("{subset} seed {seed}"))?;
        seconds.push(begun.elapsed().as_secs_f64());
        let weights = prognoser
            .blend()
            .into_iter()
            .map(|(family, weight)| (family.name().to_owned(), json!(weight)));
        blends.push(Value::Object(weights.collect()));
        reports.push(prognoser.judge(&asked));
        if options.plain {
            plain.push(rmse_of_plain(&known, &asked, seed));
        }
        if let (1, Some(out)) = (seed, &options.predict) {
            predict(&prognoser, &test, out)?;
        }
    }
    let judged_on = if truth.is_some() {
        "test file"
    } else {
        "a quarter of the training units, cut at random"
    };
    let mut measured = summary(subset, judged_on, &reports, &seconds, blends);
    if options.plain {
        let ours = reports.iter().filter_map(|report| rmse(&report.judged));
        let less = ours.zip(&plain).map(|(ours, plain)| ours - plain).collect();
        measured["plain_rmse"] = mean_and_sd(plain);
        measured["rmse_less_plain"] = mean_and_sd(less);
    }
    Ok(measured)
}

fn train(options: &Options, known: &[Run], seed: u64, what: &str) -> Result<Prognoser> {
    let style = ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len} {msg} {elapsed}")?;
    let bar = Bar(ProgressBar::new(0).with_style(style));
    bar.0.set_prefix(what.to_owned());
    let prognoser = Prognoser::train(known, &training(options, seed)?, &bar)?;
    bar.0.finish_and_clear();
    Ok(prognoser)
}

/// The units of a fold, and the others.
fn divide(runs: &[Run], fold_of: &[usize], fold: usize) -> (Vec<Run>, Vec<Run>) {
    let part = |of_fold: bool| -> Vec<Run> {
        runs.iter()
            .zip(fold_of)
            .filter(|(_, at)| (**at == fold) == of_fold)
            .map(|(run, _)| run.clone())
            .collect()
    };
    (part(true), part(false))
}

fn rmse_of_plain(known: &[Run], asked: &[Asked], seed: u64) -> f64 {
    let plain = Plain::train(known, seed);
    let square = |asked: &Asked| (plain.say(&asked.run) - asked.truth.min(CAP_CYCLES)).powi(2);
    (asked.iter().map(square).sum::<f64>() / asked.len().max(1) as f64).sqrt()
}

fn training(options: &Options, seed: u64) -> Result<Training> {
    let families = match options.model.as_str() {
        "best" => Family::ALL.to_vec(),
        name => match Family::ALL.into_iter().find(|family| family.name() == name) {
            Some(family) => vec![family],
            None => bail!("no such model: {name}"),
        },
    };
    Ok(Training {
        cap: CAP_CYCLES,
        families,
        seed,
        threads: options.threads,
        ..Training::default()
    })
}

fn read(path: &Path, ending: Ending) -> Result<Vec<Run>> {
    let file = File::open(path).with_context(|| path.display().to_string())?;
    read_runs(GzDecoder::new(BufReader::new(file)), ending).with_context(|| path.display().to_string())
}

fn truth(path: &Path, units: usize) -> Result<Option<Vec<f64>>> {
    let Ok(file) = File::open(path) else { return Ok(None) };
    let truth = read_truth(file)?;
    if truth.len() != units {
        bail!("{}: {} numbers for {units} units", path.display(), truth.len());
    }
    Ok(Some(truth))
}

fn with_truth(test: &[Run], truth: &[f64]) -> Vec<Asked> {
    test.iter()
        .zip(truth)
        .map(|(run, truth)| Asked {
            run: run.clone(),
            truth: *truth,
        })
        .collect()
}

/// A unit cut at random places, after 20 records at the earliest: the shortest test units have about as many.
fn cut_at_random(run: &Run, cuts: usize, seed: u64) -> Vec<Asked> {
    let mut random = Random::for_part(seed, u64::from(run.unit));
    let first = 20.min(run.len() - 1);
    let cut = |_| {
        let last = first + random.below(run.len() - first);
        Asked {
            run: run.cut(last + 1),
            truth: run.remaining(last).unwrap_or(0.0),
        }
    };
    (0..cuts).map(cut).collect()
}

fn predict(prognoser: &Prognoser, test: &[Run], out: &Path) -> Result<()> {
    let mut file = File::create(out).with_context(|| out.display().to_string())?;
    writeln!(file, "unit,rul_p05,rul_p50,rul_p95")?;
    for run in test {
        match prognoser.forecast_run(run).quantiles() {
            Some(q) => writeln!(file, "{},{:.2},{:.2},{:.2}", run.unit, q.p05, q.p50, q.p95)?,
            None => writeln!(file, "{},,,", run.unit)?,
        }
    }
    Ok(())
}

fn summary(subset: &str, judged_on: &str, reports: &[Report], seconds: &[f64], blends: Vec<Value>) -> Value {
    let mut measures = serde_json::Map::new();
    let names: Vec<&str> = reports
        .first()
        .map_or(Vec::new(), |r| r.measures().iter().map(|m| m.0).collect());
    for (place, name) in names.into_iter().enumerate() {
        let values: Vec<f64> = reports.iter().filter_map(|report| report.measures()[place].1).collect();
        measures.insert(name.into(), mean_and_sd(values));
    }
    let sum = |of: &dyn Fn(&Report) -> (usize, usize)| {
        reports
            .iter()
            .map(of)
            .fold((0, 0), |(held, asked), (h, a)| (held + h, asked + a))
    };
    let (held, asked) = sum(&|report| held_of(&report.judged));
    let (held_near, near) = sum(&|report| held_of(&report.near()));
    // The seeds ask about the same units, so that the interval is as wide as one seed's number of units makes it.
    let one_seed = |held: usize, asked: usize| {
        let units = asked / reports.len().max(1);
        binomial_interval_95(
            (held as f64 / asked.max(1) as f64 * units as f64).round() as usize,
            units,
        )
    };
    json!({
        "subset": subset, "judged_on": judged_on, "seeds": reports.len(), "answered": asked, "held_90": held,
        "unanswered": reports.iter().map(|report| report.unanswered).sum::<usize>(),
        "coverage_90_binomial_interval": one_seed(held, asked),
        "coverage_90_near_failure_binomial_interval": one_seed(held_near, near),
        "near_failure_units": near, "train_seconds": seconds, "blend": blends, "measures": measures,
    })
}

fn mean_and_sd(values: Vec<f64>) -> Value {
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    let spread = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
    let sd = (spread / values.len().saturating_sub(1).max(1) as f64).sqrt();
    json!({ "mean": mean, "sd": sd, "seeds": values })
}

fn print_row(measured: &Value) {
    let show = |name: &str| {
        let measure = &measured["measures"][name];
        format!(
            "{name} {:.3}±{:.3}",
            measure["mean"].as_f64().unwrap_or(f64::NAN),
            measure["sd"].as_f64().unwrap_or(0.0)
        )
    };
    println!(
        "{} ({}, {} seeds)",
        measured["subset"], measured["judged_on"], measured["seeds"]
    );
    let names: Vec<&String> = measured["measures"]
        .as_object()
        .map_or(Vec::new(), |all| all.keys().collect());
    names.iter().for_each(|name| println!("  {}", show(name)));
    for name in [
        "plain_rmse",
        "rmse_less_plain",
        "rmse_95_by_units",
        "rmse_less_plain_95_by_units",
        "blend",
        "train_seconds",
    ] {
        if !measured[name].is_null() {
            println!("  {name} {}", measured[name]);
        }
    }
}
