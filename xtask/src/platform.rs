//! The whole platform as a child process, for measurements.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::Value;

/// How long the platform may take to be ready.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// Key of a platform that lives as long as one measurement.
pub(crate) const KEY: &str = "cvk_bootstrap_key_of_one_measurement";

/// A running platform; it ends when this is dropped.
pub(crate) struct Platform {
    child: Child,
    folder: PathBuf,
}

impl Platform {
    /// Starts the launcher on free ports with an empty data folder, and waits until all seven are ready.
    pub(crate) fn start(launcher: &Path, folder: &Path, options: &[String]) -> anyhow::Result<Self> {
        let _ = std::fs::remove_dir_all(folder);
        std::fs::create_dir_all(folder)?;
        let mut launcher = Command::new(launcher);
        launcher
            .args(["up", "--free-ports", "--ui-port", "0", "--data-dir"])
            .arg(folder)
            .args(options);
        launcher.env("CARVROOOM_BOOTSTRAP_KEY", KEY).env("RUST_LOG", "error");
        let mut child = launcher
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("the launcher cannot be started")?;
        let printed = child.stdout.take().context("the launcher prints nothing")?;
        let platform = Self {
            child,
            folder: folder.to_owned(),
        };
        let (sender, ready) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(printed).lines().map_while(Result::ok) {
                if line.starts_with("ready ") {
                    let _ = sender.send(());
                }
            }
        });
        if ready.recv_timeout(READY_WITHIN).is_err() {
            bail!("the platform was not ready within {} s", READY_WITHIN.as_secs());
        }
        Ok(platform)
    }

    /// Records that are acknowledged and not yet in the telemetry store.
    pub(crate) fn pending_records(&self) -> anyhow::Result<f64> {
        let answer = self.get("ingestion-service", "/api/v1/conservation")?;
        let answer: Value = serde_json::from_str(&answer)?;
        let hours = answer["hours"].as_array().context("conservation has hours")?;
        Ok(hours.iter().filter_map(|hour| hour["pending"].as_f64()).sum())
    }

    /// Events that a service has not read yet.
    pub(crate) fn lag_events(&self, service: &str) -> anyhow::Result<f64> {
        let metrics = self.get(service, "/metrics")?;
        let mut lag = None;
        for line in metrics
            .lines()
            .filter(|line| line.starts_with("consumer_lag_events{") && line.contains(service))
        {
            let value: f64 = line.rsplit(' ').next().unwrap_or_default().parse()?;
            lag = Some(lag.unwrap_or(0.0) + value);
        }
        lag.with_context(|| format!("{service} does not say how far it lags"))
    }

    /// The most memory that the process has held, in MiB (Linux).
    pub(crate) fn memory_mib_max(&self) -> Option<u64> {
        self.status_mib("VmHWM:")
    }

    /// The memory that the process holds now, in MiB (Linux).
    pub(crate) fn memory_mib(&self) -> Option<u64> {
        self.status_mib("VmRSS:")
    }

    /// Its data; it goes with the platform.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A line of /proc/<pid>/status, which counts in KiB.
    fn status_mib(&self, name: &str) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim()
            .strip_suffix("kB")?
            .trim()
            .parse::<u64>()
            .ok()
            .map(|kib| kib / 1024)
    }

    fn get(&self, service: &str, path: &str) -> anyhow::Result<String> {
        let url = self.url(service)? + path;
        let header = format!("x-api-key: {KEY}");
        crate::shell::output(Command::new("curl").args([
            "--silent",
            "--show-error",
            "--fail",
            "--header",
            &header,
            &url,
        ]))
    }

    /// Scheme, host and port of a service.
    pub(crate) fn url(&self, service: &str) -> anyhow::Result<String> {
        let text = std::fs::read_to_string(self.folder.join("addresses.json"))?;
        let addresses: Value = serde_json::from_str(&text)?;
        let address = addresses[service]
            .as_str()
            .with_context(|| format!("addresses.json does not name {service}"))?;
        Ok(if address.starts_with("http") {
            address.to_owned()
        } else {
            format!("http://{address}")
        })
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
