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
            Self::Engine => Worker::Engine,
            Self::Cooling | Self::Lubrication => Worker::Cooling,
            Self::Aftertreatment => Worker::Aftertreatment,
            Self::Brakes => Worker::Brakes,
            Self::Transmission => Worker::Transmission,
            Self::Battery12v | Self::Charging | Self::TractionBattery => Worker::Electrical,
            Self::Suspension | Self::Tyres => Worker::Tyres,
        }
    }
}

/// A specialist that analyses one group of components, or the one that looks across all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Worker {
    Engine,
    Brakes,
    Transmission,
    /// Batteries and charging.
    Electrical,
    /// Cooling and lubrication.
    Cooling,
    Aftertreatment,
    /// Tyres and suspension.
    Tyres,
    /// Across systems.
    Generic,
}

/// What a worker may ask the runtime for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tool {
    HealthHistory,
    TelemetryWindow,
    TroubleCode,
    SimilarDecisions,
    WarrantyCoverage,
    Parts,
}

impl Tool {
    /// Every tool.
    pub const ALL: [Self; 6] = [
        Self::HealthHistory,
        Self::TelemetryWindow,
        Self::TroubleCode,
        Self::SimilarDecisions,
        Self::WarrantyCoverage,
        Self::Parts,
    ];

    /// Its name for the model and in the journal.
    pub fn code(self) -> &'static str {
        match self {
            Self::HealthHistory => "health_history",
            Self::TelemetryWindow => "telemetry_window",
            Self::TroubleCode => "trouble_code",
            Self::SimilarDecisions => "similar_decisions",
            Self::WarrantyCoverage => "warranty_coverage",
            Self::Parts => "parts",
        }
    }

    /// The tool with this name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.code() == code)
    }
}

impl Worker {
    /// Every worker.
    pub const ALL: [Self; 8] = [
        Self::Engine,
        Self::Brakes,
        Self::Transmission,
        Self::Electrical,
        Self::Cooling,
        Self::Aftertreatment,
        Self::Tyres,
        Self::Generic,
    ];

    /// Its short name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Engine => "engine",
            Self::Brakes => "brakes",
            Self::Transmission => "transmission",
            Self::Electrical => "electrical",
            Self::Cooling => "cooling",
            Self::Aftertreatment => "aftertreatment",
            Self::Tyres => "tyres",
            Self::Generic => "generic",
        }
    }

    /// The worker with this short name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|worker| worker.code() == code)
    }

    /// How a decision names it when the rules decided alone.
    pub fn rules_agent(self) -> String {
        format!("rules:{}", self.code())
    }

    /// The components it may look at: its own, and all of them for the one across systems.
    pub fn scope(self) -> Vec<Component> {
        let own = |component: &Component| self == Self::Generic || component.worker() == self;
        Component::ALL.into_iter().filter(own).collect()
    }

    /// The tools it may use. Who looks across systems needs no price and no raw signal.
    pub fn tools(self) -> &'static [Tool] {
        match self {
            Self::Generic => &[Tool::HealthHistory, Tool::TroubleCode, Tool::SimilarDecisions],
            _ => &Tool::ALL,
        }
    }
}
