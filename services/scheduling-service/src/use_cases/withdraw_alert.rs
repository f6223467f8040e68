//! Hears that an alert is over without a visit of ours: its automatically booked visit is cancelled, unless the work has begun or another
//! alert asks for it.

use chassis::TenantId;

use super::{App, cancel_visit};
use crate::domain::reason::Reason;
use crate::error::Result;
use crate::store::Store;

/// Why an alert no longer asks for its visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertEnd {
    /// A person closed it.
    ByHand,
    /// The component is well again.
    Recovered,
    /// A repair that was made elsewhere was recorded.
    RepairedElsewhere,
}

impl AlertEnd {
    fn reason(self) -> Reason {
        let (code, text) = match self {
            Self::ByHand => (
                "appointment.alert_resolved",
                "The alert was resolved by hand before the visit started.",
            ),
            Self::Recovered => (
                "appointment.component_recovered",
                "The component is well again, so that the alert no longer asks for the visit.",
            ),
            Self::RepairedElsewhere => (
                "appointment.repaired_elsewhere",
                "The component was repaired elsewhere before the visit started.",
            ),
        };
        Reason::new(code, text)
    }
}

/// Runs inside the consumer's transaction.
pub async fn withdraw_alert(
    app: &App,
    store: &mut Store<'_>,
    tenant: &TenantId,
    alert_id: &str,
    end: AlertEnd,
) -> Result<()> {
    let reason = end.reason().with("alert_id", alert_id);
    cancel_visit::withdraw(app, store, tenant, alert_id, reason).await
}
