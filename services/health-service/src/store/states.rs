//! Vehicles' states as bytes, with the format that they were written in.

use chassis::{TenantId, on};
use chrono::{DateTime, Utc};
use prognostics::snapshot::{Fields, Portable};
use sqlx::QueryBuilder;

use super::{Store, timestamp};
use crate::domain::codec;
use crate::domain::vehicle::Vehicle;
use crate::error::Error;
use crate::parallel::in_parallel;

/// The format that is written. A change of any `fields` function in the domain needs a new number and a way to read the
/// old one.
const FORMAT: i64 = 7;
/// Before components heeded what trained models foretell. It ends where the newer fields begin.
const FORMAT_BEFORE_FORETOLD: i64 = 6;
/// Before the end of alarms was told. It ends where the newer fields begin.
const FORMAT_BEFORE_RECOVERY: i64 = 5;
/// Before evidence was held piece by piece. It ends where the newer fields begin.
const FORMAT_BEFORE_EVIDENCE: i64 = 4;
/// Before read-outs of trouble codes were noted, and trails knew of new parts and of the gearbox's heat: all but the trails is read.
const FORMAT_OLDER_TRAILS: i64 = 3;
/// Before body and clutch were watched, and wear was held. It ends where the newer fields begin.
const FORMAT_BEFORE: i64 = 2;

/// States in one statement.
const STATES_MAX: usize = 100;
/// Waking a thread for fewer takes longer than encoding them.
const STATES_PER_THREAD_MIN: usize = 8;

/// A state of [`FORMAT_OLDER_TRAILS`] up to its trails, which later models could not read: they begin anew.
#[derive(Debug, Default)]
pub(super) struct WithoutTrails(pub(super) Vehicle);

impl Portable for WithoutTrails {
    fn fields(&mut self, fields: &mut dyn Fields) {
        self.0.fields_before_trails(fields);
    }
}

/// A state with the version of the row that it came from: 0 for a vehicle that has none yet.
#[derive(Debug, Clone, Default)]
pub struct Versioned {
    pub vehicle: Box<Vehicle>,
    pub version: i64,
}

/// A vehicle of a tenant.
pub type VehicleKey = (TenantId, String);

impl Store<'_> {
    /// A vehicle's state, if it ever had one.
    pub async fn load_state(&mut self, tenant: &TenantId, vehicle_id: &str) -> Result<Option<Versioned>, Error> {
        let row: Option<(i64, Vec<u8>, i64)> = on!(self.tx, c => sqlx::query_as(
            "SELECT format, state, version FROM vehicle_state WHERE tenant_id = $1 AND vehicle_id = $2")
            .bind(tenant.as_str()).bind(vehicle_id).fetch_optional(c).await)?;
        let Some((format, bytes, version)) = row else {
            return Ok(None);
        };
        let unreadable = |source| Error::StateUnreadable {
            vehicle_id: vehicle_id.to_owned(),
            source,
        };
        let vehicle: Vehicle = match format {
            FORMAT => codec::decode(&bytes),
            FORMAT_OLDER_TRAILS => codec::decode_beginning(&bytes).map(|WithoutTrails(vehicle)| vehicle),
            FORMAT_BEFORE_FORETOLD | FORMAT_BEFORE_RECOVERY | FORMAT_BEFORE_EVIDENCE | FORMAT_BEFORE => {
                codec::decode_older(&bytes)
            }
            _ => {
                return Err(Error::FormatUnknown {
                    vehicle_id: vehicle_id.to_owned(),
                    format,
                });
            }
        }
        .map_err(unreadable)?;
        Ok(Some(Versioned {
            vehicle: Box::new(vehicle),
            version,
        }))
    }

    /// Writes vehicles' states, encoded on at most so many threads, with what lists need of them, and moves their versions on.
    ///
    /// # Errors
    /// [`Error::StateOutdated`] when a row is not the one that its state came from: then nothing may be committed.
    pub async fn save_states(&mut self, states: &mut [(VehicleKey, Versioned)], threads: usize) -> Result<(), Error> {
        for chunk in states.chunks_mut(STATES_MAX) {
            let threads = threads.min(chunk.len() / STATES_PER_THREAD_MIN);
            let rows = in_parallel(threads, chunk.iter_mut().collect(), row_of);
            let count = rows.len() as u64;
            let written = on!(self.tx, c => {
                let mut query = QueryBuilder::new(
                    "INSERT INTO vehicle_state (tenant_id, vehicle_id, format, state, overall_score, overall_status, seen_at, version) ");
                query.push_values(rows, |mut row, state| {
                    row.push_bind(state.tenant).push_bind(state.vehicle_id).push_bind(FORMAT).push_bind(state.bytes);
                    row.push_bind(state.score).push_bind(state.status).push_bind(state.seen_at).push_bind(state.version);
                });
                query.push(
                    " ON CONFLICT (tenant_id, vehicle_id) DO UPDATE SET format = excluded.format, state = excluded.state,
                        overall_score = excluded.overall_score, overall_status = excluded.overall_status,
                        seen_at = excluded.seen_at, version = excluded.version
                      WHERE vehicle_state.version = excluded.version - 1");
                query.build().run(c).await
            })?;
            if written.rows_affected() != count {
                return Err(Error::StateOutdated);
            }
            self.no_longer_silent(chunk).await?;
        }
        Ok(())
    }

    /// A vehicle's first state moves it in lists from those of which nothing is known.
    async fn no_longer_silent(&mut self, states: &[(VehicleKey, Versioned)]) -> Result<(), Error> {
        let first: Vec<&VehicleKey> = states
            .iter()
            .filter(|(_, state)| state.version == 1)
            .map(|(key, _)| key)
            .collect();
        if first.is_empty() {
            return Ok(());
        }
        on!(self.tx, c => {
            let mut query = QueryBuilder::new("UPDATE vehicle SET silent = FALSE WHERE (tenant_id, vehicle_id) IN (");
            query.push_values(first, |mut row, (tenant, vehicle_id)| {
                row.push_bind(tenant.as_str()).push_bind(vehicle_id);
            });
            query.push(")").build().run(c).await
        })?;
        Ok(())
    }
}

struct Row<'s> {
    tenant: &'s str,
    vehicle_id: &'s str,
    bytes: Vec<u8>,
    score: Option<f64>,
    status: &'static str,
    seen_at: Option<DateTime<Utc>>,
    version: i64,
}

fn row_of((key, state): &mut (VehicleKey, Versioned)) -> Row<'_> {
    let overall = state.vehicle.overall();
    state.version += 1;
    Row {
        tenant: key.0.as_str(),
        vehicle_id: &key.1,
        score: overall.score,
        status: overall.band.map_or("NOT_ENOUGH_DATA", |band| band.as_str()),
        seen_at: (state.vehicle.last_at > 0).then(|| timestamp(state.vehicle.last_at)),
        version: state.version,
        bytes: codec::encode(&mut *state.vehicle),
    }
}
