//! What is wrong with something that was given, with its place; and the bounds that several things share.

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// JSON Pointer into the request's body, or a parameter's name.
    pub path: String,
    /// Stable code.
    pub code: &'static str,
    /// The same in English.
    pub text: String,
}

impl Fault {
    /// Something wrong at a place.
    pub fn new(path: &str, code: &'static str, text: impl Into<String>) -> Fault {
        Fault {
            path: path.to_owned(),
            code,
            text: text.into(),
        }
    }
}

/// Odometer readings that can be, in km.
pub const ODOMETER_KM: std::ops::RangeInclusive<f64> = 0.0..=10_000_000.0;

/// Entries in a list.
pub const LIST_MAX: usize = 1_000;

/// Bytes of a code, an id or a name in a list.
pub const TEXT_MAX: usize = 200;

/// The component types of the platform.
const COMPONENTS: [&str; 11] = [
    "engine",
    "cooling",
    "lubrication",
    "transmission",
    "brakes",
    "battery_12v",
    "charging",
    "suspension",
    "tyres",
    "aftertreatment",
    "traction_battery",
];

/// Whether a word is a component type.
pub fn is_component(word: &str) -> bool {
    COMPONENTS.contains(&word)
}
