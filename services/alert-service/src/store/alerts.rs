//! Alerts: raised once, changed under a version, listed newest first.

use chassis::ids::TenantId;
use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;

use super::{Store, from_json, to_json};
use crate::domain::alert::{Acknowledgement, Alert, Booking, Resolution, ResolvedReason, Status};
use crate::domain::deduplication::hour_of;
use crate::domain::severity::{Severity, Urgency};
use crate::error::Error;
use crate::shapes::Content;

/// Where a page of the list ends: the next one starts after it.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertPosition {
    pub raised_at: DateTime<Utc>,
    pub alert_id: String,
}

/// Which alerts are listed or counted. Empty lists mean "any".
#[derive(Clone, Debug, Default)]
pub struct AlertFilter {
    pub severities: Vec<Severity>,
    pub statuses: Vec<Status>,
    pub vehicle_id: Option<String>,
    /// The only vehicles the viewer may see; `None` means all of the tenant.
    pub visible_vehicle_ids: Option<Vec<String>>,
}

/// Numbers about alerts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    /// (severity, status, how many).
    pub alerts: Vec<(Severity, Status, i64)>,
    /// (delivery state, how many).
    pub deliveries: Vec<(String, i64)>,
    /// Messages that were in doubt at least once.
    pub deliveries_once_in_doubt: i64,
}

#[derive(sqlx::FromRow)]
struct AlertRow {
    alert_id: String,
    decision_id: String,
    vehicle_id: String,
    component: String,
    severity: String,
    urgency: String,
    content: String,
    historical: bool,
    event_time: DateTime<Utc>,
    raised_at: DateTime<Utc>,
    correlation_id: String,
    acknowledged_by: Option<String>,
    acknowledged_at: Option<DateTime<Utc>>,
    resolved_reason: Option<String>,
    resolved_note: Option<String>,
    resolved_by: Option<String>,
    resolved_appointment_id: Option<String>,
    resolved_at: Option<DateTime<Utc>>,
    appointment_id: Option<String>,
    appointment_starts_at: Option<DateTime<Utc>>,
    version: i64,
}

/// The columns of [`AlertRow`].
const COLUMNS: &str = "alert_id, decision_id, vehicle_id, component, severity, urgency, content, historical, event_time, \
    raised_at, correlation_id, acknowledged_by, acknowledged_at, resolved_reason, resolved_note, resolved_by, \
    resolved_appointment_id, resolved_at, appointment_id, appointment_starts_at, version";

impl TryFrom<AlertRow> for Alert {
    type Error = Error;

    fn try_from(row: AlertRow) -> Result<Self, Error> {
        let content: Content = from_json(&row.content, "alert.content")?;
        let resolution = match (row.resolved_at, row.resolved_reason) {
            (Some(at), Some(reason)) => Some(Resolution {
                reason: ResolvedReason::parse(&reason).ok_or(Error::Corrupt {
                    what: "alert.resolved_reason",
                })?,
                note: row.resolved_note,
                by: row.resolved_by,
                appointment_id: row.resolved_appointment_id,
                at,
            }),
            _ => None,
        };
        Ok(Self {
            id: row.alert_id,
            decision_id: row.decision_id,
            vehicle_id: row.vehicle_id,
            component: row.component,
            severity: Severity::parse(&row.severity).ok_or(Error::Corrupt { what: "alert.severity" })?,
            urgency: Urgency::parse(&row.urgency).ok_or(Error::Corrupt { what: "alert.urgency" })?,
            content: content.into(),
            historical: row.historical,
            event_time: row.event_time,
            raised_at: row.raised_at,
            correlation_id: row.correlation_id,
            acknowledgement: row
                .acknowledged_by
                .zip(row.acknowledged_at)
                .map(|(by, at)| Acknowledgement { by, at }),
            resolution,
            booking: row
                .appointment_id
                .zip(row.appointment_starts_at)
                .map(|(appointment_id, starts_at)| Booking {
                    appointment_id,
                    starts_at,
                }),
            version: row.version,
        })
    }
}

