//! A visit that was booked, moved or cancelled is noted on the alert that it is for.

use chassis::ids::TenantId;
use chrono::{DateTime, Utc};

use crate::domain::alert::{Booking, Step};
use crate::error::Error;
use crate::store::Store;

/// A booked or moved visit.
#[derive(Clone, Debug)]
pub struct ScheduledVisit {
    pub appointment_id: String,
    pub alert_id: Option<String>,
    pub decision_id: Option<String>,
    pub starts_at: DateTime<Utc>,
}

/// Notes the visit and its time on its alert; a visit for no alert of ours is passed over.
pub async fn note_appointment(store: &mut Store<'_>, tenant: &TenantId, visit: &ScheduledVisit) -> Result<(), Error> {
    let alert_id = match (&visit.alert_id, &visit.decision_id) {
        (Some(alert_id), _) => Some(alert_id.clone()),
        (None, Some(decision_id)) => store.alert_id_of_decision(tenant, decision_id).await?,
        (None, None) => None,
    };
    let Some(alert_id) = alert_id else { return Ok(()) };
    let Some(mut alert) = store.alert(tenant, &alert_id).await? else {
        return Ok(());
    };
    let booking = Booking {
        appointment_id: visit.appointment_id.clone(),
        starts_at: visit.starts_at,
    };
    match alert.note_booking(booking) {
        Step::Taken => store.update_alert(tenant, &alert).await,
        Step::AlreadyDone => Ok(()),
    }
}

/// Forgets a cancelled visit on every alert that it was noted on.
pub async fn drop_appointment(store: &mut Store<'_>, tenant: &TenantId, appointment_id: &str) -> Result<(), Error> {
    for mut alert in store.alert_of_appointment(tenant, appointment_id).await? {
        if alert.drop_booking(appointment_id) == Step::Taken {
            store.update_alert(tenant, &alert).await?;
        }
    }
    Ok(())
}
