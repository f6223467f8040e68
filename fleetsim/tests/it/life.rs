//! Fleets with a life, as they are written to a folder: plausible, consistent with their truth, and repeatable.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use fleetsim::life::{
    Class, Climate, Dialect, Fleet, Format, GenerateOptions, GenerateReport, LiveOptions, Maintenance, Signal,
    generate, live,
};
use fleetsim::replay::Speed;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::platform::{Mistake, Platform};

fn options(class: Class, out: PathBuf) -> GenerateOptions {
    GenerateOptions {
        fleet: Fleet {
            class,
            seed: 11,
            sample_s: 30,
            ..Fleet::default()
        },
        vehicles: 3,
        days: 40,
        out,
        format: Format::Ndjson,
        gzip: false,
        threads: 1,
        progress: false,
    }
}

fn write(options: &GenerateOptions) -> GenerateReport {
    generate(options).unwrap()
}

/// Every file below a folder with its content.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    found
}

fn rows(path: &Path) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(|row| row.unwrap()).collect()
}

fn records(folder: &Path) -> Vec<Vec<Value>> {
    files(&folder.join("telemetry"))
        .values()
        .map(|content| {
            let text = std::str::from_utf8(content).unwrap();
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
        })
        .collect()
}

#[test]
fn the_same_seed_makes_the_same_fleet_with_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let one = options(Class::DieselVan, folder.path().join("one"));
    let again = GenerateOptions {
        threads: 3,
        out: folder.path().join("again"),
        ..one.clone()
    };
    let other = GenerateOptions {
        fleet: Fleet {
            seed: 12,
            ..one.fleet.clone()
        },
        out: folder.path().join("other"),
        ..one.clone()
    };
    for options in [&one, &again, &other] {
        write(options);
    }
    let contents = |options: &GenerateOptions| files(&options.out).into_values().collect::<Vec<_>>();
    assert!(contents(&one) == contents(&again));
    assert!(contents(&one) != contents(&other));
    assert!(
        generate(&one).is_err(),
        "a folder that holds something is not written over"
    );
}

/// The platform's vocabulary: range by path, and path by any name (without case, blanks and punctuation).
struct Vocabulary {
    ranges: HashMap<String, (f64, f64)>,
    names: HashMap<String, String>,
}

fn plain(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_lowercase()
}

fn vocabulary() -> Vocabulary {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contracts/signals.toml");
    let table: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
    let (mut ranges, mut names) = (HashMap::new(), HashMap::new());
    for signal in table["signal"].as_array().unwrap() {
        let number = |key| {
            let value: &toml::Value = &signal[key];
            value
                .as_float()
                .or_else(|| value.as_integer().map(|whole| whole as f64))
                .unwrap()
        };
        let path = signal["path"].as_str().unwrap().to_owned();
        let range = if signal.get("min").is_some() {
            (number("min"), number("max"))
        } else {
            (0.0, 1.0)
        };
        ranges.insert(path.clone(), range);
        names.insert(plain(&path), path.clone());
        if let Some(pid) = signal.get("pid") {
            names.insert(plain(&format!("PID_{}", pid.as_str().unwrap())), path.clone());
        }
        for alias in signal
            .get("aliases")
            .and_then(toml::Value::as_array)
            .into_iter()
            .flatten()
        {
            names.insert(plain(alias.as_str().unwrap()), path.clone());
        }
    }
    Vocabulary { ranges, names }
}

#[test]
fn every_name_is_one_that_the_platform_knows() {
    let vocabulary = vocabulary();
    for signal in Signal::ALL {
        for dialect in [Dialect::Vss, Dialect::Obd2, Dialect::J1939] {
            let Some(name) = signal.name(dialect) else { continue };
            assert_eq!(
                vocabulary.names.get(&plain(name)).map(String::as_str),
                Some(signal.path()),
                "{name}"
            );
        }
    }
}

