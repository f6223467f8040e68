//! Visits, and the work that alerts ask for.

use chassis::clock::micros;
use chassis::{TenantId, on};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Store;
use super::codec::{self, StoredJob, StoredPlacement, StoredReason, StoredReport, corrupt};
use crate::domain::appointment::{Appointment, BookedBy, Status};
use crate::domain::network::{Component, Job};
use crate::domain::time::Quarter;
use crate::error::{Error, Result};

/// The work that an alert asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertJob {
    pub alert_id: String,
    pub decision_id: Option<String>,
    pub job: Job,
}

/// Which visits a list shows; none of a field means all.
#[derive(Debug, Clone, Default)]
pub struct VisitFilter {
    pub status: Option<Status>,
    /// Not the visits of this status.
    pub status_not: Option<Status>,
    /// Only visits that have a slot, or had one when they were cancelled.
    pub placed: bool,
    pub vehicle_id: Option<String>,
    pub technician_id: Option<String>,
    /// Only visits of these vehicles.
    pub vehicles: Option<Vec<String>>,
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
    /// The place of the last visit of the page before.
    pub after: Option<(DateTime<Utc>, String)>,
    /// The latest before the earlier ones.
    pub latest_first: bool,
    pub limit: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    appointment_id: String,
    alert_id: Option<String>,
    status: String,
    version: i64,
    booked_by: String,
    retry_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    body: String,
}

#[derive(Serialize, Deserialize)]
struct Body {
    decision_id: Option<String>,
    #[serde(default)]
    provisional: bool,
    job: StoredJob,
    placement: Option<StoredPlacement>,
    why: StoredReason,
    cancel_reason: Option<StoredReason>,
    correlation_id: String,
    started_at: Option<DateTime<Utc>>,
    completed_at: Option<DateTime<Utc>>,
    report: Option<StoredReport>,
}

const COLUMNS: &str = "appointment_id, alert_id, status, version, booked_by, retry_at, created_at, updated_at, body";

fn of_tenant((tenant, id): (String, String)) -> (TenantId, String) {
    (TenantId::new(&tenant), id)
}

