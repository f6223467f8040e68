//! A service that others listen to: it has a relay and an archive, and nothing else.

use std::collections::BTreeMap;

use chassis::testing::{TestRuntime, TestService, eventually, sources};
use chassis::{Cause, Database, Definition, Kit, NewEvent, TenantId};
use serde::Deserialize;

static DEFINITION: Definition = Definition {
    name: "source-service",
    env_prefix: "SOURCE",
    default_config: "",
    policy: "",
    migrations: &[],
    publishes: &["thing.happened"],
    subscribes: &[],
    openapi: utoipa::openapi::OpenApi::default,
};

#[derive(Deserialize)]
struct Config {
    #[serde(flatten)]
    base: chassis::config::Base,
}

/// It, served.
pub(crate) struct Source {
    pub(crate) served: TestService,
    database: Database,
    last: BTreeMap<String, i64>,
}

impl Source {
    pub(crate) async fn start(test: &TestRuntime) -> Self {
        let config: Config = chassis::config::load(&DEFINITION, &sources()).expect("configuration");
        let kit = Kit::open(&DEFINITION, &config.base, test.runtime())
            .await
            .expect("opened");
        let database = kit.database();
        let served = TestService::start(test, kit.finish().expect("finished")).await;
        Self {
            served,
            database,
            last: BTreeMap::new(),
        }
    }

    /// Publishes each note's next `count` numbers, all in one order.
    pub(crate) async fn tell(&mut self, notes: &[String], count: i64) {
        for _ in 0..count {
            let mut tx = self.database.begin_bulk().await.expect("a transaction");
            for note in notes {
                let number = self.last.entry(note.clone()).or_default();
                *number += 1;
                let event = NewEvent {
                    kind: "thing.happened",
                    schema_version: "1.0",
                    tenant: TenantId::new("ten_a"),
                    key: note.clone(),
                    subject: None,
                    time: chrono::DateTime::UNIX_EPOCH,
                    cause: Cause::new(),
                    id: None,
                    data: serde_json::json!({"note": note, "number": *number, "padding": "x".repeat(200)}),
                };
                chassis::outbox::append(&mut tx, &event).await.expect("appended");
            }
            tx.commit().await.expect("committed");
        }
    }

    /// Waits until everything told was heard; then each note's numbers must be there once and in their order.
    pub(crate) async fn all_heard(&self, app: &crate::toy::App) -> Vec<crate::toy::Heard> {
        let expected: i64 = self.last.values().sum();
        let heard = eventually(&format!("{expected} things heard"), || async {
            let heard = app.heard().await;
            (heard.len() as i64 >= expected).then_some(heard)
        })
        .await;
        for (note, last) in &self.last {
            let numbers: Vec<i64> = heard
                .iter()
                .filter(|(of, ..)| of == note)
                .map(|(_, number, _)| *number)
                .collect();
            assert_eq!(numbers, (1..=*last).collect::<Vec<_>>(), "{note}: once each, in order");
        }
        heard
    }
}

/// Names that spread over the partitions.
pub(crate) fn notes(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("n{number}")).collect()
}
