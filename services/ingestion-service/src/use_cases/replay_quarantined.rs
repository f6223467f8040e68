//! Takes a quarantined record again, corrected or as it was.

use bytes::Bytes;
use chassis::Cause;

use super::ingest_records::{self, Caller, Parse, Submission, Verdict};
use crate::App;
use crate::error::Error;
use crate::store::Store;
use crate::store::quarantine::Scope;

/// Replays an item of a vehicle that the caller may see. The record goes the way of every record, with a receipt of its own; the item is marked in the same transaction. The
/// record was counted as quarantined when it came and is counted as received again now, so that the account stays true.
pub async fn replay_quarantined(
    app: &App,
    caller: Caller,
    cause: Cause,
    quarantine_id: &str,
    corrected: Option<Bytes>,
    parse: Parse,
) -> Result<Verdict, Error> {
    let mut tx = app.database.read().await?;
    let item = Store::new(&mut tx)
        .quarantined_item(&caller.tenant, quarantine_id)
        .await?;
    drop(tx);
    let item = item.ok_or_else(|| Error::QuarantineNotFound(quarantine_id.to_owned()))?;
    // An item of no vehicle is nobody's who is bound to some.
    let own = |ids: &Vec<String>| ids.iter().any(|id| Some(id) == item.vehicle_id.as_ref());
    if !caller.vehicle_ids.as_ref().is_none_or(own) {
        return Err(Error::QuarantineHidden(quarantine_id.to_owned()));
    }
    if let Some(receipt_id) = item.replay_receipt {
        return Err(Error::QuarantineReplayed { receipt_id });
    }
    if item.scope == Scope::Reading.as_str() {
        return Err(Error::QuarantineNotReplayable);
    }
    let body = corrected.unwrap_or_else(|| Bytes::from(item.body));
    let submission = Submission {
        caller,
        cause,
        body,
        format: "replay",
        parse,
        single: true,
    };
    ingest_records::ingest_settling(app, submission, Some(quarantine_id.to_owned())).await
}
