//! `cargo xtask bench`: ingestion beside raw baselines, in one run on one machine. A figure alone says little; its ratio
//! to what the same machine can do at best says how much the platform itself costs.

use std::path::Path;
use std::process::Command;

use anyhow::Context;
use serde_json::{Value, json};

use crate::platform::{KEY, Platform};
use crate::shell;

/// Records a second that are due: more than two cores can take, so that the platform is the bound.
const RATE: &str = "100000";

/// Measures the baselines, then the platform, and prints the ratios.
pub(crate) fn bench(root: &Path, seconds: u64, as_json: bool) -> anyhow::Result<()> {
    let raw = last_json(&shell::output(cargo_run(root).args(["--example", "raw_baselines"]))?)?;
    shell::run(
        shell::cargo()
            .args(["build", "--quiet", "-p", "fleetsim"])
            .current_dir(root),
    )?;
    let folder = shell::target(root).join("bench-data");
    let platform = Platform::start(root, &folder)?;
    let mut load = Command::new(shell::target(root).join("debug/fleetsim"));
    load.args([
        "load",
        "--json",
        "--key",
        KEY,
        "--rate",
        RATE,
        "--batch",
        "500",
        "--vehicles",
        "200",
        "--workers",
        "4",
    ]);
    load.args([
        "--url",
        &platform.url("ingestion-service")?,
        "--seconds",
        &seconds.to_string(),
        "--patience-seconds",
        "120",
    ]);
    let loaded = last_json(&shell::output(&mut load)?)?;
    drop(platform);
    let result = compare(&raw, &loaded);
    if as_json {
        println!("{result}");
    } else {
        print_table(&result);
    }
    Ok(())
}

fn cargo_run(root: &Path) -> Command {
    let mut command = shell::cargo();
    command.args(["run", "--quiet", "-p", "fleetsim"]).current_dir(root);
    command
}

/// The last line of an output, as JSON.
fn last_json(output: &str) -> anyhow::Result<Value> {
    let line = output
        .lines()
        .rfind(|line| !line.trim().is_empty())
        .context("nothing was printed")?;
    serde_json::from_str(line).with_context(|| format!("`{line}` is no JSON"))
}

/// Rates in records a second, and the platform's share of each baseline.
fn compare(raw: &Value, loaded: &Value) -> Value {
    let platform = loaded["records_per_second"].as_f64().unwrap_or(0.0);
    let row = |name: &str, key: &str| {
        let rate = raw[key].as_f64().unwrap_or(0.0);
        json!({"name": name, "records_per_second": rate.round(), "ingest_share": round3(platform / rate.max(1.0))})
    };
    json!({
        "rows": [
            row("parse the same JSON", "json_parse_records_per_second"),
            row("insert a row a record into SQLite", "sqlite_insert_records_per_second"),
            {"name": "ingest in batches of 500, durable", "records_per_second": platform.round(), "ingest_share": 1.0},
        ],
        "accepted": loaded["accepted"], "rejected": loaded["rejected"], "throttled": loaded["throttled"],
        "latency_ms": loaded["latency_ms"],
    })
}

fn round3(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

fn print_table(result: &Value) {
    println!("{:<40} {:>16} {:>14}", "what", "records/s", "ingest/this");
    for row in result["rows"].as_array().into_iter().flatten() {
        let name = row["name"].as_str().unwrap_or_default();
        println!(
            "{name:<40} {:>16} {:>14}",
            row["records_per_second"].to_string(),
            row["ingest_share"].to_string()
        );
    }
    println!(
        "accepted {}, rejected {}, answers 429 {}",
        result["accepted"], result["rejected"], result["throttled"]
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_each_baseline() {
        let raw = json!({"json_parse_records_per_second": 1_000_000.0, "sqlite_insert_records_per_second": 200_000.0});
        let result = compare(&raw, &json!({"records_per_second": 50_000.4, "accepted": 7}));
        assert_eq!(result["rows"][0]["ingest_share"], 0.05);
        assert_eq!(result["rows"][1]["ingest_share"], 0.25);
        assert_eq!(result["accepted"], 7);
    }

    #[test]
    fn the_result_is_the_last_line() {
        assert_eq!(last_json("words\n{\"a\":1}\n\n").unwrap()["a"], 1);
        assert!(last_json("\n").is_err());
    }
}
