//! What a vehicle's odometer is known to show. The highest reading counts, so that an expired coverage does not come back by a
//! rounding; but a person who types a digit too many must not end every coverage by distance for good.

use chrono::{DateTime, Utc};

/// What an odometer showed, and when: event time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    pub km: f64,
    pub at: DateTime<Utc>,
}

/// How far above what is known a reading may lie to be believed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OdometerLimits {
    /// The most that a vehicle drives, in km a day.
    pub km_per_day_max: f64,
    /// What a reading may lie above that, in km: days are counted from times that are not exact.
    pub slack_km: f64,
}

/// What is known of an odometer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Odometer {
    /// What counts, in km.
    pub km: Option<f64>,
    /// When it was read; none where the reading was kept before times were.
    pub read_at: Option<DateTime<Utc>>,
    /// The registry's figure, and when the registry first said it.
    pub registry: Option<Reading>,
}

impl Odometer {
    /// After a word of the registry. A figure that it said before is no new reading: each word about a vehicle repeats it. A new
    /// one replaces what was read before it, also where it is lower: that is how a person undoes a slip of the pen.
    #[must_use]
    pub fn after_registry(self, km: Option<f64>, at: DateTime<Utc>) -> Odometer {
        let is_new = |km: &f64| self.registry.is_none_or(|said| said.km != *km);
        let Some(km) = km.filter(is_new) else {
            return self;
        };
        let registry = Some(Reading { km, at });
        let read_since = self.read_at.is_none_or(|read_at| read_at > at);
        if read_since && self.km.is_some_and(|known| known > km) {
            return Odometer {
                registry,
                read_at: self.read_at.or(Some(at)),
                ..self
            };
        }
        Odometer {
            km: Some(km),
            read_at: Some(at),
            registry,
        }
    }

    /// After a reading of a decision or a workshop. It counts where it is the highest, is believed, and the registry has not
    /// spoken since.
    #[must_use]
    pub fn after_reading(self, reading: Reading, limits: &OdometerLimits) -> Odometer {
        let since = self.registry.is_none_or(|said| reading.at > said.at);
        let highest = self.km.is_none_or(|known| reading.km >= known);
        if !(since && highest && self.believes(reading, limits)) {
            return self;
        }
        Odometer {
            km: Some(reading.km),
            // One that is heard late does not set the time back: the vehicle shows at least as much afterwards.
            read_at: self.read_at.max(Some(reading.at)),
            ..self
        }
    }

    /// Whether the vehicle can have driven so far since it was last read. Where nothing is known, anything is believed.
    pub fn believes(&self, reading: Reading, limits: &OdometerLimits) -> bool {
        let (Some(known), Some(read_at)) = (self.km, self.read_at) else {
            return true;
        };
        let days = (reading.at - read_at).num_seconds().max(0) as f64 / 86_400.0;
        reading.km <= known + limits.slack_km + days * limits.km_per_day_max
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use proptest::prelude::*;

    use super::*;

    const LIMITS: OdometerLimits = OdometerLimits {
        km_per_day_max: 2_000.0,
        slack_km: 2_000.0,
    };

    fn day(days: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::days(days)
    }

    fn read(km: f64, days: i64) -> Reading {
        Reading { km, at: day(days) }
    }

    fn registered(km: f64) -> Odometer {
        Odometer::default().after_registry(Some(km), day(0))
    }

    #[test]
    fn a_digit_too_many_is_not_believed_and_a_long_way_is() {
        let known = registered(148_000.0);
        let typo = known.after_reading(read(1_500_000.0, 30), &LIMITS);
        assert_eq!(typo, known);
        assert_eq!(typo.after_reading(read(150_000.0, 30), &LIMITS).km, Some(150_000.0));
        assert_eq!(known.after_reading(read(210_000.0, 30), &LIMITS).km, Some(210_000.0));
        assert_eq!(known.after_reading(read(210_000.1, 30), &LIMITS).km, Some(148_000.0));
    }

    #[test]
    fn a_later_word_of_the_registry_undoes_what_was_read_and_a_repeated_one_does_not() {
        let typo = Odometer::default().after_reading(read(1_500_000.0, 5), &LIMITS);
        assert_eq!(typo.km, Some(1_500_000.0), "nothing was known, so anything is believed");
        let corrected = typo.after_registry(Some(150_000.0), day(6));
        assert_eq!(corrected.km, Some(150_000.0));
        assert_eq!(
            corrected.after_reading(read(1_500_000.0, 5), &LIMITS),
            corrected,
            "nor is it heard again"
        );
        let driven = corrected.after_reading(read(160_000.0, 20), &LIMITS);
        assert_eq!(
            driven.after_registry(Some(150_000.0), day(30)).km,
            Some(160_000.0),
            "it only repeats itself"
        );
        assert_eq!(driven.after_registry(None, day(30)), driven);
        assert_eq!(
            driven.after_registry(Some(155_000.0), day(10)).km,
            Some(160_000.0),
            "it was read since"
        );
    }

    #[test]
    fn what_was_kept_without_a_time_is_not_lowered_by_an_old_figure() {
        let old = Odometer {
            km: Some(120_000.0),
            ..Odometer::default()
        };
        let heard = old.after_registry(Some(80_000.0), day(1));
        assert_eq!((heard.km, heard.read_at), (Some(120_000.0), Some(day(1))));
        assert_eq!(heard.after_registry(Some(81_000.0), day(2)).km, Some(81_000.0));
    }

    proptest! {
        #[test]
        fn readings_never_lower_it_nor_raise_it_beyond_what_can_be_driven(
            readings in proptest::collection::vec((0.0..2_000_000.0, 1_i64..400), 0..20)
        ) {
            let mut odometer = registered(50_000.0);
            for (km, days) in readings {
                let next = odometer.after_reading(read(km, days), &LIMITS);
                prop_assert!(next.km >= odometer.km);
                odometer = next;
            }
            // Each reading that is believed may lie above by the slack.
            prop_assert!(odometer.km.unwrap() <= 50_000.0 + 20.0 * LIMITS.slack_km + 400.0 * LIMITS.km_per_day_max);
        }
    }
}
