//! Shows one alert with all that was found out and said about it.

use chassis::ids::TenantId;
use chrono::{DateTime, Utc};

use super::{Viewer, visible_alert};
use crate::domain::alert::Alert;
use crate::error::Error;
use crate::store::{Comment, Revision, Store};

/// An alert with its amendments, comments and what happens next.
#[derive(Clone, Debug)]
pub struct AlertDetail {
    pub alert: Alert,
    pub revisions: Vec<Revision>,
    pub comments: Vec<Comment>,
    pub recipient_ids: Vec<String>,
    /// When it goes to the next role unless somebody acknowledges it (business time).
    pub escalates_at: Option<DateTime<Utc>>,
}

/// One alert that the viewer may see.
pub async fn show_alert(
    store: &mut Store<'_>,
    tenant: &TenantId,
    viewer: &Viewer,
    alert_id: &str,
) -> Result<AlertDetail, Error> {
    let alert = visible_alert(store, tenant, viewer, alert_id).await?;
    Ok(AlertDetail {
        revisions: store.revisions(tenant, &alert.decision_id).await?,
        comments: store.comments(tenant, alert_id).await?,
        recipient_ids: store.recipient_ids(tenant, alert_id).await?,
        escalates_at: store.escalation_due_at(tenant, alert_id).await?,
        alert,
    })
}
