//! Reads what `fleetsim generate --format csv` writes: registry, telemetry, the workshops' books, and the truth if asked.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use flate2::read::GzDecoder;

use crate::domain::class::{Powertrain, VehicleClass};
use crate::domain::signal::{Readings, Signal};
use crate::domain::trained::{COMPONENTS, Quantity, Sample, class_of};
use crate::domain::trouble_code::CodeStatus;
use crate::domain::{Micros, SECOND};

/// A failure of a component.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Failure {
    pub(crate) km: f64,
    /// Odometer at which the part began to wear.
    pub(crate) began_km: f64,
    pub(crate) cause: String,
    /// Odometer at which it was repaired; the end of time if it never was.
    pub(crate) repaired_km: f64,
}

/// One vehicle.
#[derive(Debug, Clone)]
pub(crate) struct Vehicle {
    pub(crate) id: String,
    pub(crate) kind: (VehicleClass, Powertrain),
    telemetry: PathBuf,
    /// Repairs that the books show: when, and of which component.
    pub(crate) renewals: Vec<(Micros, usize)>,
    /// Failures of each component in the order of the odometer; only where the truth was read.
    pub(crate) failures: Vec<Vec<Failure>>,
    /// Causes by which each component may fail; only where the truth was read.
    pub(crate) causes: Vec<BTreeSet<String>>,
}

/// A fleet.
#[derive(Debug, Clone)]
pub(crate) struct Fleet {
    pub(crate) class: &'static str,
    pub(crate) vehicles: Vec<Vehicle>,
}

/// All fleets in a folder, or in the folders right beneath it.
pub(crate) fn read_fleets(folder: &Path, with_truth: bool) -> anyhow::Result<Vec<Fleet>> {
    let mut folders = vec![folder.to_owned()];
    if !folder.join("vehicles.csv").is_file() {
        let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
        folders = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
        folders.retain(|path| path.join("vehicles.csv").is_file());
        folders.sort();
    }
    ensure!(
        !folders.is_empty(),
        "{} holds no fleet: there is no vehicles.csv in it or beneath it",
        folder.display()
    );
    folders.iter().map(|folder| read_fleet(folder, with_truth)).collect()
}

fn read_fleet(folder: &Path, with_truth: bool) -> anyhow::Result<Fleet> {
    let mut class = None;
    let mut vehicles = Vec::new();
    let mut places = HashMap::new();
    for row in table(
        &folder.join("vehicles.csv"),
        &["vehicle_id", "powertrain", "vehicle_class"],
    )? {
        let [id, powertrain, vehicle_class] = row.as_slice() else {
            continue;
        };
        let of = class_of(powertrain, vehicle_class)
            .with_context(|| format!("{id}: no models are made for {powertrain} {vehicle_class}"))?;
        ensure!(
            class.is_none_or(|class| class == of),
            "{} mixes vehicle classes",
            folder.display()
        );
        class = Some(of);
        places.insert(id.clone(), vehicles.len());
        vehicles.push(Vehicle {
            telemetry: telemetry(folder, id)?,
            id: id.clone(),
            kind: (VehicleClass::parse(vehicle_class), Powertrain::parse(powertrain)),
            renewals: Vec::new(),
            failures: vec![Vec::new(); COMPONENTS.len()],
            causes: vec![BTreeSet::new(); COMPONENTS.len()],
        });
    }
    let class = class.with_context(|| format!("{} lists no vehicle", folder.display()))?;
    let books = folder.join("repairs.csv");
    for row in table(&books, &["vehicle_id", "component", "repaired_at"])? {
        let component = COMPONENTS.iter().position(|component| *component == row[1]);
        let at =
            parse_time(row[2].as_bytes()).with_context(|| format!("{}: `{}` is no time", books.display(), row[2]))?;
        if let (Some(place), Some(component)) = (places.get(&row[0]), component) {
            vehicles[*place].renewals.push((at, component));
        }
    }
    vehicles.iter_mut().for_each(|vehicle| vehicle.renewals.sort_unstable());
    if with_truth {
        read_truth(folder, &places, &mut vehicles)?;
    }
    Ok(Fleet { class, vehicles })
}

