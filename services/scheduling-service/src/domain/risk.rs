//! What waiting costs: the probability that a part fails before a given moment, from the quantiles of its remaining life.

use chrono::{DateTime, Duration, NaiveDate, Utc};

/// 5, 50 and 95 % quantiles of a remaining life, in km.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LifeKm {
    pub p05: f64,
    pub p50: f64,
    pub p95: f64,
}

/// How soon the decision asks for the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    Immediate,
    Within24h,
    WithinWeek,
    NextService,
    Monitor,
}

impl Urgency {
    /// A name that this service does not know counts as soon, rather than late.
    pub fn parse(name: &str) -> Self {
        match name {
            "IMMEDIATE" => Urgency::Immediate,
            "WITHIN_24H" => Urgency::Within24h,
            "NEXT_SERVICE" => Urgency::NextService,
            "MONITOR" => Urgency::Monitor,
            _ => Urgency::WithinWeek,
        }
    }
}

/// When a part will fail: the moments by which it has failed with 5, 50 and 95 % probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RemainingLife {
    pub known_at: DateTime<Utc>,
    pub p05_at: DateTime<Utc>,
    pub p50_at: DateTime<Utc>,
    pub p95_at: DateTime<Utc>,
    /// False where the quantiles are assumed from the urgency because no remaining life was given.
    pub predicted: bool,
}

/// Money at stake, in minor units of the installation's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stakes {
    /// What a breakdown on the road costs more than a planned visit.
    pub breakdown_minor: i64,
    /// What a day costs on which the vehicle must stand; 0 where it may be driven.
    pub standing_minor_per_day: i64,
}

const SECONDS_PER_DAY: f64 = 86_400.0;
// Ten years: beyond it nothing is planned, and times stay in range.
const LONGEST_DAYS: f64 = 3_650.0;

impl RemainingLife {
    /// Converts km into time at a steady `km_per_day`.
    pub fn from_km(known_at: DateTime<Utc>, km: LifeKm, km_per_day: f64) -> Self {
        let rate = if km_per_day.is_finite() && km_per_day > 0.1 {
            km_per_day
        } else {
            0.1
        };
        Self::forecast(known_at, [km.p05 / rate, km.p50 / rate, km.p95 / rate])
    }

    /// A forecast in days until 5, 50 and 95 % have failed.
    pub fn forecast(known_at: DateTime<Utc>, days: [f64; 3]) -> Self {
        Self::from_days(known_at, days, true)
    }

    /// What the urgency implies where no remaining life is known.
    pub fn assumed(known_at: DateTime<Utc>, urgency: Urgency) -> Self {
        let days = match urgency {
            Urgency::Immediate => [0.5, 2.0, 7.0],
            Urgency::Within24h => [1.0, 4.0, 14.0],
            Urgency::WithinWeek => [7.0, 21.0, 60.0],
            Urgency::NextService => [30.0, 90.0, 180.0],
            Urgency::Monitor => [60.0, 180.0, 360.0],
        };
        Self::from_days(known_at, days, false)
    }

    fn from_days(known_at: DateTime<Utc>, days: [f64; 3], predicted: bool) -> Self {
        let mut least = 0.0f64;
        let at = days.map(|value| {
            let value = if value.is_finite() {
                value.clamp(0.0, LONGEST_DAYS)
            } else {
                LONGEST_DAYS
            };
            least = least.max(value); // quantiles that cross are pulled apart, so that the curve never falls
            known_at + Duration::seconds((least * SECONDS_PER_DAY) as i64)
        });
        RemainingLife {
            known_at,
            p05_at: at[0],
            p50_at: at[1],
            p95_at: at[2],
            predicted,
        }
    }

    /// The probability that the part has failed by `at`: piecewise linear through the quantiles, never falling.
    pub fn failure_probability(&self, at: DateTime<Utc>) -> f64 {
        if at <= self.known_at {
            return 0.0;
        }
        for pair in self.points().windows(2) {
            let ((from, low), (to, high)) = (pair[0], pair[1]);
            if at < to {
                return low + (high - low) * share(from, to, at);
            }
        }
        1.0
    }

    /// The same part at a later moment at which it still works: what it has lived through no longer counts. Of one that has outlived its 95 %
    /// point the forecast was wrong; all that is left of it is the mean pace of failing until that point.
    pub fn outlived(&self, now: DateTime<Utc>) -> Self {
        if now <= self.known_at {
            return *self;
        }
        let lived = self.failure_probability(now);
        let pace_s = (self.p95_at - self.known_at).num_seconds() as f64 / -0.05f64.ln();
        let at = |probability: f64| {
            if now >= self.p95_at {
                now + Duration::seconds((-(1.0 - probability).ln() * pace_s) as i64)
            } else {
                self.failed_by(lived + (1.0 - lived) * probability).max(now)
            }
        };
        RemainingLife {
            known_at: now,
            p05_at: at(0.05),
            p50_at: at(0.5),
            p95_at: at(0.95),
            predicted: self.predicted,
        }
    }

    /// The moment by which it has failed with a probability.
    fn failed_by(&self, probability: f64) -> DateTime<Utc> {
        let points = self.points();
        let pair = points.windows(2).find(|pair| probability < pair[1].1);
        let Some(&[(from, low), (to, high)]) = pair.and_then(|pair| pair.first_chunk()) else {
            return self.p95_at + self.tail();
        };
        from + Duration::milliseconds(
            ((to - from).num_milliseconds() as f64 * (probability - low) / (high - low)) as i64,
        )
    }

