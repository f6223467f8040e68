//! The vehicle classes, and one vehicle drawn from its class.
//!
//! Masses, powers and ratios are rounded figures of a common small car, a compact electric car, a 3.5 t van and a
//! 40 t tractor with trailer; each vehicle's own differ by some per cent. The truck has a 12 V system, as in North
//! America.

use crate::dice::Dice;

/// A vehicle class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    PetrolCar,
    ElectricCar,
    DieselVan,
    HeavyTruck,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::PetrolCar, Self::ElectricCar, Self::DieselVan, Self::HeavyTruck];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PetrolCar => "petrol-car",
            Self::ElectricCar => "electric-car",
            Self::DieselVan => "diesel-van",
            Self::HeavyTruck => "heavy-truck",
        }
    }

    /// The letter that stands for it in short ids.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Self::PetrolCar => 'P',
            Self::ElectricCar => 'E',
            Self::DieselVan => 'V',
            Self::HeavyTruck => 'T',
        }
    }

    /// What drives it, as the platform's registry says it.
    #[must_use]
    pub fn powertrain(self) -> &'static str {
        match self {
            Self::PetrolCar => "PETROL",
            Self::ElectricCar => "BEV",
            Self::DieselVan | Self::HeavyTruck => "DIESEL",
        }
    }

    /// What it is, as the platform's registry says it.
    #[must_use]
    pub fn vehicle_class(self) -> &'static str {
        match self {
            Self::PetrolCar | Self::ElectricCar => "CAR",
            Self::DieselVan => "VAN",
            Self::HeavyTruck => "TRUCK",
        }
    }

    /// Manufacturer's letters of the VIN, make and model.
    pub(crate) fn make(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::PetrolCar => ("VF1", "Renault", "Clio 1.2"),
            Self::ElectricCar => ("VF1", "Renault", "Zoe 50"),
            Self::DieselVan => ("WF0", "Ford", "Transit 2.0"),
            Self::HeavyTruck => ("3AK", "Freightliner", "Cascadia"),
        }
    }

    /// Whether it burns diesel.
    pub(crate) fn is_diesel(self) -> bool {
        matches!(self, Self::DieselVan | Self::HeavyTruck)
    }

    /// Oldest odometer at the beginning of a simulation, in km.
    pub(crate) fn oldest_km(self) -> f64 {
        match self {
            Self::PetrolCar | Self::ElectricCar => 140_000.0,
            Self::DieselVan => 220_000.0,
            Self::HeavyTruck => 700_000.0,
        }
    }

    /// Distance in a usual year, in km.
    pub(crate) fn yearly_km(self) -> f64 {
        match self {
            Self::PetrolCar | Self::ElectricCar => 15_000.0,
            Self::DieselVan => 36_000.0,
            Self::HeavyTruck => 110_000.0,
        }
    }

    /// Distance between two services, in km.
    pub(crate) fn service_km(self) -> f64 {
        match self {
            Self::PetrolCar | Self::ElectricCar => 20_000.0,
            Self::DieselVan => 25_000.0,
            Self::HeavyTruck => 60_000.0,
        }
    }
}

impl std::str::FromStr for Class {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|class| class.name() == text);
        found.ok_or_else(|| format!("`{text}` is none of petrol-car, electric-car, diesel-van, heavy-truck"))
    }
}

/// One vehicle's own figures.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    pub(crate) class: Class,
    pub(crate) mass_kg: f64,
    pub(crate) payload_kg: f64,
    pub(crate) drag_area_m2: f64,
    pub(crate) rolling: f64,
    pub(crate) idle_rpm: f64,
    pub(crate) shift_rpm: f64,
    pub(crate) rated_rpm: f64,
    pub(crate) rated_kw: f64,
    /// Engine speed per km/h in each gear.
    pub(crate) gears: &'static [f64],
    /// Heat capacity of engine and coolant, in kJ/K.
    pub(crate) engine_kj_k: f64,
    /// Heat into the coolant when idling, in kW.
    pub(crate) idle_heat_kw: f64,
    /// Where the thermostat begins to open, in degC.
    pub(crate) thermostat_degc: f64,
    /// Oil pressure at idle and at full speed with hot oil, in kPa.
    pub(crate) oil_kpa: (f64, f64),
    pub(crate) battery_ohm: f64,
    pub(crate) crank_a: f64,
    pub(crate) regulator_v: f64,
    pub(crate) tyre_kpa: f64,
    pub(crate) tank_l: f64,
    pub(crate) capacity_kwh: f64,
}