fn telemetry(folder: &Path, id: &str) -> anyhow::Result<PathBuf> {
    for ending in ["csv", "csv.gz"] {
        let path = folder.join(format!("telemetry/{id}.{ending}"));
        if path.is_file() {
            return Ok(path);
        }
    }
    if folder.join(format!("telemetry/{id}.ndjson")).is_file()
        || folder.join(format!("telemetry/{id}.ndjson.gz")).is_file()
    {
        bail!(
            "{}: telemetry is NDJSON in the devices' own names; models are trained on canonical names: generate the \
             fleet with --format csv",
            folder.display()
        );
    }
    bail!("{}: there is no telemetry of {id}", folder.display())
}

fn read_truth(folder: &Path, places: &HashMap<String, usize>, vehicles: &mut [Vehicle]) -> anyhow::Result<()> {
    let mut repairs: HashMap<(String, String), Vec<f64>> = HashMap::new();
    let path = folder.join("truth/repairs.csv");
    for row in table(&path, &["vehicle_id", "cause", "odometer_km", "failed"])? {
        if row[3] == "true" {
            let km = number(&path, &row[2])?;
            repairs.entry((row[0].clone(), row[1].clone())).or_default().push(km);
        }
    }
    let path = folder.join("truth/lives.csv");
    for row in table(
        &path,
        &["vehicle_id", "component", "cause", "began_km", "ended_km", "end"],
    )? {
        let component = COMPONENTS.iter().position(|component| *component == row[1]);
        let (Some(place), Some(component)) = (places.get(&row[0]), component) else {
            continue;
        };
        vehicles[*place].causes[component].insert(row[2].clone());
        if row[5] != "failed" {
            continue;
        }
        let km = number(&path, &row[4])?;
        let began_km = if row[3].is_empty() { km } else { number(&path, &row[3])? };
        let after = repairs.get(&(row[0].clone(), row[2].clone()));
        let repaired = after.and_then(|all| all.iter().copied().filter(|at| *at >= km - 0.2).reduce(f64::min));
        vehicles[*place].failures[component].push(Failure {
            km,
            began_km,
            cause: row[2].clone(),
            repaired_km: repaired.unwrap_or(f64::INFINITY),
        });
    }
    for failures in vehicles.iter_mut().flat_map(|vehicle| &mut vehicle.failures) {
        failures.sort_by(|a, b| a.km.total_cmp(&b.km));
    }
    Ok(())
}

fn number(path: &Path, text: &str) -> anyhow::Result<f64> {
    text.parse()
        .with_context(|| format!("{}: `{text}` is no number", path.display()))
}

/// Some columns of a comma separated table, by name.
fn table(path: &Path, columns: &[&str]) -> anyhow::Result<Vec<Vec<String>>> {
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let place = |column: &&str| header.iter().position(|known| known == column);
    let places: Vec<usize> = columns
        .iter()
        .map(|column| place(column).with_context(|| format!("{} has no column {column}", path.display())))
        .collect::<anyhow::Result<_>>()?;
    let mut rows = Vec::new();
    for (index, line) in lines.enumerate() {
        let cells: Vec<&str> = line.split(',').collect();
        ensure!(
            cells.len() == header.len(),
            "{}, line {}: {} cells, {} expected",
            path.display(),
            index + 2,
            cells.len(),
            header.len()
        );
        rows.push(places.iter().map(|place| cells[*place].to_owned()).collect());
    }
    Ok(rows)
}

impl Vehicle {
    /// Where its true wear lies, day by day.
    pub(crate) fn wear_path(&self) -> PathBuf {
        let folder = self.telemetry.parent().and_then(Path::parent).unwrap_or(Path::new(""));
        folder.join(format!("truth/wear/{}.csv", self.id))
    }

    /// Reads the telemetry as models see it, record by record.
    pub(crate) fn records(&self, each: impl FnMut(Micros, &Sample)) -> anyhow::Result<()> {
        self.rows(each)
    }

