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
    /// Days from the last record and the probability of having failed by then, rising. The vehicle's pace is uncertain too.
    pub dates: Vec<(f64, f64)>,
}

/// All curves of a vehicle.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Event time in microseconds that days are counted from: the vehicle's last record.
    pub from: i64,
    pub km_per_day: f64,
    pub curves: Vec<WaitingCurve>,
}

/// Points of a curve, the first at 0.
const POINTS: u32 = 20;
const DISTANCE_MAX_KM: f64 = 1e6;
const DAYS_MAX: f64 = 3_650.0;

/// What a caller asked for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub component: Option<String>,
    pub km_max: Option<f64>,
    pub days_max: Option<f64>,
}

/// The curves of every component with a remaining life, or of the one asked for, up to `km_max` (default: until the
/// 95 % quantile, at most 20,000 km) and `days_max` (default: likewise, at most a year).
pub async fn show_cost_of_waiting(
    store: &mut Store<'_>,
    tenant: &TenantId,
    vehicle_id: &str,
    asked: Asked,
    rules: &Rules,
) -> Result<Waiting, Error> {
    let beyond = |asked: Option<f64>, most: f64| asked.is_some_and(|asked| !(asked > 0.0 && asked <= most));
    if beyond(asked.km_max, DISTANCE_MAX_KM) || beyond(asked.days_max, DAYS_MAX) {
        return Err(Error::DistanceInvalid);
    }
    let only = match asked.component {
        Some(name) => Some(ComponentKind::parse(&name).ok_or(Error::ComponentUnknown { component: name })?),
        None => None,
    };
    let vehicle = known_state(store, tenant, vehicle_id).await?;
    let reports = vehicle
        .reports(rules)
        .into_iter()
        .filter(|report| only.is_none_or(|only| only == report.kind));
    let curve = |kind, remaining: Remaining| {
        let km_end = asked.km_max.unwrap_or_else(|| remaining.km.p95.clamp(100.0, 20_000.0));
        let days_end = asked.days_max.unwrap_or_else(|| remaining.days.p95.clamp(7.0, 365.0));
        WaitingCurve {
            component: kind,
            remaining,
            points: points(km_end, |km| remaining.failure_probability(km)),
            dates: points(days_end, |days| remaining.failure_probability_by(days)),
        }
    };
    let curves = reports
        .filter_map(|report| Some(curve(report.kind, report.remaining?)))
        .collect();
    Ok(Waiting {
        from: vehicle.last_at,
        km_per_day: vehicle.usage.km_per_day(),
        curves,
    })
}

fn points(end: f64, probability: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
    let at = |step: u32| end * f64::from(step) / f64::from(POINTS);
    (0..=POINTS).map(|step| (at(step), probability(at(step)))).collect()
}
