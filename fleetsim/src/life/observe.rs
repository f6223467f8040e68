//! The true value of every signal, before any sensor has touched it.

use super::electrical::Electrical;
use super::engine::Engine;
use super::modes::Mode;
use super::pack::Pack;
use super::signals::Signal;
use super::vehicle::{Drive, Vehicle};
use crate::dice::Dice;

/// Values that several signals share in one second.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) air_kpa: f64,
    manifold_kpa: f64,
    air_g_s: f64,
    nox_ppm: (f64, f64),
}

impl Vehicle {
    pub(crate) fn moment(&self) -> Moment {
        let mut moment = Moment {
            air_kpa: self.air_kpa,
            manifold_kpa: self.air_kpa,
            air_g_s: 0.0,
            nox_ppm: (0.0, 0.0),
        };
        if let Drive::Engine(engine) = &self.drive {
            moment.manifold_kpa = engine.manifold_kpa(&self.spec, &self.faults, self.air_kpa);
            moment.air_g_s = engine.air_g_s(&self.spec, moment.manifold_kpa);
            moment.nox_ppm = engine.nox_ppm(&self.faults);
        }
        moment
    }

    /// The truth of one signal now; none where there is nothing to measure.
    pub(crate) fn truth(&self, signal: Signal, moment: &Moment, dice: &mut Dice) -> Option<f64> {
        let shared = self
            .of_vehicle(signal, moment, dice)
            .or_else(|| of_electrical(&self.electrical, signal));
        shared.or_else(|| match &self.drive {
            Drive::Engine(engine) => self
                .of_engine(engine, signal, moment)
                .or_else(|| self.of_exhaust(engine, signal, moment, dice)),
            Drive::Pack(pack) => self.of_pack(pack, signal),
        })
    }

    fn of_vehicle(&self, signal: Signal, moment: &Moment, dice: &mut Dice) -> Option<f64> {
        let (road, faults) = (&self.road, &self.faults);
        let kmh = self.speed_ms() * 3.6;
        let (left, right) = self.pads();
        Some(match signal {
            // A broken wheel-speed sensor loses the speed now and then.
            Signal::Speed if dice.chance(0.03 * faults.abs_dropout) => 0.0,
            Signal::Speed => kmh,
            Signal::AbsError => f64::from(u8::from(dice.chance(0.35 * faults.abs_dropout))),
            Signal::Odometer => self.odometer_m,
            Signal::Air => self.air_degc + if kmh < 5.0 { 1.5 } else { 0.0 },
            Signal::Barometer => moment.air_kpa,
            Signal::PadLeft => 100.0 * left,
            Signal::PadRight => 100.0 * right,
            Signal::BrakeFluid => 100.0 - 20.0 * (left + right),
            Signal::BrakePedal => road.pedal_percent,
            Signal::DiscTemperature => road.disc_degc,
            Signal::BrakeAir => road.brake_air_kpa,
            Signal::Bounce => road.bounce_ms2,
            Signal::TyreFrontLeft => road.tyre_kpa(&self.spec, faults.tyre_left),
            Signal::TyreFrontRight => road.tyre_kpa(&self.spec, 1.0),
            Signal::TyreRearLeft => road.tyre_kpa(&self.spec, 1.02),
            Signal::TyreRearRight => road.tyre_kpa(&self.spec, 1.01),
            Signal::TyreTemperature => road.tyre_degc + 12.0 * (1.0 - faults.tyre_left),
            _ => return None,
        })
    }

    /// Wear of the front pads; a dragging caliper grinds its own side.
    fn pads(&self) -> (f64, f64) {
        let both = self.parts.wear(Mode::PadWear);
        let dragged = (both + 0.55 * self.parts.wear(Mode::CaliperDrag) * (1.0 - both)).min(1.0);
        (dragged, (both - 0.02).max(0.0))
    }

