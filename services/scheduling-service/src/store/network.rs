//! Reads what a slot search looks at, in one snapshot.

use chassis::{TenantId, on};

use super::Store;
use crate::domain::network::{Job, Network, Resource};
use crate::domain::time::{Quarter, Span};
use crate::error::Result;

/// More centres or technicians than this are not looked at for one job.
const ROWS_MAX: i64 = 10_000;

impl Store<'_> {
    /// Centres, the technicians who have the job's skill, the job's parts, and what is taken within `window`: of vehicles only the job's,
    /// which the visit `moves` does not bind.
    pub async fn network(
        &mut self,
        tenant: &TenantId,
        job: &Job,
        window: Span,
        moves: Option<&str>,
    ) -> Result<Network> {
        let centers = self.centers(tenant, "", ROWS_MAX).await?;
        let mut technicians = self.technicians(tenant, None, "", ROWS_MAX).await?;
        technicians.retain(|technician| technician.skills.contains(&job.required_skill));
        let mut parts = Vec::new();
        for need in &job.parts {
            parts.extend(self.parts_of_code(tenant, &need.code).await?);
        }
        let mut network = Network {
            centers,
            technicians,
            parts,
            busy: Default::default(),
        };
        let vehicle = Resource::Vehicle(job.vehicle_id.clone());
        for (resource, span) in self.taken(tenant, window, &vehicle, moves).await? {
            network.busy.entry(resource).or_default().push(span);
        }
        Ok(network)
    }

    /// Which resource is taken when, as far as it touches `window`.
    async fn taken(
        &mut self,
        tenant: &TenantId,
        window: Span,
        vehicle: &Resource,
        moves: Option<&str>,
    ) -> Result<Vec<(String, Span)>> {
        let rows: Vec<(String, i64, i64)> = on!(self.tx, c => sqlx::query_as(
            "SELECT resource, from_quarter, to_quarter FROM reservations
             WHERE tenant_id = $1 AND to_quarter > $2 AND from_quarter < $3
               AND (resource NOT LIKE 'vehicle:%' OR (resource = $4 AND holder_id <> $5))")
            .bind(tenant.as_str()).bind(window.start.0).bind(window.end.0).bind(vehicle.key())
            .bind(moves.unwrap_or_default()).fetch_all(c).await)?;
        Ok(rows
            .into_iter()
            .map(|(resource, from, to)| (resource, Span::new(Quarter(from), Quarter(to))))
            .collect())
    }
}
