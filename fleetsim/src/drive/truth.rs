//! What is true about the simulated vehicles, written where the platform never reads.
//!
//! `wear.jsonl` holds the failing parts' wear every quarter of an hour, `events.jsonl` plans, failures and repairs.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::vehicle::SimVehicle;

/// Seconds between two lines of one part's wear.
pub(crate) const WEAR_EVERY_S: i64 = 900;

/// The open files; without a folder nothing is written.
pub(crate) struct Truth {
    files: Option<(BufWriter<File>, BufWriter<File>)>,
}

impl Truth {
    pub(crate) fn open(folder: Option<&Path>) -> anyhow::Result<Self> {
        let Some(folder) = folder else {
            return Ok(Self { files: None });
        };
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        let create = |name: &str| {
            let path = folder.join(name);
            File::create(&path)
                .map(BufWriter::new)
                .with_context(|| format!("{} cannot be written", path.display()))
        };
        Ok(Self {
            files: Some((create("wear.jsonl")?, create("events.jsonl")?)),
        })
    }

    /// The present wear of a vehicle's failing part.
    pub(crate) fn wear(&mut self, vehicle: &SimVehicle, time: DateTime<Utc>) -> anyhow::Result<()> {
        let (Some((wear, _)), Some(fault)) = (&mut self.files, &vehicle.fault) else {
            return Ok(());
        };
        let line = json!({
            "vehicle_id": vehicle.id.as_ref(), "component": fault.kind.component(), "cause": fault.kind.cause(),
            "time": time, "wear": fault.wear, "odometer_km": vehicle.odometer_m / 1_000.0,
        });
        writeln!(wear, "{line}").context("the truth cannot be written")
    }

    /// Something that happened.
    pub(crate) fn event(
        &mut self,
        what: &str,
        vehicle: &SimVehicle,
        component: &str,
        time: DateTime<Utc>,
    ) -> anyhow::Result<()> {
        let Some((_, events)) = &mut self.files else {
            return Ok(());
        };
        let cause = vehicle
            .fault
            .as_ref()
            .map_or(Value::Null, |fault| json!(fault.kind.cause()));
        let line = json!({
            "event": what, "vehicle_id": vehicle.id.as_ref(), "component": component, "cause": cause, "time": time,
            "odometer_km": vehicle.odometer_m / 1_000.0,
        });
        writeln!(events, "{line}").context("the truth cannot be written")?;
        events.flush().context("the truth cannot be written")
    }

    pub(crate) fn flush(&mut self) -> anyhow::Result<()> {
        if let Some((wear, events)) = &mut self.files {
            wear.flush()
                .and_then(|()| events.flush())
                .context("the truth cannot be written")?;
        }
        Ok(())
    }
}
