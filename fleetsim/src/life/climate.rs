//! Air where a fleet drives: temperature through the year and the day, pressure by altitude, hills and wet roads.
//!
//! Means and amplitudes are rounded from the WMO climate normals 1991–2020 of Frankfurt (temperate), Phoenix (hot),
//! Fairbanks (cold) and Innsbruck (mountain); pressure follows the barometric formula of ISO 2533.

use std::f64::consts::TAU;

/// Seconds of a day.
const DAY_S: f64 = 86_400.0;

/// A climate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Climate {
    Temperate,
    Hot,
    Cold,
    Mountain,
}

struct Normals {
    mean_degc: f64,
    season_k: f64,
    daily_k: f64,
    altitude_m: f64,
    /// Standard deviation of the slope.
    hills: f64,
    /// Share of days with wet roads.
    wet_days: f64,
}

impl Climate {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Temperate, Self::Hot, Self::Cold, Self::Mountain];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Temperate => "temperate",
            Self::Hot => "hot",
            Self::Cold => "cold",
            Self::Mountain => "mountain",
        }
    }

    fn normals(self) -> Normals {
        let (mean_degc, season_k, daily_k, altitude_m, hills, wet_days) = match self {
            Self::Temperate => (10.9, 9.3, 4.5, 110.0, 0.012, 0.35),
            Self::Hot => (24.2, 11.0, 7.0, 340.0, 0.008, 0.06),
            Self::Cold => (-2.1, 19.0, 5.0, 130.0, 0.010, 0.40),
            Self::Mountain => (9.6, 10.0, 6.0, 900.0, 0.028, 0.38),
        };
        Normals {
            mean_degc,
            season_k,
            daily_k,
            altitude_m,
            hills,
            wet_days,
        }
    }

    /// Air temperature in degC; `place` is a vehicle's own number in 0..1, which shifts its fronts and its mean.
    pub(crate) fn air_degc(self, time_s: f64, place: f64) -> f64 {
        let normals = self.normals();
        let day = time_s / DAY_S;
        // Coldest in mid-January and at four in the morning.
        let season = -(TAU * (day - 15.0) / 365.25).cos();
        let daily = -(TAU * (day - 4.0 / 24.0)).cos();
        let fronts = (TAU * (day / 5.3 + place)).sin() + (TAU * (day / 13.7 + 3.0 * place)).sin();
        normals.mean_degc + 4.0 * (place - 0.5) + normals.season_k * season + normals.daily_k * daily + 2.2 * fronts
    }

    /// Air pressure in kPa.
    pub(crate) fn pressure_kpa(self, time_s: f64, place: f64) -> f64 {
        let altitude_m = self.normals().altitude_m + 200.0 * place;
        let weather = 0.8 * (TAU * (time_s / DAY_S / 7.1 + place)).sin();
        101.325 * (1.0 - 2.255_77e-5 * altitude_m).powf(5.255_88) + weather
    }

    /// Standard deviation of the road's slope.
    pub(crate) fn hills(self) -> f64 {
        self.normals().hills
    }

    /// Whether roads are wet on a day, the same for everybody at a place.
    pub(crate) fn is_wet(self, time_s: f64, place: f64) -> bool {
        let day = (time_s / DAY_S) as u64;
        let draw = crate::dice::mix(day ^ ((place * 1e6) as u64) << 20) as f64 / u64::MAX as f64;
        draw < self.normals().wet_days
    }
}

impl std::str::FromStr for Climate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|climate| climate.name() == text);
        found.ok_or_else(|| format!("`{text}` is none of temperate, hot, cold, mountain"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn climates_are_as_their_names_say() {
        // A year by the hour, from 2026-01-01.
        let year = |climate: Climate| {
            let degc: Vec<f64> = (0..8_760)
                .map(|hour| climate.air_degc(1_767_225_600.0 + f64::from(hour) * 3_600.0, 0.5))
                .collect();
            let mean = degc.iter().sum::<f64>() / degc.len() as f64;
            let low = degc.iter().copied().fold(f64::MAX, f64::min);
            let high = degc.iter().copied().fold(f64::MIN, f64::max);
            (mean, low, high)
        };
        let (mean, low, high) = year(Climate::Temperate);
        assert!((mean - 10.9).abs() < 0.5 && (-12.0..0.0).contains(&low) && (22.0..34.0).contains(&high));
        let (_, low, high) = year(Climate::Hot);
        assert!(low > 0.0 && (40.0..50.0).contains(&high), "{low} {high}");
        let (_, low, high) = year(Climate::Cold);
        assert!((-45.0..-20.0).contains(&low) && high < 32.0, "{low} {high}");
        assert!(Climate::Mountain.pressure_kpa(0.0, 0.5) < 92.0);
        assert!((97.0..102.0).contains(&Climate::Temperate.pressure_kpa(0.0, 0.5)));
        let wet = (0..1_000)
            .filter(|day| Climate::Hot.is_wet(f64::from(*day) * DAY_S, 0.3))
            .count();
        assert!((30..100).contains(&wet), "{wet}");
        assert_eq!("cold".parse(), Ok(Climate::Cold));
        assert!("dry".parse::<Climate>().is_err());
    }
}
