//! `cargo xtask bars <area>`: an area's measurements at full size, written to `docs/measurements/<area>.json` with what
//! they were taken on. Tests print one line `bar {…}` for each measurement; this gathers them.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::shell::{self, cargo};

/// One command: arguments for cargo and what is set in its environment.
struct Run {
    arguments: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
}

/// What belongs to an area.
struct Area {
    name: &'static str,
    runs: &'static [Run],
}

const AREAS: [Area; 6] = [CHAIN, RELIABILITY, PERFORMANCE, NUMBERS, APP, NUISANCE];

/// What runs is built at level 1; our own crates are tested at level 0, which says nothing of their speed.
const AS_IT_RUNS: [&str; 6] = [
    "--config",
    "profile.dev.package.chassis.opt-level=1",
    "--config",
    "profile.dev.package.analytics-service.opt-level=1",
    "--config",
    "profile.dev.package.ingestion-service.opt-level=1",
];

/// A service's tests named `bars::`, built as they run.
macro_rules! service_bars {
    ($service:expr) => {
        Run {
            arguments: &[
                "test",
                AS_IT_RUNS[0],
                AS_IT_RUNS[1],
                AS_IT_RUNS[2],
                AS_IT_RUNS[3],
                AS_IT_RUNS[4],
                AS_IT_RUNS[5],
                "-p",
                $service,
                "--test",
                "it",
                "bars::",
                "--",
                "--nocapture",
                "--test-threads",
                "1",
            ],
            environment: &[FULL],
        }
    };
}

const NUMBERS: Area = Area {
    name: "numbers",
    runs: &[service_bars!("analytics-service"), service_bars!("ingestion-service")],
};
const FULL: (&str, &str) = ("CARVROOOM_BARS", "full");

const APP: Area = Area {
    name: "app",
    runs: &[
        Run {
            arguments: &["build", "--manifest-path", "carvrooom/Cargo.toml"],
            environment: &[],
        },
        Run {
            arguments: &["build", "-p", "fleetsim"],
            environment: &[],
        },
        Run {
            arguments: &["xtask", "budgets"],
            environment: &[("VEHICLES", "10000")],
        },
    ],
};

/// Tests of the launcher, in turn, with their output shown; what follows chooses among them.
macro_rules! launcher_tests {
    ($($argument:expr),*) => {
        &[
            "test", "--manifest-path", "carvrooom/Cargo.toml", "--test", "it", $($argument,)*
            "--", "--nocapture", "--test-threads", "1",
        ]
    };
}

const CHAIN: Area = Area {
    name: "chain",
    runs: &[
        Run {
            arguments: &[
                "test",
                "--manifest-path",
                "carvrooom/Cargo.toml",
                "--test",
                "it",
                "--",
                "--nocapture",
                "--test-threads",
                "1",
                "--skip",
                "chaos::",
                "--skip",
                "quiet::",
            ],
            environment: &[FULL],
        },
        // The build that acknowledges before it commits must be caught, else the kill tests prove nothing.
        Run {
            arguments: launcher_tests![
                "--features",
                "sabotage-ack-before-commit",
                "a_build_that_acknowledges_too_early_is_caught"
            ],
            environment: &[FULL, ("CARVROOOM_SABOTAGED", "yes")],
        },
    ],
};

const NUISANCE: Area = Area {
    name: "nuisance",
    runs: &[Run {
        arguments: launcher_tests!["quiet::"],
        environment: &[FULL],
    }],
};

const RELIABILITY: Area = Area {
    name: "reliability",
    runs: &[
        Run {
            arguments: &["build", "--workspace", "--bins"],
            environment: &[],
        },
        Run {
            arguments: launcher_tests!["chaos::"],
            environment: &[FULL],
        },
    ],
};

/// Five rounds of one scenario of `cargo xtask bench`.
macro_rules! bench_run {
    ($only:expr, $seconds:expr) => {
        Run {
            arguments: &[
                "xtask",
                "bench",
                "--json",
                "--rounds",
                "5",
                "--seconds",
                $seconds,
                "--samples",
                "1000",
                "--only",
                $only,
            ],
            environment: &[],
        }
    };
}

/// Ten minutes under load, once.
macro_rules! soak_run {
    ($only:expr) => {
        Run {
            arguments: &["xtask", "bench", "--json", "--soak-seconds", "600", "--only", $only],
            environment: &[],
        }
    };
}

const PERFORMANCE: Area = Area {
    name: "performance",
    // What decides most comes first: a long area can be broken off.
    runs: &[
        bench_run!("SQLite, embedded: single", "60"),
        soak_run!("SQLite, embedded: memory"),
        soak_run!("PostgreSQL, Redis: memory"),
        bench_run!("PostgreSQL, Redis: single", "60"),
        bench_run!("SQLite, embedded: telemetry", "60"),
        bench_run!("SQLite, embedded: reads", "20"),
        bench_run!("PostgreSQL, Redis: telemetry", "60"),
        bench_run!("PostgreSQL, Redis: reads", "20"),
        bench_run!("SQLite, embedded: batches", "60"),
        bench_run!("PostgreSQL, Redis: batches", "60"),
    ],
};

