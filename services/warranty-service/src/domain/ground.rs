//! The ground of an answer: what decided it, for one coverage or for all of them, and how to say so.

use chrono::NaiveDate;

use crate::domain::reason::Reason;

/// What decided whether a failure is covered. Dates and readings are the last ones of cover, included.
#[derive(Clone, Debug, PartialEq)]
pub enum Ground {
    Covered {
        coverage_id: String,
        expires_on: Option<NaiveDate>,
        expires_km: Option<f64>,
    },
    NotStarted {
        coverage_id: String,
        starts_on: NaiveDate,
    },
    NoInServiceDate {
        coverage_id: String,
    },
    OdometerUnknown {
        coverage_id: String,
        expires_km: f64,
    },
    ExpiredByKm {
        coverage_id: String,
        expires_km: f64,
        odometer_km: f64,
    },
    ExpiredByDate {
        coverage_id: String,
        expired_on: NaiveDate,
    },
    Excluded {
        coverage_id: String,
        component: String,
        exclusion: String,
    },
    WearPart {
        coverage_id: String,
        component: String,
        failure_mode: Option<String>,
    },
    NotIncluded {
        coverage_id: String,
        component: String,
    },
    NoCoverage,
    VehicleUnknown,
}

impl Ground {
    /// Whether this ground means "covered".
    pub fn is_covered(&self) -> bool {
        matches!(self, Ground::Covered { .. })
    }

    /// Whether knowing more about the vehicle may change this ground to "covered".
    pub fn may_change_with_vehicle(&self) -> bool {
        matches!(
            self,
            Ground::VehicleUnknown | Ground::NoInServiceDate { .. } | Ground::OdometerUnknown { .. }
        )
    }

    /// The coverage that the ground speaks of.
    pub fn coverage_id(&self) -> Option<&str> {
        match self {
            Ground::Covered { coverage_id, .. }
            | Ground::NotStarted { coverage_id, .. }
            | Ground::NoInServiceDate { coverage_id }
            | Ground::OdometerUnknown { coverage_id, .. }
            | Ground::ExpiredByKm { coverage_id, .. }
            | Ground::ExpiredByDate { coverage_id, .. }
            | Ground::Excluded { coverage_id, .. }
            | Ground::WearPart { coverage_id, .. }
            | Ground::NotIncluded { coverage_id, .. } => Some(coverage_id),
            Ground::NoCoverage | Ground::VehicleUnknown => None,
        }
    }

    /// How near the answer came to "covered": the greatest of several coverages is the one worth telling.
    pub fn nearness(&self) -> u8 {
        match self {
            Ground::Covered { .. } => 10,
            Ground::NotStarted { .. } => 9,
            Ground::NoInServiceDate { .. } => 8,
            Ground::OdometerUnknown { .. } => 7,
            Ground::ExpiredByKm { .. } => 6,
            Ground::ExpiredByDate { .. } => 5,
            Ground::Excluded { .. } => 4,
            Ground::WearPart { .. } => 3,
            Ground::NotIncluded { .. } => 2,
            Ground::NoCoverage => 1,
            Ground::VehicleUnknown => 0,
        }
    }

    /// The last day of cover, where the ground is about one that covers or has covered.
    pub fn expires_on(&self) -> Option<NaiveDate> {
        match self {
            Ground::Covered { expires_on, .. } => *expires_on,
            Ground::ExpiredByDate { expired_on, .. } => Some(*expired_on),
            _ => None,
        }
    }

    /// The last odometer reading of cover in km, where the ground knows one.
    pub fn expires_km(&self) -> Option<f64> {
        match self {
            Ground::Covered { expires_km, .. } => *expires_km,
            Ground::ExpiredByKm { expires_km, .. } | Ground::OdometerUnknown { expires_km, .. } => Some(*expires_km),
            _ => None,
        }
    }

