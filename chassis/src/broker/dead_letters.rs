//! Dead letters: events that could not be handled, kept whole, seen and replayed by an operator.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Handler, Subscription};
use crate::database::{Database, DbError, Tx};
use crate::event::{Event, HandleError};
use crate::http::{Page, cursor};
use crate::identity::IdentityCopy;
use crate::ids::TenantId;
use crate::on;
use crate::problem::{Kind, Problem};

/// The dead letters of one service.
#[derive(Clone)]
pub(crate) struct DeadLetters {
    pub database: Database,
    pub identity: IdentityCopy,
    pub handler: Option<Arc<dyn Handler>>,
    pub subscriptions: &'static [Subscription],
}

/// One dead letter, as the operator sees it.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub(crate) struct DeadLetter {
    id: String,
    producer: String,
    partition: i64,
    sequence: i64,
    kind: String,
    code: String,
    detail: String,
    failed_at: DateTime<Utc>,
    replayed_at: Option<DateTime<Utc>>,
}

impl DeadLetters {
    pub(crate) async fn insert(
        tx: &mut Tx,
        event: &Event,
        code: &str,
        detail: &str,
        now: DateTime<Utc>,
    ) -> Result<(), DbError> {
        on!(tx, c => sqlx::query(
            "INSERT INTO dead_letter (tenant_id, id, producer, partition, sequence, kind, event, code, detail, failed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING")
            .bind(event.tenant.as_str()).bind(&event.id).bind(&event.source).bind(i64::from(event.partition)).bind(event.sequence)
            .bind(&event.kind).bind(event.to_cloud_event()).bind(code).bind(detail).bind(now)
            .run(c).await)?;
        Ok(())
    }

    /// A tenant's dead letters, by id, those replayed among them.
    pub(crate) async fn list(&self, tenant: &TenantId, after: &str, limit: usize) -> Result<Page<DeadLetter>, DbError> {
        let mut tx = self.database.read().await?;
        let items: Vec<DeadLetter> = on!(tx, c => sqlx::query_as(
            "SELECT id, producer, partition, sequence, kind, code, detail, failed_at, replayed_at
             FROM dead_letter WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3")
            .bind(tenant.as_str()).bind(after).bind(limit as i64).fetch_all(c).await)?;
        let next_cursor = (items.len() == limit)
            .then(|| items.last().map(|last| cursor::encode(&last.id)))
            .flatten();
        Ok(Page { items, next_cursor })
    }

    /// Handles a dead letter again; it is marked in the transaction of its effect, so it takes effect once. One that tells of people and keys
    /// is applied to the copy of identity, as far as it only takes rights away.
    pub(crate) async fn replay(&self, tenant: &TenantId, id: &str, now: DateTime<Utc>) -> Result<(), Problem> {
        let failed = |error: DbError| Problem::internal(&error);
        let mut tx = self.database.begin().await.map_err(failed)?;
        let row: Option<(String, Option<DateTime<Utc>>)> = on!(tx, c => sqlx::query_as(
            "SELECT event, replayed_at FROM dead_letter WHERE tenant_id = $1 AND id = $2")
            .bind(tenant.as_str()).bind(id).fetch_optional(c).await)
        .map_err(failed)?;
        let Some((json, replayed_at)) = row else {
            return Err(Problem::new(
                Kind::NotFound,
                "dead_letter.not_found",
                "There is no dead letter with this id.",
            ));
        };
        if replayed_at.is_some() {
            return Err(Problem::new(
                Kind::Conflict,
                "dead_letter.replayed",
                "This dead letter was replayed before.",
            ));
        }
        let event = Event::from_cloud_event(&json).map_err(|error| Problem::internal(&error))?;
        if event.kind.starts_with("identity.") && !IdentityCopy::takes_away(&event) {
            return Err(Problem::new(
                Kind::Conflict,
                "dead_letter.outdated",
                "What it says of people or keys may have been changed since; make the change anew instead.",
            ));
        }
        let done = self.handle_again(tx, &event, now).await;
        match (&done, &self.handler) {
            (Ok(()), Some(handler)) => handler.committed().await,
            (Err(_), Some(handler)) => handler.rolled_back().await,
            _ => {}
        }
        done
    }

    async fn handle_again(&self, mut tx: Tx, event: &Event, now: DateTime<Utc>) -> Result<(), Problem> {
        let failed = |error: DbError| Problem::internal(&error);
        let events = std::slice::from_ref(event);
        self.identity.apply(event, &mut tx).await.map_err(unhandled)?;
        let is_wanted = self.subscriptions.iter().any(|subscription| subscription.wants(event));
        if let Some(handler) = self.handler.as_ref().filter(|_| is_wanted) {
            handler.handle_batch(events, &mut tx).await.map_err(unhandled)?;
        }
        on!(tx, c => sqlx::query("UPDATE dead_letter SET replayed_at = $1 WHERE tenant_id = $2 AND id = $3")
            .bind(now).bind(event.tenant.as_str()).bind(&event.id).run(c).await)
        .map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        self.identity.remember(events);
        Ok(())
    }
}

fn unhandled(error: HandleError) -> Problem {
    match error {
        HandleError::Poison { code, detail } => {
            Problem::new(Kind::Unprocessable, "dead_letter.still_poison", detail).param("cause", code)
        }
        HandleError::Transient(error) => Problem::internal(&*error.into_boxed_dyn_error()),
    }
}
