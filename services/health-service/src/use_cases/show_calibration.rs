//! Of the 90 % intervals that were promised, how many held? Only predictions that were written down before their outcome are asked; no
//! data that a model was trained on can be among them, since a model is there before it speaks.

use chassis::TenantId;
use prognostics::metrics::binomial_interval_95;

use crate::domain::class::Group;
use crate::domain::component::ComponentKind;
use crate::error::Error;
use crate::store::{CalibrationRow, Store};

/// The share of intervals that is promised to hold.
pub const PROMISED: f64 = 0.9;
/// Lives without which a verdict would be a guess: with 20 the interval of a share near 0.9 is about ±0.13.
const LIVES_MIN: i64 = 20;

/// What the lives say about the promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    NotEnoughData,
    /// The promise lies within the binomial interval.
    AsPromised,
    /// Fewer held: intervals are too narrow, or off.
    TooNarrow,
    /// More held: intervals are wider than they need be.
    TooWide,
}

/// One component of one class, by one model.
#[derive(Debug, Clone)]
pub struct Calibrated {
    pub row: CalibrationRow,
    /// Of lives, by one prediction each, drawn evenly over the life's kilometres.
    pub share: Option<f64>,
    pub interval_95: Option<(f64, f64)>,
    pub keeping: Keeping,
}

/// What a caller asked for, still in words.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub component: Option<String>,
    pub vehicle_class: Option<String>,
    pub model_id: Option<String>,
}

/// Counts by component, class and model.
pub async fn show_calibration(
    store: &mut Store<'_>,
    tenant: &TenantId,
    wanted: Wanted,
) -> Result<Vec<Calibrated>, Error> {
    if let Some(name) = &wanted.component
        && ComponentKind::parse(name).is_none()
    {
        return Err(Error::ComponentUnknown {
            component: name.clone(),
        });
    }
    if wanted
        .vehicle_class
        .as_deref()
        .is_some_and(|name| Group::parse(name).is_none())
    {
        return Err(Error::ModelKeyInvalid);
    }
    let fits = |wanted: &Option<String>, have: &str| wanted.as_deref().is_none_or(|wanted| wanted == have);
    let rows = store.calibration(tenant).await?;
    let asked = rows.into_iter().filter(|row| {
        fits(&wanted.component, &row.component)
            && fits(&wanted.vehicle_class, &row.vehicle_class)
            && fits(&wanted.model_id, &row.model_id)
    });
    Ok(asked.map(calibrated).collect())
}

/// What one row of counts says about the promise.
#[must_use]
pub fn calibrated(row: CalibrationRow) -> Calibrated {
    let count = |count: i64| usize::try_from(count).unwrap_or(0);
    let interval_95 = binomial_interval_95(count(row.lives_held), count(row.lives));
    let share = (row.lives > 0).then(|| row.lives_held as f64 / row.lives as f64);
    let keeping = match interval_95 {
        Some(_) if row.lives < LIVES_MIN => Keeping::NotEnoughData,
        Some((_, high)) if high < PROMISED => Keeping::TooNarrow,
        Some((low, _)) if low > PROMISED => Keeping::TooWide,
        Some(_) => Keeping::AsPromised,
        None => Keeping::NotEnoughData,
    };
    Calibrated {
        row,
        share,
        interval_95,
        keeping,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keeping(lives_held: i64, lives: i64) -> Keeping {
        let row = CalibrationRow {
            component: "brakes".to_owned(),
            vehicle_class: "petrol_car".to_owned(),
            model_id: "m".to_owned(),
            shadow: false,
            pending: 0,
            held: 0,
            too_long: 0,
            too_short: 0,
            censored: 0,
            outlasted: 0,
            lives,
            lives_held,
            mean_width_km: None,
            mean_error_km: None,
            mean_pinball_km: None,
            from_at: None,
            until_at: None,
        };
        calibrated(row).keeping
    }

    #[test]
    fn few_lives_prove_nothing_and_many_do() {
        assert_eq!(keeping(0, 0), Keeping::NotEnoughData);
        assert_eq!(keeping(5, 19), Keeping::NotEnoughData);
        assert_eq!(keeping(45, 50), Keeping::AsPromised);
        assert_eq!(keeping(25, 50), Keeping::TooNarrow);
        assert_eq!(keeping(300, 300), Keeping::TooWide);
    }
}
