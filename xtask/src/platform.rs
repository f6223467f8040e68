//! The whole platform as a child process, for measurements.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::Value;

use crate::up;

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
    /// Builds and starts the launcher on free ports with an empty data folder, and waits until all seven are ready.
    pub(crate) fn start(root: &Path, folder: &Path) -> anyhow::Result<Self> {
        let _ = std::fs::remove_dir_all(folder);
        std::fs::create_dir_all(folder)?;
        let mut launcher = up::build(root)?;
        launcher
            .args(["up", "--free-ports", "--ui-port", "0", "--data-dir"])
            .arg(folder);
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
