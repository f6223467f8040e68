//! How fast features and forecasts are on one core.
//!
//! ```text
//! cargo run --release -p prognostics --example speed -- --data DIR
//! ```
//!
//! A *component* here is a unit with six signals in two regimes, made by a formula; with `--data`, C-MAPSS FD001 is
//! measured too, whose units have fifteen. A reading is one value of one signal at one record.

use std::fs::File;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Parser;
use flate2::read::GzDecoder;
use prognostics::matrix::Matrix;
use prognostics::models::Family;
use prognostics::prognoser::{Prognoser, Silent, Tracker, Training};
use prognostics::random::Random;
use prognostics::readers::cmapss::read_runs;
use prognostics::runs::{Ending, Run};
use serde_json::{Value, json};

#[derive(Parser)]
struct Options {
    /// The folder of all data sets.
    #[arg(long, env = "CARVROOOM_DATA")]
    data: Option<PathBuf>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let component: Vec<Run> = (0..60).map(made).collect();
    let compact = Training::compact();
    let mut all = vec![measure("component, compact, best blend", &component, &compact)?];
    for family in Family::ALL {
        let training = Training {
            families: vec![family],
            ..compact.clone()
        };
        let what = format!("component, compact, {}", family.name());
        all.push(measure(&what, &component, &training)?);
    }
    all.push(measure(
        "component, full, best blend",
        &component,
        &Training::default(),
    )?);
    if let Some(data) = options.data {
        let path = data.join("cmapss/train_FD001.txt.gz");
        let file = File::open(&path).with_context(|| path.display().to_string())?;
        all.push(measure(
            "C-MAPSS FD001, full, best blend",
            &read_runs(GzDecoder::new(file), Ending::Failed)?,
            &Training::default(),
        )?);
    }
    println!(
        "{}",
        serde_json::to_string_pretty(
            &json!({ "threads": 1, "seconds": "of one core, as the system counts them", "speed": all })
        )?
    );
    Ok(())
}

/// Seconds that this thread has had a core for, so that other work on the machine does not count; wall time where the
/// system does not say.
fn core_seconds(since: Instant) -> f64 {
    let of_thread = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = of_thread
        .as_deref()
        .and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| since.elapsed().as_secs_f64(), |nanoseconds| nanoseconds / 1e9)
}

fn measure(name: &str, runs: &[Run], training: &Training) -> Result<Value> {
    let start = Instant::now();
    let begun = core_seconds(start);
    let prognoser = Prognoser::train(runs, training, &Silent)?;
    let train_seconds = core_seconds(start) - begun;
    let signals = runs.first().map_or(0, |run| run.signals.columns());
    let begun = core_seconds(start);
    let (mut readings, mut used) = (0, 0);
    let mut units: Vec<Tracker> = Vec::new();
    while core_seconds(start) - begun < 1.0 {
        units.clear();
        for run in runs {
            let mut unit = prognoser.follow();
            for at in 0..run.len() {
                prognoser.observe(&mut unit, run.exposure[at], run.settings.row(at), run.signals.row(at));
            }
            readings += run.len() * signals;
            used += run.len() * prognoser.channels().scores();
            units.push(unit);
        }
    }
    let feature_seconds = core_seconds(start) - begun;
    let begun = core_seconds(start);
    let (mut forecasts, mut sum) = (0u64, 0.0);
    while core_seconds(start) - begun < 1.0 {
        for unit in &units {
            sum += prognoser.forecast(unit).quantiles().map_or(0.0, |q| q.p50);
            forecasts += 1;
        }
    }
    let blend: serde_json::Map<String, Value> = prognoser
        .blend()
        .into_iter()
        .map(|(family, weight)| (family.name().to_owned(), json!(weight)))
        .collect();
    Ok(json!({
        "what": name, "signals": signals, "blend": blend, "train_seconds": train_seconds,
        "readings_per_second": readings as f64 / feature_seconds,
        "readings_used_per_second": used as f64 / feature_seconds,
        "forecasts_per_second": forecasts as f64 / (core_seconds(start) - begun),
        "mean_forecast": sum / forecasts as f64,
        "state_bytes": units.first().map(Tracker::size_bytes),
        "artefact_bytes": prognoser.to_bytes().len(),
    }))
}

/// A unit that wears at its own pace: four of six signals follow wear, in two regimes of use.
fn made(unit: u32) -> Run {
    let mut random = Random::for_part(7, u64::from(unit));
    let life = 150.0 + 150.0 * random.uniform();
    let own: Vec<f64> = (0..6).map(|_| 0.3 * random.normal()).collect();
    let mut run = Run {
        unit,
        exposure: (1..=life as u32).map(f64::from).collect(),
        settings: Matrix::new(1),
        signals: Matrix::new(6),
        ending: Ending::Failed,
    };
    for at in 0..run.exposure.len() {
        let regime = f64::from(u8::from(random.uniform() < 0.5));
        let wear = (at as f64 / life).powi(4);
        let signal = |(place, own): (usize, &f64)| {
            (20.0 * regime + own + [6.0, -5.0, 4.0, 3.0, 0.0, 0.0][place] * wear + 0.4 * random.normal()) as f32
        };
        let row: Vec<f32> = own.iter().enumerate().map(signal).collect();
        run.settings.push_row(&[regime as f32]);
        run.signals.push_row(&row);
    }
    run
}
