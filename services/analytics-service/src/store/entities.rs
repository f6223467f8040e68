//! Writes decisions, alerts, visits, deliveries, warranty checks and claims.

use super::Store;
use super::mirror::{StoredAlert, StoredDecision, StoredVisit, To, write};
use crate::domain::fleet::change::Verdict;
use crate::domain::fleet::lifecycle::{Alert, Decision, Visit};
use crate::domain::fleet::{Severity, Stamp};
use crate::domain::money::Money;
use chassis::{DbError, TenantId, on};

impl Store<'_> {
    pub(super) async fn save_decision(
        &mut self,
        tenant: &TenantId,
        vehicle_id: &str,
        decision_id: &str,
        decision: &Decision,
    ) -> Result<(), DbError> {
        let stored: StoredDecision = decision.clone().to();
        let made = decision.made.as_ref();
        let detail = made.map(|made| &made.value);
        let (low, high) = (
            detail.and_then(|d| d.cost_low.as_ref()),
            detail.and_then(|d| d.cost_high.as_ref()),
        );
        on!(self.tx, c => sqlx::query(
            "INSERT INTO decision_view (tenant_id, decision_id, vehicle_id, component, failure_code, severity_rank, rul_p05_km,
                 made_at, is_open, low_minor, low_currency, high_minor, high_currency, covered, detail, failure_name)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
             ON CONFLICT (tenant_id, decision_id) DO UPDATE SET vehicle_id = excluded.vehicle_id, component = excluded.component,
                 failure_code = excluded.failure_code, severity_rank = excluded.severity_rank, rul_p05_km = excluded.rul_p05_km,
                 made_at = excluded.made_at, is_open = excluded.is_open, low_minor = excluded.low_minor,
                 low_currency = excluded.low_currency, high_minor = excluded.high_minor, high_currency = excluded.high_currency,
                 covered = excluded.covered, detail = excluded.detail, failure_name = excluded.failure_name")
            .bind(tenant.as_str()).bind(decision_id).bind(vehicle_id).bind(detail.map(|d| &d.component))
            .bind(detail.map(|d| &d.failure_code)).bind(detail.map_or(0, |d| d.severity.rank()))
            .bind(detail.and_then(|d| d.rul_km).map(|rul| rul.p05)).bind(made.map(|made| made.stamp.time))
            .bind(decision.is_open()).bind(low.map(|m| m.amount_minor)).bind(low.map(|m| &m.currency))
            .bind(high.map(|m| m.amount_minor)).bind(high.map(|m| &m.currency))
            .bind(decision.covered.as_ref().map(|covered| covered.value)).bind(write(&stored)?)
            .bind(detail.map(|d| &d.failure_name))
            .execute(c).await)?;
        Ok(())
    }

    pub(super) async fn save_alert(
        &mut self,
        tenant: &TenantId,
        vehicle_id: &str,
        alert_id: &str,
        alert: &Alert,
    ) -> Result<(), DbError> {
        let stored: StoredAlert = alert.clone().to();
        let raised = alert.raised.as_ref();
        on!(self.tx, c => sqlx::query(
            "INSERT INTO alert_view (tenant_id, alert_id, vehicle_id, decision_id, severity, state, is_open, raised_at,
                 acknowledged_s, resolved_at, detail)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             ON CONFLICT (tenant_id, alert_id) DO UPDATE SET vehicle_id = excluded.vehicle_id,
                 decision_id = excluded.decision_id, severity = excluded.severity, state = excluded.state,
                 is_open = excluded.is_open, raised_at = excluded.raised_at, acknowledged_s = excluded.acknowledged_s,
                 resolved_at = excluded.resolved_at, detail = excluded.detail")
            .bind(tenant.as_str()).bind(alert_id).bind(vehicle_id)
            .bind(raised.and_then(|raised| raised.value.decision_id.as_ref()))
            .bind(raised.map_or(Severity::Unknown, |raised| raised.value.severity).as_str()).bind(alert.state())
            .bind(alert.is_open()).bind(raised.map(|raised| raised.stamp.time))
            .bind(alert.acknowledged_after_s()).bind(alert.resolved_at).bind(write(&stored)?)
            .execute(c).await)?;
        Ok(())
    }

    pub(super) async fn save_visit(
        &mut self,
        tenant: &TenantId,
        vehicle_id: &str,
        visit_id: &str,
        visit: &Visit,
    ) -> Result<(), DbError> {
        let stored: StoredVisit = visit.clone().to();
        let plan = visit.plan.as_ref().map(|plan| &plan.value);
        let outcome = visit.completed.as_ref().map(|done| &done.value);
        let findings = outcome.map_or(&[][..], |outcome| &outcome.findings);
        let confirmed = findings.iter().any(|finding| finding.verdict == Verdict::Confirmed);
        let nothing_found = !findings.is_empty() && findings.iter().all(|finding| finding.verdict == Verdict::NotFound);
        let cost = outcome.and_then(|outcome| outcome.cost.as_ref());
        on!(self.tx, c => sqlx::query(
            "INSERT INTO visit_view (tenant_id, visit_id, vehicle_id, settles, technician_id, state, is_open, starts_at, automatic,
                 starts_before_p05, cost_minor, cost_currency, confirmed, nothing_found, detail)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
             ON CONFLICT (tenant_id, visit_id) DO UPDATE SET vehicle_id = excluded.vehicle_id, settles = excluded.settles,
                 technician_id = excluded.technician_id, state = excluded.state, is_open = excluded.is_open,
                 starts_at = excluded.starts_at, automatic = excluded.automatic,
                 starts_before_p05 = excluded.starts_before_p05, cost_minor = excluded.cost_minor,
                 cost_currency = excluded.cost_currency, confirmed = excluded.confirmed,
                 nothing_found = excluded.nothing_found, detail = excluded.detail")
            .bind(tenant.as_str()).bind(visit_id).bind(vehicle_id).bind(visit.settles())
            .bind(visit.technician.as_ref().map(|technician| &technician.value)).bind(visit.state().as_str())
            .bind(visit.is_open()).bind(plan.map(|plan| plan.starts_at)).bind(plan.map(|plan| plan.automatic))
            .bind(plan.and_then(|plan| plan.starts_before_p05)).bind(cost.map(|cost| cost.amount_minor))
            .bind(cost.map(|cost| &cost.currency)).bind(confirmed).bind(nothing_found).bind(write(&stored)?)
            .execute(c).await)?;
        Ok(())
    }

    /// Notes what became of a message; the newest word counts.
    pub async fn save_delivery(
        &mut self,
        tenant: &TenantId,
        (delivery_id, alert_id): (&str, &str),
        (channel, status): (&str, &str),
        stamp: Stamp,
    ) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query(
            "INSERT INTO delivery_view (tenant_id, delivery_id, alert_id, channel, status, time, sequence)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (tenant_id, delivery_id) DO UPDATE SET channel = excluded.channel, status = excluded.status,
                 time = excluded.time, sequence = excluded.sequence
             WHERE delivery_view.time < excluded.time
                OR (delivery_view.time = excluded.time AND delivery_view.sequence < excluded.sequence)")
            .bind(tenant.as_str()).bind(delivery_id).bind(alert_id).bind(channel).bind(status)
            .bind(stamp.time).bind(stamp.sequence)
            .execute(c).await)?;
        Ok(())
    }

    /// Notes a warranty check.
    pub async fn save_coverage(
        &mut self,
        tenant: &TenantId,
        check_id: &str,
        (vehicle_id, component): (&str, &str),
        covered: bool,
    ) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query(
            "INSERT INTO coverage_view (tenant_id, check_id, vehicle_id, component, covered) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING")
            .bind(tenant.as_str()).bind(check_id).bind(vehicle_id).bind(component).bind(covered)
            .execute(c).await)?;
        Ok(())
    }

    /// Notes a claim.
    pub async fn save_claim(
        &mut self,
        tenant: &TenantId,
        claim_id: &str,
        (vehicle_id, component): (&str, &str),
        amount: &Money,
    ) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query(
            "INSERT INTO claim_view (tenant_id, claim_id, vehicle_id, component, amount_minor, currency)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING")
            .bind(tenant.as_str()).bind(claim_id).bind(vehicle_id).bind(component)
            .bind(amount.amount_minor).bind(&amount.currency)
            .execute(c).await)?;
        Ok(())
    }
}
