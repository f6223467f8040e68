//! The ways in which parts fail, and the laws of their wear.
//!
//! A mode has two phases, as in delay-time analysis (Christer & Waller, Journal of the Operational Research Society 35,
//! 1984): nothing until its onset, which comes after a Weibull distance, and then growth from 0 (sound) to 1 (failed)
//! over a lognormal distance, as a power of it. Parts that wear from the first kilometre (pads, tread, clutch, oil, …)
//! have no first phase. Distances are those at ordinary stress; what stresses each mode stands in [`super::wear`].
//!
//! Shapes above 1 are wear-out, 1 is pure chance (punctures). Characteristic lives are rounded from ranges in: ADAC
//! Pannenstatistik 2023 (batteries, alternators, cooling); W. Nelson, Accelerated Testing, 1990 (shapes of mechanical
//! parts); Bosch Automotive Handbook, 10th ed. (pads, belts, starters, dampers); VDA 230-213 and Majewski, DieselNet
//! (filter ash, SCR ageing); Geotab's and Recurrent's fleet reports 2024 (traction batteries, about 1.8 % a year).
//! They are round numbers of the right size, not anybody's warranty statistics.

use super::class::Class;

macro_rules! modes {
    ($($name:ident = $component:literal, $cause:literal;)*) => {
        /// A way to fail.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Mode { $(#[doc = $cause] $name,)* }

        impl Mode {
            /// All of them.
            pub const ALL: [Self; [$($cause),*].len()] = [$(Self::$name),*];

            /// The component that fails by it, as the platform names it.
            #[must_use]
            pub fn component(self) -> &'static str {
                match self { $(Self::$name => $component,)* }
            }

            /// Its name in the truth.
            #[must_use]
            pub fn cause(self) -> &'static str {
                match self { $(Self::$name => $cause,)* }
            }
        }
    };
}

modes! {
    ThermostatStuckOpen = "cooling", "thermostat_stuck_open";
    CoolantLeak = "cooling", "coolant_leak";
    Fan = "cooling", "fan";
    OilAgeing = "lubrication", "oil_ageing";
    OilPump = "lubrication", "oil_pump_wear";
    Misfire = "engine", "misfire";
    Injector = "engine", "injector";
    Compression = "engine", "compression";
    ClutchSlip = "transmission", "clutch_slip";
    GearboxFluid = "transmission", "fluid_ageing";
    PadWear = "brakes", "pad_wear";
    CaliperDrag = "brakes", "caliper_drag";
    AbsSensor = "brakes", "abs_sensor";
    Sulphation = "battery_12v", "sulphation";
    Starter = "battery_12v", "starter";
    AlternatorDiode = "charging", "alternator_diode";
    Belt = "charging", "belt";
    Damper = "suspension", "damper_wear";
    TyreLeak = "tyres", "tyre_leak";
    Tread = "tyres", "tread_wear";
    DpfLoading = "aftertreatment", "dpf_loading";
    ScrEfficiency = "aftertreatment", "scr_efficiency";
    DefQuality = "aftertreatment", "def_quality";
    TractionFade = "traction_battery", "fade";
    CellImbalance = "traction_battery", "cell_imbalance";
}

/// How many there are.
pub(crate) const MODES: usize = Mode::ALL.len();

/// How a mode comes and grows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Law {
    /// Weibull shape and scale (km) of the onset; none where wear begins with the first kilometre.
    pub(crate) onset: Option<(f64, f64)>,
    /// Median distance of the growth, in km.
    pub(crate) growth_km: f64,
    /// Spread of that distance between parts (standard deviation of its logarithm): the frailty.
    pub(crate) spread: f64,
    /// Growth follows this power of the distance: above 1 it hastens towards the end.
    pub(crate) power: f64,
    /// Whether the vehicle stands when it fails, else it is driven on until a workshop takes it.
    pub(crate) strands: bool,
}

const fn after(shape: f64, scale_km: f64, growth_km: f64, power: f64, strands: bool) -> Law {
    Law {
        onset: Some((shape, scale_km)),
        growth_km,
        spread: 0.5,
        power,
        strands,
    }
}

const fn steady(growth_km: f64, spread: f64, power: f64, strands: bool) -> Law {
    Law {
        onset: None,
        growth_km,
        spread,
        power,
        strands,
    }
}

