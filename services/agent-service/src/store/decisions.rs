//! Decisions, the triggers that they stand for, and the events that tell of them.

use chassis::clock::micros;
use chassis::ids::derived_id;
use chassis::{Cause, DbError, NewEvent, TenantId, on, outbox};
use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;

use super::{Position, Store, list};
use crate::domain::component::Component;
use crate::domain::decision::{Decision, Trigger};
use crate::domain::record::{DecisionRecord, Status};
use crate::domain::repeat::OpenDecision;
use crate::domain::revision::Revision;
use crate::domain::severity::Severity;
use crate::error::Error;
use crate::events::published::{self, DecisionMade, DecisionRevised};

/// Which decisions a list holds.
#[derive(Clone, Debug, Default)]
pub struct DecisionFilter {
    pub vehicle_id: Option<String>,
    pub component: Option<Component>,
    pub severity: Option<Severity>,
    /// `Some`: only these vehicles may be seen.
    pub visible_vehicle_ids: Option<Vec<String>>,
}

#[derive(sqlx::FromRow)]
struct DecisionRow {
    decision_id: String,
    status: String,
    revision: i64,
    historical: bool,
    decided_for: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    document: String,
    repeats: i64,
}

#[derive(sqlx::FromRow)]
struct OpenRow {
    decision_id: String,
    severity: String,
    decided_for: DateTime<Utc>,
    historical: bool,
}

