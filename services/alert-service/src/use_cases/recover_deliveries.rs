//! At start, deliveries found between sending and noting it are in doubt: the former process died there.

use super::Moment;
use super::deliver_messages::follow;
use crate::domain::delivery::after_crash;
use crate::domain::rules::Rules;
use crate::error::Error;
use crate::store::Store;

/// Sends grave ones again with the same Message-ID, leaves the others IN_DOUBT; returns how many were found.
pub async fn recover_deliveries(store: &mut Store<'_>, rules: &Rules, moment: Moment) -> Result<usize, Error> {
    let interrupted = store.interrupted_deliveries().await?;
    let count = interrupted.len();
    for mut delivery in interrupted {
        let Some(alert) = store.alert(&delivery.tenant, &delivery.alert_id).await? else {
            return Err(Error::AlertNotFound {
                alert_id: delivery.alert_id,
            });
        };
        delivery.in_doubt_count += 1;
        delivery.reason = Some("process_stopped".to_owned());
        let attempts = u32::try_from(delivery.attempts).unwrap_or(u32::MAX);
        let next = after_crash(alert.severity, attempts, &rules.retry);
        metrics::counter!("alert_deliveries_in_doubt_total").increment(1);
        follow(store, delivery, next, moment).await?;
    }
    Ok(count)
}
