//! Vehicles of the registry.

use chrono::NaiveDate;

use super::vin::Vin;

/// No road vehicle's odometer shows more, in km.
pub const ODOMETER_KM_MAX: f64 = 3_000_000.0;

/// What drives a vehicle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Powertrain {
    Petrol,
    Diesel,
    Hybrid,
    Bev,
    #[default]
    Unknown,
}

/// What kind of vehicle it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VehicleClass {
    Car,
    Van,
    Truck,
    Bus,
    #[default]
    Unknown,
}

/// Whether a vehicle is in service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Status {
    #[default]
    Active,
    Retired,
}

/// Who made a vehicle known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegisteredBy {
    /// Its first record with a VIN.
    Telemetry,
    /// A person or a system through the API.
    User,
}

macro_rules! words {
    ($type:ty, $($variant:path => $word:literal),+) => {
        impl $type {
            /// The word on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $($variant => $word),+ }
            }

            /// Reads the word of the wire.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some($variant),)+ _ => None }
            }
        }
    };
}

words!(Powertrain, Self::Petrol => "PETROL", Self::Diesel => "DIESEL", Self::Hybrid => "HYBRID", Self::Bev => "BEV", Self::Unknown => "UNKNOWN");
words!(VehicleClass, Self::Car => "CAR", Self::Van => "VAN", Self::Truck => "TRUCK", Self::Bus => "BUS", Self::Unknown => "UNKNOWN");
words!(Status, Self::Active => "ACTIVE", Self::Retired => "RETIRED");
words!(RegisteredBy, Self::Telemetry => "TELEMETRY", Self::User => "USER");

/// A vehicle of a tenant.
#[derive(Debug, Clone, PartialEq)]
pub struct Vehicle {
    /// The client's id, unique within the tenant.
    pub vehicle_id: String,
    pub vin: Option<Vin>,
    pub make: Option<String>,
    pub model: Option<String>,
    pub model_year: Option<i32>,
    pub powertrain: Powertrain,
    pub vehicle_class: VehicleClass,
    /// User id.
    pub owner_id: Option<String>,
    pub fleet_id: Option<String>,
    pub depot_id: Option<String>,
    pub in_service_date: Option<NaiveDate>,
    pub odometer_km: Option<f64>,
    pub status: Status,
    pub registered_by: RegisteredBy,
}

impl Vehicle {
    /// A vehicle of which only the VIN is known.
    #[must_use]
    pub fn from_telemetry(vehicle_id: &str, vin: Vin) -> Self {
        Self {
            vehicle_id: vehicle_id.to_owned(),
            vin: Some(vin),
            make: None,
            model: None,
            model_year: None,
            powertrain: Powertrain::Unknown,
            vehicle_class: VehicleClass::Unknown,
            owner_id: None,
            fleet_id: None,
            depot_id: None,
            in_service_date: None,
            odometer_km: None,
            status: Status::Active,
            registered_by: RegisteredBy::Telemetry,
        }
    }
}

/// Whether a text may be a vehicle id: 1 to 128 characters, none of them a control character.
#[must_use]
pub fn is_vehicle_id(text: &str) -> bool {
    let length = text.chars().take(129).count();
    (1..=128).contains(&length) && !text.chars().any(char::is_control)
}
