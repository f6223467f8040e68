//! The delivery ledger: one row per intent (alert, level of the chain, recipient, channel).

use chassis::ids::TenantId;
use chrono::{DateTime, Utc};

use super::Store;
use crate::domain::delivery::{Channel, State};
use crate::error::Error;

/// An intent about to be journaled. Times are machine time.
#[derive(Clone, Debug)]
pub struct NewDelivery<'a> {
    pub id: &'a str,
    pub alert_id: &'a str,
    pub level: i64,
    pub recipient_id: &'a str,
    pub channel: Channel,
    pub state: State,
    pub reason: Option<&'a str>,
    pub attempts: i64,
    pub created_at: DateTime<Utc>,
}

/// A row of the ledger. Times are machine time.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    pub tenant: TenantId,
    pub id: String,
    pub alert_id: String,
    pub level: i64,
    pub recipient_id: String,
    pub channel: Channel,
    pub state: State,
    /// Why it failed, waits or was suppressed: a stable code.
    pub reason: Option<String>,
    pub attempts: i64,
    /// How often the process stopped, or the answer was lost, between sending and noting it.
    pub in_doubt_count: i64,
    pub provider_id: Option<String>,
    pub created_at: DateTime<Utc>,
    /// Set while the row is in flight.
    pub next_attempt_at: Option<DateTime<Utc>>,
    pub settled_at: Option<DateTime<Utc>>,
    /// From intent to rest.
    pub latency_ms: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct DeliveryRow {
    tenant_id: String,
    delivery_id: String,
    alert_id: String,
    level: i64,
    recipient_id: String,
    channel: String,
    state: String,
    reason: Option<String>,
    attempts: i64,
    in_doubt_count: i64,
    provider_id: Option<String>,
    created_at: DateTime<Utc>,
    next_attempt_at: Option<DateTime<Utc>>,
    settled_at: Option<DateTime<Utc>>,
    latency_ms: Option<i64>,
}

impl TryFrom<DeliveryRow> for Delivery {
    type Error = Error;

    fn try_from(row: DeliveryRow) -> Result<Self, Error> {
        Ok(Self {
            tenant: TenantId::new(&row.tenant_id),
            id: row.delivery_id,
            alert_id: row.alert_id,
            level: row.level,
            recipient_id: row.recipient_id,
            channel: Channel::parse(&row.channel).ok_or(Error::Corrupt {
                what: "delivery.channel",
            })?,
            state: State::parse(&row.state).ok_or(Error::Corrupt { what: "delivery.state" })?,
            reason: row.reason,
            attempts: row.attempts,
            in_doubt_count: row.in_doubt_count,
            provider_id: row.provider_id,
            created_at: row.created_at,
            next_attempt_at: row.next_attempt_at,
            settled_at: row.settled_at,
            latency_ms: row.latency_ms,
        })
    }
}