impl Store<'_> {
    /// Saves a new alert; false when one as bad exists already for its vehicle, component and hour.
    pub async fn insert_alert(&mut self, tenant: &TenantId, alert: &Alert) -> Result<bool, Error> {
        let content = to_json(&Content::from(&alert.content));
        let done = chassis::on!(self.tx, c => sqlx::query(
            "INSERT INTO alert (tenant_id, alert_id, decision_id, vehicle_id, component, severity, severity_rank, urgency,
                 content, historical, event_time, event_hour, raised_at, correlation_id, status, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0) ON CONFLICT DO NOTHING")
            .bind(tenant.as_str()).bind(&alert.id).bind(&alert.decision_id).bind(&alert.vehicle_id)
            .bind(&alert.component).bind(alert.severity.as_str()).bind(alert.severity.rank())
            .bind(alert.urgency.as_str()).bind(&content).bind(alert.historical).bind(alert.event_time)
            .bind(hour_of(alert.event_time)).bind(alert.raised_at).bind(&alert.correlation_id)
            .bind(alert.status().as_str())
            .run(c).await)?;
        Ok(done.rows_affected() == 1)
    }

    /// The worst alert of this vehicle, component and hour of event time that is not over: after a resolved one the same is news.
    pub async fn worst_alert_of_hour(
        &mut self,
        tenant: &TenantId,
        vehicle_id: &str,
        component: &str,
        event_time: DateTime<Utc>,
        historical: bool,
    ) -> Result<Option<(String, Severity)>, Error> {
        let row: Option<(String, String)> = chassis::on!(self.tx, c => sqlx::query_as(
            "SELECT alert_id, severity FROM alert WHERE tenant_id = $1 AND vehicle_id = $2 AND component = $3
               AND event_hour = $4 AND historical = $5 AND status <> 'RESOLVED' ORDER BY severity_rank DESC LIMIT 1")
            .bind(tenant.as_str()).bind(vehicle_id).bind(component).bind(hour_of(event_time)).bind(historical)
            .fetch_optional(c).await)?;
        row.map(|(alert_id, severity)| {
            let severity = Severity::parse(&severity).ok_or(Error::Corrupt { what: "alert.severity" })?;
            Ok((alert_id, severity))
        })
        .transpose()
    }

    /// One alert, whoever asks.
    pub async fn alert(&mut self, tenant: &TenantId, alert_id: &str) -> Result<Option<Alert>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM alert WHERE tenant_id = $1 AND alert_id = $2");
        let row: Option<AlertRow> = chassis::on!(self.tx, c => sqlx::query_as(AssertSqlSafe(sql))
            .bind(tenant.as_str()).bind(alert_id).fetch_optional(c).await)?;
        row.map(Alert::try_from).transpose()
    }

    /// Saves the changeable part of an alert, if nobody changed it since it was read.
    pub async fn update_alert(&mut self, tenant: &TenantId, alert: &Alert) -> Result<(), Error> {
        let (ack, resolution, booking) = (&alert.acknowledgement, &alert.resolution, &alert.booking);
        let done = chassis::on!(self.tx, c => sqlx::query(
            "UPDATE alert SET status = $3, acknowledged_by = $4, acknowledged_at = $5, resolved_reason = $6,
                 resolved_note = $7, resolved_by = $8, resolved_appointment_id = $9, resolved_at = $10,
                 appointment_id = $11, appointment_starts_at = $12, version = version + 1
             WHERE tenant_id = $1 AND alert_id = $2 AND version = $13")
            .bind(tenant.as_str()).bind(&alert.id).bind(alert.status().as_str())
            .bind(ack.as_ref().map(|ack| ack.by.as_str())).bind(ack.as_ref().map(|ack| ack.at))
            .bind(resolution.as_ref().map(|resolution| resolution.reason.as_str()))
            .bind(resolution.as_ref().and_then(|resolution| resolution.note.as_deref()))
            .bind(resolution.as_ref().and_then(|resolution| resolution.by.as_deref()))
            .bind(resolution.as_ref().and_then(|resolution| resolution.appointment_id.as_deref()))
            .bind(resolution.as_ref().map(|resolution| resolution.at))
            .bind(booking.as_ref().map(|booking| booking.appointment_id.as_str()))
            .bind(booking.as_ref().map(|booking| booking.starts_at))
            .bind(alert.version)
            .run(c).await)?;
        if done.rows_affected() == 1 {
            Ok(())
        } else {
            Err(Error::ChangedMeanwhile {
                alert_id: alert.id.clone(),
            })
        }
    }

    /// Alerts newest first, after a position, at most `limit`.
    pub async fn alerts(
        &mut self,
        tenant: &TenantId,
        filter: &AlertFilter,
        after: Option<&AlertPosition>,
        limit: i64,
    ) -> Result<Vec<Alert>, Error> {
        let mut conditions = Conditions::of(filter);
        if let Some(position) = after {
            conditions.after(position);
        }
        let limit_place = conditions.next_place();
        let sql = format!(
            "SELECT {COLUMNS} FROM alert WHERE tenant_id = $1{} ORDER BY raised_at DESC, alert_id DESC LIMIT ${limit_place}",
            conditions.sql
        );
        let rows: Vec<AlertRow> = chassis::on!(self.tx, c => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(tenant.as_str().to_owned());
            for value in conditions.values {
                query = match value {
                    Value::Text(text) => query.bind(text),
                    Value::Time(time) => query.bind(time),
                };
            }
            query.bind(limit).fetch_all(c).await
        })?;
        rows.into_iter().map(Alert::try_from).collect()
    }

    /// Alerts that are not resolved: of one vehicle or of the whole tenant, raised since `since`, newest first.
    pub async fn unresolved_alerts(
        &mut self,
        tenant: &TenantId,
        vehicle_id: Option<&str>,
        since: Option<DateTime<Utc>>,
    ) -> Result<Vec<Alert>, Error> {
        /// More open alerts than this at once are not looked at; the newest come first.
        const UNRESOLVED_MAX: i64 = 500;
        let filter = AlertFilter {
            statuses: vec![Status::Open, Status::Acknowledged],
            vehicle_id: vehicle_id.map(str::to_owned),
            ..AlertFilter::default()
        };
        let mut alerts = self.alerts(tenant, &filter, None, UNRESOLVED_MAX).await?;
        alerts.retain(|alert| since.is_none_or(|since| alert.raised_at >= since));
        Ok(alerts)
    }

    /// The alerts that a visit was booked for.
    pub async fn alert_of_appointment(&mut self, tenant: &TenantId, appointment_id: &str) -> Result<Vec<Alert>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM alert WHERE tenant_id = $1 AND appointment_id = $2");
        let rows: Vec<AlertRow> = chassis::on!(self.tx, c => sqlx::query_as(AssertSqlSafe(sql))
            .bind(tenant.as_str()).bind(appointment_id).fetch_all(c).await)?;
        rows.into_iter().map(Alert::try_from).collect()
    }

    /// How many alerts stand where, and how their deliveries stand.
    pub async fn count_alerts(&mut self, tenant: &TenantId, filter: &AlertFilter) -> Result<Counts, Error> {
        let conditions = Conditions::of(filter);
        let alerts = format!(
            "SELECT severity, status, COUNT(*) FROM alert WHERE tenant_id = $1{} GROUP BY severity, status",
            conditions.sql
        );
        let deliveries = format!(
            "SELECT state, COUNT(*), COALESCE(SUM(CASE WHEN in_doubt_count > 0 THEN 1 ELSE 0 END), 0) FROM delivery
             WHERE tenant_id = $1 AND alert_id IN (SELECT alert_id FROM alert WHERE tenant_id = $1{}) GROUP BY state",
            conditions.sql
        );
        let texts = conditions.texts();
        let by_status: Vec<(String, String, i64)> = chassis::on!(self.tx, c => {
            let mut query = sqlx::query_as(AssertSqlSafe(alerts)).bind(tenant.as_str().to_owned());
            for text in texts.clone() {
                query = query.bind(text);
            }
            query.fetch_all(c).await
        })?;
        let by_state: Vec<(String, i64, i64)> = chassis::on!(self.tx, c => {
            let mut query = sqlx::query_as(AssertSqlSafe(deliveries)).bind(tenant.as_str().to_owned());
            for text in texts {
                query = query.bind(text);
            }
            query.fetch_all(c).await
        })?;
        let known = |(severity, status, count): (String, String, i64)| {
            Severity::parse(&severity)
                .zip(Status::parse(&status))
                .map(|(severity, status)| (severity, status, count))
        };
        Ok(Counts {
            alerts: by_status.into_iter().filter_map(known).collect(),
            deliveries_once_in_doubt: by_state.iter().map(|(_, _, in_doubt)| in_doubt).sum(),
            deliveries: by_state.into_iter().map(|(state, count, _)| (state, count)).collect(),
        })
    }
}

