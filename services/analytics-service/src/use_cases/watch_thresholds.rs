//! Tells when a key figure crosses a configured threshold. Once for each crossing: it must come back before it is told again.

use super::Act;
use super::measure_kpis::Measure;
use crate::App;
use crate::config::Threshold;
use crate::domain::kpi::{Figure, KpiId, Period};
use crate::error::Error;
use crate::events::published::{Announcement, Crossing};
use crate::store::{Sight, Store};
use chassis::{Cause, TenantId};
use chrono::NaiveDate;
use std::collections::HashSet;

/// What was looked at on a day of business time: each threshold once, at whatever speed that goes.
#[derive(Debug, Default)]
pub struct Looked {
    day: Option<NaiveDate>,
    /// Whether nothing is left of this day.
    is_complete: bool,
    /// By tenant and name of the threshold.
    done: HashSet<(String, String)>,
}

/// Looks at every tenant's thresholds that were not looked at today. What fails is tried again at the next look and keeps nobody else's from
/// being looked at.
pub async fn watch_thresholds(app: &App, looked: &mut Looked) -> Result<(), Error> {
    let today = app.clock.now().date_naive();
    if looked.day != Some(today) {
        *looked = Looked {
            day: Some(today),
            ..Looked::default()
        };
    }
    if looked.is_complete {
        return Ok(());
    }
    let tenants = {
        let mut tx = app.database.read().await?;
        Store::on(&mut tx).heard_tenants().await?
    };
    let mut is_complete = true;
    for tenant in tenants {
        for threshold in app.thresholds.iter() {
            let key = (tenant.as_str().to_owned(), threshold.name.clone());
            if looked.done.contains(&key) {
                continue;
            }
            match chassis::again(|| watch(app, &tenant, threshold)).await {
                Ok(()) => {
                    looked.done.insert(key);
                }
                Err(error) => {
                    is_complete = false;
                    tracing::warn!(
                        tenant = tenant.as_str(),
                        threshold = threshold.name,
                        error = format!("{error:#}"),
                        "a threshold could not be looked at, it is tried again"
                    );
                }
            }
        }
    }
    looked.is_complete = is_complete;
    Ok(())
}

async fn watch(app: &App, tenant: &TenantId, threshold: &Threshold) -> Result<(), Error> {
    let now = app.clock.now();
    let Some(id) = KpiId::parse(&threshold.kpi) else {
        return Err(Error::KpiNotFound);
    };
    let period = Period::last_days(threshold.days.clamp(1, 400), now);
    let measure = Measure {
        sight: &Sight::whole(tenant),
        stakes: &app.stakes,
        now,
    };
    let (figure, was) = {
        let mut tx = app.database.read().await?;
        let mut store = Store::on(&mut tx);
        let figure = measure.figure(&mut store, id, period, period.usual_step()).await?;
        (figure, store.was_exceeded(tenant, &threshold.name).await?)
    };
    let crossing = crossing(threshold, &figure, period);
    if was == crossing.is_some() {
        return Ok(());
    }
    let mut tx = app.database.begin().await?;
    let mut store = Store::on(&mut tx);
    if store.was_exceeded(tenant, &threshold.name).await? != was {
        // Another instance was quicker.
        return Ok(());
    }
    store
        .note_threshold(tenant, &threshold.name, crossing.is_some(), now)
        .await?;
    if let Some(crossing) = crossing {
        let act = Act {
            actor_id: None,
            cause: Cause::new(),
            now,
            machine_now: app.clock.machine_now(),
        };
        store
            .announce(tenant, Announcement::ThresholdExceeded(&crossing), &act)
            .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// How the figure is beyond the threshold, if it is. A figure that rests on too little is not judged.
fn crossing(threshold: &Threshold, figure: &Figure, period: Period) -> Option<Crossing> {
    let value = match &threshold.number {
        Some(name) => figure.numbers.get(name.as_str()).copied().flatten(),
        None => figure.value,
    }?;
    if figure.n < threshold.n_min {
        return None;
    }
    let below = threshold
        .below
        .filter(|limit| value < *limit)
        .map(|limit| ("BELOW", limit));
    let above = threshold
        .above
        .filter(|limit| value > *limit)
        .map(|limit| ("ABOVE", limit));
    let (direction, limit) = below.or(above)?;
    Some(Crossing {
        threshold: threshold.name.clone(),
        kpi: figure.id,
        number: threshold.number.clone(),
        value,
        direction,
        limit,
        period,
    })
}