impl Store<'_> {
    /// Journals an intent; false when this recipient was meant to be told by this channel at this level already.
    pub async fn insert_delivery(&mut self, tenant: &TenantId, new: &NewDelivery<'_>) -> Result<bool, Error> {
        let settled = (new.state != State::Pending).then_some(new.created_at);
        let next = (new.state == State::Pending).then_some(new.created_at);
        let done = chassis::on!(self.tx, c => sqlx::query(
            "INSERT INTO delivery (tenant_id, delivery_id, alert_id, level, recipient_id, channel, state, reason, attempts,
                 in_doubt_count, created_at, next_attempt_at, settled_at, latency_ms)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $11, $12, $13) ON CONFLICT DO NOTHING")
            .bind(tenant.as_str()).bind(new.id).bind(new.alert_id).bind(new.level).bind(new.recipient_id)
            .bind(new.channel.as_str()).bind(new.state.as_str()).bind(new.reason).bind(new.attempts)
            .bind(new.created_at).bind(next).bind(settled).bind(settled.map(|_| 0_i64))
            .execute(c).await)?;
        Ok(done.rows_affected() == 1)
    }

    /// Saves how a delivery stands, if it is still in `from`. False when somebody else moved it.
    pub async fn move_delivery(&mut self, delivery: &Delivery, from: State) -> Result<bool, Error> {
        let done = chassis::on!(self.tx, c => sqlx::query(
            "UPDATE delivery SET state = $4, reason = $5, attempts = $6, in_doubt_count = $7, provider_id = $8,
                 next_attempt_at = $9, settled_at = $10, latency_ms = $11
             WHERE tenant_id = $1 AND delivery_id = $2 AND state = $3")
            .bind(delivery.tenant.as_str()).bind(&delivery.id).bind(from.as_str()).bind(delivery.state.as_str())
            .bind(delivery.reason.as_deref()).bind(delivery.attempts).bind(delivery.in_doubt_count)
            .bind(delivery.provider_id.as_deref()).bind(delivery.next_attempt_at).bind(delivery.settled_at)
            .bind(delivery.latency_ms)
            .execute(c).await)?;
        Ok(done.rows_affected() == 1)
    }

    /// Pending deliveries of all tenants whose time has come, the gravest first.
    pub async fn due_deliveries(&mut self, now: DateTime<Utc>, limit: i64) -> Result<Vec<Delivery>, Error> {
        let rows: Vec<DeliveryRow> = chassis::on!(self.tx, c => sqlx::query_as(
            "SELECT d.* FROM delivery d JOIN alert a ON a.tenant_id = d.tenant_id AND a.alert_id = d.alert_id
             WHERE d.next_attempt_at IS NOT NULL AND d.next_attempt_at <= $1 AND d.state = 'PENDING'
             ORDER BY a.severity_rank DESC, d.next_attempt_at, d.delivery_id LIMIT $2")
            .bind(now).bind(limit).fetch_all(c).await)?;
        rows.into_iter().map(Delivery::try_from).collect()
    }

    /// Deliveries of all tenants that a former process left between sending and noting it.
    pub async fn interrupted_deliveries(&mut self) -> Result<Vec<Delivery>, Error> {
        let rows: Vec<DeliveryRow> = chassis::on!(self.tx, c => sqlx::query_as(
            "SELECT * FROM delivery WHERE next_attempt_at IS NOT NULL AND state = 'SENDING' ORDER BY delivery_id")
            .fetch_all(c).await)?;
        rows.into_iter().map(Delivery::try_from).collect()
    }

    /// The ledger of one alert in the order of intents; of one recipient only, if given. At most 500 rows.
    pub async fn deliveries(
        &mut self,
        tenant: &TenantId,
        alert_id: &str,
        recipient_id: Option<&str>,
    ) -> Result<Vec<Delivery>, Error> {
        let rows: Vec<DeliveryRow> = chassis::on!(self.tx, c => sqlx::query_as(
            "SELECT * FROM delivery WHERE tenant_id = $1 AND alert_id = $2 AND (recipient_id = $3 OR $4)
             ORDER BY level, created_at, recipient_id, channel LIMIT 500")
            .bind(tenant.as_str()).bind(alert_id).bind(recipient_id.unwrap_or_default()).bind(recipient_id.is_none())
            .fetch_all(c).await)?;
        rows.into_iter().map(Delivery::try_from).collect()
    }

    /// Everybody who was meant to be told of an alert.
    pub async fn recipient_ids(&mut self, tenant: &TenantId, alert_id: &str) -> Result<Vec<String>, Error> {
        Ok(chassis::on!(self.tx, c => sqlx::query_scalar(
            "SELECT DISTINCT recipient_id FROM delivery WHERE tenant_id = $1 AND alert_id = $2 ORDER BY recipient_id")
            .bind(tenant.as_str()).bind(alert_id).fetch_all(c).await)?)
    }
}
