//! Writes decisions, alerts and visits, many rows a statement.

use super::Store;
use super::mirror::{StoredAlert, StoredDecision, StoredVisit, To, write};
use crate::domain::fleet::Severity;
use crate::domain::fleet::lifecycle::{Alert, Decision, Judgement, Visit};
use chassis::{DbError, on};

/// Rows of one statement: with two dozen columns well below SQLite's 32,766 values.
pub(super) const ROWS_MAX: usize = 500;

/// Something of a vehicle, with its keys. For a vehicle itself `id` is its own.
#[derive(Debug)]
pub struct Named<'a, T> {
    pub tenant_id: &'a str,
    pub vehicle_id: &'a str,
    pub id: &'a str,
    pub value: &'a T,
}

impl<T> Clone for Named<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Named<'_, T> {}

/// What things are written as beside their columns.
fn with_detail<'a, 'b, T, M>(some: &'b [Named<'a, T>]) -> Result<Vec<(&'b Named<'a, T>, String)>, DbError>
where
    T: Clone + To<M>,
    M: serde::Serialize,
{
    some.iter()
        .map(|named| Ok((named, write(&named.value.clone().to())?)))
        .collect()
}

impl Store<'_> {
    /// Writes decisions.
    pub async fn save_decisions(&mut self, decisions: &[Named<'_, Decision>]) -> Result<(), DbError> {
        for some in decisions.chunks(ROWS_MAX) {
            let rows = with_detail::<_, StoredDecision>(some)?;
            on!(self.tx, c => {
                let mut query = sqlx::QueryBuilder::new(
                    "INSERT INTO decision_view (tenant_id, decision_id, vehicle_id, component, failure_code, failure_name, severity_rank, urgency,
                         rul_p05_km, rul_p50_km, rul_p95_km, odometer_km, made_at, is_open, low_minor, low_currency, high_minor,
                         high_currency, covered, llm_model, llm_calls, llm_tokens, llm_cost_micro, llm_currency,
                         explained_at, detail) ");
                query.push_values(&rows, |mut to, (named, text)| {
                    let made = named.value.made.as_ref();
                    let detail = made.map(|made| &made.value);
                    let (low, high) = (detail.and_then(|d| d.cost_low.as_ref()), detail.and_then(|d| d.cost_high.as_ref()));
                    let rul = detail.and_then(|d| d.rul_km);
                    let explained = named.value.explained.as_ref();
                    let usage = explained.map(|explained| &explained.value);
                    let spent = usage.and_then(|usage| usage.cost.as_ref());
                    to.push_bind(named.tenant_id).push_bind(named.id).push_bind(named.vehicle_id)
                        .push_bind(detail.map(|d| &d.component)).push_bind(detail.map(|d| &d.failure_code))
                        .push_bind(detail.map(|d| &d.failure_name)).push_bind(detail.map_or(0, |d| d.severity.rank()))
                        .push_bind(detail.map(|d| &d.urgency))
                        .push_bind(rul.map(|rul| rul.p05)).push_bind(rul.map(|rul| rul.p50)).push_bind(rul.map(|rul| rul.p95))
                        .push_bind(detail.and_then(|d| d.odometer_km)).push_bind(made.map(|made| made.stamp.time))
                        .push_bind(named.value.is_open()).push_bind(low.map(|m| m.amount_minor))
                        .push_bind(low.map(|m| &m.currency)).push_bind(high.map(|m| m.amount_minor))
                        .push_bind(high.map(|m| &m.currency))
                        .push_bind(named.value.covered.as_ref().map(|covered| covered.value))
                        .push_bind(usage.and_then(|usage| usage.model.as_ref())).push_bind(usage.map(|usage| usage.calls))
                        .push_bind(usage.map(|usage| usage.tokens)).push_bind(spent.map(|m| m.amount_micro))
                        .push_bind(spent.map(|m| &m.currency)).push_bind(explained.map(|explained| explained.stamp.time))
                        .push_bind(text);
                });
                query.push(
                    " ON CONFLICT (tenant_id, decision_id) DO UPDATE SET vehicle_id = excluded.vehicle_id,
                         component = excluded.component, failure_code = excluded.failure_code, failure_name = excluded.failure_name,
                         severity_rank = excluded.severity_rank, urgency = excluded.urgency, rul_p05_km = excluded.rul_p05_km,
                         rul_p50_km = excluded.rul_p50_km, rul_p95_km = excluded.rul_p95_km, odometer_km = excluded.odometer_km,
                         made_at = excluded.made_at, is_open = excluded.is_open, low_minor = excluded.low_minor,
                         low_currency = excluded.low_currency, high_minor = excluded.high_minor,
                         high_currency = excluded.high_currency, covered = excluded.covered, llm_model = excluded.llm_model,
                         llm_calls = excluded.llm_calls, llm_tokens = excluded.llm_tokens,
                         llm_cost_micro = excluded.llm_cost_micro, llm_currency = excluded.llm_currency,
                         explained_at = excluded.explained_at, detail = excluded.detail");
                query.build().run(c).await
            })?;
        }
        Ok(())
    }

    /// Writes alerts.
    pub async fn save_alerts(&mut self, alerts: &[Named<'_, Alert>]) -> Result<(), DbError> {
        for some in alerts.chunks(ROWS_MAX) {
            let rows = with_detail::<_, StoredAlert>(some)?;
            on!(self.tx, c => {
                let mut query = sqlx::QueryBuilder::new(
                    "INSERT INTO alert_view (tenant_id, alert_id, vehicle_id, decision_id, component, failure_code, severity, state,
                         is_open, raised_at, acknowledged_at, acknowledged_s, resolved_at, detail) ");
                query.push_values(&rows, |mut to, (named, text)| {
                    let alert = named.value;
                    let raised = alert.raised.as_ref().map(|raised| &raised.value);
                    to.push_bind(named.tenant_id).push_bind(named.id).push_bind(named.vehicle_id)
                        .push_bind(raised.and_then(|raised| raised.decision_id.as_ref()))
                        .push_bind(raised.map(|raised| &raised.component))
                        .push_bind(raised.and_then(|raised| raised.failure_code.as_ref()))
                        .push_bind(raised.map_or(Severity::Unknown, |raised| raised.severity).as_str())
                        .push_bind(alert.state()).push_bind(alert.is_open())
                        .push_bind(alert.raised.as_ref().map(|raised| raised.stamp.time))
                        .push_bind(alert.acknowledged.as_ref().map(|(at, _)| *at))
                        .push_bind(alert.acknowledged_after_s()).push_bind(alert.resolved_at).push_bind(text);
                });
                query.push(
                    " ON CONFLICT (tenant_id, alert_id) DO UPDATE SET vehicle_id = excluded.vehicle_id,
                         decision_id = excluded.decision_id, component = excluded.component, failure_code = excluded.failure_code,
                         severity = excluded.severity, state = excluded.state, is_open = excluded.is_open,
                         raised_at = excluded.raised_at, acknowledged_at = excluded.acknowledged_at,
                         acknowledged_s = excluded.acknowledged_s, resolved_at = excluded.resolved_at, detail = excluded.detail");
                query.build().run(c).await
            })?;
        }
        Ok(())
    }

    /// Writes visits.
    pub async fn save_visits(&mut self, visits: &[Named<'_, Visit>]) -> Result<(), DbError> {
        for some in visits.chunks(ROWS_MAX) {
            let rows = with_detail::<_, StoredVisit>(some)?;
            on!(self.tx, c => {
                let mut query = sqlx::QueryBuilder::new(
                    "INSERT INTO visit_view (tenant_id, visit_id, vehicle_id, settles, technician_id, state, is_open, starts_at,
                         automatic, starts_before_p05, cost_minor, cost_currency, confirmed, nothing_found, component, planned_at,
                         started_at, cancelled_at, completed_at, reported_at, odometer_km, detail) ");
                query.push_values(&rows, |mut to, (named, text)| {
                    let visit = named.value;
                    let plan = visit.plan.as_ref().map(|plan| &plan.value);
                    let done = visit.completed.as_ref().map(|done| &done.value);
                    let judgement = visit.judgement();
                    let cost = done.and_then(|done| done.cost.as_ref());
                    to.push_bind(named.tenant_id).push_bind(named.id).push_bind(named.vehicle_id).push_bind(visit.settles())
                        .push_bind(visit.technician.as_ref().map(|technician| &technician.value))
                        .push_bind(visit.state().as_str()).push_bind(visit.is_open())
                        .push_bind(plan.map(|plan| plan.starts_at)).push_bind(plan.map(|plan| plan.automatic))
                        .push_bind(plan.and_then(|plan| plan.starts_before_p05)).push_bind(cost.map(|m| m.amount_minor))
                        .push_bind(cost.map(|m| &m.currency)).push_bind(judgement == Some(Judgement::Confirmed))
                        .push_bind(judgement == Some(Judgement::NothingFound))
                        .push_bind(visit.component()).push_bind(visit.first_planned).push_bind(visit.started_at).push_bind(visit.cancelled_at)
                        .push_bind(done.map(|done| done.completed_at))
                        .push_bind(visit.completed.as_ref().map(|done| done.stamp.time))
                        .push_bind(done.and_then(|done| done.odometer_km)).push_bind(text);
                });
                query.push(
                    " ON CONFLICT (tenant_id, visit_id) DO UPDATE SET vehicle_id = excluded.vehicle_id, settles = excluded.settles,
                         technician_id = excluded.technician_id, state = excluded.state, is_open = excluded.is_open,
                         starts_at = excluded.starts_at, automatic = excluded.automatic,
                         starts_before_p05 = excluded.starts_before_p05, cost_minor = excluded.cost_minor,
                         cost_currency = excluded.cost_currency, confirmed = excluded.confirmed,
                         nothing_found = excluded.nothing_found, component = excluded.component, planned_at = excluded.planned_at,
                         started_at = excluded.started_at, cancelled_at = excluded.cancelled_at,
                         completed_at = excluded.completed_at, reported_at = excluded.reported_at,
                         odometer_km = excluded.odometer_km, detail = excluded.detail");
                query.build().run(c).await
            })?;
        }
        Ok(())
    }
}