/// Runs an area's measurements and writes them down, also when one of them fails, so that the failure can be read.
///
/// What a run has measured on this very commit is kept beside the builds and not measured again, so that a long area can be broken off and
/// taken up.
pub(crate) fn bars(root: &Path, name: &str) -> anyhow::Result<()> {
    let Some(area) = AREAS.iter().find(|area| area.name == name) else {
        let known: Vec<&str> = AREAS.iter().map(|area| area.name).collect();
        bail!("`{name}` is none of the areas: {}", known.join(", "));
    };
    let commit = commit(root)?;
    let mut measured = Vec::new();
    let mut passed = true;
    for (index, run) in area.runs.iter().enumerate() {
        let kept = shell::target(root).join(format!("bars/{name}/{index}-{commit}.json"));
        if let Some(known) = read_kept(&kept) {
            println!("bars: run {index} of {name} was measured on this commit before");
            measured.extend(known);
            continue;
        }
        let mut now = Vec::new();
        if collect(root, run, &mut now)? {
            keep(&kept, &now)?;
        } else {
            passed = false;
        }
        measured.extend(now);
    }
    let report = json!({
        "area": area.name,
        "passed": passed,
        "commit": commit,
        "date": shell::output(Command::new("date").args(["-u", "+%Y-%m-%d"]))?.trim(),
        "machine": machine(),
        "measurements": measured,
    });
    let file = root.join(format!("docs/measurements/{name}.json"));
    std::fs::create_dir_all(file.parent().unwrap_or(root))?;
    std::fs::write(&file, serde_json::to_string_pretty(&report)? + "\n")?;
    println!(
        "bars: {} measurements are in docs/measurements/{name}.json",
        measured.len()
    );
    if !passed {
        bail!("a bar of `{name}` was not met");
    }
    Ok(())
}

fn read_kept(file: &Path) -> Option<Vec<Value>> {
    serde_json::from_str(&std::fs::read_to_string(file).ok()?).ok()
}

/// A commit with changes is another one tomorrow: nothing of it is kept.
fn keep(file: &Path, measured: &[Value]) -> anyhow::Result<()> {
    if file.to_string_lossy().contains(CHANGED) {
        return Ok(());
    }
    std::fs::create_dir_all(file.parent().unwrap_or(file))?;
    Ok(std::fs::write(file, serde_json::to_string(measured)?)?)
}

/// Runs a command with its output shown, gathers their `bar` lines, and says whether they passed.
fn collect(root: &Path, run: &Run, measured: &mut Vec<Value>) -> anyhow::Result<bool> {
    let mut command = cargo();
    command
        .args(run.arguments)
        .envs(run.environment.iter().copied())
        .current_dir(root);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("cargo cannot be started")?;
    let printed = child.stdout.take().context("cargo prints nothing")?;
    for line in BufReader::new(printed).lines() {
        let line = line?;
        println!("{line}");
        measured.extend(bar(&line));
    }
    Ok(child.wait()?.success())
}

/// The measurement of a line, if it is one. A test runner may have printed a test's name before it on the same line.
fn bar(line: &str) -> Option<Value> {
    let (_, json) = line.split_once("bar {")?;
    serde_json::from_str(&format!("{{{json}")).ok()
}

/// The mark of a commit whose files were changed.
const CHANGED: &str = " with changes";

/// The commit, with a mark when the files differ from it.
fn commit(root: &Path) -> anyhow::Result<String> {
    let git = |arguments: &[&str]| shell::output(Command::new("git").args(arguments).current_dir(root));
    let changed = !git(&["status", "--porcelain", "--untracked-files=no"])?
        .trim()
        .is_empty();
    Ok(git(&["rev-parse", "HEAD"])?.trim().to_owned() + if changed { CHANGED } else { "" })
}

/// Cores and memory; no names, no paths.
fn machine() -> Value {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib = meminfo.lines().find_map(|line| {
        line.strip_prefix("MemTotal:")?
            .trim()
            .strip_suffix("kB")?
            .trim()
            .parse::<u64>()
            .ok()
    });
    json!({"cores": cores, "memory_gib": kib.map(|kib| kib / 1_048_576), "system": std::env::consts::OS, "architecture": std::env::consts::ARCH})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measurements_are_found_wherever_they_stand_in_a_line() {
        assert_eq!(bar("bar {\"bar\":\"latency\",\"p99_ms\":12}").unwrap()["p99_ms"], 12);
        assert_eq!(bar("test latency::x ... bar {\"bar\":\"y\"}").unwrap()["bar"], "y");
        assert_eq!(bar("running 3 tests"), None);
        assert_eq!(bar("a bar {of chocolate"), None);
    }

    #[test]
    fn an_unknown_area_is_named() {
        assert!(bars(Path::new("."), "moon").unwrap_err().to_string().contains("chain"));
    }
}