    fn points(&self) -> [(DateTime<Utc>, f64); 5] {
        [
            (self.known_at, 0.0),
            (self.p05_at, 0.05),
            (self.p50_at, 0.5),
            (self.p95_at, 0.95),
            (self.p95_at + self.tail(), 1.0),
        ]
    }

    /// Past the 95 % point the last 5 % go in the time that the 45 % before them took in proportion.
    fn tail(&self) -> Duration {
        (self.p95_at - self.p50_at) / 9
    }

    /// What waiting until `start` is expected to cost, in minor units, if the work ends at `end`.
    pub fn waiting_cost_minor(&self, start: DateTime<Utc>, end: DateTime<Utc>, stakes: Stakes) -> i64 {
        let breakdown = self.failure_probability(start) * stakes.breakdown_minor as f64;
        let days = (end - self.known_at).num_seconds().max(0) as f64 / SECONDS_PER_DAY;
        (breakdown + days * stakes.standing_minor_per_day as f64).round() as i64
    }
}

fn share(from: DateTime<Utc>, to: DateTime<Utc>, at: DateTime<Utc>) -> f64 {
    let whole = (to - from).num_milliseconds() as f64;
    if whole <= 0.0 {
        1.0
    } else {
        ((at - from).num_milliseconds() as f64 / whole).clamp(0.0, 1.0)
    }
}

/// How far a vehicle goes in a day, from its odometer and age; `default_km` where these do not say.
pub fn km_per_day(odometer_km: Option<f64>, in_service: Option<NaiveDate>, today: NaiveDate, default_km: f64) -> f64 {
    let (Some(odometer), Some(since)) = (odometer_km, in_service) else {
        return default_km;
    };
    let days = (today - since).num_days();
    // Under a month of use says little about a year, and an odometer near zero was perhaps never read.
    if days < 30 || odometer < 100.0 {
        return default_km;
    }
    (odometer / days as f64).clamp(1.0, 2_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn known() -> DateTime<Utc> {
        "2026-05-01T10:00:00Z".parse().unwrap()
    }

    #[test]
    fn probability_meets_the_quantiles() {
        let life = RemainingLife::from_km(
            known(),
            LifeKm {
                p05: 100.0,
                p50: 400.0,
                p95: 900.0,
            },
            50.0,
        );
        let after = |days: i64| life.failure_probability(known() + Duration::days(days));
        assert_eq!(after(0), 0.0);
        assert!((after(2) - 0.05).abs() < 1e-9);
        assert!((after(8) - 0.5).abs() < 1e-9);
        assert!((after(18) - 0.95).abs() < 1e-9);
        assert_eq!(after(400), 1.0);
    }

    #[test]
    fn a_part_that_still_works_has_not_failed() {
        let life = RemainingLife::assumed(known(), Urgency::WithinWeek);
        let day = |days: i64| known() + Duration::days(days);
        assert_eq!(life.outlived(known()), life);
        // Half of such parts have failed by day 21; of the other half nine in ten fail by day 60 or in the tail behind it.
        let later = life.outlived(day(21));
        assert!(later.failure_probability(day(21)).abs() < 1e-9);
        let expected = (life.failure_probability(day(40)) - 0.5) / 0.5;
        assert!((later.failure_probability(day(40)) - expected).abs() < 0.02);
        // Long past all that was foretold it is not certain to fail tonight.
        let outlived = life.outlived(day(180));
        assert!(outlived.failure_probability(day(181)) < 0.06, "{outlived:?}");
        assert!((outlived.failure_probability(day(240)) - 0.95).abs() < 0.01);
    }

    #[test]
    fn a_standing_vehicle_costs_by_the_day() {
        let life = RemainingLife::assumed(known(), Urgency::Monitor);
        let stakes = Stakes {
            breakdown_minor: 0,
            standing_minor_per_day: 10_000,
        };
        let at = known() + Duration::days(3);
        assert_eq!(life.waiting_cost_minor(at, at, stakes), 30_000);
    }

    #[test]
    fn daily_distance_falls_back_where_the_vehicle_says_too_little() {
        let today = NaiveDate::from_ymd_opt(2026, 5, 1).unwrap();
        let year_ago = NaiveDate::from_ymd_opt(2025, 5, 1);
        assert_eq!(km_per_day(Some(36_500.0), year_ago, today, 50.0), 100.0);
        assert_eq!(km_per_day(None, year_ago, today, 50.0), 50.0);
        assert_eq!(km_per_day(Some(36_500.0), Some(today), today, 50.0), 50.0);
    }

    proptest! {
        #[test]
        fn probability_never_falls_and_stays_within_bounds(
            p in proptest::array::uniform3(-10.0f64..100_000.0), rate in 0.0f64..3_000.0,
            a in 0i64..400_000, b in 0i64..400_000,
        ) {
            let life = RemainingLife::from_km(known(), LifeKm { p05: p[0], p50: p[1], p95: p[2] }, rate);
            let at = |minutes: i64| life.failure_probability(known() + Duration::minutes(minutes));
            let (early, late) = (at(a.min(b)), at(a.max(b)));
            prop_assert!((0.0..=1.0).contains(&early) && (0.0..=1.0).contains(&late));
            prop_assert!(early <= late + 1e-12, "{early} then {late}");
            let outlived = life.outlived(known() + Duration::minutes(a));
            let points = [outlived.known_at, outlived.p05_at, outlived.p50_at, outlived.p95_at];
            prop_assert!(points.is_sorted(), "{outlived:?}");
            let then = outlived.failure_probability(known() + Duration::minutes(a + b));
            prop_assert!((0.0..=1.0).contains(&then));
        }
    }
}
