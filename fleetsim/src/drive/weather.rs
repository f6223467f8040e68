//! Outside temperature of a mid-latitude place: a yearly and a daily sine (warmest in mid-July and at 15:00) around
//! 11 degC, with a slow wander of the air mass. Amplitudes are those of a Central European station's climate table:
//! about ±10 K through the year and ±4 K through the day.

use std::f64::consts::TAU;

use chrono::{DateTime, Datelike, Timelike, Utc};

/// Air temperature in degC; `offset_k` is the place's own deviation.
pub(crate) fn air_degc(time: DateTime<Utc>, offset_k: f64) -> f64 {
    let day = f64::from(time.ordinal0());
    let hour = f64::from(time.num_seconds_from_midnight()) / 3_600.0;
    let season = -(TAU * (day - 15.0) / 365.25).cos();
    let daily = (TAU * (hour - 9.0) / 24.0).sin();
    let front = (TAU * (day + hour / 24.0) / 5.3).sin();
    11.0 + offset_k + 10.0 * season + 4.0 * daily + 1.5 * front
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summer_noon_is_warmer_than_winter_night() {
        let at = |text: &str| air_degc(DateTime::parse_from_rfc3339(text).unwrap().to_utc(), 0.0);
        assert!(at("2026-07-15T15:00:00Z") > 18.0);
        assert!(at("2026-01-15T03:00:00Z") < 0.0);
    }
}
