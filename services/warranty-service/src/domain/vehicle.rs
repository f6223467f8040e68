//! What warranty needs to know of a vehicle: its copy of the registry, kept by events.

use chrono::NaiveDate;

/// A vehicle as the registry last described it.
#[derive(Clone, Debug, PartialEq)]
pub struct Vehicle {
    /// The client's id, unique in the tenant.
    pub vehicle_id: String,
    pub make: Option<String>,
    pub model: Option<String>,
    pub powertrain: Powertrain,
    pub vehicle_class: VehicleClass,
    /// The day from which months are counted.
    pub in_service_date: Option<NaiveDate>,
    /// What the odometer is known to show, in km.
    pub odometer_km: Option<f64>,
}

/// What drives the vehicle. `Unknown` also stands for words that this version does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Powertrain {
    Petrol,
    Diesel,
    Hybrid,
    Bev,
    Unknown,
}

/// What kind of vehicle it is. `Unknown` also stands for words that this version does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VehicleClass {
    Car,
    Van,
    Truck,
    Bus,
    Unknown,
}

impl Powertrain {
    /// Reads the word used on the wire; a word that is not known becomes `Unknown`.
    pub fn parse(word: &str) -> Powertrain {
        match word {
            "PETROL" => Powertrain::Petrol,
            "DIESEL" => Powertrain::Diesel,
            "HYBRID" => Powertrain::Hybrid,
            "BEV" => Powertrain::Bev,
            _ => Powertrain::Unknown,
        }
    }

    /// The word used on the wire and in the database.
    pub fn word(self) -> &'static str {
        match self {
            Powertrain::Petrol => "PETROL",
            Powertrain::Diesel => "DIESEL",
            Powertrain::Hybrid => "HYBRID",
            Powertrain::Bev => "BEV",
            Powertrain::Unknown => "UNKNOWN",
        }
    }
}

impl VehicleClass {
    /// Reads the word used on the wire; a word that is not known becomes `Unknown`.
    pub fn parse(word: &str) -> VehicleClass {
        match word {
            "CAR" => VehicleClass::Car,
            "VAN" => VehicleClass::Van,
            "TRUCK" => VehicleClass::Truck,
            "BUS" => VehicleClass::Bus,
            _ => VehicleClass::Unknown,
        }
    }

    /// The word used on the wire and in the database.
    pub fn word(self) -> &'static str {
        match self {
            VehicleClass::Car => "CAR",
            VehicleClass::Van => "VAN",
            VehicleClass::Truck => "TRUCK",
            VehicleClass::Bus => "BUS",
            VehicleClass::Unknown => "UNKNOWN",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_not_known_becomes_unknown_and_known_words_come_back() {
        for word in ["PETROL", "DIESEL", "HYBRID", "BEV", "UNKNOWN"] {
            assert_eq!(Powertrain::parse(word).word(), word);
        }
        for word in ["CAR", "VAN", "TRUCK", "BUS", "UNKNOWN"] {
            assert_eq!(VehicleClass::parse(word).word(), word);
        }
        assert_eq!(Powertrain::parse("HYDROGEN"), Powertrain::Unknown);
        assert_eq!(VehicleClass::parse("car"), VehicleClass::Unknown);
    }
}
