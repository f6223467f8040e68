//! Alerts: decides which decisions people must hear of, tells the right ones, keeps a ledger of every delivery, and goes
//! on to the next role until somebody answers.
//!
//! [`build`] wires the service; `api` and `events` call `use_cases`, which apply the rules of `domain` to the `store`.

pub mod api;
pub mod config;
pub mod domain;
pub mod error;
pub mod events;
pub mod mail;
pub mod shapes;
pub mod store;
pub mod templates;
pub mod use_cases;

use std::time::Duration;

use chassis::{Bell, Clock, Database, Definition, Kit, Runtime, Service};
use chrono::{DateTime, Utc};

use crate::config::Config;
use crate::domain::rules::Rules;
use crate::error::Error;
use crate::mail::{Mailer, deliver_until_shutdown};
use crate::store::{Interrupted, Store};
use crate::use_cases::{Moment, Stationery, escalate_alerts, recover_deliveries};

/// Name and SQL of each migration, in order.
const MIGRATIONS: &[(&str, &str)] = &[
    ("0001_alerts", include_str!("../migrations/0001_alerts.sql")),
    (
        "0002_delivery_claims",
        include_str!("../migrations/0002_delivery_claims.sql"),
    ),
    ("0003_report_mail", include_str!("../migrations/0003_report_mail.sql")),
    (
        "0004_resolved_alerts_are_over",
        include_str!("../migrations/0004_resolved_alerts_are_over.sql"),
    ),
];

/// How often an instance looks for messages whose sender has stopped.
const INTERRUPTED_EVERY: Duration = Duration::from_millis(500);

/// The constants of this service.
pub static DEFINITION: Definition = Definition {
    name: "alert-service",
    env_prefix: "ALERT",
    default_config: include_str!("../config.default.toml"),
    policy: include_str!("../policy.toml"),
    migrations: MIGRATIONS,
    publishes: events::PUBLISHES,
    subscribes: events::SUBSCRIBES,
    openapi: api::openapi,
};

/// What handlers, consumer and workers share. Cheap to clone.
#[derive(Clone)]
pub struct App {
    clock: Clock,
    database: Database,
    rules: Rules,
    /// Rung when a message may have been journaled.
    mail_waiting: Bell,
}

impl App {
    /// The present on both clocks.
    fn moment(&self) -> Moment {
        Moment {
            now: chassis::clock::micros(self.clock.now()),
            machine_now: chassis::clock::micros(self.clock.machine_now()),
            simulated: self.clock.is_simulated(),
        }
    }

    /// Settles what a stopped instance left between sending and noting it. With a database of its own, this process knows at its start that
    /// all others have stopped; where others may live, their claims tell.
    async fn recover(&self, whose: Interrupted) -> Result<(), Error> {
        let mut tx = self.database.read().await?;
        let waiting = Store::new(&mut tx).is_any_sending().await?;
        drop(tx);
        if !waiting {
            return Ok(());
        }
        let mut tx = self.database.begin_bulk().await?;
        let found = recover_deliveries(&mut Store::new(&mut tx), whose, &self.rules, self.moment()).await?;
        tx.commit().await?;
        if found > 0 {
            tracing::warn!(found, "messages were in doubt after a crash");
            self.mail_waiting.ring();
        }
        Ok(())
    }

    /// Takes every escalation that is due by business time; answers when the next one is.
    async fn escalate_due(&self) -> Result<Option<DateTime<Utc>>, Error> {
        loop {
            let mut tx = self.database.read().await?;
            let next = Store::new(&mut tx).next_escalation_at().await?;
            drop(tx);
            if next.is_none_or(|due_at| due_at > self.clock.now()) {
                return Ok(next);
            }
            let mut tx = self.database.begin().await?;
            escalate_alerts(&mut Store::new(&mut tx), &self.rules, self.moment()).await?;
            tx.commit().await?;
            self.mail_waiting.ring();
        }
    }
}

/// Wires the service: database, routes, consumer, mail worker and the escalation task.
pub async fn build(config: Config, runtime: &Runtime) -> anyhow::Result<Service> {
    let kit = Kit::open(&DEFINITION, &config.base, runtime).await?;
    let app = App {
        clock: runtime.clock.clone(),
        database: kit.database(),
        rules: config.rules(),
        mail_waiting: Bell::new(),
    };
    app.clock.waits_for(&app.mail_waiting);
    if !app.database.is_shared() {
        app.recover(Interrupted::All).await?;
    }
    let mailer = Mailer::new(&config.smtp)?;
    let stationery = Stationery {
        catalogues: templates::load(&config.alerts.default_locale)?,
        link_base: config.alerts.link_base.trim_end_matches('/').to_owned(),
        report_link_base: config.alerts.report_link_base.trim_end_matches('/').to_owned(),
    };
    let mail = deliver_until_shutdown(app.clone(), mailer, stationery, config.smtp.clone(), runtime.clone());
    let (escalating, recovering) = (app.clone(), app.clone());
    kit.routes(api::router(app.clone()))
        .consume(events::Consumer::new(app))
        .worker("mail", mail)
        .every("interrupted messages", INTERRUPTED_EVERY, move || {
            let app = recovering.clone();
            async move { Ok(app.recover(Interrupted::Expired).await?) }
        })
        .timer(
            "escalations",
            Duration::from_millis(config.alerts.escalation_poll_ms.max(10)),
            move || {
                let app = escalating.clone();
                async move { Ok(app.escalate_due().await?) }
            },
        )
        .finish()
}
