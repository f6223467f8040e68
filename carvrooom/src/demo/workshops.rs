//! The demo's workshops: centres, bays, technicians, parts, and coverages.

use serde_json::{Value, json};

use super::people::{Cast, sign_in};
use super::rest::{Caller, Rest};

/// Part code and price in minor units. The codes are those that decisions name.
const PARTS: [(&str, u64); 62] = [
    ("abs_control_unit", 62_000),
    ("abs_wheel_speed_sensor", 6_500),
    ("air_filter", 2_200),
    ("air_spring", 28_000),
    ("alternator", 39_000),
    ("battery_12v", 14_500),
    ("battery_coolant_pump", 21_000),
    ("battery_terminal_kit", 1_800),
    ("boost_hose", 7_400),
    ("brake_air_line_kit", 8_400),
    ("brake_caliper", 16_500),
    ("brake_disc_set", 18_900),
    ("brake_fluid_1l", 1_200),
    ("brake_hose", 2_900),
    ("brake_pad_set", 7_900),
    ("catalytic_converter", 89_000),
    ("clutch_kit", 42_000),
    ("coil_spring", 9_500),
    ("control_arm", 14_000),
    ("coolant_5l", 1_890),
    ("coolant_hose_kit", 5_400),
    ("coolant_temperature_sensor", 2_600),
    ("cooling_fan", 17_500),
    ("crankshaft_sensor", 4_700),
    ("damper_set", 32_000),
    ("def_10l", 1_500),
    ("def_injector", 33_000),
    ("dpf_cleaning_kit", 12_500),
    ("drive_belt_kit", 8_800),
    ("egr_valve", 24_000),
    ("engine_oil_5l", 4_500),
    ("exhaust_temperature_sensor", 7_200),
    ("fuel_filter", 3_400),
    ("fuel_injector", 19_500),
    ("fuel_pump", 27_000),
    ("head_gasket_set", 15_500),
    ("ignition_coil", 5_900),
    ("intake_gasket_set", 3_200),
    ("main_contactor", 31_000),
    ("nox_sensor", 36_000),
    ("oil_filter", 1_400),
    ("oil_pressure_sensor", 3_900),
    ("oil_pump", 21_500),
    ("oil_seal_kit", 4_100),
    ("oil_temperature_sensor", 3_300),
    ("radiator", 23_000),
    ("ride_height_sensor", 8_900),
    ("shift_solenoid_kit", 26_000),
    ("spark_plug_set", 4_800),
    ("starter_relay", 2_400),
    ("thermostat", 4_200),
    ("timing_chain_kit", 38_000),
    ("torque_converter", 68_000),
    ("traction_battery_module", 145_000),
    ("transmission_filter", 4_400),
    ("transmission_fluid_5l", 6_800),
    ("transmission_speed_sensor", 5_100),
    ("tyre", 11_500),
    ("tyre_pressure_sensor", 4_600),
    ("tyre_valve", 600),
    ("voltage_regulator", 9_800),
    ("water_pump", 12_900),
];

const SKILLS: [&str; 9] = [
    "cooling",
    "electrical",
    "brakes",
    "engine",
    "transmission",
    "tyres",
    "diesel",
    "high_voltage",
    "general",
];
const WEEK: [&str; 7] = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];

/// Makes them as the tenant's admin.
pub(super) async fn seed(rest: &Rest, cast: &Cast) -> anyhow::Result<()> {
    let token = sign_in(rest, &cast.admin).await?;
    let admin = Caller::Token(&token);
    for (center_id, name) in [("ctr_north", "North workshop"), ("ctr_south", "South workshop")] {
        rest.post("scheduling-service", "/api/v1/centers", admin, &center(center_id, name))
            .await?;
        for (part_code, price) in PARTS {
            let part = json!({"center_id": center_id, "part_code": part_code, "name": part_code.replace('_', " "), "stock": 60,
                "lead_time_days": 2, "price": {"amount_minor": price, "currency": "EUR"}});
            rest.post("scheduling-service", "/api/v1/parts", admin, &part).await?;
        }
    }
    for (technician, center_id) in cast.technicians().zip(["ctr_north", "ctr_south"].into_iter().cycle()) {
        let technician = json!({"technician_id": technician.user_id, "center_id": center_id, "skills": SKILLS,
            "working_hours": hours("07:00", "18:00"), "breaks": [{"from": "12:00", "to": "12:30"}]});
        rest.post("scheduling-service", "/api/v1/technicians", admin, &technician)
            .await?;
    }
    let new = json!({"name": "New vehicle, 48 months", "covers": {"everything": true}, "applies_to": {"every_vehicle": true},
        "duration_months": 48, "limit_km": 150_000});
    let extended = json!({"name": "Drive train and electrics, extended to 96 months",
        "covers": {"components": ["engine", "cooling", "lubrication", "transmission", "charging", "battery_12v", "traction_battery"]},
        "applies_to": {"every_vehicle": true}, "duration_months": 96, "limit_km": 300_000});
    for coverage in [new, extended] {
        rest.post("warranty-service", "/api/v1/coverages", admin, &coverage)
            .await?;
    }
    Ok(())
}

fn center(center_id: &str, name: &str) -> Value {
    let bay = |number: u8| {
        json!({"bay_id": format!("bay_{number}"), "name": format!("Bay {number}"),
        "kinds": ["GENERAL", "HEAVY", "HIGH_VOLTAGE"], "has_lift": true})
    };
    json!({"center_id": center_id, "name": name, "utc_offset_minutes": 60, "time_zone": "Europe/Berlin",
        "labour_price_per_hour": {"amount_minor": 9_000, "currency": "EUR"}, "opening_hours": hours("07:00", "19:00"),
        "bays": [bay(1), bay(2)]})
}

fn hours(from: &str, to: &str) -> Value {
    WEEK.iter()
        .map(|weekday| json!({"weekday": weekday, "from": from, "to": to}))
        .collect()
}
