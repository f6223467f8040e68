//! Shows what is stored of a vehicle's telemetry.

use chassis::TenantId;
use chrono::{DateTime, TimeDelta, Utc};

use crate::Shared;
use crate::domain::signals::{Signal, SignalId};
use crate::error::Error;
use crate::store::Store;
use crate::store::telemetry::Latest;
use crate::store::telemetry_queries::{Bucket, CodeRow, RecordRow, Span};

/// A downsampled history.
pub struct History<'s> {
    pub signal: &'s Signal,
    pub span: Span,
    pub width_us: i64,
    pub buckets: Vec<Bucket>,
}

/// The newest reading of each signal; an error if the vehicle is not registered, empty if it has sent nothing.
pub async fn show_latest(shared: &Shared, tenant: &TenantId, vehicle_id: &str) -> Result<Option<Latest>, Error> {
    let mut tx = shared.database.read().await?;
    let mut store = Store::new(&mut tx);
    require(&mut store, tenant, vehicle_id).await?;
    Ok(store.latest(tenant, vehicle_id).await?)
}

/// Minimum, maximum and mean of a signal in at most `points` stretches.
pub async fn show_history<'s>(
    shared: &'s Shared,
    tenant: &TenantId,
    vehicle_id: &str,
    signal: &str,
    span: Span,
    points: usize,
) -> Result<History<'s>, Error> {
    let id: SignalId = shared
        .catalog
        .named(signal)
        .ok_or_else(|| Error::SignalUnknown(signal.to_owned()))?
        .id;
    let signal = shared.catalog.get(id);
    let points = i64::try_from(points.clamp(1, shared.config.store.history_points_max)).unwrap_or(1);
    let length_us = (span.to - span.from).num_microseconds().unwrap_or(i64::MAX);
    // Rounded up, so that the last moment falls into the last stretch.
    let width_us = (length_us / points + i64::from(length_us % points != 0)).max(1);
    let mut tx = shared.database.read().await?;
    let mut store = Store::new(&mut tx);
    require(&mut store, tenant, vehicle_id).await?;
    let buckets = store.history(tenant, vehicle_id, &signal.path, span, width_us).await?;
    Ok(History {
        signal,
        span,
        width_us,
        buckets,
    })
}

/// Records by time and sequence after a key, at most `limit`, and whether there are more.
pub async fn list_records(
    shared: &Shared,
    tenant: &TenantId,
    vehicle_id: &str,
    span: Span,
    after: (i64, i64),
    limit: usize,
) -> Result<(Vec<RecordRow>, bool), Error> {
    let mut tx = shared.database.read().await?;
    let mut store = Store::new(&mut tx);
    require(&mut store, tenant, vehicle_id).await?;
    let mut records = store.records(tenant, vehicle_id, span, after, limit + 1).await?;
    let more = records.len() > limit;
    records.truncate(limit);
    Ok((records, more))
}

/// The trouble codes that the vehicle has reported.
pub async fn list_trouble_codes(shared: &Shared, tenant: &TenantId, vehicle_id: &str) -> Result<Vec<CodeRow>, Error> {
    let mut tx = shared.database.read().await?;
    let mut store = Store::new(&mut tx);
    require(&mut store, tenant, vehicle_id).await?;
    Ok(store.trouble_codes(tenant, vehicle_id).await?)
}

/// The stretch between two optional times; without them it ends now (with the allowed clock skew) and is `default_length` long.
pub fn span(
    shared: &Shared,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    default_length: TimeDelta,
) -> Result<Span, Error> {
    let to = to.unwrap_or_else(|| shared.clock.now() + shared.limits.future_skew_max);
    let from = from.unwrap_or_else(|| to.checked_sub_signed(default_length).unwrap_or(DateTime::UNIX_EPOCH));
    if from >= to {
        return Err(Error::RangeEmpty { from, to });
    }
    Ok(Span { from, to })
}

async fn require(store: &mut Store<'_>, tenant: &TenantId, vehicle_id: &str) -> Result<(), Error> {
    match store.vehicle(tenant, vehicle_id).await? {
        Some(_) => Ok(()),
        None => Err(Error::VehicleNotFound(vehicle_id.to_owned())),
    }
}