/// A reading in the canonical unit.
fn canonical(path: &str, reading: &Value) -> f64 {
    let value = reading.as_f64().or_else(|| reading["value"].as_f64()).unwrap();
    match reading["unit"].as_str() {
        Some("km" | "kPa") => value * 1_000.0,
        _ if path == "Vehicle.TraveledDistance" && value < 2e6 => value * 1_000.0,
        _ => value,
    }
}

#[test]
fn what_is_sent_is_in_order_in_range_and_drives_on() {
    let vocabulary = vocabulary();
    for (class, climate) in [
        (Class::PetrolCar, Climate::Hot),
        (Class::ElectricCar, Climate::Cold),
        (Class::DieselVan, Climate::Mountain),
        (Class::HeavyTruck, Climate::Temperate),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut options = options(class, folder.path().join("fleet"));
        options.fleet.climate = climate;
        options.days = 20;
        let report = write(&options);
        let (mut seen, mut odometer_km) = (0, 0.0);
        for vehicle in records(&options.out) {
            let (mut time, mut first_m, mut last_m) = (String::new(), None, 0.0);
            for (index, record) in vehicle.iter().enumerate() {
                seen += 1;
                assert_eq!(record["sequence"], index + 1);
                let at = record["timestamp"].as_str().unwrap().to_owned();
                assert!(at > time, "{class:?} {at} after {time}");
                time = at;
                for (name, reading) in record["data"].as_object().unwrap() {
                    let path = &vocabulary.names[&plain(name)];
                    let value = canonical(path, reading);
                    let (low, high) = vocabulary.ranges[path];
                    assert!((low..=high).contains(&value), "{class:?} {name} {value}");
                    if path == "Vehicle.TraveledDistance" {
                        assert!(value >= last_m, "{class:?} the odometer ran back to {value}");
                        first_m.get_or_insert(value);
                        last_m = value;
                    }
                }
            }
            odometer_km += (last_m - first_m.unwrap_or(last_m)) / 1_000.0;
        }
        assert_eq!(seen, report.records);
        assert!(
            (odometer_km / report.kilometres - 1.0).abs() < 0.05,
            "{class:?} {odometer_km} of {report:?}"
        );
    }
}

#[test]
fn failures_happen_when_the_truth_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(Class::PetrolCar, folder.path().join("fleet"));
    options.fleet.hurry = 12.0;
    options.fleet.maintenance = Maintenance::RunToFailure;
    (options.days, options.fleet.sample_s, options.vehicles) = (150, 300, 4);
    let report = write(&options);
    assert!(report.failed > 15 && report.running > 40, "{report:?}");
    let mut failures: HashMap<String, Vec<(String, String)>> = HashMap::new();
    for life in rows(&options.out.join("truth/lives.csv")) {
        let km = |name: &str| life[name].parse::<f64>().unwrap();
        assert!(km("ended_km") >= km("fitted_km"));
        if life["end"] == "failed" {
            assert_eq!(km("wear"), 1.0);
            assert!(km("began_km") <= km("ended_km") && km("began_km") >= km("fitted_km").min(0.0));
            let by_vehicle = failures.entry(life["vehicle_id"].clone()).or_default();
            by_vehicle.push((life["cause"].clone(), life["ended_at"].clone()));
        } else {
            assert!(km("wear") < 1.0);
        }
    }
    let mut checked = 0;
    for (vehicle, failures) in failures {
        let wear = rows(&options.out.join(format!("truth/wear/{vehicle}.csv")));
        for (cause, ended_at) in failures {
            let day = &ended_at[..10];
            let before: Vec<f64> = wear
                .iter()
                .filter(|row| row["date"].as_str() <= day)
                .map(|row| row[&cause].parse().unwrap())
                .collect();
            assert!(
                before.last().is_none_or(|wear| *wear < 1.0),
                "{vehicle} {cause} failed on {day}: {before:?}"
            );
            // Wear never falls but when a part is renewed, and then it falls to nothing.
            assert!(
                before
                    .windows(2)
                    .all(|pair| pair[1] >= pair[0] || pair[1] < 0.5 * pair[0]),
                "{cause} {before:?}"
            );
            checked += 1;
        }
    }
    assert!(checked > 15);
    let books = rows(&options.out.join("repairs.csv"));
    let all = rows(&options.out.join("truth/repairs.csv"));
    assert!(
        books.len() < all.len() && books.len() * 10 > all.len() * 7,
        "{} of {}",
        books.len(),
        all.len()
    );
}

