//! Hears of an alert: keeps the work that it asks for, and books CRITICAL and EMERGENCY ones without being asked; provisionally
//! where their decision asks for a second look.

use chassis::TenantId;
use chrono::{DateTime, Utc};

use super::{App, end_missed_visit, planning};
use crate::domain::appointment::{Appointment, BookedBy, Severity, Status};
use crate::domain::network::{BayNeed, Component, Job, PartNeed, VehicleClass, labour_quarters, merge_parts};
use crate::domain::reason::Reason;
use crate::domain::review::{Booking, booking};
use crate::domain::risk::{LifeKm, RemainingLife, Urgency, km_per_day};
use crate::error::Result;
use crate::store::{AlertJob, RestingAlert, Store, Vehicle};

/// An alert as this service understands it.
#[derive(Debug, Clone)]
pub struct RaisedAlert {
    pub alert_id: String,
    pub decision_id: Option<String>,
    pub vehicle_id: String,
    pub component: Option<Component>,
    pub severity: Option<Severity>,
    pub urgency: Urgency,
    pub required_skill: String,
    pub labour_hours: f64,
    pub parts: Vec<PartNeed>,
    pub life_km: Option<LifeKm>,
    pub odometer_km: Option<f64>,
    /// When the alert was true (event time).
    pub raised_at: DateTime<Utc>,
    /// It is about the past beyond the live horizon: nothing is booked for it.
    pub historical: bool,
    /// Its decision asks that a person look before anything is booked.
    pub held: bool,
    pub correlation_id: String,
}

/// Runs inside the consumer's transaction. An alert that is known already changes nothing.
pub async fn accept_alert(app: &App, store: &mut Store<'_>, tenant: &TenantId, alert: RaisedAlert) -> Result<()> {
    let vehicle = store.vehicle(tenant, &alert.vehicle_id).await?;
    let job = job_of(app, &alert, vehicle.as_ref());
    let known = AlertJob {
        alert_id: alert.alert_id.clone(),
        decision_id: alert.decision_id.clone(),
        job: job.clone(),
    };
    if !store.add_alert_job(tenant, &known).await? {
        return Ok(());
    }
    let retired = vehicle.is_some_and(|vehicle| vehicle.retired);
    if alert.historical || retired || !alert.severity.is_some_and(Severity::books_itself) {
        return Ok(());
    }
    let verdict = match &alert.decision_id {
        Some(decision_id) => store.verdict(tenant, decision_id).await?,
        None => None,
    };
    let booking = booking(alert.held, verdict);
    if booking == Booking::Never {
        return Ok(());
    }
    let open = end_missed_visit::open_visit(app, store, tenant, &alert.vehicle_id, alert.component).await?;
    let resting = RestingAlert {
        alert_id: alert.alert_id.clone(),
        decision_id: alert.decision_id.clone(),
        held: alert.held,
    };
    match open {
        None => {
            let visit = wanted(tenant, alert, job, booking, app.clock.now());
            store.rest_alert(tenant, &visit.id, &resting).await?;
            book(app, store, tenant, visit).await
        }
        Some(visit) => {
            store.rest_alert(tenant, &visit.id, &resting).await?;
            share(app, store, tenant, visit, resting, booking).await
        }
    }
}

/// Books a visit that has no slot yet; without one it waits.
pub(super) async fn book(app: &App, store: &mut Store<'_>, tenant: &TenantId, mut visit: Appointment) -> Result<()> {
    let events = planning::place(app, store, tenant, &mut visit, app.clock.now()).await?;
    store.add_visit(tenant, &visit).await?;
    metrics::counter!("scheduling_auto_bookings_total", "outcome" => visit.status.name()).increment(1);
    planning::publish(store, &events).await
}

/// A visit that waits for a person's word on an earlier decision is now for this one, which may need no word. A firm one stays its alert's,
/// and becomes this one's when that one goes.
async fn share(
    app: &App,
    store: &mut Store<'_>,
    tenant: &TenantId,
    mut visit: Appointment,
    alert: RestingAlert,
    booking: Booking,
) -> Result<()> {
    if !visit.provisional {
        return Ok(());
    }
    let read_version = visit.version;
    let provisional = booking == Booking::Provisional;
    visit.hand_to(alert.alert_id, alert.decision_id, provisional, app.clock.now());
    store.change_visit(tenant, &visit, read_version).await?;
    planning::tell_handed(store, tenant, &visit).await
}

/// A visit that stands for an alert, without a slot.
fn wanted(tenant: &TenantId, alert: RaisedAlert, job: Job, booking: Booking, now: DateTime<Utc>) -> Appointment {
    Appointment {
        id: chassis::ids::derived_id("apt", &[tenant.as_str(), &alert.alert_id]),
        alert_id: Some(alert.alert_id),
        decision_id: alert.decision_id,
        status: Status::Unplaced,
        version: 0,
        booked_by: BookedBy::Auto,
        provisional: booking == Booking::Provisional,
        job,
        placement: None,
        why: Reason::not_tried(),
        cancel_reason: None,
        retry_at: None,
        correlation_id: alert.correlation_id,
        created_at: now,
        updated_at: now,
        started_at: None,
        completed_at: None,
        report: None,
    }
}

fn job_of(app: &App, alert: &RaisedAlert, vehicle: Option<&Vehicle>) -> Job {
    let settings = &app.settings;
    let class = vehicle.map_or(VehicleClass::Unknown, |vehicle| vehicle.class);
    let odometer_km = alert.odometer_km.or(vehicle.and_then(|vehicle| vehicle.odometer_km));
    let in_service = vehicle.and_then(|vehicle| vehicle.in_service);
    let rate = km_per_day(
        odometer_km,
        in_service,
        alert.raised_at.date_naive(),
        settings.km_per_day_default,
    );
    let life = match alert.life_km {
        Some(life_km) => RemainingLife::from_km(alert.raised_at, life_km, rate),
        None => RemainingLife::assumed(alert.raised_at, alert.urgency),
    };
    Job {
        vehicle_id: alert.vehicle_id.clone(),
        component: alert.component,
        required_skill: alert.required_skill.clone(),
        labour_quarters: labour_quarters(alert.labour_hours),
        parts: merge_parts(alert.parts.iter().cloned()),
        bay: BayNeed::of(alert.component, class),
        life,
        stakes: settings.stakes(alert.severity == Some(Severity::Emergency)),
        not_before: None,
    }
}
