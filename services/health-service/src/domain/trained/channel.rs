//! Channels: one number of a record that speaks of one component, in the regime in which it does, and what else it
//! depends on there. What is left when that is taken off ([`super::Reference`]) is the residual that trails follow.
//!
//! Gates and regressors are textbook engineering, not fitted: coolant is read once the engine is warm and by speed and load
//! (Bosch Automotive Handbook, engine cooling), oil pressure by speed and temperature, the 12 V system at rest, cranking and
//! charging (SAE J537), NOx with a lit-off catalyst, tread by turns of the wheel for a distance (indirect tyre
//! monitoring, Persson et al., SAE 2001-01-0796).

use super::quantity::{Quantity, Sample};
use super::trails::Trip;

/// An engine is warm after so many seconds.
const WARM_S: f32 = 900.0;
/// A clutch that slips by more than its sensor's noise, in per cent.
const SLIPS_PERCENT: f32 = 1.5;
/// How many regressors a channel has at most.
pub const REGRESSORS: usize = 4;

macro_rules! channels {
    ($($name:ident: $component:literal, $says:literal;)*) => {
        /// A channel.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Channel { $(#[doc = $says] $name,)* }

        impl Channel {
            /// All of them, in the order of their numbers; those of one component stand together.
            pub const ALL: [Self; [$($says),*].len()] = [$(Self::$name),*];

            /// The component that it speaks of.
            #[must_use]
            pub fn component(self) -> &'static str {
                match self { $(Self::$name => $component,)* }
            }

            /// What it says.
            #[must_use]
            pub fn says(self) -> &'static str {
                match self { $(Self::$name => $says,)* }
            }
        }
    };
}

channels! {
    CoolantRoad: "cooling", "coolant temperature on the road";
    CoolantLoaded: "cooling", "coolant temperature at high load";
    CoolantSlow: "cooling", "coolant temperature standing and in town";
    CoolantLevel: "cooling", "coolant level";
    FanSpeed: "cooling", "fan speed while it turns";
    MotorHeat: "cooling", "motor temperature";
    OilPressure: "lubrication", "oil pressure, warm";
    OilPressureIdle: "lubrication", "oil pressure, idling warm";
    FuelTrim: "engine", "fuel trim";
    Crankcase: "engine", "crankcase pressure";
    Roughness: "engine", "roughness of idling";
    LoadForFuel: "engine", "load for the fuel burnt";
    RailPressure: "engine", "rail pressure";
    Manifold: "engine", "manifold pressure";
    ClutchSlip: "transmission", "clutch slip under load";
    SlipBeyond: "transmission", "clutch slip where it slips, for the load";
    LoadedTurns: "transmission", "turns for a distance at high load";
    GearboxHeat: "transmission", "transmission temperature";
    GearboxRise: "transmission", "what the transmission's temperature tends to";
    PadLeft: "brakes", "front left pad wear";
    PadRight: "brakes", "front right pad wear";
    BrakeFluid: "brakes", "brake fluid level";
    DiscHeat: "brakes", "front disc temperature";
    AbsError: "brakes", "ABS error";
    RestVoltage: "battery_12v", "voltage before the start";
    CrankVoltage: "battery_12v", "voltage while cranking";
    CrankSpeed: "battery_12v", "engine speed while cranking";
    CrankSeconds: "battery_12v", "seconds of cranking";
    RunVoltage: "charging", "charging voltage";
    RunVoltageIdle: "charging", "charging voltage, idling";
    RunVoltageStart: "charging", "charging voltage after the start";
    Ripple: "charging", "ripple of the charging voltage";
    Bounce: "suspension", "vertical acceleration";
    BounceRatio: "suspension", "vertical acceleration as a part of the usual";
    TyreLeft: "tyres", "pressure of the front left tyre beside the others";
    Turns: "tyres", "turns for a distance";
    SteadyTurns: "tyres", "turns for a distance, near the usual";
    FilterPressure: "aftertreatment", "pressure drop of the particulate filter for the air";
    SootLoad: "aftertreatment", "soot load";
    NoxLeft: "aftertreatment", "NOx that passes the catalyst";
    PackHealth: "traction_battery", "state of health as the vehicle says it";
    CellSpread: "traction_battery", "spread of cell voltages";
    PackSag: "traction_battery", "pack voltage for charge and current";
}

/// How many there are.
pub const CHANNELS: usize = Channel::ALL.len();

/// Components that have channels, in the order of the channels.
pub const COMPONENTS: [&str; 11] = [
    "cooling",
    "lubrication",
    "engine",
    "transmission",
    "brakes",
    "battery_12v",
    "charging",
    "suspension",
    "tyres",
    "aftertreatment",
    "traction_battery",
];

