//! The shape of simulated noise against the real logs, where they are at hand (`CARVROOOM_DATA`).

use std::collections::HashMap;
use std::path::PathBuf;

use fleetsim::life::{Class, Dialect, Fleet, Happening, Signal, Sink, Vehicle};
use fleetsim::replay::{Cell, files_of, offsets_ms, read_file};

fn data(folder: &str) -> Option<PathBuf> {
    match std::env::var_os("CARVROOOM_DATA") {
        Some(root) => Some(PathBuf::from(root).join(folder)),
        None if std::env::var_os("CI").is_some_and(|ci| ci == "true") => panic!("CARVROOOM_DATA is not set"),
        None => {
            println!("not run: CARVROOOM_DATA is not set");
            None
        }
    }
}

/// How a series moves from one second to the next.
#[derive(Default, Debug)]
struct Steps {
    same: u64,
    all: u64,
    /// Steps by their size in thousandths.
    sizes: HashMap<i64, u64>,
}

impl Steps {
    fn add(&mut self, before: f64, after: f64) {
        let size = ((after - before).abs() * 1_000.0).round() as i64;
        self.all += 1;
        self.same += u64::from(size == 0);
        *self.sizes.entry(size).or_default() += 1;
    }

    fn same_share(&self) -> f64 {
        self.same as f64 / self.all as f64
    }

    /// The smallest step that is not a freak: the resolution.
    fn resolution(&self) -> i64 {
        let often = self.all / 5_000;
        self.sizes
            .iter()
            .filter(|(size, count)| **size > 0 && **count > often)
            .map(|(size, _)| *size)
            .min()
            .unwrap_or(0)
    }
}

/// Steps of OBD-II petrol cars at one record a second, while the engine runs.
#[derive(Default)]
struct Simulated {
    last: HashMap<Signal, f64>,
    last_s: i64,
    steps: HashMap<Signal, Steps>,
    gaps_s: Vec<i64>,
}

impl Sink for Simulated {
    fn record(&mut self, _: &Vehicle, time_s: i64, readings: &[(Signal, f64)]) {
        let running = readings
            .iter()
            .any(|(signal, value)| *signal == Signal::Rpm && *value > 500.0);
        let follows = time_s - self.last_s;
        if running && follows < 700 {
            self.gaps_s.push(follows);
        }
        for (signal, value) in readings {
            if let Some(before) = self.last.insert(*signal, *value).filter(|_| running && follows == 1) {
                self.steps.entry(*signal).or_default().add(before, *value);
            }
        }
        self.last_s = time_s;
    }

    fn happened(&mut self, _: &Vehicle, _: Happening) {}
}

fn simulated() -> Simulated {
    let fleet = Fleet {
        class: Class::PetrolCar,
        sample_s: 1,
        hurry: 0.0,
        ..Fleet::default()
    };
    let mut sink = Simulated::default();
    let vehicles = (0..30)
        .map(|number| fleet.vehicle(number))
        .filter(|vehicle| vehicle.dialect == Dialect::Obd2);
    for mut vehicle in vehicles.take(6) {
        sink.last.clear();
        vehicle.advance(fleet.start_s + 5 * 86_400, &mut sink);
    }
    sink
}

#[test]
fn polled_values_are_as_old_and_as_coarse_as_in_the_etios_logs() {
    let Some(folder) = data("obd-carobd-etios") else { return };
    let names = [
        ("ENGINE_RPM", Signal::Rpm),
        ("COOLANT_TEMPERATURE", Signal::Coolant),
        ("ENGINE_LOAD", Signal::Load),
        ("INTAKE_MANIFOLD_PRESSURE", Signal::Manifold),
        ("INTAKE_AIR_TEMP", Signal::Intake),
        ("SHORT_TERM_FUEL_TRIM_BANK_1", Signal::ShortTrim),
        ("CONTROL_MODULE_VOLTAGE", Signal::BatteryVoltage),
    ];
    let mut real: HashMap<Signal, Steps> = HashMap::new();
    for file in files_of(&[folder]).unwrap() {
        let table = read_file(&file).unwrap();
        let column = |name: &str| table.columns.iter().position(|column| column.name.as_ref() == name);
        let rpm = column("ENGINE_RPM").unwrap();
        for (name, signal) in names {
            let index = column(name).unwrap();
            for pair in table.rows.windows(2) {
                let number = |row: usize, column: usize| match pair[row].cells.get(column) {
                    Some(Cell::Number(value)) => Some(*value),
                    _ => None,
                };
                if let (Some(before), Some(after), Some(500.0..)) = (number(0, index), number(1, index), number(1, rpm))
                {
                    real.entry(signal).or_default().add(before, after);
                }
            }
        }
    }
    let simulated = simulated().steps;
    for (name, signal) in names {
        let (log, ours) = (&real[&signal], &simulated[&signal]);
        let (log_same, our_same) = (log.same_share(), ours.same_share());
        println!(
            "{name}: unchanged {log_same:.3} in the logs, {our_same:.3} simulated; steps {} and {}",
            log.resolution(),
            ours.resolution()
        );
        assert!(
            (log_same - our_same).abs() < 0.12,
            "{name}: {log_same} in the logs, {our_same} simulated"
        );
        // The Etios counts engine speed in steps of 0.75 rpm, SAE J1979 allows 0.25.
        let (log_step, our_step) = (log.resolution() as f64, ours.resolution() as f64);
        assert!(
            (0.3..2.6).contains(&(our_step / log_step)),
            "{name}: {log_step} in the logs, {our_step} simulated"
        );
    }
}

#[test]
fn pauses_are_as_frequent_and_as_long_as_in_the_seat_logs() {
    let Some(folder) = data("obd-kit-seat-leon") else {
        return;
    };
    let (mut seconds, mut pauses_s) = (0.0, Vec::new());
    for file in files_of(&[folder]).unwrap().into_iter().step_by(3) {
        let offsets: Vec<i64> = offsets_ms(&read_file(&file).unwrap()).into_iter().flatten().collect();
        for pair in offsets.windows(2) {
            let gap_s = (pair[1] - pair[0]) as f64 / 1_000.0;
            if gap_s > 0.0 {
                seconds += gap_s;
            }
            if gap_s > 1.0 {
                pauses_s.push(gap_s);
            }
        }
    }
    let ours = simulated();
    let our_seconds: i64 = ours.gaps_s.iter().sum();
    let our_pauses = ours.gaps_s.iter().filter(|gap_s| **gap_s > 1).count();
    let (rate, our_rate) = (pauses_s.len() as f64 / seconds, our_pauses as f64 / our_seconds as f64);
    let long = |gaps: &mut dyn Iterator<Item = f64>, count: usize| {
        gaps.filter(|gap_s| *gap_s > 10.0).count() as f64 / count as f64
    };
    let share = long(&mut pauses_s.iter().copied(), pauses_s.len());
    let our_share = long(&mut ours.gaps_s.iter().map(|gap_s| *gap_s as f64), our_pauses);
    println!(
        "pauses a second: {rate:.5} in the logs, {our_rate:.5} simulated; longer than 10 s: {share:.2} and {our_share:.2}"
    );
    assert!(
        (0.5..2.0).contains(&(our_rate / rate)),
        "{rate} in the logs, {our_rate} simulated"
    );
    assert!(
        (share - our_share).abs() < 0.2,
        "{share} in the logs, {our_share} simulated"
    );
}
