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

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::Parser;
use flate2::read::GzDecoder;
use indicatif::{ProgressBar, ProgressStyle};
use prognostics::metrics::{binomial_interval_95, held_of};
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
    let test = read(&folder.join(format!("test_{subset}.txt.gz")), Ending::Censored)?;
    let truth = truth(&folder.join(format!("RUL_{subset}.txt")), test.len())?.filter(|_| !options.holdout);
    let mut reports: Vec<Report> = Vec::new();
    let (mut seconds, mut blends) = (Vec::new(), Vec::new());
    for seed in 1..=options.seeds {
        let training = training(options, seed)?;
        let fold = folds_by_unit(runs.len(), 4, seed ^ 0x5EED);
        let part = |of_test: bool| -> Vec<Run> {
            runs.iter()
                .zip(&fold)
                .filter(|(_, fold)| (**fold == 0) == of_test)
                .map(|(run, _)| run.clone())
                .collect()
        };
        let (known, asked) = match &truth {
            Some(truth) => (runs.clone(), with_truth(&test, truth)),
            None => (part(false), cut_at_random(&part(true), seed)),
        };
        let begun = Instant::now();
        let bar = Bar(ProgressBar::new(0).with_style(ProgressStyle::with_template(
            "{prefix} {wide_bar} {pos}/{len} {msg} {elapsed}",
        )?));
        bar.0.set_prefix(format!("{subset} seed {seed}"));
        let prognoser = Prognoser::train(&known, &training, &bar)?;
        bar.0.finish_and_clear();
        seconds.push(begun.elapsed().as_secs_f64());
        let weights = prognoser
            .blend()
            .into_iter()
            .map(|(family, weight)| (family.name().to_owned(), json!(weight)));
        blends.push(Value::Object(weights.collect()));
        reports.push(prognoser.judge(&asked));
        if let (1, Some(out)) = (seed, &options.predict) {
            predict(&prognoser, &test, out)?;
        }
    }
    let judged_on = if truth.is_some() {
        "test file"
    } else {
        "a quarter of the training units, cut at random"
    };
    Ok(summary(subset, judged_on, &reports, &seconds, blends))
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

/// Each unit cut at one random place, after 20 records at the earliest: the shortest test units have about as many.
fn cut_at_random(runs: &[Run], seed: u64) -> Vec<Asked> {
    let cut = |run: &Run| {
        let mut random = Random::for_part(seed, u64::from(run.unit));
        let first = 20.min(run.len() - 1);
        let last = first + random.below(run.len() - first);
        Asked {
            run: run.cut(last + 1),
            truth: run.remaining(last).unwrap_or(0.0),
        }
    };
    runs.iter().map(cut).collect()
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
        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        let spread = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        let sd = (spread / values.len().saturating_sub(1).max(1) as f64).sqrt();
        measures.insert(name.into(), json!({ "mean": mean, "sd": sd, "seeds": values }));
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
    println!(
        "  blend {}\n  train seconds {}",
        measured["blend"], measured["train_seconds"]
    );
}