/// The channels of a component, as numbers.
#[must_use]
pub fn channels_of(component: &str) -> std::ops::Range<usize> {
    let first = Channel::ALL.iter().position(|channel| channel.component() == component);
    let count = Channel::ALL
        .iter()
        .filter(|channel| channel.component() == component)
        .count();
    first.map_or(0..0, |first| first..first + count)
}

/// What a channel shows in one record, and what it depends on.
pub type Shown = (f32, [f32; REGRESSORS]);

impl Channel {
    /// Whether artefacts of the first generation knew it.
    #[must_use]
    pub fn is_of_first(self) -> bool {
        !matches!(
            self,
            Self::SlipBeyond | Self::LoadedTurns | Self::GearboxRise | Self::BounceRatio | Self::SteadyTurns
        )
    }

    /// Whether another channel reads the same better: only artefacts of the first generation follow it.
    #[must_use]
    pub fn is_superseded(self) -> bool {
        matches!(self, Self::GearboxHeat | Self::Bounce | Self::Turns)
    }

    /// Whether it counts turns, for which gears and not a line say what is usual.
    #[must_use]
    pub fn counts_turns(self) -> bool {
        matches!(self, Self::Turns | Self::SteadyTurns | Self::LoadedTurns)
    }

    /// Reads a record; `None` where the channel does not speak in it.
    #[must_use]
    pub fn read(self, sample: &Sample, trip: &Trip) -> Option<Shown> {
        use Quantity as Q;
        let at = |quantity| sample.get(quantity);
        let (run_s, speed) = (trip.run_s, at(Q::Speed).unwrap_or(0.0));
        let warm = run_s > WARM_S;
        let air = at(Q::Air).unwrap_or(trip.air_degc) / 10.0;
        match self {
            Self::CoolantRoad | Self::CoolantLoaded | Self::CoolantSlow => self.read_coolant(sample, trip),
            Self::CoolantLevel => plain(at(Q::CoolantLevel)?),
            Self::FanSpeed => plain(at(Q::FanSpeed).filter(|percent| *percent > 3.0)?),
            Self::MotorHeat => {
                let current = at(Q::PackCurrent)?.abs() / 10.0;
                warm.then_some((
                    at(Q::MotorTemperature)?,
                    [air, speed / 10.0, current, speed * speed / 1_000.0],
                ))
            }
            Self::OilPressure | Self::OilPressureIdle => self.read_oil(sample, trip),
            Self::FuelTrim
            | Self::Crankcase
            | Self::Roughness
            | Self::LoadForFuel
            | Self::RailPressure
            | Self::Manifold => self.read_engine(sample, trip),
            Self::ClutchSlip | Self::SlipBeyond | Self::LoadedTurns => self.read_clutch(sample),
            Self::GearboxHeat | Self::GearboxRise => self.read_gearbox(sample, trip, air),
            Self::PadLeft => plain(at(Q::PadLeft)?),
            Self::PadRight => plain(at(Q::PadRight)?),
            Self::BrakeFluid => plain(at(Q::BrakeFluid)?),
            Self::AbsError => plain(100.0 * at(Q::AbsError)?),
            Self::DiscHeat => {
                let pedal = at(Q::BrakePedal).unwrap_or(0.0);
                (speed > 20.0).then_some((at(Q::DiscTemperature)?, [air, speed / 10.0, pedal / 10.0, 0.0]))
            }
            Self::RestVoltage | Self::CrankVoltage | Self::CrankSpeed | Self::CrankSeconds => {
                self.read_start(sample, trip)
            }
            Self::RunVoltage | Self::RunVoltageIdle | Self::RunVoltageStart | Self::Ripple => {
                self.read_charging(sample, trip)
            }
            Self::Bounce | Self::BounceRatio => {
                (speed > 10.0).then_some((at(Q::Bounce)?.abs(), [speed / 10.0, 0.0, 0.0, 0.0]))
            }
            Self::TyreLeft => {
                let others = (at(Q::TyreFrontRight)? + at(Q::TyreRearLeft)? + at(Q::TyreRearRight)?) / 3.0;
                (others > 50.0).then_some(())?;
                plain(100.0 * (at(Q::TyreFrontLeft)?.max(1.0) / others).ln())
            }
            Self::Turns => {
                (speed >= 60.0).then_some(())?;
                plain(turns(sample, speed)?)
            }
            Self::SteadyTurns => {
                // Where the engine pulls hard, a worn clutch turns too.
                (speed >= 60.0 && at(Q::Load).is_none_or(|load| load < 70.0)).then_some(())?;
                plain(turns(sample, speed)?)
            }
            Self::FilterPressure | Self::SootLoad | Self::NoxLeft => self.read_exhaust(sample, trip),
            Self::PackHealth => plain(at(Q::PackHealth)?),
            Self::CellSpread | Self::PackSag => self.read_pack(sample),
        }
    }