impl Spec {
    pub(crate) fn draw(class: Class, dice: &mut Dice) -> Self {
        let base = Self::of(class);
        let mut near = |value: f64, part: f64| value * (1.0 + part * dice.noise());
        Self {
            mass_kg: near(base.mass_kg, 0.03),
            drag_area_m2: near(base.drag_area_m2, 0.03),
            rolling: near(base.rolling, 0.05),
            idle_rpm: near(base.idle_rpm, 0.015),
            shift_rpm: near(base.shift_rpm, 0.05),
            rated_kw: near(base.rated_kw, 0.03),
            engine_kj_k: near(base.engine_kj_k, 0.05),
            idle_heat_kw: near(base.idle_heat_kw, 0.05),
            thermostat_degc: base.thermostat_degc + 1.2 * (near(1.0, 1.0) - 1.0),
            oil_kpa: (near(base.oil_kpa.0, 0.06), near(base.oil_kpa.1, 0.04)),
            battery_ohm: near(base.battery_ohm, 0.05),
            crank_a: near(base.crank_a, 0.04),
            regulator_v: base.regulator_v + 0.08 * (near(1.0, 1.0) - 1.0),
            tyre_kpa: near(base.tyre_kpa, 0.02),
            ..base
        }
    }

    fn of(class: Class) -> Self {
        let car = Self {
            class,
            mass_kg: 1_180.0,
            payload_kg: 400.0,
            drag_area_m2: 0.66,
            rolling: 0.011,
            idle_rpm: 720.0,
            shift_rpm: 2_300.0,
            rated_rpm: 5_500.0,
            rated_kw: 62.0,
            gears: &[125.0, 70.0, 47.0, 35.0, 28.0],
            engine_kj_k: 45.0,
            idle_heat_kw: 4.8,
            thermostat_degc: 84.0,
            oil_kpa: (130.0, 420.0),
            battery_ohm: 0.0085,
            crank_a: 220.0,
            regulator_v: 14.3,
            tyre_kpa: 230.0,
            tank_l: 45.0,
            capacity_kwh: 0.0,
        };
        match class {
            Class::PetrolCar => car,
            Class::ElectricCar => Self {
                mass_kg: 1_560.0,
                drag_area_m2: 0.67,
                crank_a: 0.0,
                battery_ohm: 0.010,
                tyre_kpa: 250.0,
                capacity_kwh: 52.0,
                ..car
            },
            Class::DieselVan => Self {
                mass_kg: 2_150.0,
                payload_kg: 1_100.0,
                drag_area_m2: 1.65,
                idle_rpm: 800.0,
                shift_rpm: 2_000.0,
                rated_rpm: 3_500.0,
                rated_kw: 96.0,
                gears: &[120.0, 64.0, 40.0, 28.0, 22.0, 18.0],
                engine_kj_k: 75.0,
                idle_heat_kw: 6.5,
                oil_kpa: (150.0, 450.0),
                battery_ohm: 0.0060,
                crank_a: 320.0,
                tyre_kpa: 380.0,
                tank_l: 80.0,
                ..car
            },
            Class::HeavyTruck => Self::truck(car),
        }
    }

    fn truck(car: Self) -> Self {
        Self {
            mass_kg: 15_500.0,
            payload_kg: 20_000.0,
            drag_area_m2: 5.6,
            rolling: 0.0060,
            idle_rpm: 600.0,
            shift_rpm: 1_350.0,
            rated_rpm: 1_900.0,
            rated_kw: 330.0,
            gears: &[150.0, 118.0, 92.0, 72.0, 56.0, 44.0, 35.0, 27.5, 21.5, 17.0, 14.8, 13.6],
            engine_kj_k: 420.0,
            idle_heat_kw: 20.0,
            oil_kpa: (140.0, 430.0),
            battery_ohm: 0.0022,
            crank_a: 900.0,
            tyre_kpa: 760.0,
            tank_l: 700.0,
            ..car
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vehicles_of_a_class_are_alike_but_not_the_same() {
        for class in Class::ALL {
            let (one, other) = (
                Spec::draw(class, &mut Dice::new(1, 1)),
                Spec::draw(class, &mut Dice::new(1, 2)),
            );
            assert!(one.mass_kg != other.mass_kg && (one.mass_kg / other.mass_kg - 1.0).abs() < 0.25);
            assert_eq!(class.name().parse(), Ok(class));
        }
        assert!("tram".parse::<Class>().is_err());
    }
}