impl Mode {
    /// Its law in a petrol car (or an electric one, for what only that has).
    fn in_a_car(self) -> Law {
        match self {
            Self::ThermostatStuckOpen => after(1.8, 220_000.0, 5_000.0, 1.2, false),
            Self::CoolantLeak => after(1.5, 240_000.0, 3_500.0, 1.3, true),
            Self::Fan => after(1.5, 300_000.0, 6_000.0, 1.1, true),
            Self::OilAgeing => steady(34_000.0, 0.12, 1.2, false),
            Self::OilPump => after(2.5, 320_000.0, 15_000.0, 1.3, true),
            Self::Misfire => after(1.6, 150_000.0, 4_000.0, 1.4, false),
            Self::Injector => after(1.5, 200_000.0, 12_000.0, 1.2, false),
            Self::Compression => after(3.0, 350_000.0, 25_000.0, 1.2, true),
            Self::ClutchSlip => steady(190_000.0, 0.30, 1.0, true),
            Self::GearboxFluid => steady(130_000.0, 0.20, 1.1, false),
            Self::PadWear => steady(58_000.0, 0.15, 1.0, false),
            Self::CaliperDrag => after(1.4, 200_000.0, 4_000.0, 1.2, false),
            Self::AbsSensor => after(1.2, 250_000.0, 3_000.0, 1.5, false),
            Self::Sulphation => steady(80_000.0, 0.25, 1.4, true),
            Self::Starter => after(2.2, 230_000.0, 8_000.0, 1.3, true),
            Self::AlternatorDiode => after(1.7, 220_000.0, 5_000.0, 1.3, true),
            Self::Belt => steady(120_000.0, 0.20, 1.2, true),
            Self::Damper => steady(150_000.0, 0.25, 1.0, false),
            Self::TyreLeak => after(1.0, 90_000.0, 900.0, 1.0, true),
            Self::Tread => steady(48_000.0, 0.15, 1.0, false),
            Self::DpfLoading => after(1.6, 180_000.0, 9_000.0, 1.2, false),
            Self::ScrEfficiency => after(1.8, 260_000.0, 20_000.0, 1.0, false),
            Self::DefQuality => after(1.0, 160_000.0, 1_500.0, 1.0, false),
            Self::TractionFade => steady(330_000.0, 0.18, 0.9, false),
            Self::CellImbalance => after(1.8, 210_000.0, 12_000.0, 1.2, true),
        }
    }

    /// Its law in a vehicle class; none where the class has no such part.
    pub(crate) fn law(self, class: Class) -> Option<Law> {
        let electric_only = matches!(self, Self::TractionFade | Self::CellImbalance);
        let diesel_only = matches!(self, Self::DpfLoading | Self::ScrEfficiency | Self::DefQuality);
        let engine_only = matches!(
            self,
            Self::ThermostatStuckOpen
                | Self::Fan
                | Self::OilAgeing
                | Self::OilPump
                | Self::Misfire
                | Self::Injector
                | Self::Compression
                | Self::ClutchSlip
                | Self::Starter
                | Self::AlternatorDiode
                | Self::Belt
        );
        let electric = class == Class::ElectricCar;
        let diesel = matches!(class, Class::DieselVan | Class::HeavyTruck);
        // A diesel has no spark to miss.
        let absent = (electric_only && !electric)
            || (diesel_only && !diesel)
            || (engine_only && electric)
            || (self == Self::Misfire && class != Class::PetrolCar);
        if absent {
            return None;
        }
        let mut law = self.in_a_car();
        let (life, growth) = self.scale(class);
        law.onset = law.onset.map(|(shape, scale_km)| (shape, scale_km * life));
        law.growth_km *= growth;
        Some(law)
    }

    /// How much longer onset and growth are in a class than in a car: vans are built for more, trucks for a million
    /// kilometres; what ages by the calendar is scaled by the class's yearly distance.
    fn scale(self, class: Class) -> (f64, f64) {
        let by_calendar = matches!(self, Self::Sulphation);
        match class {
            Class::PetrolCar => (1.0, 1.0),
            // Recuperation spares the pads.
            Class::ElectricCar if self == Self::PadWear => (1.0, 1.7),
            Class::ElectricCar => (1.0, 1.0),
            Class::DieselVan if by_calendar => (2.0, 2.2),
            Class::DieselVan => (1.3, 1.2),
            Class::HeavyTruck if by_calendar => (7.0, 6.0),
            Class::HeavyTruck => match self {
                Self::TyreLeak => (1.5, 1.5),
                Self::OilAgeing => (1.0, 2.4),
                _ => (4.0, 3.2),
            },
        }
    }

    /// The trouble code that it may set at last (SAE J2012).
    pub(crate) fn code(self) -> Option<&'static str> {
        Some(match self {
            Self::ThermostatStuckOpen => "P0128",
            Self::CoolantLeak => "P0217",
            Self::Fan => "P0480",
            Self::OilPump => "P0524",
            Self::Misfire => "P0301",
            Self::Injector => "P0171",
            Self::ClutchSlip => "P0811",
            Self::GearboxFluid => "P0218",
            Self::AbsSensor => "C0035",
            Self::Sulphation | Self::AlternatorDiode => "P0562",
            Self::Starter => "P0615",
            Self::Belt => "P0622",
            Self::TyreLeak => "C0750",
            Self::DpfLoading => "P2463",
            Self::ScrEfficiency => "P20EE",
            Self::DefQuality => "P207F",
            Self::TractionFade => "P0A7F",
            Self::CellImbalance => "P0BBD",
            Self::OilAgeing | Self::Compression | Self::PadWear | Self::CaliperDrag | Self::Damper | Self::Tread => {
                return None;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_its_modes_and_every_mode_a_class() {
        let count = |class| Mode::ALL.iter().filter(|mode| mode.law(class).is_some()).count();
        assert_eq!(count(Class::PetrolCar), 20);
        assert_eq!(count(Class::DieselVan), 22);
        assert_eq!(count(Class::HeavyTruck), 22);
        assert_eq!(count(Class::ElectricCar), 11);
        for mode in Mode::ALL {
            assert!(Class::ALL.iter().any(|class| mode.law(*class).is_some()), "{mode:?}");
        }
    }
}
