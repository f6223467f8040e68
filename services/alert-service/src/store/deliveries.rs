//! The delivery ledger: one row per intent (alert or report, level of the chain, recipient, channel).

use chassis::ids::TenantId;
use chrono::{DateTime, Utc};

use super::Store;
use crate::domain::delivery::{About, Channel, State, Tries};
use crate::error::Error;

/// An intent about to be journaled. Times are machine time.
#[derive(Clone, Debug)]
pub struct NewDelivery<'a> {
    pub id: &'a str,
    pub about: About,
    /// The alert or the report.
    pub about_id: &'a str,
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
    pub about: About,
    /// The alert or the report.
    pub about_id: String,
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
    /// While it is being sent: how long its sender may be left alone with it, by [`Store::claim_clock`].
    pub claimed_until: Option<DateTime<Utc>>,
    pub settled_at: Option<DateTime<Utc>>,
    /// From intent to rest.
    pub latency_ms: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct DeliveryRow {
    tenant_id: String,
    delivery_id: String,
    about: String,
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
    claimed_until: Option<DateTime<Utc>>,
    settled_at: Option<DateTime<Utc>>,
    latency_ms: Option<i64>,
}

/// Which of the messages that are being sent count as interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interrupted {
    /// All: no other process is alive.
    All,
    /// Those whose claim has run out.
    Expired,
}

/// A place in the ledger that only one instance can leave: the state, and the number of attempts made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub state: State,
    pub attempts: i64,
}

impl Delivery {
    /// How often it was tried.
    pub fn tries(&self) -> Tries {
        let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        Tries {
            attempts: count(self.attempts),
            in_doubt: count(self.in_doubt_count),
        }
    }

    /// Where it stands.
    pub fn place(&self) -> Place {
        Place {
            state: self.state,
            attempts: self.attempts,
        }
    }
}

impl TryFrom<DeliveryRow> for Delivery {
    type Error = Error;

    fn try_from(row: DeliveryRow) -> Result<Self, Error> {
        Ok(Self {
            tenant: TenantId::new(&row.tenant_id),
            id: row.delivery_id,
            about: About::parse(&row.about).ok_or(Error::Corrupt { what: "delivery.about" })?,
            about_id: row.alert_id,
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
            claimed_until: row.claimed_until,
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
                 in_doubt_count, created_at, next_attempt_at, settled_at, latency_ms, about)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING")
            .bind(tenant.as_str()).bind(new.id).bind(new.about_id).bind(new.level).bind(new.recipient_id)
            .bind(new.channel.as_str()).bind(new.state.as_str()).bind(new.reason).bind(new.attempts)
            .bind(new.created_at).bind(next).bind(settled).bind(settled.map(|_| 0_i64))
            .bind(new.about.as_str())
            .run(c).await)?;
        Ok(done.rows_affected() == 1)
    }