    /// Reads the telemetry, row by row.
    pub(crate) fn rows<R: Row>(&self, mut each: impl FnMut(Micros, &R)) -> anyhow::Result<()> {
        let path = &self.telemetry;
        let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let packed = path.extension().is_some_and(|ending| ending == "gz");
        let source: Box<dyn Read> = if packed {
            Box::new(GzDecoder::new(file))
        } else {
            Box::new(file)
        };
        let mut lines = BufReader::with_capacity(1 << 18, source);
        let (mut line, mut number) = (Vec::new(), 1);
        let wrong = |number: usize, problem: &str| anyhow::anyhow!("{}, line {number}: {problem}", path.display());
        lines
            .read_until(b'\n', &mut line)
            .map_err(|error| wrong(1, &error.to_string()))?;
        let header = String::from_utf8_lossy(&line).trim_end().to_owned();
        ensure!(
            header.starts_with("timestamp,sequence"),
            wrong(1, "the header does not begin with timestamp,sequence")
        );
        let columns: Vec<Option<R::Column>> = header.split(',').map(R::column).collect();
        let mut row = R::default();
        loop {
            line.clear();
            number += 1;
            if lines
                .read_until(b'\n', &mut line)
                .map_err(|error| wrong(number, &error.to_string()))?
                == 0
            {
                return Ok(());
            }
            row.clear();
            let mut cells = line.trim_ascii_end().split(|byte| *byte == b',');
            let at = cells
                .next()
                .and_then(parse_time)
                .ok_or_else(|| wrong(number, "the time cannot be read"))?;
            let mut counted = 1;
            for cell in cells {
                if let Some(column) = columns.get(counted).copied().flatten().filter(|_| !cell.is_empty()) {
                    row.set(column, cell)
                        .ok_or_else(|| wrong(number, "a cell is no number"))?;
                }
                counted += 1;
            }
            ensure!(
                counted == columns.len(),
                wrong(number, "the row has not as many cells as the header")
            );
            each(at, &row);
        }
    }
}

/// What is read of a row of telemetry.
pub(crate) trait Row: Default {
    /// A column that is read.
    type Column: Copy;
    /// The column of this name, if it is read.
    fn column(name: &str) -> Option<Self::Column>;
    /// Before the next row.
    fn clear(&mut self);
    /// A cell that is not empty; `None` when it says nothing.
    fn set(&mut self, column: Self::Column, cell: &[u8]) -> Option<()>;
}

/// What models read.
impl Row for Sample {
    type Column = Quantity;

    fn column(name: &str) -> Option<Quantity> {
        Quantity::from_path(name)
    }

    fn clear(&mut self) {
        Sample::clear(self);
    }

    fn set(&mut self, column: Quantity, cell: &[u8]) -> Option<()> {
        Sample::set(self, column, parse_number(cell)?);
        Some(())
    }
}

/// What the service is told: what rules and models read, and trouble codes.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub(crate) readings: Readings,
    pub(crate) codes: Vec<(Cow<'static, str>, CodeStatus)>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum HeardColumn {
    Reading(Option<Signal>, Option<Quantity>),
    Codes,
}

impl Row for Heard {
    type Column = HeardColumn;

    fn column(name: &str) -> Option<HeardColumn> {
        let (signal, quantity) = (Signal::from_path(name), Quantity::from_path(name));
        match name {
            "dtcs" => Some(HeardColumn::Codes),
            _ if signal.is_none() && quantity.is_none() => None,
            _ => Some(HeardColumn::Reading(signal, quantity)),
        }
    }

    fn clear(&mut self) {
        *self = Self::default();
    }

    fn set(&mut self, column: HeardColumn, cell: &[u8]) -> Option<()> {
        match column {
            HeardColumn::Reading(signal, quantity) => {
                let value = parse_number(cell)?;
                if let Some(signal) = signal {
                    self.readings.set(signal, value);
                }
                if let Some(quantity) = quantity {
                    self.readings.sample.set(quantity, value);
                }
            }
            HeardColumn::Codes => {
                let code = |told: &str| {
                    let (code, status) = told.split_once(':')?;
                    let status = if status == "pending" {
                        CodeStatus::Pending
                    } else {
                        CodeStatus::Confirmed
                    };
                    Some((Cow::Owned(code.to_owned()), status))
                };
                self.codes = std::str::from_utf8(cell)
                    .ok()?
                    .split(' ')
                    .map(code)
                    .collect::<Option<_>>()?;
            }
        }
        Some(())
    }
}

