//! Sends due messages one at a time, so that a crash leaves at most one in doubt.

use std::time::Duration;

use chassis::{Failpoints, Runtime};

use super::Mailer;
use crate::App;
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
}

/// Works until shutdown: looks for due messages whenever a transaction may have journaled one, and every `poll`.
pub async fn deliver_until_shutdown(
    app: App,
    mailer: Option<Mailer>,
    stationery: Stationery,
    poll: Duration,
    runtime: Runtime,
) -> anyhow::Result<()> {
    let (waiting, shutdown) = (app.mail_waiting.clone(), runtime.shutdown);
    let worker = Worker {
        app,
        mailer,
        stationery,
        failpoints: runtime.failpoints,
    };
    while !shutdown.is_cancelled() {
        match worker.deliver_next().await {
            Ok(true) => continue,
            Ok(false) => {}
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
            () = waiting.notified() => {}
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
        let outgoing = match self.take().await? {
            Taken::Nothing => return Ok(false),
            Taken::Settled => return Ok(true),
            Taken::Send(outgoing) => outgoing,
        };
        let Some(mailer) = &self.mailer else { return Ok(false) };
        self.failpoints.hit("alert.send.before");
        let report = mailer.send(&outgoing, self.app.clock.machine_now()).await;
        self.failpoints.hit("alert.send.after");
        // What happened outside cannot be taken back, so it is written down however often that takes.
        while let Err(error) = self.note(&outgoing, &report).await {
            tracing::warn!(
                error = format!("{:#}", anyhow::Error::from(error)),
                "an attempt waits to be written down"
            );
            tokio::time::sleep(DATABASE_PAUSE).await;
        }
        Ok(true)
    }

    /// A look beside the writer, so that an idle service writes nothing.
    async fn is_any_due(&self) -> Result<bool, Error> {
        let mut tx = self.app.database.read().await?;
        let due = Store::new(&mut tx)
            .due_deliveries(self.app.clock.machine_now(), 1)
            .await?;
        Ok(!due.is_empty())
    }

    async fn take(&self) -> Result<Taken, Error> {
        let mut tx = self.app.database.begin().await?;
        let moment = self.app.moment();
        let taken = take_message(&mut Store::new(&mut tx), &self.stationery, &self.app.rules, moment).await?;
        tx.commit().await?;
        Ok(taken)
    }

    async fn note(&self, outgoing: &Outgoing, report: &Report) -> Result<(), Error> {
        let mut tx = self.app.database.begin().await?;
        write_down(
            &mut Store::new(&mut tx),
            outgoing,
            report,
            &self.app.rules,
            self.app.moment(),
        )
        .await?;
        Ok(tx.commit().await?)
    }
}
