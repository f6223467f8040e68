//! Deliveries found between sending and noting it whose sender has stopped are in doubt: it may have stopped before the send or after it.

use super::Moment;
use super::deliver_messages::{follow, matter_of};
use crate::domain::delivery::after_crash;
use crate::domain::rules::Rules;
use crate::error::Error;
use crate::store::{Interrupted, Store};

/// Sends grave ones again with the same Message-ID, leaves the others IN_DOUBT; returns how many were found.
pub async fn recover_deliveries(
    store: &mut Store<'_>,
    whose: Interrupted,
    rules: &Rules,
    moment: Moment,
) -> Result<usize, Error> {
    let now = store.claim_clock(moment.machine_now).await?;
    let interrupted = store.interrupted_deliveries(whose, now).await?;
    let mut count = 0;
    for mut delivery in interrupted {
        let severity = matter_of(store, &delivery).await?.severity();
        delivery.in_doubt_count += 1;
        delivery.reason = Some("process_stopped".to_owned());
        let next = after_crash(severity, delivery.tries(), &rules.retry);
        if follow(store, delivery, next, moment).await? {
            metrics::counter!("alert_deliveries_in_doubt_total").increment(1);
            count += 1;
        }
    }
    Ok(count)
}