    fn read_gearbox(self, sample: &Sample, trip: &Trip, air: f32) -> Option<Shown> {
        use Quantity as Q;
        let at = |quantity| sample.get(quantity);
        let speed = at(Q::Speed).unwrap_or(0.0) / 10.0;
        let motor = at(Q::MotorTemperature).unwrap_or(0.0) / 10.0;
        if self == Self::GearboxRise {
            // What the oil's temperature tends to: it follows the work of the last quarter of an hour, not of this second.
            let tends = trip.gearbox_tends(at(Q::GearboxTemperature)?)?;
            return Some((tends, [air, trip.work / 10.0, speed, motor]));
        }
        let work = at(Q::Load).or_else(|| at(Q::PackCurrent).map(f32::abs)).unwrap_or(0.0);
        (trip.run_s > 1_800.0).then_some(())?;
        Some((at(Q::GearboxTemperature)?, [air, work / 10.0, speed, motor]))
    }

    fn read_clutch(self, sample: &Sample) -> Option<Shown> {
        use Quantity as Q;
        let load = sample.get(Q::Load)?;
        if self == Self::LoadedTurns {
            let speed = sample.get(Q::Speed).filter(|speed| *speed >= 40.0 && load > 80.0)?;
            return plain(turns(sample, speed)?);
        }
        let slip = sample.get(Q::ClutchSlip)?;
        // A load of 100 % may be any torque beyond it.
        let speaks = match self {
            Self::ClutchSlip => load > 60.0,
            _ => slip > SLIPS_PERCENT && load < 98.0,
        };
        speaks.then_some((slip, [load / 10.0, 0.0, 0.0, 0.0]))
    }

    fn read_coolant(self, sample: &Sample, trip: &Trip) -> Option<Shown> {
        use Quantity as Q;
        let at = |quantity| sample.get(quantity);
        let speed = at(Q::Speed).unwrap_or(0.0);
        let air = at(Q::Air).unwrap_or(trip.air_degc) / 10.0;
        let warm = trip.run_s > WARM_S;
        let load = at(Q::Load)?;
        let of = match load {
            load if load >= 60.0 => Self::CoolantLoaded,
            _ if speed >= 50.0 => Self::CoolantRoad,
            _ if speed < 20.0 => Self::CoolantSlow,
            _ => return None,
        };
        (warm && of == self).then_some(())?;
        Some((at(Q::Coolant)?, [air, load / 10.0, speed / 10.0, air * speed / 100.0]))
    }

    fn read_oil(self, sample: &Sample, trip: &Trip) -> Option<Shown> {
        use Quantity as Q;
        let at = |quantity| sample.get(quantity);
        let speed = at(Q::Speed).unwrap_or(0.0);
        let warm = trip.run_s > WARM_S;
        let (rpm, oil) = (at(Q::Rpm)? / 1_000.0, at(Q::OilTemperature)?);
        let idle = speed < 2.0;
        (warm && oil > 60.0 && rpm > 0.4 && idle == (self == Self::OilPressureIdle)).then_some(())?;
        Some((
            at(Q::OilPressure)?.max(1.0).ln() * 100.0,
            [rpm, rpm * rpm, oil / 10.0, rpm * oil / 10.0],
        ))
    }

    fn read_engine(self, sample: &Sample, trip: &Trip) -> Option<Shown> {
        use Quantity as Q;
        let at = |quantity| sample.get(quantity);
        let (rpm, load) = (at(Q::Rpm)?, at(Q::Load)?);
        (trip.run_s > 600.0 && rpm > 400.0).then_some(())?;
        let x = [load / 10.0, rpm / 1_000.0, load * rpm / 10_000.0, load * load / 1_000.0];
        Some(match self {
            Self::FuelTrim => (at(Q::LongTrim)? + 0.3 * at(Q::ShortTrim).unwrap_or(0.0), x),
            Self::Crankcase => (at(Q::Crankcase)?, x),
            Self::Roughness => {
                let idles = at(Q::Speed)? < 1.0 && trip.idle_rpm > 0.0;
                idles.then_some(((rpm - trip.idle_rpm).abs().min(200.0), [0.0; REGRESSORS]))?
            }
            Self::LoadForFuel => {
                let fuel = at(Q::FuelRate).filter(|fuel| *fuel > 1.0 && load > 20.0 && rpm > 900.0)?;
                (100.0 * (load * rpm / 1_000.0 / fuel).ln(), x)
            }
            Self::RailPressure => (at(Q::RailPressure)? / 1_000.0, x),
            _ => (at(Q::Manifold)?, x),
        })
    }

