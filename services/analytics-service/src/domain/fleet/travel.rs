//! How long a vehicle has been in service and how far it travels: what daily distance and uptime are computed from.

use super::{Latest, Stamp, offer};
use chrono::{DateTime, Utc};

/// Seconds of a day.
const DAY_S: f64 = 86_400.0;
/// Readings nearer together than this say nothing about a daily distance.
const SHORTEST_DAYS: f64 = 1.0;

/// When a vehicle was first heard of, its first and last odometer readings, and whether it was retired. Order does not matter.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Travelled {
    /// The earliest event time of anything about it.
    pub first_seen: Option<DateTime<Utc>>,
    /// The earliest and the latest odometer reading, km.
    pub first: Option<(DateTime<Utc>, f64)>,
    pub last: Option<(DateTime<Utc>, f64)>,
    /// What the registry said last, and when.
    pub retired: Option<Latest<bool>>,
}

impl Travelled {
    pub(super) fn seen(&mut self, time: DateTime<Utc>) {
        super::lifecycle::earliest(&mut self.first_seen, time);
    }

    pub(super) fn registered(&mut self, stamp: Stamp, retired: bool) {
        offer(&mut self.retired, stamp, retired);
    }

    /// Of two readings of one instant the larger counts.
    pub(super) fn stood(&mut self, time: DateTime<Utc>, odometer_km: Option<f64>) {
        let Some(km) = odometer_km.filter(|km| km.is_finite() && *km >= 0.0) else {
            return;
        };
        if self
            .first
            .is_none_or(|(at, held)| time < at || (time == at && km > held))
        {
            self.first = Some((time, km));
        }
        if self
            .last
            .is_none_or(|(at, held)| time > at || (time == at && km > held))
        {
            self.last = Some((time, km));
        }
    }

    /// Kilometres a day between the first and the last reading; none where they are less than a day apart or run backwards.
    pub fn km_per_day(&self) -> Option<f64> {
        let ((from, start), (to, end)) = (self.first?, self.last?);
        let days = (to - from).num_seconds() as f64 / DAY_S;
        (days >= SHORTEST_DAYS && end >= start).then(|| (end - start) / days)
    }

    /// When it left service, if it did.
    pub fn retired_at(&self) -> Option<DateTime<Utc>> {
        let retired = self.retired.as_ref()?;
        retired.value.then_some(retired.stamp.time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Duration;

    #[test]
    fn a_daily_distance_needs_a_day_and_a_rising_odometer() {
        let start = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
        let mut travelled = Travelled::default();
        travelled.stood(start + Duration::days(10), Some(1_600.0));
        assert_eq!(travelled.km_per_day(), None);
        travelled.stood(start, Some(1_000.0));
        travelled.stood(start + Duration::days(5), Some(f64::NAN));
        assert_eq!(travelled.km_per_day(), Some(60.0));
        travelled.stood(start + Duration::days(11), Some(10.0));
        assert_eq!(
            travelled.km_per_day(),
            None,
            "an odometer that runs backwards says nothing"
        );
    }
}
