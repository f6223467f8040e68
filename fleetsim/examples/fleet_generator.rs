//! How fast simulated fleets are made: readings a second on one thread, rendered as text and thrown away.
//!
//! `cargo run -p fleetsim --example fleet_generator` prints one JSON object, by class, format and sampling.

use std::time::{Duration, Instant};

use fleetsim::life::{Class, Fleet, Format, Measure};
use serde_json::json;

/// How long each figure is measured.
const LONG_ENOUGH: Duration = Duration::from_secs(2);

fn rate(class: Class, sample_s: i64, format: Format) -> serde_json::Value {
    let fleet = Fleet {
        class,
        sample_s,
        ..Fleet::default()
    };
    let mut measure = Measure::new(format);
    let (began, mut days, mut number) = (Instant::now(), 0_u64, 0);
    while began.elapsed() < LONG_ENOUGH {
        let mut vehicle = fleet.vehicle(number);
        vehicle.advance(fleet.start_s + 7 * 86_400, &mut measure);
        (number, days) = (number + 1, days + 7);
    }
    let seconds = began.elapsed().as_secs_f64();
    let (records, readings, bytes) = measure.counts();
    json!({"class": class.name(), "sample_seconds": sample_s, "format": format.ending(),
        "readings_per_second": (readings as f64 / seconds).round(), "records_per_second": (records as f64 / seconds).round(),
        "vehicle_days_per_second": days as f64 / seconds, "bytes_per_record": bytes / records.max(1)})
}

fn main() {
    let mut rows = Vec::new();
    for class in Class::ALL {
        for (sample_s, format) in [
            (1, Format::Ndjson),
            (10, Format::Ndjson),
            (10, Format::Csv),
            (60, Format::Csv),
        ] {
            rows.push(rate(class, sample_s, format));
        }
    }
    println!("{}", json!({"threads": 1, "fleets": rows}));
}