    /// The ground as a coded text. Names that people typed stay out, because reasons travel in events.
    pub fn reason(&self) -> Reason {
        let reason = match self {
            Ground::Covered {
                expires_on, expires_km, ..
            } => covered(*expires_on, *expires_km),
            Ground::NotStarted { starts_on, .. } => Reason::new(
                "warranty.not_started",
                format!("Not covered yet: cover starts on {starts_on}."),
            )
            .with("starts_on", starts_on.to_string()),
            Ground::NoInServiceDate { .. } => Reason::new(
                "warranty.no_in_service_date",
                "Cannot be confirmed: the day on which the vehicle went into service is not known.",
            ),
            Ground::OdometerUnknown { expires_km, .. } => Reason::new(
                "warranty.odometer_unknown",
                format!(
                    "Cannot be confirmed: cover ends at {} km and the odometer is not known.",
                    grouped(*expires_km)
                ),
            )
            .with_number("expires_km", *expires_km),
            Ground::ExpiredByKm {
                expires_km,
                odometer_km,
                ..
            } => Reason::new(
                "warranty.expired.km",
                format!(
                    "Not covered: cover ended at {} km and the odometer shows {} km.",
                    grouped(*expires_km),
                    grouped(*odometer_km)
                ),
            )
            .with_number("expires_km", *expires_km)
            .with_number("odometer_km", *odometer_km),
            Ground::ExpiredByDate { expired_on, .. } => Reason::new(
                "warranty.expired.date",
                format!("Not covered: cover ended on {expired_on}."),
            )
            .with("expired_on", expired_on.to_string()),
            Ground::Excluded {
                component, exclusion, ..
            } => Reason::new(
                "warranty.excluded",
                format!("Not covered: the coverage excludes it ({exclusion})."),
            )
            .with("component", component)
            .with("exclusion", exclusion),
            Ground::WearPart {
                component,
                failure_mode,
                ..
            } => wear_part(component, failure_mode.as_deref()),
            Ground::NotIncluded { component, .. } => Reason::new(
                "warranty.not_included",
                format!("Not covered: no coverage includes {component}."),
            )
            .with("component", component),
            Ground::NoCoverage => Reason::new("warranty.no_coverage", "Not covered: the vehicle has no coverage."),
            Ground::VehicleUnknown => Reason::new(
                "warranty.vehicle_unknown",
                "Cannot be confirmed: the vehicle is not registered here.",
            ),
        };
        match self.coverage_id() {
            Some(coverage_id) => reason.with("coverage_id", coverage_id),
            None => reason,
        }
    }
}

/// Whole kilometres as people read them: 150,000.
fn grouped(km: f64) -> String {
    let digits = format!("{:.0}", km.max(0.0));
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn covered(expires_on: Option<NaiveDate>, expires_km: Option<f64>) -> Reason {
    let text = match (expires_on, expires_km) {
        (Some(day), Some(km)) => format!("Covered until {day} or {} km, whichever comes first.", grouped(km)),
        (Some(day), None) => format!("Covered until {day}."),
        (None, Some(km)) => format!("Covered until {} km.", grouped(km)),
        (None, None) => "Covered.".to_owned(),
    };
    let mut reason = Reason::new("warranty.covered", text);
    if let Some(day) = expires_on {
        reason = reason.with("expires_on", day.to_string());
    }
    if let Some(km) = expires_km {
        reason = reason.with_number("expires_km", km);
    }
    reason
}

fn wear_part(component: &str, failure_mode: Option<&str>) -> Reason {
    let reason = Reason::new(
        "warranty.wear_part",
        "Not covered: it is a wear part, and the coverage does not name it among what it covers.",
    )
    .with("component", component);
    match failure_mode {
        Some(code) => reason.with("failure_mode", code),
        None => reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kilometres_are_written_as_people_read_them() {
        let texts = [0.0, 999.4, 1_000.0, 150_000.0, 1_234_567.0].map(grouped);
        assert_eq!(texts, ["0", "999", "1,000", "150,000", "1,234,567"]);
        let covered = covered(None, Some(150_000.0));
        assert_eq!(covered.text, "Covered until 150,000 km.");
    }
}
