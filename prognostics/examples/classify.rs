//! Judges the classifiers on public data without a history: area under the curve and cost, with bootstrap intervals,
//! beside a plain logistic regression.
//!
//! ```text
//! cargo run --release -p prognostics --example classify -- --data DIR --set ai4i2020 --json
//! ```
//!
//! Every row is answered by a model that has not seen it (five folds), and called by a threshold set on other folds.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::{Parser, ValueEnum};
use flate2::read::GzDecoder;
use prognostics::classify::{Classifier, Costs, LeftOut, left_out};
use prognostics::matrix::Matrix;
use prognostics::metrics::{auc, bootstrap_95, mean_cost};
use prognostics::readers::table::{self, Table};
use prognostics::trees::BoostSettings;
use serde_json::{Value, json};

#[derive(Parser)]
struct Options {
    /// The folder of all data sets.
    #[arg(long, env = "CARVROOOM_DATA")]
    data: PathBuf,
    /// Which one.
    #[arg(long)]
    set: Set,
    /// The cost of a missed failure; the set's own by default.
    #[arg(long)]
    cost_missed: Option<f64>,
    /// The cost of a needless check; the set's own by default.
    #[arg(long)]
    cost_needless: Option<f64>,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Set {
    EngineHealth,
    Ai4i2020,
    ScaniaApsSample,
}

struct Data {
    rows: Matrix,
    labels: Vec<bool>,
    costs: Costs,
    costs_from: &'static str,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let mut data = load(options.set, &options.data)?;
    data.costs.missed = options.cost_missed.unwrap_or(data.costs.missed);
    data.costs.needless = options.cost_needless.unwrap_or(data.costs.needless);
    let kinds = [
        ("trees", Classifier::Trees(trees())),
        ("logistic", Classifier::Logistic),
        ("anomaly", Classifier::Anomaly),
    ];
    let mut models = serde_json::Map::new();
    let mut answers: Vec<LeftOut> = Vec::new();
    for (name, kind) in kinds {
        let begun = Instant::now();
        let found = left_out(kind, &data.rows, &data.labels, data.costs, 5, options.seed);
        models.insert(
            name.into(),
            judged(&data, &found, begun.elapsed().as_secs_f64(), options.seed),
        );
        answers.push(found);
    }
    let gain = |rows: &[usize]| Some(auc_of(&data, &answers[0], rows)? - auc_of(&data, &answers[1], rows)?);
    let all: Vec<usize> = (0..data.labels.len()).collect();
    let report = json!({
        "set": format!("{}", options.set.to_possible_value().map_or(String::new(), |value| value.get_name().into())),
        "rows": data.labels.len(), "columns": data.rows.columns(),
        "failures": data.labels.iter().filter(|label| **label).count(),
        "cost_missed": data.costs.missed, "cost_needless": data.costs.needless, "costs_from": data.costs_from,
        "judging": "5 stratified folds, thresholds set on the other folds, 95 % bootstrap intervals of 500 draws",
        "models": models,
        "auc_trees_less_logistic": gain(&all),
        "auc_trees_less_logistic_interval": bootstrap_95(data.labels.len(), 500, options.seed, gain),
    });
    if options.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        println!("{} rows, {} failures", report["rows"], report["failures"]);
        for (name, model) in report["models"].as_object().into_iter().flatten() {
            println!(
                "  {name}: auc {:.4} {} cost {:.4} {}",
                model["auc"].as_f64().unwrap_or(f64::NAN),
                model["auc_interval"],
                model["mean_cost"].as_f64().unwrap_or(f64::NAN),
                model["mean_cost_interval"]
            );
        }
        println!("  trees less logistic: {}", report["auc_trees_less_logistic_interval"]);
    }
    Ok(())
}

/// Shallow trees: rows here are independent, and there are few failures.
fn trees() -> BoostSettings {
    BoostSettings {
        trees: 250,
        leaves: 10,
        leaf_weight_min: 1.0,
        rate: 0.05,
        row_share: 0.6,
        feature_share: 0.5,
        l2: 2.0,
    }
}

fn judged(data: &Data, found: &LeftOut, seconds: f64, seed: u64) -> Value {
    let count = data.labels.len();
    let all: Vec<usize> = (0..count).collect();
    let cost = |rows: &[usize]| {
        let pairs: Vec<(bool, bool)> = rows.iter().map(|row| (found.called[*row], data.labels[*row])).collect();
        mean_cost(&pairs, data.costs.missed, data.costs.needless)
    };
    let both = |called: bool, failed: bool| {
        all.iter()
            .filter(|row| found.called[**row] == called && data.labels[**row] == failed)
            .count()
    };
    json!({
        "auc": auc_of(data, found, &all),
        "auc_interval": bootstrap_95(count, 500, seed, |rows| auc_of(data, found, rows)),
        "mean_cost": cost(&all), "mean_cost_interval": bootstrap_95(count, 500, seed, cost),
        "total_cost": cost(&all).map(|mean| mean * count as f64),
        "missed": both(false, true), "needless": both(true, false), "caught": both(true, true),
        "seconds": seconds,
    })
}

