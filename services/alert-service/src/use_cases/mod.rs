//! What this service does, one verb per file. Each works inside the transaction that its caller opened.

mod acknowledge_alert;
mod amend_alert;
mod comment_on_alert;
mod count_alerts;
mod deliver_messages;
mod escalate_alerts;
mod keep_preferences;
#[cfg(test)]
mod late_notes;
mod learn_person;
mod learn_vehicle;
mod list_alerts;
mod mail_report;
mod note_appointment;
mod record_decision;
mod recover_deliveries;
mod resolve_alert;
mod resolve_recovered_alerts;
mod resolve_visited_alerts;
mod show_alert;
mod show_deliveries;
mod tell_people;

pub use acknowledge_alert::acknowledge_alert;
pub use amend_alert::amend_alert;
pub use comment_on_alert::comment_on_alert;
pub use count_alerts::count_alerts;
pub use deliver_messages::{Outgoing, Report, Stationery, Taken, take_message, write_down};
pub use escalate_alerts::escalate_alerts;
pub use keep_preferences::{Wishes, change_preferences, erase_preferences, show_preferences};
pub use learn_person::learn_person;
pub use learn_vehicle::learn_vehicle;
pub use list_alerts::list_alerts;
pub use mail_report::{ReportMade, mail_report};
pub use note_appointment::{ScheduledVisit, drop_appointment, note_appointment};
pub use record_decision::{Decision, record_decision};
pub use recover_deliveries::recover_deliveries;
pub use resolve_alert::resolve_alert;
pub use resolve_recovered_alerts::{Recovered, resolve_recovered_alerts};
pub use resolve_visited_alerts::{CompletedVisit, resolve_visited_alerts};
pub use show_alert::{AlertDetail, show_alert};
pub use show_deliveries::{show_deliveries, show_report_deliveries};
pub use tell_people::{tell_late_recipients, tell_people};

use chassis::ids::TenantId;
use chrono::{DateTime, Utc};

use crate::domain::alert::Alert;
use crate::error::Error;
use crate::store::Store;

/// The time at which a use case runs, on both clocks.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Business time.
    pub now: DateTime<Utc>,
    /// Machine time, for the ledger.
    pub machine_now: DateTime<Utc>,
    /// Business time is simulated: nothing may leave the house.
    pub simulated: bool,
}

/// Where a consumed event stands: its time and its chain.
#[derive(Clone, Debug)]
pub struct Origin {
    pub event_time: DateTime<Utc>,
    pub historical: bool,
    pub correlation_id: String,
}

/// Who is asking, as far as it limits what they see.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// User or key id.
    pub id: String,
    /// The only vehicles they may see; `None` means all of the tenant.
    pub vehicle_ids: Option<Vec<String>>,
}

impl Viewer {
    /// Whether they may see what is about this vehicle.
    pub fn may_see(&self, vehicle_id: &str) -> bool {
        self.vehicle_ids
            .as_ref()
            .is_none_or(|ids| ids.iter().any(|id| id == vehicle_id))
    }
}

/// The alert, if it exists and the viewer may see it; otherwise it does not exist for them.
async fn visible_alert(
    store: &mut Store<'_>,
    tenant: &TenantId,
    viewer: &Viewer,
    alert_id: &str,
) -> Result<Alert, Error> {
    let found = store
        .alert(tenant, alert_id)
        .await?
        .filter(|alert| viewer.may_see(&alert.vehicle_id));
    found.ok_or_else(|| Error::AlertNotFound {
        alert_id: alert_id.to_owned(),
    })
}
