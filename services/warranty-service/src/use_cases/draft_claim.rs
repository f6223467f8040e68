//! Draft a claim from a finished visit. Nothing is announced: a draft is the service's proposal, a person submits it.

use chassis::ids::{TenantId, derived_id};
use chrono::{DateTime, Utc};

use crate::domain::check::Check;
use crate::domain::claim::{Claim, Content, SYSTEM, Standing, Version};
use crate::domain::eligibility::{Eligibility, Question, judge};
use crate::domain::rules::Rules;
use crate::domain::visit::{Claimable, Suspicion, Visit};
use crate::error::Error;
use crate::store::Store;

/// Drafts at most one claim for the visit: for the first confirmed and repaired finding that is covered. Where
/// the vehicle or the decision is not known well enough to say, the visit waits for it.
pub async fn draft_claim(
    store: &mut Store<'_>,
    tenant: &TenantId,
    rules: &Rules,
    visit: &Visit,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let check = match &visit.decision_id {
        Some(decision_id) => store.check(tenant, decision_id).await?,
        None => None,
    };
    let vehicle = store.vehicle(tenant, &visit.vehicle_id).await?;
    let odometer = store.odometer(tenant, &visit.vehicle_id).await?;
    let shown_km = visit
        .reading()
        .filter(|reading| odometer.believes(*reading, &rules.odometer))
        .map(|reading| reading.km);
    let coverages = store.coverages(tenant).await?;
    let suspicion = suspicion(visit, check.as_ref());
    let judged: Vec<(Claimable, Question, Eligibility)> = visit
        .claimable(suspicion)
        .into_iter()
        .map(|claimable| {
            let question = question(visit, &claimable, check.as_ref(), shown_km);
            let answer = judge(vehicle.as_ref(), &coverages, &rules.wear_parts, &question);
            (claimable, question, answer)
        })
        .collect();
    let covered = judged.iter().find(|(_, _, answer)| answer.covered());
    let may_change = judged.iter().any(|(_, _, answer)| answer.may_change);
    let waits = covered.is_none() && (may_change || visit.waits_for_decision(suspicion));
    store.set_visit_waiting(tenant, &visit.appointment_id, waits).await?;
    let Some((claimable, question, answer)) = covered else {
        return Ok(());
    };
    let claim = Claim {
        claim_id: derived_id("claim", &[tenant.as_str(), &visit.appointment_id]),
        vehicle_id: visit.vehicle_id.clone(),
        appointment_id: Some(visit.appointment_id.clone()),
        decision_id: visit.decision_id.clone(),
        created_at: now,
    };
    let version = Version::draft(content(visit, claimable, question, answer), SYSTEM, now);
    // A person may have written the visit's claim before the visit's event came; theirs stays.
    store.insert_claim(tenant, &claim, &version).await?;
    Ok(())
}

fn suspicion<'a>(visit: &Visit, check: Option<&'a Check>) -> Suspicion<'a> {
    match (&visit.decision_id, check.map(|check| &check.decision)) {
        (_, Some(decision)) => Suspicion::Of {
            component: &decision.component,
            failure_mode: &decision.failure_mode,
        },
        (Some(_), None) => Suspicion::NotKnownYet,
        (None, None) => Suspicion::Nothing,
    }
}

/// The failure of a checked decision showed when the decision was made, even where the repair came after the end of
/// cover; any other finding counts from the visit. `shown_km` is what the visit read off the odometer, where that is believed.
fn question(visit: &Visit, claimable: &Claimable, check: Option<&Check>, shown_km: Option<f64>) -> Question {
    let shown = check
        .map(|check| &check.decision)
        .filter(|decision| decision.component == claimable.component);
    Question {
        component: claimable.component.clone(),
        failure_mode: claimable.failure_mode.clone(),
        on: shown
            .map_or(visit.completed_at, |decision| decision.decided_at)
            .date_naive(),
        odometer_km: shown.and_then(|decision| decision.odometer_km).or(shown_km),
    }
}

fn content(visit: &Visit, claimable: &Claimable, question: &Question, answer: &Eligibility) -> Content {
    Content {
        component: claimable.component.clone(),
        failure_mode: claimable.failure_mode.clone(),
        amount: visit.cost.clone(),
        occurred_on: question.on,
        odometer_km: answer.odometer_km,
        standing: Standing::from(answer),
        remark: claimable.remark(),
        description: None,
    }
}