    fn read_start(self, sample: &Sample, trip: &Trip) -> Option<Shown> {
        use Quantity as Q;
        let air = sample.get(Q::Air).unwrap_or(trip.air_degc) / 10.0;
        let x = [air, air * air / 10.0, 0.0, 0.0];
        match self {
            Self::RestVoltage => trip.wakes.then_some((sample.get(Q::BatteryVoltage)?, x)),
            Self::CrankVoltage => trip.cranks.then_some((sample.get(Q::BatteryVoltage)?, x)),
            Self::CrankSpeed => trip.cranks.then_some((sample.get(Q::Rpm)?, x)),
            _ => (trip.started_after_s > 0.0).then_some((trip.started_after_s, x)),
        }
    }

    fn read_charging(self, sample: &Sample, trip: &Trip) -> Option<Shown> {
        use Quantity as Q;
        let (volts, rpm) = (sample.get(Q::BatteryVoltage)?, sample.get(Q::Rpm)?);
        (rpm > 400.0 && trip.run_s > 15.0).then_some(())?;
        let air = sample.get(Q::Air).unwrap_or(trip.air_degc) / 10.0;
        let x = [air, air * air / 10.0, 0.0, 0.0];
        let settled = trip.run_s > 90.0;
        match self {
            Self::RunVoltage => (settled && rpm >= 1_000.0).then_some((volts, x)),
            Self::RunVoltageIdle => (settled && rpm < 1_000.0).then_some((volts, x)),
            Self::RunVoltageStart => (!settled).then_some((volts, x)),
            _ => (settled && trip.run_v > 0.0).then_some(((volts - trip.run_v).abs(), x)),
        }
    }

    fn read_exhaust(self, sample: &Sample, trip: &Trip) -> Option<Shown> {
        use Quantity as Q;
        let at = |quantity| sample.get(quantity);
        (trip.run_s > 300.0).then_some(())?;
        match self {
            Self::FilterPressure => {
                let (air, soot) = (at(Q::AirFlow)?, at(Q::SootLoad)? / 10.0);
                (air > 15.0).then_some((at(Q::FilterPressure)? / air, [soot, air / 100.0, 0.0, 0.0]))
            }
            Self::SootLoad => plain(at(Q::SootLoad)?),
            _ => {
                let (load, inlet) = (at(Q::Load)? / 10.0, at(Q::NoxIn)?);
                let lit = at(Q::FilterTemperature).is_none_or(|degc| degc > 270.0);
                (lit && inlet > 50.0).then_some((100.0 * at(Q::NoxOut)? / inlet, [load, 0.0, 0.0, 0.0]))
            }
        }
    }

    fn read_pack(self, sample: &Sample) -> Option<Shown> {
        use Quantity as Q;
        let at = |quantity| sample.get(quantity);
        let (current, charge) = (at(Q::PackCurrent)? / 100.0, at(Q::PackCharge)? / 100.0);
        if self == Self::CellSpread {
            let low = (0.5 - charge).max(0.0);
            return Some((
                1_000.0 * (at(Q::CellHigh)? - at(Q::CellLow)?),
                [current.abs(), low, 0.0, 0.0],
            ));
        }
        let cold = (20.0 - at(Q::PackTemperature)?).max(0.0) / 10.0;
        Some((at(Q::PackVoltage)?, [charge, current, current * cold, charge * charge]))
    }
}

/// Turns of engine or motor for a distance, as a hundredfold logarithm.
fn turns(sample: &Sample, speed: f32) -> Option<f32> {
    let turns = sample.get(Quantity::Rpm).or_else(|| sample.get(Quantity::MotorSpeed))?;
    (turns > 500.0).then(|| 100.0 * (turns / speed).ln())
}

fn plain(value: f32) -> Option<Shown> {
    Some((value, [0.0; REGRESSORS]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_of_a_component_stand_together() {
        let mut counted = 0;
        for component in COMPONENTS {
            let channels = channels_of(component);
            assert!(!channels.is_empty() && channels.start == counted, "{component}");
            counted = channels.end;
        }
        assert_eq!(counted, CHANNELS);
        assert!(channels_of("radio").is_empty());
    }
}
