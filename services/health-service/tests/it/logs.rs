//! Reads the real logs that some tests replay. Nothing of them is kept in the repository.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use flate2::read::GzDecoder;
use health_service::domain::signal::{Readings, Signal};
use health_service::domain::trained::Quantity;

/// The folder with the logs. Unset: the test says that it did not run, and fails where it must run.
pub(crate) fn data_folder() -> Option<PathBuf> {
    match std::env::var("CARVROOOM_DATA") {
        Ok(folder) => Some(PathBuf::from(folder)),
        Err(_) => {
            println!("not run: CARVROOOM_DATA unset");
            assert_ne!(
                std::env::var("CI").as_deref(),
                Ok("true"),
                "CARVROOOM_DATA must be set in CI"
            );
            None
        }
    }
}

/// The log files of a folder in the order of their numbers, or of their names where they have none.
pub(crate) fn files(folder: &str) -> Option<Vec<PathBuf>> {
    let folder = data_folder()?.join(folder);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.to_string_lossy().ends_with(".csv.gz"));
    files.sort_by_key(|path| natural(&path.to_string_lossy()));
    Some(files)
}

/// A name with its numbers as numbers, so that `live10` comes after `live9`.
fn natural(name: &str) -> Vec<(String, u64)> {
    let mut parts = vec![(String::new(), 0)];
    for character in name.chars() {
        let digit = character.to_digit(10).map(u64::from);
        let ended = parts.last().is_some_and(|(_, number)| *number > 0);
        match (digit, parts.last_mut()) {
            (Some(digit), Some((_, number))) => *number = *number * 10 + digit,
            (None, Some((text, _))) if !ended => text.push(character),
            _ => parts.push((character.to_string(), 0)),
        }
    }
    parts
}

/// The rows of a comma separated log as readings; a cell that is not a number is absent. Short rows keep what they have.
pub(crate) fn rows(path: &PathBuf, columns: fn(&str) -> Option<Signal>) -> Vec<Readings> {
    rows_with_first_cell(path, columns)
        .into_iter()
        .map(|(_, readings)| readings)
        .collect()
}

/// The same with the text of the first cell, which holds the clock in some logs.
pub(crate) fn rows_with_first_cell(path: &PathBuf, columns: fn(&str) -> Option<Signal>) -> Vec<(String, Readings)> {
    let mut lines = BufReader::new(GzDecoder::new(File::open(path).unwrap()))
        .lines()
        .map_while(Result::ok);
    let header: Vec<Option<Signal>> = lines
        .next()
        .unwrap()
        .split(',')
        .map(|name| columns(name.trim()))
        .collect();
    let read = |line: String| {
        let mut readings = Readings::default();
        for (signal, cell) in header.iter().zip(line.split(',')) {
            if let (Some(signal), Ok(value)) = (signal, cell.trim().parse::<f64>()) {
                readings.set(*signal, value);
                if let Some(quantity) = Quantity::from_path(signal.path()) {
                    readings.sample.set(quantity, value);
                }
            }
        }
        (line.split(',').next().unwrap_or_default().to_owned(), readings)
    };
    lines.map(read).collect()
}

/// Columns of the carOBD logs.
pub(crate) fn carobd(name: &str) -> Option<Signal> {
    Some(match name.trim_end_matches("()").trim() {
        "ENGINE_RPM" => Signal::EngineSpeed,
        "VEHICLE_SPEED" => Signal::Speed,
        "ENGINE_LOAD" => Signal::EngineLoad,
        "COOLANT_TEMPERATURE" => Signal::CoolantTemperature,
        "LONG_TERM_FUEL_TRIM_BANK_1" => Signal::LongTrim1,
        "SHORT_TERM_FUEL_TRIM_BANK_1" => Signal::ShortTrim1,
        "INTAKE_AIR_TEMP" => Signal::IntakeTemperature,
        "CONTROL_MODULE_VOLTAGE" => Signal::BatteryVoltage,
        _ => return None,
    })
}

/// Columns of the KIT logs; the degree sign is encoded in two ways, so the start of the name decides.
pub(crate) fn kit(name: &str) -> Option<Signal> {
    let starts = |prefix: &str| name.starts_with(prefix);
    Some(match name {
        _ if starts("Engine Coolant Temperature") => Signal::CoolantTemperature,
        _ if starts("Engine RPM") => Signal::EngineSpeed,
        _ if starts("Vehicle Speed") => Signal::Speed,
        _ if starts("Intake Air Temperature") => Signal::IntakeTemperature,
        _ if starts("Ambient Air Temperature") => Signal::AirTemperature,
        _ => return None,
    })
}