    fn of_engine(&self, engine: &Engine, signal: Signal, moment: &Moment) -> Option<f64> {
        let (spec, faults) = (&self.spec, &self.faults);
        let runs = engine.rpm > 400.0;
        Some(match signal {
            Signal::Rpm => engine.rpm,
            Signal::Coolant => engine.coolant_degc,
            Signal::CoolantLevel => 100.0 * faults.coolant_level,
            Signal::FanSpeed => {
                if engine.fan_on {
                    85.0 * faults.fan
                } else {
                    0.0
                }
            }
            Signal::Intake => engine.intake_degc,
            Signal::OilTemperature => engine.oil_degc,
            Signal::OilPressure => engine.oil_kpa(spec, faults),
            Signal::FuelLevel => engine.fuel_percent,
            Signal::RunTime => engine.run_s.min(65_535.0),
            Signal::EngineHours => engine.hours,
            Signal::GearboxTemperature => engine.gearbox_degc,
            Signal::Gear => f64::from(engine.gear),
            Signal::ClutchSlip => engine.slip_percent,
            // The rest means nothing while the engine stands.
            _ if !runs => return None,
            Signal::Load => engine.load_percent,
            Signal::Throttle => 9.0 + 0.55 * engine.load_percent,
            Signal::Pedal => (0.95 * engine.load_percent - 12.0).max(0.0),
            Signal::Manifold => moment.manifold_kpa,
            Signal::AirFlow => moment.air_g_s,
            Signal::Crankcase => 0.4 + faults.blow_by_kpa * (0.4 + engine.load_percent / 100.0),
            Signal::ShortTrim => engine.short_trim,
            Signal::LongTrim => engine.long_trim,
            Signal::Timing => 8.0 + engine.rpm / 220.0 - engine.load_percent / 9.0,
            Signal::FuelRate => engine.fuel_l_h,
            _ => return None,
        })
    }

    fn of_exhaust(&self, engine: &Engine, signal: Signal, moment: &Moment, dice: &mut Dice) -> Option<f64> {
        let running = engine.rpm > 400.0;
        Some(match signal {
            Signal::SootLoad => engine.soot_percent,
            Signal::SinceRegeneration => engine.since_regeneration_km,
            Signal::Regenerates => f64::from(u8::from(engine.regenerates_s > 0.0)),
            Signal::DefLevel => engine.def_percent,
            Signal::Exhaust | Signal::Catalyst | Signal::FilterTemperature => engine.exhaust_degc,
            _ if !running => return None,
            Signal::RailPressure => {
                let steady_kpa = 32_000.0 + 1_050.0 * engine.load_percent;
                steady_kpa * (1.0 + 0.0022 * self.faults.lean_percent * dice.noise() - 0.001 * self.faults.lean_percent)
            }
            Signal::FilterPressure => engine.filter_pa(&self.spec, &self.faults, moment.air_g_s),
            Signal::NoxIn => moment.nox_ppm.0,
            Signal::NoxOut => moment.nox_ppm.1,
            _ => return None,
        })
    }

    fn of_pack(&self, pack: &Pack, signal: Signal) -> Option<f64> {
        Some(match signal {
            Signal::PackCharge => 100.0 * pack.charge,
            Signal::PackHealth => 100.0 * self.faults.capacity,
            Signal::PackVoltage => pack.volts,
            Signal::PackCurrent => pack.current_a,
            Signal::PackTemperature => pack.pack_degc,
            Signal::CellLow => pack.cell_low_v,
            Signal::CellHigh => pack.cell_high_v,
            Signal::Throughput => pack.throughput_ah,
            Signal::IsCharging => f64::from(u8::from(pack.charging)),
            Signal::MotorTemperature => pack.motor_degc,
            Signal::MotorSpeed => self.speed_ms() * 3.6 * 75.0 / self.faults.tread,
            Signal::Range => pack.range_m(&self.spec, &self.faults, self.air_degc),
            Signal::GearboxTemperature => pack.motor_degc * 0.7 + 0.3 * self.air_degc + self.faults.gearbox_heat_k,
            _ => return None,
        })
    }
}

fn of_electrical(electrical: &Electrical, signal: Signal) -> Option<f64> {
    Some(match signal {
        Signal::BatteryVoltage => electrical.volts,
        Signal::ChargingVoltage => electrical.volts + 0.05,
        Signal::BatteryCurrent => electrical.current_a,
        _ => return None,
    })
}

/// Tells apart what is measured from what is computed of it; kept here so that no caller needs the parts.
pub(crate) fn wears(vehicle: &Vehicle) -> Vec<f64> {
    Mode::ALL.iter().map(|mode| vehicle.parts.wear(*mode)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::class::Class;
    use super::super::climate::Climate;
    use super::super::fleet::Fleet;
    use super::*;

    #[test]
    fn every_signal_of_every_class_has_a_truth_or_says_that_it_has_none() {
        for class in Class::ALL {
            let fleet = Fleet {
                class,
                climate: Climate::Temperate,
                seed: 1,
                ..Fleet::default()
            };
            let vehicle = fleet.vehicle(0);
            let moment = vehicle.moment();
            let mut dice = Dice::new(1, 1);
            let silent = vehicle
                .sensors
                .has
                .iter()
                .filter(|signal| vehicle.truth(**signal, &moment, &mut dice).is_none());
            // With the engine off, only what needs a running one is without a value.
            assert!(silent.count() < 14, "{class:?}");
        }
    }
}
