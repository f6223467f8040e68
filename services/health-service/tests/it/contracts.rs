//! The agreements in `contracts/events`: what we publish validates there, and we can read the examples of what we hear.

use chassis::testing::contracts::{example, kinds, validate};
use health_service::DEFINITION;
use health_service::domain::signal::Signal;
use health_service::events::consumed::{AppointmentCompleted, RepairRecorded, Telemetry, VehicleDescribed};
use health_service::use_cases::score_predictions::End;

#[test]
fn our_examples_satisfy_our_schemas_and_there_is_one_of_each_event_we_publish() {
    let mut published = DEFINITION.publishes.to_vec();
    published.sort_unstable();
    assert_eq!(kinds(DEFINITION.name), published);
    for kind in published {
        let example = example(DEFINITION.name, kind);
        assert_eq!(
            (example.kind.as_str(), example.source.as_str()),
            (kind, DEFINITION.name)
        );
        validate(DEFINITION.name, kind, &serde_json::from_slice(&example.data).unwrap());
    }
}

#[test]
fn the_example_of_telemetry_is_read() {
    let event = example("ingestion-service", "vehicle.telemetry.received");
    let records: Vec<_> = Telemetry::parse(&event).unwrap().into_records().collect();
    assert!(
        !records.is_empty()
            && records
                .iter()
                .all(|(vehicle_id, record)| !vehicle_id.is_empty() && record.at > 0)
    );
    let coolant = records
        .iter()
        .find_map(|(_, record)| record.readings.get(Signal::CoolantTemperature));
    assert_eq!(coolant, Some(91.0));
    let jumped = records
        .iter()
        .any(|(_, record)| record.readings.is_flagged(Signal::IntakeTemperature));
    let doubted = records
        .iter()
        .any(|(_, record)| record.readings.trust(Signal::IntakeTemperature) < 1.0);
    assert!(
        jumped && doubted,
        "the example's intake air temperature is doubted and flagged"
    );
    assert!(
        records
            .iter()
            .any(|(_, record)| record.codes_read && record.codes.iter().any(|(code, _)| code == "P0301"))
    );
    assert!(
        records.iter().any(|(_, record)| !record.codes_read),
        "a record without `dtcs` says nothing about them"
    );
}

#[test]
fn the_examples_of_vehicle_events_are_read() {
    for kind in ["vehicle.registered", "vehicle.updated", "vehicle.retired"] {
        let known = example("ingestion-service", kind)
            .parse::<VehicleDescribed>()
            .unwrap()
            .into_vehicle();
        assert!(!known.vehicle_id.is_empty(), "{kind}");
        assert_eq!(known.retired, kind == "vehicle.retired");
    }
}

#[test]
fn the_example_of_a_completed_visit_is_read() {
    let visit = example("scheduling-service", "appointment.completed")
        .parse::<AppointmentCompleted>()
        .unwrap()
        .into_repair();
    let ended: Vec<_> = visit
        .findings
        .iter()
        .filter_map(|finding| Some((&*finding.component, finding.end?)))
        .collect();
    assert_eq!(ended, [("cooling", End::Failed)]);
}

#[test]
fn the_example_of_a_recorded_repair_is_read() {
    let repair = example("ingestion-service", "vehicle.repair.recorded")
        .parse::<RepairRecorded>()
        .unwrap()
        .into_repair();
    let finding = &repair.findings[0];
    assert_eq!((&*finding.component, finding.end), ("battery_12v", Some(End::Failed)));
    assert_eq!((repair.source, repair.odometer_km), ("RECORDED", Some(84_390.0)));
}

#[test]
fn every_event_that_we_hear_has_a_contract() {
    for subscription in DEFINITION.subscribes {
        let known = kinds(subscription.producer);
        for kind in subscription.kinds {
            assert!(
                known.iter().any(|name| name == kind),
                "{kind} of {}",
                subscription.producer
            );
        }
    }
}

#[test]
fn every_signal_that_a_rule_reads_is_in_the_vocabulary() {
    let file = chassis::testing::contracts::folder().join("signals.toml");
    let vocabulary = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    for signal in Signal::ALL {
        assert!(
            vocabulary.contains(&format!("\"{}\"", signal.path())),
            "{} is not in signals.toml",
            signal.path()
        );
    }
}
