//! What a vehicle is: what drives it, its class, and which components it therefore has.

use super::component::ComponentKind;

macro_rules! words {
    ($(#[$about:meta])* $type:ident { $($name:ident = $word:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        #[repr(u8)]
        pub enum $type { #[default] Unknown, $(#[doc = $word] $name,)+ }

        impl $type {
            const NAMES: &[(Self, &'static str)] = &[(Self::Unknown, "UNKNOWN"), $((Self::$name, $word),)+];

            /// The name on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                Self::NAMES[self as usize].1
            }

            /// Reads the name on the wire; a name of the future is unknown.
            #[must_use]
            pub fn parse(name: &str) -> Self {
                Self::NAMES.iter().find(|(_, known)| *known == name).map_or(Self::Unknown, |(value, _)| *value)
            }

            /// Reads the number in a stored state.
            #[must_use]
            pub fn from_number(number: u8) -> Self {
                Self::NAMES.get(usize::from(number)).map_or(Self::Unknown, |(value, _)| *value)
            }
        }
    };
}

words! {
    /// How a vehicle is driven.
    Powertrain { Petrol = "PETROL", Diesel = "DIESEL", Hybrid = "HYBRID", BatteryElectric = "BEV" }
}

words! {
    /// What kind of vehicle it is, in the registry's words.
    VehicleClass { Car = "CAR", Van = "VAN", Truck = "TRUCK", Bus = "BUS" }
}

/// The class by which models and calibration are told apart: wear of a pad is another thing in a truck than in a car.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Group {
    PetrolCar,
    DieselCar,
    ElectricCar,
    DieselVan,
    HeavyTruck,
    Other,
}

impl Group {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::PetrolCar,
        Self::DieselCar,
        Self::ElectricCar,
        Self::DieselVan,
        Self::HeavyTruck,
        Self::Other,
    ];

    /// The group of a vehicle. A hybrid car wears as a petrol car does, a bus as a truck.
    #[must_use]
    pub fn of(class: VehicleClass, powertrain: Powertrain) -> Self {
        match (class, powertrain) {
            (VehicleClass::Truck | VehicleClass::Bus, Powertrain::Diesel | Powertrain::Unknown) => Self::HeavyTruck,
            (VehicleClass::Van, Powertrain::Diesel | Powertrain::Unknown) => Self::DieselVan,
            (VehicleClass::Car | VehicleClass::Unknown, Powertrain::Petrol | Powertrain::Hybrid) => Self::PetrolCar,
            (VehicleClass::Car, Powertrain::Diesel) => Self::DieselCar,
            (VehicleClass::Car | VehicleClass::Van | VehicleClass::Unknown, Powertrain::BatteryElectric) => {
                Self::ElectricCar
            }
            _ => Self::Other,
        }
    }

    /// The name on the wire, and on the cards of models.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PetrolCar => "petrol_car",
            Self::DieselCar => "diesel_car",
            Self::ElectricCar => "electric_car",
            Self::DieselVan => "diesel_van",
            Self::HeavyTruck => "heavy_truck",
            Self::Other => "other",
        }
    }

    /// Reads the name on the wire.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.as_str() == name)
    }
}

/// Whether a vehicle has the component at all. What is not known is taken to be there: a row that says "not enough data" is
/// better than a missing one.
#[must_use]
pub fn has_component(class: VehicleClass, powertrain: Powertrain, kind: ComponentKind) -> bool {
    use ComponentKind as C;
    let electric = powertrain == Powertrain::BatteryElectric;
    let heavy = matches!(class, VehicleClass::Truck | VehicleClass::Bus);
    match kind {
        // A reduction gear of one speed has no clutch, and no signal speaks of it.
        C::Engine | C::Cooling | C::Lubrication | C::Transmission => !electric,
        // Heavy vehicles without a word on their powertrain are diesels.
        C::Aftertreatment => powertrain == Powertrain::Diesel || (heavy && powertrain == Powertrain::Unknown),
        C::TractionBattery => electric || powertrain == Powertrain::Hybrid,
        C::Brakes | C::Battery12v | C::Charging | C::Suspension | C::Tyres => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn components(class: VehicleClass, powertrain: Powertrain) -> Vec<&'static str> {
        let has = |kind: &ComponentKind| has_component(class, powertrain, *kind);
        ComponentKind::ALL
            .iter()
            .copied()
            .filter(|kind| has(kind))
            .map(ComponentKind::as_str)
            .collect()
    }

    #[test]
    fn each_class_has_its_components() {
        let always = ["brakes", "battery_12v", "charging", "suspension", "tyres"];
        let burns = ["engine", "cooling", "lubrication", "transmission"];
        let petrol = components(VehicleClass::Car, Powertrain::Petrol);
        assert_eq!(petrol, [&burns[..], &always[..]].concat());
        let electric = components(VehicleClass::Car, Powertrain::BatteryElectric);
        assert_eq!(electric, [&always[..], &["traction_battery"]].concat());
        for (class, powertrain) in [
            (VehicleClass::Van, Powertrain::Diesel),
            (VehicleClass::Truck, Powertrain::Diesel),
            (VehicleClass::Truck, Powertrain::Unknown),
        ] {
            assert_eq!(
                components(class, powertrain),
                [&burns[..], &always[..], &["aftertreatment"]].concat()
            );
        }
    }

    #[test]
    fn words_and_numbers_belong_together() {
        for word in ["UNKNOWN", "PETROL", "DIESEL", "HYBRID", "BEV"] {
            let powertrain = Powertrain::parse(word);
            assert_eq!(powertrain.as_str(), word);
            assert_eq!(Powertrain::from_number(powertrain as u8), powertrain);
        }
        assert_eq!(VehicleClass::parse("SPACESHIP"), VehicleClass::Unknown);
        assert_eq!(VehicleClass::from_number(200), VehicleClass::Unknown);
        for group in Group::ALL {
            assert_eq!(Group::parse(group.as_str()), Some(group));
        }
        assert_eq!(Group::of(VehicleClass::Truck, Powertrain::Diesel), Group::HeavyTruck);
        assert_eq!(Group::of(VehicleClass::Unknown, Powertrain::Unknown), Group::Other);
    }
}
