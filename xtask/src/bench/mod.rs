//! `cargo xtask bench`: the platform on each ground beside what the machine can do at best, in one run. A figure alone says little; its
//! ratio to a raw limit of the same minutes says how much the platform itself costs.
//!
//! The servers are those of the chassis' example `with_servers`, under which this command runs itself again.

mod scenarios;
mod servers;
mod table;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::Context;
use serde_json::{Value, json};

use crate::{shell, test_run, up};
use scenarios::SCENARIOS;
use servers::Servers;

/// How a bench is run.
#[derive(clap::Args, Clone)]
pub(crate) struct Options {
    /// How long each load lasts, in seconds
    #[arg(long, default_value_t = 10)]
    pub(crate) seconds: u64,
    /// How long the load lasts under which memory must stay flat, in seconds
    #[arg(long, default_value_t = 30)]
    pub(crate) soak_seconds: u64,
    /// How often each scenario is repeated; medians are shown
    #[arg(long, default_value_t = 1)]
    pub(crate) rounds: usize,
    /// Vehicles that reads are spread over
    #[arg(long, default_value_t = 10_000)]
    pub(crate) vehicles: u64,
    /// Vehicles that fail while the time to their alerts is measured
    #[arg(long, default_value_t = 100)]
    pub(crate) samples: u64,
    /// Only scenarios whose `ground: name` contains this
    #[arg(long, default_value = "")]
    pub(crate) only: String,
    /// Cargo's profile: `release` for figures, `dev` to see that the command works
    #[arg(long, default_value = "release")]
    pub(crate) profile: String,
    /// Build with the features of tests' own dependencies: after tests, nothing is built a second time
    #[arg(long)]
    pub(crate) as_tested: bool,
    /// Print the result as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

impl Options {
    /// Enough to see that every scenario works, where most of it can break.
    pub(crate) fn small() -> Self {
        Self {
            seconds: 1,
            soak_seconds: 3,
            rounds: 1,
            vehicles: 500,
            samples: 10,
            only: "PostgreSQL".to_owned(),
            profile: "dev".to_owned(),
            as_tested: true,
            json: false,
        }
    }

    /// The same as arguments, for the run under the servers.
    fn arguments(&self) -> Vec<String> {
        let mut arguments = vec!["bench".to_owned()];
        for (name, value) in [
            ("seconds", self.seconds.to_string()),
            ("soak-seconds", self.soak_seconds.to_string()),
            ("rounds", self.rounds.to_string()),
            ("vehicles", self.vehicles.to_string()),
            ("samples", self.samples.to_string()),
            ("only", self.only.clone()),
            ("profile", self.profile.clone()),
        ] {
            arguments.push(format!("--{name}={value}"));
        }
        arguments.extend(self.as_tested.then(|| "--as-tested".to_owned()));
        arguments.extend(self.json.then(|| "--json".to_owned()));
        arguments
    }
}

/// What the platform stands on, and the raw store that a rate on it is compared with.
const GROUNDS: [(&str, &str); 2] = [
    ("SQLite, embedded", "sqlite_insert_records_per_second"),
    ("PostgreSQL, Redis", "postgres_copy_records_per_second"),
];

/// Measures the limits, then each scenario on each ground, and prints the ratios.
pub(crate) fn bench(root: &Path, options: &Options) -> anyhow::Result<ExitCode> {
    let Some(servers) = Servers::of_this_run() else {
        return with_servers(root, options);
    };
    let built = build(root, options)?;
    let limits = last_json(&shell::output(
        example(root, "run", &options.profile).args(["--example", "raw_limits"]),
    )?)?;
    let mut rows = Vec::new();
    for (ground, raw_store) in GROUNDS {
        for scenario in &SCENARIOS {
            if !format!("{ground}: {}", scenario.name).contains(&options.only) {
                continue;
            }
            let rounds: anyhow::Result<Vec<Value>> = (0..options.rounds.max(1))
                .map(|_| scenario.measure(options, &built, &servers.fresh(ground)))
                .collect();
            let mut row = table::median(&rounds?);
            row["ground"] = ground.into();
            row["scenario"] = scenario.name.into();
            table::compare(&mut row, &limits, raw_store);
            // What follows may fail; what was measured is seen.
            eprintln!("measured {row}");
            rows.push(row);
        }
    }
    let result = json!({
        "bar": "bench", "profile": options.profile, "seconds": options.seconds, "soak_seconds": options.soak_seconds,
        "rounds": options.rounds, "vehicles": options.vehicles, "samples": options.samples, "limits": limits, "rows": rows,
    });
    if options.json {
        println!("bar {result}");
    } else {
        table::print(&result);
    }
    Ok(ExitCode::SUCCESS)
}

/// What a bench runs.
struct Built {
    launcher: PathBuf,
    fleetsim: PathBuf,
    /// Where platforms keep their data, one after the other.
    data_dir: PathBuf,
}

fn build(root: &Path, options: &Options) -> anyhow::Result<Built> {
    let profile = options.profile.as_str();
    let (simulator, with_launcher): (Vec<&str>, &[&str]) = match options.as_tested {
        true => (test_run::binaries_as_tested(&["fleetsim"]), &["--bins", "--tests"]),
        false => (vec!["build", "-p", "fleetsim", "--bin", "fleetsim"], &[]),
    };
    let mut build = shell::cargo();
    build.args(simulator).args(["--profile", profile]).current_dir(root);
    shell::run(&mut build)?;
    Ok(Built {
        launcher: up::build(root, profile, with_launcher)?,
        fleetsim: shell::target(root).join(folder_of(profile)).join("fleetsim"),
        data_dir: shell::target(root).join("bench-data"),
    })
}

/// Runs this command again, with PostgreSQL and Redis around it.
fn with_servers(root: &Path, options: &Options) -> anyhow::Result<ExitCode> {
    let mut command = example(root, "run", &options.profile);
    command.args(["--example", "with_servers", "--", "--durable"]);
    command.arg(shell::this_program()?).args(options.arguments());
    shell::run(&mut command)?;
    Ok(ExitCode::SUCCESS)
}

fn cargo(root: &Path, verb: &str, profile: &str) -> Command {
    let mut command = shell::cargo();
    command.args([verb, "--quiet", "--profile", profile]).current_dir(root);
    command
}

fn example(root: &Path, verb: &str, profile: &str) -> Command {
    let mut command = cargo(root, verb, profile);
    command.args(["-p", "chassis", "--features", "testing"]);
    command
}

/// Where cargo puts a profile's builds.
pub(crate) fn folder_of(profile: &str) -> &str {
    if profile == "dev" { "debug" } else { profile }
}

/// The last line of an output, as JSON.
fn last_json(output: &str) -> anyhow::Result<Value> {
    let line = output
        .lines()
        .rfind(|line| !line.trim().is_empty())
        .context("nothing was printed")?;
    serde_json::from_str(line).with_context(|| format!("`{line}` is no JSON"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_is_the_last_line() {
        assert_eq!(last_json("words\n{\"a\":1}\n\n").unwrap()["a"], 1);
        assert!(last_json("\n").is_err());
    }
}
