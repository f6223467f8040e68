//! The vehicles of a simulated fleet: every third is a petrol car, a diesel van, an electric car.
//!
//! Masses, powers and gear ratios are rounded figures of common small cars and 3.5 t vans; the heat capacities and
//! idle heat are set so that a cold engine warms up in five to ten minutes, as the public logs of the Etios show.

use super::electrical::ElectricalSpec;
use super::engine::EngineSpec;

/// What drives the wheels.
#[derive(Debug, Clone)]
pub(crate) enum Drivetrain {
    Combustion(EngineSpec),
    Electric {
        capacity_kwh: f64,
        mass_kg: f64,
        drag_area_m2: f64,
    },
}

/// A model on the market.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) maker: &'static str,
    pub(crate) make: &'static str,
    pub(crate) model: &'static str,
    pub(crate) powertrain: &'static str,
    pub(crate) vehicle_class: &'static str,
    pub(crate) mass_kg: f64,
    pub(crate) friction_share: f64,
    pub(crate) electrical: ElectricalSpec,
    pub(crate) drivetrain: Drivetrain,
}

/// The model of the vehicle of that number.
pub(crate) fn model_of(number: usize) -> Model {
    match number % 3 {
        0 => Model {
            maker: "VF1",
            make: "Renault",
            model: "Clio 1.2",
            powertrain: "PETROL",
            vehicle_class: "CAR",
            mass_kg: 1_150.0,
            friction_share: 1.0,
            electrical: ElectricalSpec {
                resistance_ohm: 0.0085,
                cranking_a: 220.0,
            },
            drivetrain: Drivetrain::Combustion(petrol_car()),
        },
        1 => Model {
            maker: "WF0",
            make: "Ford",
            model: "Transit 2.0 TDCi",
            powertrain: "DIESEL",
            vehicle_class: "VAN",
            mass_kg: 2_600.0,
            friction_share: 0.9,
            electrical: ElectricalSpec {
                resistance_ohm: 0.0060,
                cranking_a: 320.0,
            },
            drivetrain: Drivetrain::Combustion(diesel_van()),
        },
        _ => Model {
            maker: "VF1",
            make: "Renault",
            model: "Zoe 50",
            powertrain: "BEV",
            vehicle_class: "CAR",
            mass_kg: 1_560.0,
            friction_share: 0.4,
            electrical: ElectricalSpec {
                resistance_ohm: 0.0100,
                cranking_a: 0.0,
            },
            drivetrain: Drivetrain::Electric {
                capacity_kwh: 52.0,
                mass_kg: 1_560.0,
                drag_area_m2: 0.67,
            },
        },
    }
}

pub(crate) fn petrol_car() -> EngineSpec {
    EngineSpec {
        mass_kg: 1_150.0,
        drag_area_m2: 0.66,
        idle_rpm: 720.0,
        shift_rpm: 2_300.0,
        rated_rpm: 5_500.0,
        rated_kw: 62.0,
        diesel: false,
        gears: [125.0, 70.0, 47.0, 35.0, 28.0, 25.0],
        heat_capacity_kj_k: 45.0,
        idle_heat_kw: 4.8,
    }
}

fn diesel_van() -> EngineSpec {
    EngineSpec {
        mass_kg: 2_600.0,
        drag_area_m2: 1.65,
        idle_rpm: 800.0,
        shift_rpm: 2_000.0,
        rated_rpm: 3_500.0,
        rated_kw: 96.0,
        diesel: true,
        gears: [120.0, 64.0, 40.0, 28.0, 22.0, 18.0],
        heat_capacity_kj_k: 75.0,
        idle_heat_kw: 5.0,
    }
}
