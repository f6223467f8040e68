//! `train | evaluate | predict --data cmapss:SUBSET`: NASA's turbofan engines, the field's yardstick.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use flate2::read::GzDecoder;
use prognostics::models::Family;
use prognostics::prognoser::{Asked, Forecast, Prognoser, Training};
use prognostics::readers::cmapss::{read_runs, read_truth};
use prognostics::runs::{Ending, Run};
use serde_json::{Map, Value, json};

use super::progress::Watched;

/// Opens `name` or `name.gz` in a folder, whichever lies there.
fn open(folder: &Path, name: &str) -> anyhow::Result<(PathBuf, Box<dyn Read>)> {
    for (path, packed) in [(folder.join(name), false), (folder.join(format!("{name}.gz")), true)] {
        if path.is_file() {
            let file = File::open(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            return Ok((
                path,
                if packed {
                    Box::new(GzDecoder::new(file))
                } else {
                    Box::new(file)
                },
            ));
        }
    }
    bail!("there is no {name} and no {name}.gz in {}", folder.display())
}

fn runs(folder: &Path, name: &str, ending: Ending) -> anyhow::Result<Vec<Run>> {
    let (path, source) = open(folder, name)?;
    let runs = read_runs(source, ending).with_context(|| path.display().to_string())?;
    ensure!(!runs.is_empty(), "{} holds no unit", path.display());
    Ok(runs)
}

/// Trains on the training file alone.
pub(crate) fn train(folder: &Path, subset: &str, families: Vec<Family>, seed: u64) -> anyhow::Result<Prognoser> {
    let runs = runs(folder, &format!("train_{subset}.txt"), Ending::Failed)?;
    let training = Training {
        families,
        seed,
        threads: std::thread::available_parallelism()
            .map_or(1, std::num::NonZero::get)
            .min(2),
        ..Training::default()
    };
    Ok(Prognoser::train(&runs, &training, &Watched::default())?)
}

/// Judges on the test file; the truth is NASA's file beside it unless another is named.
pub(crate) fn evaluate(
    folder: &Path,
    subset: &str,
    prognoser: &Prognoser,
    truth: Option<&Path>,
) -> anyhow::Result<Value> {
    let runs = runs(folder, &format!("test_{subset}.txt"), Ending::Censored)?;
    let (path, source): (PathBuf, Box<dyn Read>) = match truth {
        Some(path) => {
            let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
            let packed = path.extension().is_some_and(|ending| ending == "gz");
            (
                path.to_owned(),
                if packed {
                    Box::new(GzDecoder::new(file))
                } else {
                    Box::new(file)
                },
            )
        }
        None => open(folder, &format!("RUL_{subset}.txt"))
            .context("evaluate needs what came true: name a file with --truth (predict needs none)")?,
    };
    let truth = read_truth(source).with_context(|| path.display().to_string())?;
    ensure!(
        truth.len() == runs.len(),
        "{} tells of {} units, the test file of {}",
        path.display(),
        truth.len(),
        runs.len()
    );
    let asked: Vec<Asked> = runs
        .into_iter()
        .zip(truth)
        .map(|(run, truth)| Asked { run, truth })
        .collect();
    let report = prognoser.judge(&asked);
    let mut measures: Map<String, Value> = report
        .measures()
        .into_iter()
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    measures.insert("subset".to_owned(), json!(subset));
    measures.insert("units".to_owned(), json!(report.units));
    measures.insert("not_enough_data".to_owned(), json!(report.unanswered));
    Ok(Value::Object(measures))
}

/// Writes what each unit of the test file has left; empty cells are "not enough data".
pub(crate) fn predict(folder: &Path, subset: &str, prognoser: &Prognoser, out: &mut impl Write) -> anyhow::Result<()> {
    let runs = runs(folder, &format!("test_{subset}.txt"), Ending::Censored)?;
    writeln!(out, "unit,rul_p05,rul_p50,rul_p95")?;
    for run in &runs {
        match prognoser.forecast_run(run) {
            Forecast::Remaining(q) => writeln!(out, "{},{:.2},{:.2},{:.2}", run.unit, q.p05, q.p50, q.p95)?,
            Forecast::NotEnoughData(_) => writeln!(out, "{},,,", run.unit)?,
        }
    }
    Ok(())
}