fn auc_of(data: &Data, found: &LeftOut, rows: &[usize]) -> Option<f64> {
    auc(&rows
        .iter()
        .map(|row| (found.answers[*row], data.labels[*row]))
        .collect::<Vec<_>>())
}

fn load(set: Set, folder: &Path) -> Result<Data> {
    match set {
        Set::EngineHealth => engine_health(folder),
        Set::Ai4i2020 => ai4i2020(folder),
        Set::ScaniaApsSample => scania_aps_sample(folder),
    }
}

fn engine_health(folder: &Path) -> Result<Data> {
    let table = open(&folder.join("engine-health/engine_data.csv"), ',')?;
    let columns: Vec<&str> = table
        .header
        .iter()
        .map(String::as_str)
        .filter(|n| *n != "Engine Condition")
        .collect();
    let labels = numbers(&table, "Engine Condition")?
        .iter()
        .map(|label| *label > 0.5)
        .collect();
    let costs = Costs {
        missed: 2.0,
        needless: 1.0,
    };
    Ok(Data {
        rows: matrix(&table, &columns, &[])?,
        labels,
        costs,
        costs_from: "assumed",
    })
}

fn ai4i2020(folder: &Path) -> Result<Data> {
    let table = open(&folder.join("ai4i2020/ai4i2020.tsv"), '\t')?;
    let columns = [
        "Air temperature [K]",
        "Process temperature [K]",
        "Rotational speed [rpm]",
        "Torque [Nm]",
        "Tool wear [min]",
    ];
    // The failure modes are part of the answer and stay out; the quality class is a word in three steps.
    let class = |word: &&str| {
        ["L", "M", "H"]
            .iter()
            .position(|name| name == word)
            .map_or(f32::NAN, |at| at as f32)
    };
    let classes: Vec<f32> = table
        .words("Type")
        .context("no column Type")?
        .iter()
        .map(class)
        .collect();
    let labels = numbers(&table, "Machine failure")?
        .iter()
        .map(|label| *label > 0.5)
        .collect();
    let costs = Costs {
        missed: 20.0,
        needless: 1.0,
    };
    Ok(Data {
        rows: matrix(&table, &columns, &[classes])?,
        labels,
        costs,
        costs_from: "assumed",
    })
}

fn scania_aps_sample(folder: &Path) -> Result<Data> {
    let place = folder.join("scania-aps-sample");
    let mut table = open(&place.join("apsfailure_20211224_133055.csv.gz"), ',')?;
    table
        .rows
        .extend(open(&place.join("apsfailure_20211224_133105.csv.gz"), ',')?.rows);
    let labels = table
        .words("class")
        .context("no column class")?
        .iter()
        .map(|class| *class == "pos")
        .collect();
    let columns: Vec<&str> = table
        .header
        .iter()
        .map(String::as_str)
        .filter(|name| *name != "class")
        .collect();
    let mut rows = matrix(&table, &columns, &[])?;
    // 0x7F000000 and a little more stands for a saturated counter: missing, not large.
    rows.values_mut()
        .iter_mut()
        .filter(|value| **value >= 2_130_706_432.0)
        .for_each(|value| *value = f32::NAN);
    let costs = Costs {
        missed: 500.0,
        needless: 10.0,
    };
    Ok(Data {
        rows,
        labels,
        costs,
        costs_from: "IDA 2016 industrial challenge",
    })
}

fn open(path: &Path, separator: char) -> Result<Table> {
    let file = BufReader::new(File::open(path).with_context(|| path.display().to_string())?);
    let source: Box<dyn Read> = if path.extension().is_some_and(|end| end == "gz") {
        Box::new(GzDecoder::new(file))
    } else {
        Box::new(file)
    };
    table::read(source, separator).with_context(|| path.display().to_string())
}

fn numbers(table: &Table, column: &str) -> Result<Vec<f32>> {
    let Some(numbers) = table.numbers(column) else {
        bail!("no column {column}")
    };
    Ok(numbers)
}

fn matrix(table: &Table, columns: &[&str], more: &[Vec<f32>]) -> Result<Matrix> {
    let mut all: Vec<Vec<f32>> = columns
        .iter()
        .map(|column| numbers(table, column))
        .collect::<Result<_>>()?;
    all.extend_from_slice(more);
    let mut matrix = Matrix::new(all.len());
    for row in 0..table.rows.len() {
        matrix.push_row(&all.iter().map(|column| column[row]).collect::<Vec<f32>>());
    }
    Ok(matrix)
}
