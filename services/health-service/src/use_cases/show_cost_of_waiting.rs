//! Shows how probable a failure becomes with each kilometre that a repair is put off.

use chassis::TenantId;

use super::show_health::known_state;
use crate::domain::component::ComponentKind;
use crate::domain::life::Remaining;
use crate::domain::rules::Rules;
use crate::error::Error;
use crate::store::Store;

/// The failure probability of one component over distance.
#[derive(Debug, Clone)]
pub struct WaitingCurve {
    pub component: ComponentKind,
    pub remaining: Remaining,
    /// Distance in km and the probability of having failed by then, rising.
    pub points: Vec<(f64, f64)>,
}

/// All curves of a vehicle.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub km_per_day: f64,
    pub curves: Vec<WaitingCurve>,
}

/// Points of a curve, the first at 0.
const POINTS: u32 = 20;
const DISTANCE_MAX_KM: f64 = 1e6;

/// The curves of every component with a remaining life, or of the one asked for, up to `km_max` (default: until the
/// 95 % quantile, at most 20,000 km).
pub async fn show_cost_of_waiting(
    store: &mut Store<'_>,
    tenant: &TenantId,
    vehicle_id: &str,
    component: Option<String>,
    km_max: Option<f64>,
    rules: &Rules,
) -> Result<Waiting, Error> {
    if km_max.is_some_and(|km| !(km > 0.0 && km <= DISTANCE_MAX_KM)) {
        return Err(Error::DistanceInvalid);
    }
    let only = match component {
        Some(name) => Some(ComponentKind::parse(&name).ok_or(Error::ComponentUnknown { component: name })?),
        None => None,
    };
    let vehicle = known_state(store, tenant, vehicle_id).await?;
    let reports = vehicle
        .reports(rules)
        .into_iter()
        .filter(|report| only.is_none_or(|only| only == report.kind));
    let curve = |kind, remaining: Remaining| {
        let end = km_max.unwrap_or_else(|| remaining.km.p95.clamp(100.0, 20_000.0));
        let point = |step: u32| end * f64::from(step) / f64::from(POINTS);
        let points = (0..=POINTS)
            .map(|step| (point(step), remaining.failure_probability(point(step))))
            .collect();
        WaitingCurve {
            component: kind,
            remaining,
            points,
        }
    };
    let curves = reports
        .filter_map(|report| Some(curve(report.kind, report.remaining?)))
        .collect();
    Ok(Waiting {
        km_per_day: vehicle.usage.km_per_day(),
        curves,
    })
}