impl Row {
    fn appointment(self) -> Result<Appointment> {
        let body: Body = codec::from_text("appointment", &self.body)?;
        Ok(Appointment {
            status: Status::parse(&self.status).ok_or_else(|| corrupt("appointment"))?,
            booked_by: if self.booked_by == BookedBy::Auto.name() {
                BookedBy::Auto
            } else {
                BookedBy::User
            },
            decision_id: body.decision_id,
            provisional: body.provisional,
            job: body.job.job()?,
            placement: body.placement.map(StoredPlacement::placement).transpose()?,
            why: body.why.into(),
            cancel_reason: body.cancel_reason.map(Into::into),
            correlation_id: body.correlation_id,
            started_at: body.started_at,
            completed_at: body.completed_at,
            report: body.report.map(StoredReport::report).transpose()?,
            id: self.appointment_id,
            alert_id: self.alert_id,
            version: self.version,
            retry_at: self.retry_at,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

fn body_text(visit: &Appointment) -> Result<String> {
    codec::to_text(
        "appointment",
        &Body {
            decision_id: visit.decision_id.clone(),
            provisional: visit.provisional,
            job: StoredJob::from(&visit.job),
            placement: visit.placement.as_ref().map(StoredPlacement::from),
            why: StoredReason::from(&visit.why),
            cancel_reason: visit.cancel_reason.as_ref().map(StoredReason::from),
            correlation_id: visit.correlation_id.clone(),
            started_at: visit.started_at,
            completed_at: visit.completed_at,
            report: visit.report.as_ref().map(StoredReport::from),
        },
    )
}

/// When its work ends; none while it has no slot.
fn end_quarter(visit: &Appointment) -> Option<i64> {
    visit.placement.as_ref().map(|placement| placement.work.end.0)
}

impl Store<'_> {
    /// Remembers an alert's work. False if the alert is known already.
    pub async fn add_alert_job(&mut self, tenant: &TenantId, alert: &AlertJob) -> Result<bool> {
        let job = codec::to_text("job", &StoredJob::from(&alert.job))?;
        let written = on!(self.tx, c => sqlx::query(
            "INSERT INTO alert_jobs (tenant_id, alert_id, vehicle_id, decision_id, job) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (tenant_id, alert_id) DO NOTHING")
            .bind(tenant.as_str()).bind(&alert.alert_id).bind(&alert.job.vehicle_id).bind(&alert.decision_id)
            .bind(&job).run(c).await)?;
        Ok(written.rows_affected() == 1)
    }

    pub async fn alert_job(&mut self, tenant: &TenantId, alert_id: &str) -> Result<Option<AlertJob>> {
        let row: Option<(Option<String>, String)> = on!(self.tx, c => sqlx::query_as(
            "SELECT decision_id, job FROM alert_jobs WHERE tenant_id = $1 AND alert_id = $2")
            .bind(tenant.as_str()).bind(alert_id).fetch_optional(c).await)?;
        let Some((decision_id, job)) = row else { return Ok(None) };
        let job = codec::from_text::<StoredJob>("job", &job)?.job()?;
        Ok(Some(AlertJob {
            alert_id: alert_id.to_owned(),
            decision_id,
            job,
        }))
    }

    /// Writes a new visit.
    pub async fn add_visit(&mut self, tenant: &TenantId, visit: &Appointment) -> Result<()> {
        let body = body_text(visit)?;
        on!(self.tx, c => sqlx::query(
            "INSERT INTO appointments (tenant_id, appointment_id, vehicle_id, component, alert_id, status, version,
                booked_by, technician_id, listed_at, retry_at, created_at, updated_at, body, end_quarter)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)")
            .bind(tenant.as_str()).bind(&visit.id).bind(&visit.job.vehicle_id)
            .bind(visit.job.component.map(Component::name)).bind(&visit.alert_id).bind(visit.status.name())
            .bind(visit.version).bind(visit.booked_by.name())
            .bind(visit.placement.as_ref().map(|placement| placement.technician_id.as_str()))
            .bind(micros(visit.listed_at())).bind(visit.retry_at.map(micros))
            .bind(micros(visit.created_at)).bind(micros(visit.updated_at)).bind(&body).bind(end_quarter(visit))
            .run(c).await)?;
        Ok(())
    }

    /// Writes a changed visit, if nobody changed it since `read_version`.
    pub async fn change_visit(&mut self, tenant: &TenantId, visit: &Appointment, read_version: i64) -> Result<()> {
        let body = body_text(visit)?;
        let written = on!(self.tx, c => sqlx::query(
            "UPDATE appointments SET status = $1, version = $2, booked_by = $3, technician_id = $4, listed_at = $5,
                retry_at = $6, updated_at = $7, body = $8, alert_id = $9, end_quarter = $10
             WHERE tenant_id = $11 AND appointment_id = $12 AND version = $13")
            .bind(visit.status.name()).bind(visit.version).bind(visit.booked_by.name())
            .bind(visit.placement.as_ref().map(|placement| placement.technician_id.as_str()))
            .bind(micros(visit.listed_at())).bind(visit.retry_at.map(micros))
            .bind(micros(visit.updated_at)).bind(&body).bind(&visit.alert_id).bind(end_quarter(visit))
            .bind(tenant.as_str()).bind(&visit.id).bind(read_version).run(c).await)?;
        if written.rows_affected() == 0 {
            return Err(Error::VersionConflict {
                expected: read_version,
                found: visit.version,
            });
        }
        Ok(())
    }

    pub async fn visit(&mut self, tenant: &TenantId, id: &str) -> Result<Option<Appointment>> {
        let row: Option<Row> = on!(self.tx, c => {
            let mut query = sqlx::QueryBuilder::new("SELECT ");
            query.push(COLUMNS).push(" FROM appointments WHERE tenant_id = ").push_bind(tenant.as_str().to_owned());
            query.push(" AND appointment_id = ").push_bind(id.to_owned());
            query.build_query_as::<Row>().fetch_optional(c).await
        })?;
        row.map(Row::appointment).transpose()
    }

    /// The open visit of a vehicle for a component.
    pub async fn open_visit_for(
        &mut self,
        tenant: &TenantId,
        vehicle_id: &str,
        component: Component,
    ) -> Result<Option<Appointment>> {
        let id: Option<String> = on!(self.tx, c => sqlx::query_scalar(
            "SELECT appointment_id FROM appointments WHERE tenant_id = $1 AND vehicle_id = $2 AND component = $3
               AND status IN ('UNPLACED', 'SCHEDULED', 'STARTED')")
            .bind(tenant.as_str()).bind(vehicle_id).bind(component.name()).fetch_optional(c).await)?;
        match id {
            Some(id) => self.visit(tenant, &id).await,
            None => Ok(None),
        }
    }

    /// A vehicle's visits that have not started.
    pub async fn waiting_visits_of(&mut self, tenant: &TenantId, vehicle_id: &str) -> Result<Vec<Appointment>> {
        let ids: Vec<(String,)> = on!(self.tx, c => sqlx::query_as(
            "SELECT appointment_id FROM appointments
             WHERE tenant_id = $1 AND vehicle_id = $2 AND status IN ('UNPLACED', 'SCHEDULED') ORDER BY appointment_id")
            .bind(tenant.as_str()).bind(vehicle_id).fetch_all(c).await)?;
        let mut visits = Vec::with_capacity(ids.len());
        for (id,) in ids {
            visits.extend(self.visit(tenant, &id).await?);
        }
        Ok(visits)
    }

    /// Visits in order of their start (of asking, while unplaced), the earliest first unless the filter says otherwise.
    pub async fn visits(&mut self, tenant: &TenantId, filter: &VisitFilter) -> Result<Vec<Appointment>> {
        let rows: Vec<Row> = on!(self.tx, c => {
            let mut query = sqlx::QueryBuilder::new("SELECT ");
            query.push(COLUMNS).push(" FROM appointments WHERE tenant_id = ").push_bind(tenant.as_str().to_owned());
            if let Some(status) = filter.status {
                query.push(" AND status = ").push_bind(status.name());
            }
            if let Some(status) = filter.status_not {
                query.push(" AND status <> ").push_bind(status.name());
            }
            if filter.placed {
                query.push(" AND technician_id IS NOT NULL");
            }
            if let Some(vehicle_id) = &filter.vehicle_id {
                query.push(" AND vehicle_id = ").push_bind(vehicle_id.clone());
            }
            if let Some(technician_id) = &filter.technician_id {
                query.push(" AND technician_id = ").push_bind(technician_id.clone());
            }
            if let Some(vehicles) = &filter.vehicles {
                query.push(" AND vehicle_id IN (''");
                for vehicle_id in vehicles {
                    query.push(", ").push_bind(vehicle_id.clone());
                }
                query.push(")");
            }
            if let Some(from) = filter.from {
                query.push(" AND listed_at >= ").push_bind(micros(from));
            }
            if let Some(to) = filter.to {
                query.push(" AND listed_at < ").push_bind(micros(to));
            }
            if let Some((at, id)) = &filter.after {
                query.push(" AND (listed_at > ").push_bind(micros(*at)).push(" OR (listed_at = ").push_bind(micros(*at));
                query.push(" AND appointment_id > ").push_bind(id.clone()).push("))");
            }
            query.push(if filter.latest_first {
                " ORDER BY listed_at DESC, appointment_id DESC LIMIT "
            } else {
                " ORDER BY listed_at, appointment_id LIMIT "
            });
            query.push_bind(filter.limit);
            query.build_query_as::<Row>().fetch_all(c).await
        })?;
        rows.into_iter().map(Row::appointment).collect()
    }

    /// Tenant and id of unplaced visits that are due to be tried again, the longest waiting first.
    pub async fn due_visits(&mut self, now: DateTime<Utc>, limit: i64) -> Result<Vec<(TenantId, String)>> {
        let rows: Vec<(String, String)> = on!(self.tx, c => sqlx::query_as(
            "SELECT tenant_id, appointment_id FROM appointments
             WHERE retry_at IS NOT NULL AND retry_at <= $1 ORDER BY retry_at, created_at LIMIT $2")
            .bind(micros(now)).bind(limit).fetch_all(c).await)?;
        Ok(rows.into_iter().map(of_tenant).collect())
    }

    /// Tenant and id of visits that nobody began and whose work was to end by `ended_by`, the first to end first.
    pub async fn missed_visits(&mut self, ended_by: Quarter, limit: i64) -> Result<Vec<(TenantId, String)>> {
        let rows: Vec<(String, String)> = on!(self.tx, c => sqlx::query_as(
            "SELECT tenant_id, appointment_id FROM appointments
             WHERE status = 'SCHEDULED' AND end_quarter <= $1 ORDER BY end_quarter, created_at LIMIT $2")
            .bind(ended_by.0).bind(limit).fetch_all(c).await)?;
        Ok(rows.into_iter().map(of_tenant).collect())
    }

    /// When the work of the next visit ends that has not begun, of any tenant.
    pub async fn next_visit_end(&mut self) -> Result<Option<Quarter>> {
        let end: Option<i64> = on!(self.tx, c => sqlx::query_scalar(
            "SELECT end_quarter FROM appointments WHERE status = 'SCHEDULED' AND end_quarter IS NOT NULL
             ORDER BY end_quarter LIMIT 1").fetch_optional(c).await)?;
        Ok(end.map(Quarter))
    }

    /// When the next unplaced visit is to be tried again, of any tenant.
    pub async fn next_visit_due(&mut self) -> Result<Option<DateTime<Utc>>> {
        Ok(on!(self.tx, c => sqlx::query_scalar(
            "SELECT retry_at FROM appointments WHERE retry_at IS NOT NULL ORDER BY retry_at LIMIT 1").fetch_optional(c).await)?)
    }

    /// Makes all unplaced visits of a tenant due: the network has changed.
    pub async fn retry_unplaced(&mut self, tenant: &TenantId, now: DateTime<Utc>) -> Result<()> {
        on!(self.tx, c => sqlx::query(
            "UPDATE appointments SET retry_at = $1 WHERE tenant_id = $2 AND status = 'UNPLACED' AND retry_at > $1")
            .bind(micros(now)).bind(tenant.as_str()).run(c).await)?;
        Ok(())
    }
}