/// A decimal number without an exponent.
fn parse_number(text: &[u8]) -> Option<f64> {
    let (negative, digits) = text.strip_prefix(b"-").map_or((false, text), |rest| (true, rest));
    let (mut whole, mut scale, mut seen) = (0u64, 0u32, false);
    for byte in digits {
        match byte {
            b'0'..=b'9' => {
                whole = whole.checked_mul(10)?.checked_add(u64::from(byte - b'0'))?;
                scale += u32::from(seen);
            }
            b'.' if !seen => seen = true,
            _ => return None,
        }
    }
    let value = whole as f64 / 10_f64.powi(i32::try_from(scale).ok()?);
    (digits.len() > usize::from(seen)).then_some(if negative { -value } else { value })
}

/// `2026-05-01T10:00:00Z` as event time (days by Howard Hinnant's `days_from_civil`).
fn parse_time(text: &[u8]) -> Option<Micros> {
    let at = |range: std::ops::Range<usize>| -> Option<i64> {
        text.get(range)?.iter().try_fold(0, |sum, byte| {
            byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0'))
        })
    };
    let (year, month, day) = (at(0..4)?, at(5..7)?, at(8..10)?);
    let (hour, minute, second) = (at(11..13)?, at(14..16)?, at(17..19)?);
    let sound = text.len() == 20 && text[10] == b'T' && text[19] == b'Z' && (1..=12).contains(&month);
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - 719_468;
    sound.then_some(((days * 24 + hour) * 3_600 + minute * 60 + second) * SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_are_read_or_refused() {
        assert_eq!(parse_number(b"-12.50"), Some(-12.5));
        assert_eq!(parse_number(b"7"), Some(7.0));
        for bad in [
            &b""[..],
            b".",
            b"-",
            b"1.2.3",
            b"1e5",
            b"nan",
            b"99999999999999999999999",
        ] {
            assert_eq!(parse_number(bad), None, "{}", String::from_utf8_lossy(bad));
        }
        assert_eq!(parse_time(b"1970-01-02T00:00:01Z"), Some(86_401 * SECOND));
        assert_eq!(parse_time(b"2025-01-01T00:00:00Z"), Some(1_735_689_600 * SECOND));
        assert_eq!(parse_time(b"2024-02-29T12:30:00Z"), Some(1_709_209_800 * SECOND));
        assert_eq!(parse_time(b"2024-13-01T00:00:00Z"), None);
        assert_eq!(parse_time(b"yesterday"), None);
    }

    const TELEMETRY: &str =
        "timestamp,sequence,Vehicle.Speed,dtcs\n2025-01-01T10:00:00Z,1,50,\n2025-01-01T10:01:00Z,2,,P0128:pending\n";

    /// A fleet of one vehicle with this telemetry, under this name.
    fn fleet(telemetry: &str, ending: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("telemetry")).unwrap();
        let registry = "vehicle_id,powertrain,vehicle_class\na,PETROL,CAR\n";
        fs::write(folder.path().join("vehicles.csv"), registry).unwrap();
        fs::write(folder.path().join("repairs.csv"), "vehicle_id,component,repaired_at\n").unwrap();
        fs::write(folder.path().join(format!("telemetry/a.{ending}")), telemetry).unwrap();
        folder
    }

    fn problem(folder: &Path) -> String {
        let read = read_fleets(folder, false).and_then(|fleets| fleets[0].vehicles[0].records(|_, _| {}));
        read.err().map(|error| format!("{error:#}")).unwrap_or_default()
    }

    #[test]
    fn a_whole_fleet_is_read_without_a_truth_and_a_broken_one_is_named() {
        assert_eq!(problem(fleet(TELEMETRY, "csv").path()), "");
        let cut = &TELEMETRY[..TELEMETRY.len() - 16];
        assert!(
            problem(fleet(cut, "csv").path()).contains("line 3"),
            "a row that breaks off"
        );
        assert!(problem(fleet(&TELEMETRY.replace("50", "fast"), "csv").path()).contains("line 2: a cell is no number"));
        assert!(problem(fleet("speed\n1\n", "csv").path()).contains("line 1"));
        assert!(problem(fleet("{}", "ndjson").path()).contains("--format csv"));
        assert!(problem(fleet(TELEMETRY, "txt").path()).contains("no telemetry of a"));
        assert!(problem(tempfile::tempdir().unwrap().path()).contains("holds no fleet"));
    }
}
