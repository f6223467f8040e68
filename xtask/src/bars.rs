//! `cargo xtask bars <area>`: an area's measurements at full size, written to `docs/measurements/<area>.json` with what
//! they were taken on. Tests print one line `bar {…}` for each measurement; this gathers them.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::shell::{self, cargo};

/// One run of tests: arguments for cargo and what is set in its environment.
struct Run {
    arguments: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
}

/// What belongs to an area.
struct Area {
    name: &'static str,
    runs: &'static [Run],
}

const AREAS: [Area; 1] = [Area {
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
            ],
            environment: &[("CARVROOOM_BARS", "full")],
        },
        // The build that acknowledges before it commits must be caught, else the kill tests prove nothing.
        Run {
            arguments: &[
                "test",
                "--manifest-path",
                "carvrooom/Cargo.toml",
                "--features",
                "sabotage-ack-before-commit",
                "--test",
                "it",
                "--",
                "--nocapture",
                "a_build_that_acknowledges_too_early_is_caught",
            ],
            environment: &[("CARVROOOM_BARS", "full"), ("CARVROOOM_SABOTAGED", "yes")],
        },
    ],
}];

/// Runs an area's measurements and writes them down, also when one of them fails, so that the failure can be read.
pub(crate) fn bars(root: &Path, name: &str) -> anyhow::Result<()> {
    let Some(area) = AREAS.iter().find(|area| area.name == name) else {
        let known: Vec<&str> = AREAS.iter().map(|area| area.name).collect();
        bail!("`{name}` is none of the areas: {}", known.join(", "));
    };
    let mut measured = Vec::new();
    let mut passed = true;
    for run in area.runs {
        passed &= collect(root, run, &mut measured)?;
    }
    let report = json!({
        "area": area.name,
        "passed": passed,
        "commit": commit(root)?,
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

/// Runs tests with their output shown, gathers their `bar` lines, and says whether they passed.
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

/// The commit, with a mark when the files differ from it.
fn commit(root: &Path) -> anyhow::Result<String> {
    let git = |arguments: &[&str]| shell::output(Command::new("git").args(arguments).current_dir(root));
    let changed = !git(&["status", "--porcelain", "--untracked-files=no"])?
        .trim()
        .is_empty();
    Ok(git(&["rev-parse", "HEAD"])?.trim().to_owned() + if changed { " with changes" } else { "" })
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
