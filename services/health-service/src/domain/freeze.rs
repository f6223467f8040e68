//! Which predictions are kept, word for word, until the outcome shows what they were worth.
//!
//! At most one a day of event time, component and model. A part that is well is written down ever more rarely, so that a life
//! of years leaves some dozens of predictions and not a thousand; from FAIR on every day counts.

use prognostics::intervals::Quantiles;

use super::class::Group;
use super::component::{Band, ComponentKind};
use super::models::BUILT_IN;
use super::rules::Rules;
use super::vehicle::Vehicle;
use super::{Micros, SECOND};

const DAY: Micros = 86_400 * SECOND;
/// So many days of a life are written down daily; from then on the stride grows with the life's age.
const DAILY_DAYS: i64 = 32;

/// One prediction as it was said.
#[derive(Debug, Clone)]
pub struct Frozen {
    pub component: ComponentKind,
    pub model_id: String,
    /// Said aside: another model spoke.
    pub shadow: bool,
    pub group: Group,
    /// Days of event time since 1970.
    pub day: i64,
    /// Event time at which the part's life began; 0 when it was there before us.
    pub life: Micros,
    /// The vehicle's own count.
    pub distance_km: f64,
    pub km_per_day: f64,
    pub score: f64,
    pub km: Quantiles,
}

impl Vehicle {
    /// The predictions that are due to be written down now; they are due once a day.
    pub(super) fn freeze(&mut self, at: Micros, rules: &Rules) -> Vec<Frozen> {
        let day = at.div_euclid(DAY);
        let group = self.group();
        let mut frozen = Vec::new();
        for kind in ComponentKind::ALL {
            let component = &mut self.components[kind as usize];
            let (Some(band), Some(score)) = (component.band(), component.score()) else {
                continue;
            };
            if !component.freeze_on(day, band >= Band::Fair) {
                continue;
            }
            let life = component.life();
            let (remaining, model_id) = self.remaining(kind, rules);
            // Where another model has nothing to say the built-in one speaks, and is judged for it.
            let said = remaining.map(|remaining| (model_id, remaining.km));
            let spoken = said.as_ref().map(|(model_id, _)| model_id.clone());
            let asides = self
                .asides(kind, rules)
                .into_iter()
                .map(|aside| (aside.model_id, aside.km));
            for (model_id, km) in said.into_iter().chain(asides) {
                let shadow = spoken.as_ref() != Some(&model_id);
                if shadow && model_id == BUILT_IN && spoken.is_none() {
                    continue;
                }
                frozen.push(Frozen {
                    component: kind,
                    model_id,
                    shadow,
                    group,
                    day,
                    life,
                    distance_km: self.distance_km(),
                    km_per_day: self.usage.km_per_day(),
                    score,
                    km,
                });
            }
        }
        frozen
    }
}

/// Whether a day is written down, by the days since the part began to be watched.
#[must_use]
pub(super) fn is_due(day: i64, age_days: i64) -> bool {
    let stride = (age_days / DAILY_DAYS + 1).max(1);
    // Powers of two: a day that was due at a wide stride was due at every narrower one.
    let stride = 1 << stride.ilog2();
    day.rem_euclid(stride) == 0
}

#[cfg(test)]
mod tests {
    use super::is_due;

    #[test]
    fn long_lives_leave_dozens_of_predictions() {
        let kept = |days: i64| (0..days).filter(|day| is_due(20_000 + day, *day)).count();
        assert_eq!(kept(32), 32);
        assert!((100..130).contains(&kept(365)), "{}", kept(365));
        assert!(kept(3_650) < 260, "{}", kept(3_650));
    }
}
