//! The oracles: acknowledged equals stored, and each effect is there once, counted where it arrives.

use std::collections::HashMap;
use std::path::PathBuf;

use fleetsim::verify::{VerifyOptions, verify};
use serde::Serialize;
use serde_json::Value;

use crate::platform::{KEY, Place, SERVICES};
use crate::smtp::Sink;

/// What was counted; nothing is derived.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Oracles {
    /// Records, by their content hashes.
    acknowledged: u64,
    lost: u64,
    doubled: u64,
    altered: u64,
    /// Stored, though their answer was lost.
    stored_in_doubt: u64,
    /// Effects, by the events that tell of them.
    decisions: usize,
    alerts: usize,
    visits: usize,
    effects_twice: usize,
    alerts_in_audit: usize,
    dead_letters: usize,
    /// Mails, at the receiving server.
    mails: usize,
    mails_sent_again: u64,
    /// What the alert ledger says of them.
    deliveries_once_in_doubt: u64,
}

impl Oracles {
    /// Counts when the platform has come to rest.
    pub(crate) async fn ask(place: &Place, sink: &Sink, ack_logs: &[PathBuf]) -> Self {
        place.drained().await;
        let mut counted = Self::default();
        for ack_log in ack_logs {
            counted.compare(place, ack_log).await;
        }
        let decisions = place.events("agent", "agent.decision.made").await;
        let alerts = place.events("alert", "alert.created").await;
        let visits = place.events("scheduling", "appointment.scheduled").await;
        counted.effects_twice =
            twice(&decisions, "trigger_event_id") + twice(&alerts, "decision_id") + twice(&visits, "alert_id");
        (counted.decisions, counted.alerts, counted.visits) = (decisions.len(), alerts.len(), visits.len());
        let audited = place.list("analytics", "/api/v1/audit/logs?type=alert.created").await;
        counted.alerts_in_audit = audited.len();
        for service in SERVICES {
            let letters = place.list(service, "/api/v1/dead-letters").await;
            letters
                .iter()
                .for_each(|letter| println!("dead letter of {service}: {letter}"));
            counted.dead_letters += letters.len();
        }
        let mut times: HashMap<String, u64> = HashMap::new();
        for id in sink.message_ids() {
            *times.entry(id).or_default() += 1;
        }
        counted.mails = times.len();
        counted.mails_sent_again = times.values().map(|count| count - 1).sum();
        let stats = place.get("alert", "/api/v1/alerts/stats").await;
        counted.deliveries_once_in_doubt = stats["deliveries_once_in_doubt"].as_u64().unwrap_or(u64::MAX);
        counted
    }

    async fn compare(&mut self, place: &Place, ack_log: &std::path::Path) {
        let options = VerifyOptions {
            url: place.url("ingestion"),
            key: KEY.to_owned(),
            ack_log: ack_log.to_owned(),
            wait_s: 30,
            progress: false,
        };
        let verdict = verify(&options).await.expect("verified");
        for difference in &verdict.differences {
            println!("{difference}");
        }
        self.acknowledged += verdict.acknowledged;
        self.lost += verdict.lost;
        self.doubled += verdict.doubled;
        self.altered += verdict.altered;
        self.stored_in_doubt += verdict.unacknowledged;
    }

    /// Judges. `in_doubt_max`: how many messages may have been under way when harm was done, at most one each time.
    pub(crate) fn hold(&self, in_doubt_max: u64) {
        assert!(self.acknowledged > 0, "nothing was acknowledged: {self:?}");
        assert_eq!((self.lost, self.doubled, self.altered), (0, 0, 0), "{self:?}");
        assert!(
            self.decisions > 0 && self.alerts > 0 && self.visits > 0,
            "the storm must have caused something: {self:?}"
        );
        assert_eq!(self.effects_twice, 0, "{self:?}");
        assert_eq!(
            self.alerts_in_audit, self.alerts,
            "the audit log has each alert once: {self:?}"
        );
        assert_eq!(self.dead_letters, 0, "{self:?}");
        assert!(
            self.mails_sent_again <= in_doubt_max,
            "at most {in_doubt_max} mails may have been in doubt: {self:?}"
        );
    }
}

/// How many values of a field stand in more than one event.
fn twice(events: &[Value], field: &str) -> usize {
    let mut seen: HashMap<&str, u32> = HashMap::new();
    for event in events {
        if let Some(value) = event["data"][field].as_str() {
            *seen.entry(value).or_default() += 1;
        }
    }
    let twice: Vec<_> = seen.iter().filter(|(_, count)| **count > 1).collect();
    twice
        .iter()
        .for_each(|(value, count)| println!("{field} {value} is there {count} times"));
    twice.len()
}
