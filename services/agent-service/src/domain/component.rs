//! The components that can fail, and which worker looks at which.

/// A component of a vehicle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Component {
    Engine,
    Cooling,
    Lubrication,
    Transmission,
    Brakes,
    Battery12v,
    Charging,
    Suspension,
    Tyres,
    Aftertreatment,
    TractionBattery,
}

impl Component {
    /// Every component.
    pub const ALL: [Self; 11] = [
        Self::Engine,
        Self::Cooling,
        Self::Lubrication,
        Self::Transmission,
        Self::Brakes,
        Self::Battery12v,
        Self::Charging,
        Self::Suspension,
        Self::Tyres,
        Self::Aftertreatment,
        Self::TractionBattery,
    ];

    /// Its name in events, paths and data files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Engine => "engine",
            Self::Cooling => "cooling",
            Self::Lubrication => "lubrication",
            Self::Transmission => "transmission",
            Self::Brakes => "brakes",
            Self::Battery12v => "battery_12v",
            Self::Charging => "charging",
            Self::Suspension => "suspension",
            Self::Tyres => "tyres",
            Self::Aftertreatment => "aftertreatment",
            Self::TractionBattery => "traction_battery",
        }
    }

    /// Its name in English texts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cooling => "cooling system",
            Self::Battery12v => "12 V battery",
            Self::Charging => "charging system",
            Self::Aftertreatment => "exhaust aftertreatment",
            Self::TractionBattery => "traction battery",
            other => other.code(),
        }
    }

    /// The component with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|component| component.code() == code)
    }

    /// Which worker analyses it.
    pub fn worker(self) -> Worker {
        match self {
            Self::Engine | Self::Cooling | Self::Lubrication | Self::Aftertreatment => Worker::Engine,
            Self::Brakes => Worker::Brakes,
            Self::Transmission => Worker::Transmission,
            Self::Battery12v | Self::Charging | Self::TractionBattery => Worker::Electrical,
            Self::Suspension | Self::Tyres => Worker::Generic,
        }
    }
}

/// A specialist that analyses one group of components.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Worker {
    Engine,
    Brakes,
    Transmission,
    Electrical,
    Generic,
}

impl Worker {
    /// Every worker.
    pub const ALL: [Self; 5] = [
        Self::Engine,
        Self::Brakes,
        Self::Transmission,
        Self::Electrical,
        Self::Generic,
    ];

    /// Its short name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Engine => "engine",
            Self::Brakes => "brakes",
            Self::Transmission => "transmission",
            Self::Electrical => "electrical",
            Self::Generic => "generic",
        }
    }

    /// How a decision names it when the rules decided alone.
    pub fn rules_agent(self) -> String {
        format!("rules:{}", self.code())
    }
}
