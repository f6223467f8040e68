//! Telemetry out.

use axum::extract::State;
use chassis::Principal;
use chassis::http::{Json, Page, PageQuery, Path, Query, cursor};
use chassis::problem::Problem;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::wire::{BucketWire, CodeWire, CodesWire, HistoryWire, LatestReading, LatestWire, RecordWire};
use crate::App;
use crate::domain::units::Unit;
use crate::error::Error;
use crate::store::telemetry::from_micros;
use crate::use_cases::show_telemetry::{self, span};

/// Which history is shown.
#[derive(Deserialize, IntoParams)]
pub struct HistoryQuery {
    /// VSS path or alias.
    signal: String,
    /// A day before `to` by default.
    from: Option<DateTime<Utc>>,
    /// Now by default.
    to: Option<DateTime<Utc>>,
    /// Stretches at most; 300 by default.
    points: Option<usize>,
}

/// Which records are listed.
#[derive(Deserialize, IntoParams)]
pub struct RecordQuery {
    /// The beginning by default.
    from: Option<DateTime<Utc>>,
    /// Now by default.
    to: Option<DateTime<Utc>>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// Shows the newest reading of each signal.
#[utoipa::path(get, path = "/api/v1/vehicles/{vehicle_id}/latest", params(("vehicle_id" = String, Path)),
    responses((status = 200, body = LatestWire), (status = 404, body = Problem)))]
pub async fn show_latest(
    State(app): State<App>,
    principal: Principal,
    Path(vehicle_id): Path<String>,
) -> Result<Json<LatestWire>, Problem> {
    principal.require_sight(&vehicle_id)?;
    let latest = show_telemetry::show_latest(&app, &principal.tenant, &vehicle_id).await?;
    let time = latest.as_ref().map(|latest| latest.time);
    let unit = |path: &str| {
        app.catalog
            .by_path(path)
            .and_then(|id| app.catalog.get(id).unit)
            .map_or("", Unit::name)
    };
    let signals = latest.map(|latest| latest.signals).unwrap_or_default();
    let reading = |(path, value, time): (String, f64, _)| {
        (
            path.clone(),
            LatestReading {
                value,
                unit: unit(&path),
                time,
            },
        )
    };
    Ok(Json(LatestWire {
        vehicle_id,
        time,
        signals: signals.into_iter().map(reading).collect(),
    }))
}

/// Shows minimum, maximum and mean of a signal over time.
#[utoipa::path(get, path = "/api/v1/vehicles/{vehicle_id}/history", params(("vehicle_id" = String, Path), HistoryQuery),
    responses((status = 200, body = HistoryWire), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn show_history(
    State(app): State<App>,
    principal: Principal,
    Path(vehicle_id): Path<String>,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<HistoryWire>, Problem> {
    principal.require_sight(&vehicle_id)?;
    let span = span(&app, query.from, query.to, TimeDelta::days(1))?;
    let points = query.points.unwrap_or(300);
    let history =
        show_telemetry::show_history(&app, &principal.tenant, &vehicle_id, &query.signal, span, points).await?;
    Ok(Json(HistoryWire::of(vehicle_id, &history)))
}

impl HistoryWire {
    fn of(vehicle_id: String, history: &show_telemetry::History<'_>) -> Self {
        let from_us = history.span.from.timestamp_micros();
        let bucket = |bucket: &crate::store::telemetry_queries::Bucket| BucketWire {
            time: from_micros(from_us + bucket.bucket * history.width_us),
            min: bucket.min,
            max: bucket.max,
            mean: bucket.mean,
            count: bucket.count,
        };
        Self {
            vehicle_id,
            signal: history.signal.path.clone(),
            unit: history.signal.unit.map_or("", Unit::name),
            from: history.span.from,
            to: history.span.to,
            bucket_seconds: TimeDelta::microseconds(history.width_us).as_seconds_f64(),
            buckets: history.buckets.iter().map(bucket).collect(),
        }
    }
}

/// Lists stored records by time and sequence, each with the hash of its content.
#[utoipa::path(get, path = "/api/v1/vehicles/{vehicle_id}/records", params(("vehicle_id" = String, Path), RecordQuery),
    responses((status = 200, body = Page<RecordWire>), (status = 404, body = Problem)))]
pub async fn list_records(
    State(app): State<App>,
    principal: Principal,
    Path(vehicle_id): Path<String>,
    Query(query): Query<RecordQuery>,
) -> Result<Json<Page<RecordWire>>, Problem> {
    principal.require_sight(&vehicle_id)?;
    let page = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let (after, limit) = (record_key(&page.after()?)?, page.limit());
    let span = span(
        &app,
        query.from.or(Some(DateTime::UNIX_EPOCH)),
        query.to,
        TimeDelta::zero(),
    )?;
    let (rows, more) = show_telemetry::list_records(&app, &principal.tenant, &vehicle_id, span, after, limit).await?;
    let next_cursor = rows
        .last()
        .filter(|_| more)
        .map(|last| cursor::encode(&format!("{} {}", last.time_us, last.sequence)));
    let items = rows.into_iter().map(RecordWire::try_from).collect::<Result<_, _>>()?;
    Ok(Json(Page { items, next_cursor }))
}

/// Where the page before ended: microseconds and sequence.
fn record_key(position: &str) -> Result<(i64, i64), Error> {
    if position.is_empty() {
        return Ok((i64::MIN, i64::MIN));
    }
    let key = position
        .split_once(' ')
        .and_then(|(time, sequence)| Some((time.parse().ok()?, sequence.parse().ok()?)));
    key.ok_or(Error::CursorForeign)
}

/// Lists the trouble codes that the vehicle has reported, the last seen first.
#[utoipa::path(get, path = "/api/v1/vehicles/{vehicle_id}/dtcs", params(("vehicle_id" = String, Path)),
    responses((status = 200, body = CodesWire), (status = 404, body = Problem)))]
pub async fn list_trouble_codes(
    State(app): State<App>,
    principal: Principal,
    Path(vehicle_id): Path<String>,
) -> Result<Json<CodesWire>, Problem> {
    principal.require_sight(&vehicle_id)?;
    let codes = show_telemetry::list_trouble_codes(&app, &principal.tenant, &vehicle_id).await?;
    Ok(Json(CodesWire {
        items: codes.into_iter().map(CodeWire::from).collect(),
    }))
}
