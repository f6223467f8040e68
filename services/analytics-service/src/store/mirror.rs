//! The stored form of what the rules join. Domain types know no serde, so each has a mirror here, and [`To`] leads
//! there and back.

use crate::domain::fleet::change::*;
use crate::domain::fleet::lifecycle::{Alert, Decision, Visit};
use crate::domain::fleet::travel::Travelled;
use crate::domain::fleet::vehicle::Component;
use crate::domain::fleet::{Band, Latest, Severity, Stamp};
use crate::domain::money::{MicroMoney, Money};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Turns a value into its mirror, or a mirror into its value.
pub(super) trait To<U> {
    fn to(self) -> U;
}

impl<A: To<B>, B> To<Option<B>> for Option<A> {
    fn to(self) -> Option<B> {
        self.map(To::to)
    }
}

impl<A: To<B>, B> To<Vec<B>> for Vec<A> {
    fn to(self) -> Vec<B> {
        self.into_iter().map(To::to).collect()
    }
}

impl<A: To<B>, B> To<BTreeMap<String, B>> for BTreeMap<String, A> {
    fn to(self) -> BTreeMap<String, B> {
        self.into_iter().map(|(key, value)| (key, value.to())).collect()
    }
}

macro_rules! itself {
    ($($type:ty),*) => { $(impl To<$type> for $type { fn to(self) -> $type { self } })* };
}
itself!(
    String,
    f64,
    i64,
    bool,
    DateTime<Utc>,
    (DateTime<Utc>, String),
    (DateTime<Utc>, f64)
);

