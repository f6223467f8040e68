//! Has the world moved away from the one that a model was made for? What it sees and says now is held against what it saw first, by
//! the population stability index.

use chassis::{Database, TenantId};
use chrono::{DateTime, Duration, Utc};

use crate::domain::drift::{self, DRIFTING, SAMPLES_MIN};
use crate::error::Error;
use crate::store::{DriftRow, SeenRow, Store};

/// The first predictions of a model in a fleet are what it was put to work on.
const REFERENCE_MAX: i64 = 2_000;
/// The last ones.
const RECENT_MAX: i64 = 2_000;
const RECENT_DAYS: i64 = 30;

type Figure = (&'static str, fn(&SeenRow) -> f64);

/// What is watched: what goes in, and what comes out.
const FIGURES: [Figure; 4] = [
    ("health_score", |seen| seen.score),
    ("km_per_day", |seen| seen.km_per_day.max(0.1).ln()),
    ("rul_km_median", |seen| seen.rul_km_p50.max(1.0).ln()),
    ("rul_km_relative_width", |seen| {
        ((seen.rul_km_p95 - seen.rul_km_p05) / seen.rul_km_p50.max(1.0))
            .max(1e-3)
            .ln()
    }),
];

/// Looks at every model that predicted lately, keeps what was found and counts what drifts.
pub async fn watch_drift(database: &Database, now: DateTime<Utc>) -> Result<(), Error> {
    let recent_from = now - Duration::days(RECENT_DAYS);
    let mut tx = database.read().await?;
    let watched = Store::new(&mut tx).watched_models(recent_from).await?;
    drop(tx);
    let mut drifting = 0;
    for (tenant, model_id, component, vehicle_class) in watched {
        let tenant = TenantId::new(&tenant);
        let key = (&*model_id, &*component, &*vehicle_class);
        let mut tx = database.begin().await?;
        let store = &mut Store::new(&mut tx);
        let reference = store.seen(&tenant, key, None, REFERENCE_MAX).await?;
        let recent = store.seen(&tenant, key, Some(recent_from), RECENT_MAX).await?;
        if reference.len() < SAMPLES_MIN || recent.len() < SAMPLES_MIN {
            continue;
        }
        for (feature, of) in FIGURES {
            let values = |seen: &[SeenRow]| seen.iter().map(of).collect::<Vec<f64>>();
            let index = drift::stability_index(&values(&reference), &values(&recent));
            let found = DriftRow {
                model_id: model_id.clone(),
                component: component.clone(),
                vehicle_class: vehicle_class.clone(),
                feature: feature.to_owned(),
                stability_index: index,
                reference_count: reference.len() as i64,
                recent_count: recent.len() as i64,
                drifting: index > DRIFTING,
                computed_at: chassis::clock::micros(now),
            };
            drifting += u32::from(found.drifting);
            store.keep_drift(&tenant, &found).await?;
        }
        tx.commit().await?;
    }
    metrics::gauge!("health_models_drifting").set(drifting);
    if drifting > 0 {
        tracing::warn!(
            drifting,
            "figures of models have moved away from those that they were put to work on"
        );
    }
    Ok(())
}