    /// Saves how a delivery stands, if it is still at `from`. False when somebody else moved it.
    pub async fn move_delivery(&mut self, delivery: &Delivery, from: Place) -> Result<bool, Error> {
        let done = chassis::on!(self.tx, c => sqlx::query(
            "UPDATE delivery SET state = $4, reason = $5, attempts = $6, in_doubt_count = $7, provider_id = $8,
                 next_attempt_at = $9, settled_at = $10, latency_ms = $11, claimed_until = $12
             WHERE tenant_id = $1 AND delivery_id = $2 AND state = $3 AND attempts = $13")
            .bind(delivery.tenant.as_str()).bind(&delivery.id).bind(from.state.as_str()).bind(delivery.state.as_str())
            .bind(delivery.reason.as_deref()).bind(delivery.attempts).bind(delivery.in_doubt_count)
            .bind(delivery.provider_id.as_deref()).bind(delivery.next_attempt_at).bind(delivery.settled_at)
            .bind(delivery.latency_ms).bind(delivery.claimed_until).bind(from.attempts)
            .run(c).await)?;
        Ok(done.rows_affected() == 1)
    }

    /// Whether a pending delivery's time has come, of any tenant.
    pub async fn is_any_due(&mut self, now: DateTime<Utc>) -> Result<bool, Error> {
        let found: Option<String> = chassis::on!(self.tx, c => sqlx::query_scalar(
            "SELECT delivery_id FROM delivery
             WHERE next_attempt_at IS NOT NULL AND next_attempt_at <= $1 AND state = 'PENDING' LIMIT 1")
            .bind(now).fetch_optional(c).await)?;
        Ok(found.is_some())
    }

    /// The gravest pending delivery of all tenants whose time has come, locked for this transaction; one that another instance has locked
    /// is passed over. Reports come after all alerts.
    pub async fn take_due_delivery(&mut self, now: DateTime<Utc>) -> Result<Option<Delivery>, Error> {
        macro_rules! gravest {
            ($lock:literal) => {
                concat!(
                    "SELECT d.* FROM delivery d LEFT JOIN alert a ON a.tenant_id = d.tenant_id AND a.alert_id = d.alert_id
                     WHERE d.next_attempt_at IS NOT NULL AND d.next_attempt_at <= $1 AND d.state = 'PENDING'
                     ORDER BY COALESCE(a.severity_rank, -1) DESC, d.next_attempt_at, d.delivery_id LIMIT 1",
                    $lock
                )
            };
        }
        let sql = self.tx.dialect(gravest!(""), gravest!(" FOR UPDATE OF d SKIP LOCKED"));
        let row: Option<DeliveryRow> =
            chassis::on!(self.tx, c => sqlx::query_as(sql).bind(now).fetch_optional(c).await)?;
        row.map(Delivery::try_from).transpose()
    }

    /// The clock that instances share.
    pub async fn claim_clock(&mut self, machine_now: DateTime<Utc>) -> Result<DateTime<Utc>, Error> {
        Ok(self.tx.claim_clock(machine_now).await?)
    }

    /// Whether any delivery is being sent, of any tenant.
    pub async fn is_any_sending(&mut self) -> Result<bool, Error> {
        let found: Option<String> = chassis::on!(self.tx, c => sqlx::query_scalar(
            "SELECT delivery_id FROM delivery WHERE next_attempt_at IS NOT NULL AND state = 'SENDING' LIMIT 1")
            .fetch_optional(c).await)?;
        Ok(found.is_some())
    }

    /// Deliveries of all tenants that a stopped instance left between sending and noting it. `now` is [`Store::claim_clock`].
    pub async fn interrupted_deliveries(
        &mut self,
        whose: Interrupted,
        now: DateTime<Utc>,
    ) -> Result<Vec<Delivery>, Error> {
        let rows: Vec<DeliveryRow> = chassis::on!(self.tx, c => sqlx::query_as(
            "SELECT * FROM delivery WHERE next_attempt_at IS NOT NULL AND state = 'SENDING'
                 AND ($1 OR claimed_until IS NULL OR claimed_until < $2) ORDER BY delivery_id")
            .bind(whose == Interrupted::All).bind(now).fetch_all(c).await)?;
        rows.into_iter().map(Delivery::try_from).collect()
    }

    /// The ledger of one alert or report in the order of intents; of one recipient only, if given. At most 500 rows.
    pub async fn deliveries(
        &mut self,
        tenant: &TenantId,
        about_id: &str,
        recipient_id: Option<&str>,
    ) -> Result<Vec<Delivery>, Error> {
        let rows: Vec<DeliveryRow> = chassis::on!(self.tx, c => sqlx::query_as(
            "SELECT * FROM delivery WHERE tenant_id = $1 AND alert_id = $2 AND (recipient_id = $3 OR $4)
             ORDER BY level, created_at, recipient_id, channel LIMIT 500")
            .bind(tenant.as_str()).bind(about_id).bind(recipient_id.unwrap_or_default()).bind(recipient_id.is_none())
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