enum Value {
    Text(String),
    Time(DateTime<Utc>),
}

/// Conditions of a list as SQL with numbered places; values are always bound, never written into the text.
struct Conditions {
    sql: String,
    values: Vec<Value>,
}

impl Conditions {
    fn of(filter: &AlertFilter) -> Self {
        let mut conditions = Self {
            sql: String::new(),
            values: Vec::new(),
        };
        if !filter.severities.is_empty() {
            conditions.one_of(
                "severity",
                filter.severities.iter().map(|severity| severity.as_str().to_owned()),
            );
        }
        if !filter.statuses.is_empty() {
            conditions.one_of(
                "status",
                filter.statuses.iter().map(|status| status.as_str().to_owned()),
            );
        }
        if let Some(vehicle_id) = &filter.vehicle_id {
            conditions.one_of("vehicle_id", std::iter::once(vehicle_id.clone()));
        }
        if let Some(visible) = &filter.visible_vehicle_ids {
            conditions.one_of("vehicle_id", visible.iter().cloned());
        }
        conditions
    }

    /// The number of the next place; `$1` is the tenant.
    fn next_place(&self) -> usize {
        self.values.len() + 2
    }

    fn one_of(&mut self, column: &str, texts: impl Iterator<Item = String>) {
        let first = self.next_place();
        self.values.extend(texts.map(Value::Text));
        let places: Vec<String> = (first..self.next_place()).map(|place| format!("${place}")).collect();
        if places.is_empty() {
            // Nothing is allowed, so nothing matches.
            self.sql.push_str(" AND 1 = 0");
        } else {
            self.sql.push_str(&format!(" AND {column} IN ({})", places.join(", ")));
        }
    }

    fn after(&mut self, position: &AlertPosition) {
        let place = self.next_place();
        self.sql
            .push_str(&format!(" AND (raised_at, alert_id) < (${place}, ${})", place + 1));
        self.values.push(Value::Time(position.raised_at));
        self.values.push(Value::Text(position.alert_id.clone()));
    }

    fn texts(&self) -> Vec<String> {
        let text = |value: &Value| match value {
            Value::Text(text) => Some(text.clone()),
            Value::Time(_) => None,
        };
        self.values.iter().filter_map(text).collect()
    }
}