impl Store<'_> {
    /// The decision that a trigger led to or is covered by, if it was taken in before.
    pub async fn decision_of_trigger(&mut self, tenant: &TenantId, event_id: &str) -> Result<Option<String>, DbError> {
        on!(self.tx, c => sqlx::query_scalar(
            "SELECT decision_id FROM decision_trigger WHERE tenant_id = $1 AND trigger_event_id = $2")
            .bind(tenant.as_str()).bind(event_id).fetch_optional(c).await)
    }

    /// Notes that a trigger is covered by a decision.
    pub async fn link_trigger(
        &mut self,
        tenant: &TenantId,
        trigger: &Trigger,
        severity: Severity,
        decision_id: &str,
    ) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query(
            "INSERT INTO decision_trigger (tenant_id, trigger_event_id, decision_id, severity, occurred_at)
             VALUES ($1, $2, $3, $4, $5)")
            .bind(tenant.as_str()).bind(&trigger.event_id).bind(decision_id).bind(severity.code())
            .bind(micros(trigger.occurred_at)).run(c).await)?;
        Ok(())
    }

    /// The open decisions on a component, latest first.
    pub async fn open_decisions(
        &mut self,
        tenant: &TenantId,
        vehicle_id: &str,
        component: Component,
    ) -> Result<Vec<OpenDecision>, Error> {
        let rows: Vec<OpenRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT decision_id, severity, decided_for, historical FROM decision
             WHERE tenant_id = $1 AND vehicle_id = $2 AND component = $3 AND status = 'OPEN' ORDER BY decided_for DESC")
            .bind(tenant.as_str()).bind(vehicle_id).bind(component.code()).fetch_all(c).await)?;
        let open = |row: OpenRow| {
            let severity = Severity::from_code(&row.severity);
            let severity = severity.ok_or(Error::StoredValueUnknown {
                what: "severity",
                value: row.severity.clone(),
            })?;
            let OpenRow {
                decision_id,
                decided_for,
                historical,
                ..
            } = row;
            Ok(OpenDecision {
                decision_id,
                severity,
                decided_for,
                historical,
            })
        };
        rows.into_iter().map(open).collect()
    }

    /// The decisions on a component that were made for a time up to `until` and still stand, latest first: open ones, and the latest if a
    /// workshop found what it says (and may have left it).
    pub async fn standing_decisions(
        &mut self,
        tenant: &TenantId,
        vehicle_id: &str,
        component: Component,
        until: DateTime<Utc>,
    ) -> Result<Vec<String>, DbError> {
        let rows: Vec<(String, String)> = on!(self.tx, c => sqlx::query_as(
            "SELECT decision_id, status FROM decision
             WHERE tenant_id = $1 AND vehicle_id = $2 AND component = $3 AND decided_for <= $4 AND status <> 'SUPERSEDED'
             ORDER BY decided_for DESC, decision_id DESC")
            .bind(tenant.as_str()).bind(vehicle_id).bind(component.code()).bind(micros(until)).fetch_all(c).await)?;
        let stands = |place: usize, status: &str| {
            status == Status::Open.code() || (place == 0 && status == Status::Closed.code())
        };
        let standing = rows.into_iter().enumerate();
        Ok(standing
            .filter(|(place, (_, status))| stands(*place, status))
            .map(|(_, (decision_id, _))| decision_id)
            .collect())
    }

    /// Keeps a new decision and tells of it.
    pub async fn insert_decision(
        &mut self,
        tenant: &TenantId,
        decision: &Decision,
        status: Status,
        recorded_at: DateTime<Utc>,
        cause: &Cause,
    ) -> Result<(), Error> {
        let body = serde_json::to_value(DecisionMade::from(decision))?;
        on!(self.tx, c => sqlx::query(
            "INSERT INTO decision (tenant_id, decision_id, vehicle_id, component, trigger_event_id, severity, failure_mode,
                 confidence, agent_used, status, revision, historical, decided_for, recorded_at, document)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11, $12, $13, $14)")
            .bind(tenant.as_str()).bind(&decision.decision_id).bind(&decision.vehicle_id)
            .bind(decision.component.code()).bind(&decision.trigger_event_id).bind(decision.severity.code())
            .bind(&decision.failure_mode.code).bind(decision.confidence).bind(&decision.agent_used)
            .bind(status.code()).bind(decision.historical).bind(micros(decision.decided_for))
            .bind(micros(recorded_at)).bind(body.to_string())
            .run(c).await)?;
        let event = NewEvent {
            kind: published::DECISION_MADE,
            schema_version: published::SCHEMA_VERSION,
            tenant: tenant.clone(),
            key: decision.vehicle_id.clone(),
            subject: Some(decision.vehicle_id.clone()),
            time: decision.decided_for,
            cause: cause.clone(),
            id: Some(derived_id("evt", &[tenant.as_str(), &decision.decision_id, "made"])),
            data: body,
        };
        outbox::append(self.tx, &event).await?;
        Ok(())
    }

    /// Moves a decision to another status.
    pub async fn set_status(&mut self, tenant: &TenantId, decision_id: &str, status: Status) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query("UPDATE decision SET status = $3 WHERE tenant_id = $1 AND decision_id = $2")
            .bind(tenant.as_str()).bind(decision_id).bind(status.code()).run(c).await)?;
        Ok(())
    }

    /// Counts a revision of a decision and tells of it. `time` is when it became true (event time).
    pub async fn revise(
        &mut self,
        tenant: &TenantId,
        decision: &Decision,
        revision: &Revision,
        time: DateTime<Utc>,
        cause: &Cause,
    ) -> Result<i64, Error> {
        let number: i64 = on!(self.tx, c => sqlx::query_scalar(
            "UPDATE decision SET revision = revision + 1 WHERE tenant_id = $1 AND decision_id = $2 RETURNING revision")
            .bind(tenant.as_str()).bind(&decision.decision_id).fetch_one(c).await)?;
        let event = NewEvent {
            kind: published::DECISION_REVISED,
            schema_version: published::REVISED_VERSION,
            tenant: tenant.clone(),
            key: decision.vehicle_id.clone(),
            subject: Some(decision.vehicle_id.clone()),
            time,
            cause: cause.clone(),
            id: Some(derived_id(
                "evt",
                &[tenant.as_str(), &decision.decision_id, "revised", &number.to_string()],
            )),
            data: serde_json::to_value(DecisionRevised::new(decision, number, revision))?,
        };
        outbox::append(self.tx, &event).await?;
        Ok(number)
    }

    /// One decision with what became of it.
    pub async fn decision(&mut self, tenant: &TenantId, id: &str) -> Result<Option<DecisionRecord>, Error> {
        let row: Option<DecisionRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT decision_id, status, revision, historical, decided_for, recorded_at, document,
                 (SELECT COUNT(*) - 1 FROM decision_trigger t
                  WHERE t.tenant_id = decision.tenant_id AND t.decision_id = decision.decision_id) AS repeats
             FROM decision WHERE tenant_id = $1 AND decision_id = $2")
            .bind(tenant.as_str()).bind(id).fetch_optional(c).await)?;
        Ok(self.records(tenant, row.into_iter().collect()).await?.pop())
    }

    /// Decisions that pass the filter, latest first, from a position on.
    pub async fn decisions(
        &mut self,
        tenant: &TenantId,
        filter: &DecisionFilter,
        after: &Position,
        limit: usize,
    ) -> Result<Vec<DecisionRecord>, Error> {
        let visible = filter.visible_vehicle_ids.as_deref().map(list);
        // Repeats are counted of the page alone: a database may compute a row before it knows whether it is on the page.
        let sql = format!(
            "SELECT decision_id, status, revision, historical, decided_for, recorded_at, document,
                 (SELECT COUNT(*) - 1 FROM decision_trigger t
                  WHERE t.tenant_id = page.tenant_id AND t.decision_id = page.decision_id) AS repeats
             FROM (
                 SELECT tenant_id, decision_id, status, revision, historical, decided_for, recorded_at, document
                 FROM decision
                 WHERE tenant_id = $1 AND ($2 IS NULL OR vehicle_id = $2) AND ($3 IS NULL OR component = $3)
                     AND ($4 IS NULL OR severity = $4) AND (decided_for < $5 OR (decided_for = $5 AND decision_id < $6)){}
                 ORDER BY decided_for DESC, decision_id DESC LIMIT $7) page
             ORDER BY decided_for DESC, decision_id DESC",
            self.also_listed(visible.is_some(), "vehicle_id", 8)
        );
        let rows: Vec<DecisionRow> = on!(self.tx, c => {
            let query = sqlx::query_as(AssertSqlSafe(sql))
                .bind(tenant.as_str()).bind(filter.vehicle_id.as_deref()).bind(filter.component.map(Component::code))
                .bind(filter.severity.map(Severity::code)).bind(after.time).bind(&after.id)
                .bind(i64::try_from(limit).unwrap_or(i64::MAX));
            match &visible {
                Some(ids) => query.bind(ids),
                None => query,
            }
            .fetch_all(c).await
        })?;
        self.records(tenant, rows).await
    }

    /// The rows with what became of them: two queries, however many rows.
    async fn records(&mut self, tenant: &TenantId, rows: Vec<DecisionRow>) -> Result<Vec<DecisionRecord>, Error> {
        let ids: Vec<&str> = rows.iter().map(|row| row.decision_id.as_str()).collect();
        let mut warranties = self.warranties(tenant, &ids).await?;
        let mut outcomes = self.outcomes(tenant, &ids).await?;
        let record = |row: DecisionRow| {
            let body: DecisionMade = serde_json::from_str(&row.document)?;
            let status = Status::from_code(&row.status);
            Ok(DecisionRecord {
                decision: body.into_domain(row.decided_for, row.historical)?,
                status: status.ok_or(Error::StoredValueUnknown {
                    what: "status",
                    value: row.status,
                })?,
                revision: row.revision,
                repeats: row.repeats,
                recorded_at: row.recorded_at,
                warranty: warranties.remove(&row.decision_id),
                outcome: outcomes.remove(&row.decision_id),
            })
        };
        rows.into_iter().map(record).collect()
    }
}
