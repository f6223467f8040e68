//! Raises the alarm when an account does not close: something was lost, or counted twice.

use std::collections::BTreeSet;

use chassis::Kit;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use parking_lot::Mutex;

use crate::Shared;
use crate::error::Error;
use crate::store::Store;
use crate::store::conservation::Gap;

/// How often the accounts are looked at.
const EVERY: std::time::Duration = std::time::Duration::from_secs(30);
/// Hours of receipt that are looked at; all of an hour's work is done by then, or shows as pending.
const HOURS: i64 = 48;

/// Which tenants were told of in the present hour.
#[derive(Debug, Default)]
pub struct Alarm {
    hour: Option<DateTime<Utc>>,
    told: BTreeSet<String>,
}

impl Alarm {
    /// The gaps to be told now: each tenant's once an hour, with all its hours.
    pub fn due<'g>(&mut self, gaps: &'g [Gap], now: DateTime<Utc>) -> Vec<&'g Gap> {
        let hour = now.duration_trunc(TimeDelta::hours(1)).ok();
        if self.hour != hour {
            (self.hour, self.told) = (hour, BTreeSet::new());
        }
        let due: Vec<&Gap> = gaps.iter().filter(|gap| !self.told.contains(&gap.tenant_id)).collect();
        self.told.extend(due.iter().map(|gap| gap.tenant_id.clone()));
        due
    }
}

/// Adds the watch to the service.
pub fn schedule(kit: Kit, shared: &std::sync::Arc<Shared>) -> Kit {
    let shared = shared.clone();
    kit.every("conservation", EVERY, move || {
        let shared = shared.clone();
        async move { Ok(watch(&shared).await.map(drop)?) }
    })
}

/// Looks at the accounts of all tenants; returns the gaps.
pub async fn watch(shared: &Shared) -> Result<Vec<Gap>, Error> {
    let now = shared.clock.machine_now();
    let mut tx = shared.database.read().await?;
    let gaps = Store::new(&mut tx).gaps(now - TimeDelta::hours(HOURS)).await?;
    drop(tx);
    let records: u64 = gaps.iter().map(|gap| gap.records.unsigned_abs()).sum();
    metrics::gauge!("conservation_gap_records").set(records as f64);
    for gap in shared.alarm.lock().due(&gaps, now) {
        tracing::error!(
            tenant_id = gap.tenant_id,
            hour = %gap.hour,
            records = gap.records,
            "the conservation account does not close"
        );
    }
    Ok(gaps)
}

/// The memory of the alarm.
pub type SharedAlarm = Mutex<Alarm>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tenant_is_told_of_once_an_hour() {
        let start: DateTime<Utc> = "2026-05-01T10:20:00Z".parse().unwrap();
        let gap = |tenant_id: &str, records| Gap {
            tenant_id: tenant_id.to_owned(),
            hour: start,
            records,
        };
        let mut alarm = Alarm::default();
        let gaps = [gap("ten_a", 1), gap("ten_a", -2)];
        assert_eq!(alarm.due(&gaps, start).len(), 2, "with all its hours");
        assert!(alarm.due(&gaps, start + TimeDelta::minutes(39)).is_empty());
        let more = [gap("ten_a", 1), gap("ten_b", 3)];
        assert_eq!(alarm.due(&more, start + TimeDelta::minutes(39)), [&more[1]]);
        assert_eq!(
            alarm.due(&more, start + TimeDelta::minutes(40)).len(),
            2,
            "and again in the next hour"
        );
    }
}