/// A struct with the same members as a domain type, and the way there and back.
macro_rules! mirror {
    ($(#[$meta:meta])* $name:ident = $domain:ident { $($field:ident: $type:ty),* $(,)? }) => {
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        $(#[$meta])*
        pub(super) struct $name { $($field: $type),* }
        impl To<$name> for $domain { fn to(self) -> $name { $name { $($field: self.$field.to()),* } } }
        impl To<$domain> for $name { fn to(self) -> $domain { $domain { $($field: self.$field.to()),* } } }
    };
}

/// The same for an enum that is stored by its name.
macro_rules! named {
    ($name:ident = $domain:ident) => {
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub(super) struct $name(String);
        impl To<$name> for $domain {
            fn to(self) -> $name {
                $name(self.as_str().to_owned())
            }
        }
        impl To<$domain> for $name {
            fn to(self) -> $domain {
                $domain::parse(&self.0)
            }
        }
    };
}

named!(StoredBand = Band);
named!(StoredSeverity = Severity);
named!(StoredVerdict = Verdict);
mirror!(StoredStamp = Stamp { time: DateTime<Utc>, sequence: i64 });
mirror!(
    StoredMoney = Money {
        amount_minor: i64,
        currency: String
    }
);
mirror!(
    StoredReason = Reason {
        code: String,
        params_json: String,
        text: String
    }
);
mirror!(
    StoredRemaining = RemainingKm {
        p05: f64,
        p50: f64,
        p95: f64
    }
);
mirror!(StoredRegistration = Registration {
    retired: bool,
    owner_id: Option<String>,
    fleet_id: Option<String>,
    depot_id: Option<String>,
    make: Option<String>,
    model: Option<String>,
    model_year: Option<i64>,
    vehicle_class: Option<String>,
    powertrain: Option<String>,
});
mirror!(#[derive(Default)] StoredTravelled = Travelled {
    first_seen: Option<DateTime<Utc>>,
    first: Option<(DateTime<Utc>, f64)>,
    last: Option<(DateTime<Utc>, f64)>,
    retired: Option<StoredLatest<bool>>,
});
mirror!(StoredOverall = Overall { score: Option<f64>, band: StoredBand, odometer_km: Option<f64> });
mirror!(StoredReading = Reading {
    score: Option<f64>,
    band: StoredBand,
    rul_km: Option<StoredRemaining>,
    confidence: Option<f64>,
});
mirror!(StoredComponent = Component {
    reading: Option<StoredLatest<StoredReading>>,
    repaired_at: Option<DateTime<Utc>>,
    decided: Option<StoredStamp>,
});
mirror!(
    StoredMicroMoney = MicroMoney {
        amount_micro: i64,
        currency: String
    }
);
mirror!(StoredLlmUsage = LlmUsage { model: Option<String>, calls: i64, tokens: i64, cost: Option<StoredMicroMoney> });
mirror!(StoredDecisionDetail = DecisionDetail {
    component: String,
    severity: StoredSeverity,
    urgency: String,
    failure_code: String,
    failure_name: String,
    decision: StoredReason,
    action: Option<StoredReason>,
    cost_low: Option<StoredMoney>,
    cost_high: Option<StoredMoney>,
    rul_km: Option<StoredRemaining>,
    odometer_km: Option<f64>,
    historical: bool,
});
mirror!(StoredDecision = Decision {
    made: Option<StoredLatest<StoredDecisionDetail>>,
    covered: Option<StoredLatest<bool>>,
    explained: Option<StoredLatest<StoredLlmUsage>>,
    found_at: Option<DateTime<Utc>>,
    closed: bool,
});
mirror!(StoredAlertDetail = AlertDetail {
    decision_id: Option<String>,
    component: String,
    severity: StoredSeverity,
    failure_code: Option<String>,
    title: StoredReason,
});
mirror!(StoredAlert = Alert {
    raised: Option<StoredLatest<StoredAlertDetail>>,
    acknowledged: Option<(DateTime<Utc>, String)>,
    resolved_at: Option<DateTime<Utc>>,
});
mirror!(StoredPlan = VisitPlan {
    component: Option<String>,
    alert_id: Option<String>,
    decision_id: Option<String>,
    center_id: String,
    bay_id: String,
    technician_id: String,
    service_code: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    automatic: bool,
    why: StoredReason,
    price: Option<StoredMoney>,
    starts_before_p05: Option<bool>,
});
mirror!(
    StoredFinding = Finding {
        component: String,
        verdict: StoredVerdict,
        acted: bool
    }
);
mirror!(StoredOutcome = Outcome {
    completed_at: DateTime<Utc>,
    decision_id: Option<String>,
    technician_id: Option<String>,
    odometer_km: Option<f64>,
    cost: Option<StoredMoney>,
    findings: Vec<StoredFinding>,
});
mirror!(StoredVisit = Visit {
    plan: Option<StoredLatest<StoredPlan>>,
    first_planned: Option<DateTime<Utc>>,
    technician: Option<StoredLatest<String>>,
    started_at: Option<DateTime<Utc>>,
    cancelled_at: Option<DateTime<Utc>>,
    completed: Option<StoredLatest<StoredOutcome>>,
    about: Option<String>,
});

/// A value that the newest writer decides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct StoredLatest<T> {
    stamp: StoredStamp,
    value: T,
}

impl<A: To<B>, B> To<StoredLatest<B>> for Latest<A> {
    fn to(self) -> StoredLatest<B> {
        StoredLatest {
            stamp: self.stamp.to(),
            value: self.value.to(),
        }
    }
}

impl<A: To<B>, B> To<Latest<B>> for StoredLatest<A> {
    fn to(self) -> Latest<B> {
        Latest {
            stamp: self.stamp.to(),
            value: self.value.to(),
        }
    }
}

/// What stands in the `state` of a vehicle's row.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct StoredVehicle {
    pub(super) registration: Option<StoredLatest<StoredRegistration>>,
    pub(super) overall: Option<StoredLatest<StoredOverall>>,
    pub(super) components: BTreeMap<String, StoredComponent>,
    #[serde(default)]
    pub(super) travelled: StoredTravelled,
}

/// Writes a mirror as text.
pub(super) fn write<T: Serialize>(value: &T) -> Result<String, sqlx::Error> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}

/// Reads a mirror from text.
pub(super) fn read<'t, T: Deserialize<'t>>(text: &'t str) -> Result<T, sqlx::Error> {
    serde_json::from_str(text).map_err(|error| sqlx::Error::Decode(error.into()))
}