#[test]
fn csv_says_the_same_as_ndjson_and_both_can_be_packed() {
    let folder = tempfile::tempdir().unwrap();
    let ndjson = options(Class::ElectricCar, folder.path().join("ndjson"));
    let csv = GenerateOptions {
        format: Format::Csv,
        gzip: true,
        out: folder.path().join("csv"),
        ..ndjson.clone()
    };
    assert_eq!(write(&ndjson).readings, write(&csv).readings);
    let packed = files(&csv.out.join("telemetry"));
    for (vehicle, content) in records(&ndjson.out).iter().zip(packed.values()) {
        let mut reader = csv::Reader::from_reader(flate2::read::GzDecoder::new(content.as_slice()));
        let rows: Vec<HashMap<String, String>> = reader.deserialize().map(|row| row.unwrap()).collect();
        assert_eq!(rows.len(), vehicle.len());
        for (row, record) in rows.iter().zip(vehicle) {
            assert_eq!(row["timestamp"], record["timestamp"].as_str().unwrap());
            let given = record["data"].as_object().unwrap();
            let filled = row
                .iter()
                .filter(|(name, value)| name.starts_with("Vehicle.") && !value.is_empty());
            let mut count = 0;
            for (name, value) in filled {
                assert_eq!(value.parse::<f64>().ok(), given[name].as_f64());
                count += 1;
            }
            assert_eq!(count, given.len());
        }
    }
}

#[test]
fn a_healthy_fleet_has_no_failure_and_only_false_codes() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(Class::DieselVan, folder.path().join("fleet"));
    options.fleet.hurry = 0.0;
    (options.days, options.fleet.sample_s) = (200, 120);
    let report = write(&options);
    assert_eq!(report.failed, 0);
    let false_codes: Vec<String> = rows(&options.out.join("truth/codes.csv"))
        .into_iter()
        .map(|row| row["code"].clone())
        .collect();
    for record in records(&options.out).iter().flatten() {
        for code in record["dtcs"].as_array().into_iter().flatten() {
            assert!(false_codes.iter().any(|known| code["code"] == known.as_str()), "{code}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_is_posted_up_to_the_present() {
    let platform = Platform::start(Mistake::None).await;
    let folder = tempfile::tempdir().unwrap();
    let now_s = chrono::Utc::now().timestamp();
    let options = LiveOptions {
        url: platform.url.clone(),
        key: "secret".into(),
        fleet: Fleet {
            class: Class::DieselVan,
            start_s: now_s - now_s % 86_400 - 4 * 86_400,
            sample_s: 60,
            hurry: 200.0,
            ..Fleet::default()
        },
        vehicles: 3,
        speed: Speed::Max,
        batch: 500,
        until_now: true,
        truth: Some(folder.path().join("truth")),
        patience_s: 10,
        progress: false,
    };
    let report = live(options, CancellationToken::new()).await.unwrap();
    assert!(report.posted > 500 && report.accepted == report.posted, "{report:?}");
    let stored = platform.stored.lock();
    assert_eq!((stored.vehicles.len(), stored.records.len() as u64), (3, report.posted));
    assert_eq!(stored.vehicles["life-diesel-van-00001"]["vehicle_class"], "VAN");
    let truth = rows(&folder.path().join("truth/happenings.csv"));
    let failed = truth.iter().filter(|row| row["event"] == "failed").count();
    assert!(failed > 0 && failed as u64 == report.failed, "{report:?}");
}
