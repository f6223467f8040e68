//! What is done to a platform, and what is read off it meanwhile.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::{Value, json};

use super::{Built, Options, last_json};
use crate::platform::{KEY, Platform};
use crate::shell;

/// How long lags may take to drain after a load.
const DRAIN_WITHIN: Duration = Duration::from_secs(300);
/// Pause between two looks at a platform under load.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Records a second under which alerts, reads of memory and the soak are measured.
const STEADY_RATE: &str = "20000";
/// What a day's work of a screen asks for.
const READS: [&str; 10] = [
    "/api/v1/dashboards/fleet",
    "/api/v1/health?limit=50",
    "/api/v1/health/{vehicle}",
    "/api/v1/health/{vehicle}/history",
    "/api/v1/vehicles/{vehicle}",
    "/api/v1/vehicles/{vehicle}/latest",
    "/api/v1/vehicles/{vehicle}/history?signal=Vehicle.Speed",
    "/api/v1/alerts?limit=50",
    "/api/v1/agents/decisions?limit=50",
    "/api/v1/appointments?limit=50",
];

/// A measurement of a platform that breaks its promises is worth nothing.
fn none(of: &Value, what: &str) -> anyhow::Result<()> {
    anyhow::ensure!(of[what].as_f64() == Some(0.0), "{what}: {}", of[what]);
    Ok(())
}

/// Something done to a fresh platform.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    run: fn(&Bench) -> anyhow::Result<Value>,
}

/// All of them, in the order in which they run.
pub(crate) const SCENARIOS: [Scenario; 5] = [
    Scenario {
        name: "batches of 500 records of 50 vehicles",
        run: batches,
    },
    Scenario {
        name: "single records",
        run: singles,
    },
    Scenario {
        name: "telemetry to alert at 20,000 records/s",
        run: alarms,
    },
    Scenario {
        name: "reads at 1,000 requests/s",
        run: reads,
    },
    Scenario {
        name: "memory at 20,000 records/s",
        run: soak,
    },
];

impl Scenario {
    /// Runs it once on a platform of its own.
    pub(crate) fn measure(&self, options: &Options, built: &Built, ground: &[String]) -> anyhow::Result<Value> {
        let bench = Bench {
            platform: Platform::start(&built.launcher, &built.data_dir, ground)?,
            options,
            fleetsim: &built.fleetsim,
        };
        (self.run)(&bench).with_context(|| self.name.to_owned())
    }
}

/// A platform under measurement.
struct Bench<'a> {
    platform: Platform,
    options: &'a Options,
    fleetsim: &'a Path,
}

impl Bench<'_> {
    /// A command of the simulator against a service.
    fn fleetsim(&self, verb: &str, service: &str, arguments: &[&str]) -> anyhow::Result<Command> {
        let mut command = Command::new(self.fleetsim);
        command.args([verb, "--json", "--key", KEY, "--url", &self.platform.url(service)?]);
        command.args(arguments);
        Ok(command)
    }

    fn load(&self, arguments: &[&str], seconds: u64) -> anyhow::Result<Command> {
        let mut command = self.fleetsim("load", "ingestion-service", arguments)?;
        command.args(["--seconds", &seconds.to_string()]);
        Ok(command)
    }

    /// Runs a load while looking at the platform: what it printed, the most records that waited for the store, and memory by time.
    fn watched(&self, mut load: Command) -> anyhow::Result<(Value, f64, Vec<u64>)> {
        let child = Running::start(&mut load)?;
        let (mut pending_max, mut memory_mib) = (0.0_f64, Vec::new());
        while !child.ended()? {
            std::thread::sleep(LOOK_EVERY);
            pending_max = pending_max.max(self.platform.pending_records()?);
            memory_mib.extend(self.platform.memory_mib());
        }
        Ok((child.answer()?, pending_max, memory_mib))
    }

    /// Seconds until nothing is left.
    fn drained(&self, since: Instant, left: impl Fn() -> anyhow::Result<f64>) -> anyhow::Result<f64> {
        while left()? > 0.0 {
            anyhow::ensure!(since.elapsed() < DRAIN_WITHIN, "not drained within {DRAIN_WITHIN:?}");
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok((since.elapsed().as_secs_f64() * 10.0).round() / 10.0)
    }

    /// Closed-loop posts, then how long store and health need to catch up, and whether every acknowledged record is there.
    fn posts(&self, arguments: &[&str]) -> anyhow::Result<Value> {
        let ledger = self.platform.folder().join("ledger");
        let mut load = self.load(arguments, self.options.seconds)?;
        load.arg("--ledger").arg(&ledger);
        let (loaded, pending_max, _) = self.watched(load)?;
        let ended = Instant::now();
        let stored = self.drained(ended, || self.platform.pending_records())?;
        let judged = self.drained(ended, || self.platform.lag_events("health-service"))?;
        let mut verify = self.fleetsim("verify", "ingestion-service", &[])?;
        let verified = last_json(&shell::output(verify.arg("--ledger").arg(&ledger))?)?;
        none(&verified, "lost")?;
        none(&verified, "doubled")?;
        Ok(json!({
            "records_per_second": loaded["records_per_second"], "requests_per_second": loaded["requests_per_second"],
            "p50_ms": loaded["latency_ms"]["p50"], "p99_ms": loaded["latency_ms"]["p99"],
            "rejected": loaded["rejected"], "generator_cpu_s": loaded["generator_cpu_seconds"],
            "store_lag_records_max": pending_max, "store_drained_s": stored, "health_drained_s": judged,
            "acknowledged": verified["acknowledged"], "lost": verified["lost"], "doubled": verified["doubled"],
            "memory_mib_max": self.platform.memory_mib_max(),
        }))
    }
}

