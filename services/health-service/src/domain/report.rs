//! What is told of a vehicle and its components: plain values for events and answers.

use super::Micros;
use super::component::{Alarm, Band, ComponentKind};
use super::factor::{Action, Factor};
use super::freeze::Frozen;
use super::life::{Remaining, Revision};
use super::signal::Signal;

/// One component as it is told.
#[derive(Debug, Clone)]
pub struct ComponentReport {
    pub kind: ComponentKind,
    /// `None` means not enough data: never a confident number.
    pub score: Option<f64>,
    pub band: Option<Band>,
    pub remaining: Option<Remaining>,
    /// The model that said so.
    pub model_id: String,
    pub confidence: f64,
    pub factors: Vec<Factor>,
    /// Sensors of the component that are broken, and therefore ignored.
    pub broken_sensors: Vec<Signal>,
    pub codes: Vec<String>,
    /// Trouble codes of other components, and those that none answers for.
    pub other_codes: Vec<String>,
    /// The codes were read out lately, and every one that was read is among `codes` and `other_codes`.
    pub codes_read: bool,
    pub actions: Vec<Action>,
    /// The last time a lower wear was accepted, and why.
    pub revision: Option<Revision>,
}

/// The vehicle as a whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overall {
    pub score: Option<f64>,
    pub band: Option<Band>,
    pub odometer_km: Option<f64>,
}

/// Why a change is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    Telemetry,
    Repair,
    SensorFault,
}

/// What became of a window, a repair or a sensor's failure.
#[derive(Debug, Clone)]
pub enum What {
    /// All components, at most once an hour, and the predictions to be kept until their outcome is known.
    Computed {
        reports: Vec<ComponentReport>,
        frozen: Vec<Frozen>,
    },
    /// A component changed.
    Changed {
        component: Box<ComponentReport>,
        previous: Option<(f64, Band)>,
        reason: Reason,
    },
    /// A component passed a threshold.
    Alarmed {
        component: Box<ComponentReport>,
        previous: Option<(f64, Band)>,
        alarm: Alarm,
    },
    /// A component that was alarmed of is well again, since an instant of event time.
    Recovered {
        component: Box<ComponentReport>,
        since: Micros,
        reason: Reason,
    },
}

/// Something worth telling, at an instant of event time.
#[derive(Debug, Clone)]
pub struct Finding {
    pub at: Micros,
    /// It was found in data so old that it must disturb nobody.
    pub historical: bool,
    pub overall: Overall,
    pub what: What,
}
