//! Sends due messages one at a time, so that a crash leaves at most one in doubt.

use std::time::Duration;

use chassis::{Failpoints, Runtime};

use super::Mailer;
use crate::App;
use crate::config::SmtpConfig;
use crate::error::Error;
use crate::store::Store;
use crate::use_cases::{Outgoing, Report, Stationery, Taken, take_message, write_down};

/// Pause after a failed transaction.
const DATABASE_PAUSE: Duration = Duration::from_millis(200);

struct Worker {
    app: App,
    mailer: Option<Mailer>,
    stationery: Stationery,
    failpoints: Failpoints,
    /// How long after the claim a send may begin.
    claim_margin: Duration,
}

/// Works until shutdown: looks for due messages whenever a transaction may have journaled one, and every so often.
pub async fn deliver_until_shutdown(
    app: App,
    mailer: Option<Mailer>,
    stationery: Stationery,
    config: SmtpConfig,
    runtime: Runtime,
) -> anyhow::Result<()> {
    let poll = Duration::from_millis(config.poll_ms.max(10));
    let (waiting, shutdown) = (app.mail_waiting.clone(), runtime.shutdown);
    let worker = Worker {
        app,
        mailer,
        stationery,
        failpoints: runtime.failpoints,
        claim_margin: config.claim_margin(),
    };
    while !shutdown.is_cancelled() {
        let calls = waiting.calls();
        match worker.deliver_next().await {
            Ok(true) => continue,
            Ok(false) => waiting.answer(calls),
            Err(error) => {
                tracing::warn!(
                    error = format!("{:#}", anyhow::Error::from(error)),
                    "messages wait for the database"
                );
                tokio::time::sleep(DATABASE_PAUSE).await;
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = waiting.rung() => {}
            () = tokio::time::sleep(poll) => {}
        }
    }
    Ok(())
}

impl Worker {
    /// One message from journal to journal; false when none is due.
    async fn deliver_next(&self) -> Result<bool, Error> {
        if !self.is_any_due().await? {
            return Ok(false);
        }
        let claimed_at = self.app.clock.instant();
        let outgoing = match self.take().await? {
            Taken::Nothing => return Ok(false),
            Taken::Settled => return Ok(true),
            Taken::Send(outgoing) => outgoing,
        };
        let Some(mailer) = &self.mailer else { return Ok(false) };
        self.failpoints.hit("alert.send.before");
        let report = if self.app.clock.instant().duration_since(claimed_at) <= self.claim_margin {
            mailer.send(&outgoing, self.app.clock.machine_now()).await
        } else {
            // This process stood still, and the rest of its claim may be too short for a send.
            Report::late()
        };
        self.failpoints.hit("alert.send.after");
        // What happened outside cannot be taken back, so it is written down however often that takes.
        loop {
            match self.note(&outgoing, &report).await {
                Ok(true) => return Ok(true),
                Ok(false) => {
                    tracing::warn!(delivery_id = outgoing.delivery.id, outcome = ?report.outcome, "another instance has judged this message");
                    return Ok(true);
                }
                Err(error) => {
                    tracing::warn!(
                        error = format!("{:#}", anyhow::Error::from(error)),
                        "an attempt waits to be written down"
                    );
                    tokio::time::sleep(DATABASE_PAUSE).await;
                }
            }
        }
    }

    /// A look beside the writer, so that an idle service writes nothing.
    async fn is_any_due(&self) -> Result<bool, Error> {
        let mut tx = self.app.database.read().await?;
        Store::new(&mut tx).is_any_due(self.app.clock.machine_now()).await
    }

    /// The row's lock keeps other instances away, so this need not be serializable.
    async fn take(&self) -> Result<Taken, Error> {
        let mut tx = self.app.database.begin_bulk().await?;
        let moment = self.app.moment();
        let taken = take_message(&mut Store::new(&mut tx), &self.stationery, &self.app.rules, moment).await?;
        tx.commit().await?;
        Ok(taken)
    }

    /// False when another instance was there before.
    async fn note(&self, outgoing: &Outgoing, report: &Report) -> Result<bool, Error> {
        let mut tx = self.app.database.begin_bulk().await?;
        let in_time = write_down(
            &mut Store::new(&mut tx),
            outgoing,
            report,
            &self.app.rules,
            self.app.moment(),
        )
        .await?;
        tx.commit().await?;
        Ok(in_time)
    }
}