fn batches(bench: &Bench) -> anyhow::Result<Value> {
    bench.posts(&[
        "--rate",
        "0",
        "--batch",
        "500",
        "--vehicles",
        "1000",
        "--connections",
        "8",
    ])
}

fn singles(bench: &Bench) -> anyhow::Result<Value> {
    bench.posts(&[
        "--rate",
        "0",
        "--batch",
        "1",
        "--vehicles",
        "1000",
        "--connections",
        "64",
    ])
}

fn alarms(bench: &Bench) -> anyhow::Result<Value> {
    const FAILURES_PER_SECOND: u64 = 20;
    let samples = bench.options.samples;
    let load = bench.load(
        &["--rate", STEADY_RATE, "--vehicles", "1000"],
        samples / FAILURES_PER_SECOND + 10,
    );
    let load = Running::start(&mut load?)?;
    // The load registers its vehicles first; alarms count under load only.
    std::thread::sleep(Duration::from_secs(3));
    let alerts = bench.platform.url("alert-service")?;
    let (samples, rate) = (samples.to_string(), FAILURES_PER_SECOND.to_string());
    let arguments = ["--alerts-url", &alerts, "--samples", &samples, "--rate", &rate];
    let raised = last_json(&shell::output(&mut bench.fleetsim(
        "alarm",
        "ingestion-service",
        &arguments,
    )?)?)?;
    none(&raised, "missing")?;
    let loaded = load.answer()?;
    Ok(json!({
        "samples": raised["samples"], "missing": raised["missing"], "p50_ms": raised["latency_ms"]["p50"],
        "p99_ms": raised["latency_ms"]["p99"], "max_ms": raised["latency_ms"]["max"],
        "records_per_second": loaded["records_per_second"], "rejected": loaded["rejected"],
        "memory_mib_max": bench.platform.memory_mib_max(),
    }))
}

fn reads(bench: &Bench) -> anyhow::Result<Value> {
    let vehicles = bench.options.vehicles.to_string();
    let mut filled = bench.load(
        &["--rate", "10000", "--vehicles", &vehicles],
        bench.options.vehicles.div_ceil(500),
    )?;
    shell::output(&mut filled)?;
    let filled = Instant::now();
    bench.drained(filled, || bench.platform.pending_records())?;
    bench.drained(filled, || bench.platform.lag_events("health-service"))?;
    bench.drained(filled, || bench.platform.lag_events("analytics-service"))?;
    let seconds = bench.options.seconds.to_string();
    let mut read = bench.fleetsim(
        "read",
        "gateway",
        &["--rate", "1000", "--seconds", &seconds, "--vehicles", &vehicles],
    )?;
    for path in READS {
        read.args(["--path", path]);
    }
    let answered = last_json(&shell::output(&mut read)?)?;
    none(&answered, "refused").with_context(|| answered["refusals"].to_string())?;
    none(&answered, "unanswered")?;
    let mut p99_ms_by_path = json!({});
    for (path, latency) in answered["paths"].as_object().into_iter().flatten() {
        p99_ms_by_path[path] = latency["p99"].clone();
    }
    Ok(json!({
        "requests_per_second": answered["requests_per_second"], "p50_ms": answered["latency_ms"]["p50"],
        "p99_ms": answered["latency_ms"]["p99"], "max_ms": answered["latency_ms"]["max"],
        "refused": answered["refused"], "unanswered": answered["unanswered"], "p99_ms_by_path": p99_ms_by_path,
        "memory_mib_max": bench.platform.memory_mib_max(),
    }))
}

fn soak(bench: &Bench) -> anyhow::Result<Value> {
    let load = bench.load(
        &["--rate", STEADY_RATE, "--vehicles", "1000"],
        bench.options.soak_seconds,
    )?;
    let (loaded, pending_max, memory_mib) = bench.watched(load)?;
    // Caches fill at first; flat is what comes after.
    let settled = memory_mib.get(memory_mib.len() / 5).copied();
    let last = memory_mib.last().copied();
    Ok(json!({
        "records_per_second": loaded["records_per_second"], "p99_ms": loaded["latency_ms"]["p99"],
        "rejected": loaded["rejected"], "store_lag_records_max": pending_max, "memory_mib_after_a_fifth": settled,
        "memory_mib_at_the_end": last, "memory_mib_max": bench.platform.memory_mib_max(),
    }))
}

/// A simulator's command at work; it ends when this is dropped.
struct Running(std::cell::RefCell<Child>);

impl Running {
    fn start(command: &mut Command) -> anyhow::Result<Self> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        Ok(Self(child.context("the simulator cannot be started")?.into()))
    }

    fn ended(&self) -> anyhow::Result<bool> {
        Ok(self.0.borrow_mut().try_wait()?.is_some())
    }

    /// Waits for the end and reads the result.
    fn answer(&self) -> anyhow::Result<Value> {
        let mut child = self.0.borrow_mut();
        let printed = child.stdout.take().context("the simulator prints nothing")?;
        let text = std::io::read_to_string(printed)?;
        anyhow::ensure!(child.wait()?.success(), "the simulator failed");
        last_json(&text)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let child = self.0.get_mut();
        let _ = child.kill();
        let _ = child.wait();
    }
}
