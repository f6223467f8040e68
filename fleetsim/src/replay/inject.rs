//! Faults laid over a healthy log, so that a platform that sees them can be told from one that sees things.
//!
//! `coolant-leak`: over the last 30 % of all rows the coolant temperature rises at load by up to 25 degC. A leaking
//! circuit loses margin, not temperature: the rise follows the load (0 below 20 %, full at 60 %) through a lag of 90 s,
//! only in a running engine that is warm (70 degC or more), and grows evenly from nothing to the full 25 degC at the end.
//!
//! `battery-failing`: over the last 40 % of all rows a battery loses voltage whenever the engine does not run: up to
//! 2.5 V in the dip of cranking and up to 1.5 V at rest, growing evenly. Charging is not touched: an alternator that
//! works hides an old battery.

use super::table::{Cell, Table};

const LEAK_FROM: f64 = 0.7;
const LEAK_RISE_DEGC: f64 = 25.0;
const LEAK_LAG_ROWS_S: f64 = 90.0;
const WARM_DEGC: f64 = 70.0;
const BATTERY_FROM: f64 = 0.6;
const REST_FALL_V: f64 = 1.5;
const CRANKING_FALL_V: f64 = 2.5;
const CRANKING_BELOW_V: f64 = 11.0;
const RUNNING_RPM: f64 = 400.0;

/// Which fault is laid over a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Fault {
    /// Coolant is lost; the engine runs hot at load.
    CoolantLeak,
    /// The starter battery ages; rest and cranking voltages fall.
    BatteryFailing,
}

/// Lays a fault over the rows of one vehicle, file after file.
#[derive(Debug, Clone)]
pub struct Injector {
    fault: Fault,
    rows_total: usize,
    row: usize,
    load: f64,
    /// How many values were changed.
    pub changed: u64,
}

/// Where a table keeps the signals that a fault depends on.
struct Places {
    coolant: Option<usize>,
    load: Option<usize>,
    manifold: Option<usize>,
    speed: Option<usize>,
    voltage: Option<usize>,
}

impl Places {
    fn of(table: &Table) -> Self {
        let find = |words: &[&str]| {
            table.columns.iter().position(|column| {
                let name = column.name.to_lowercase().replace('_', " ");
                words.iter().all(|word| name.contains(word))
            })
        };
        Self {
            coolant: find(&["coolant", "temp"]),
            load: find(&["engine", "load"]),
            manifold: find(&["manifold", "pressure"]),
            speed: find(&["rpm"]),
            voltage: find(&["voltage"]),
        }
    }
}

fn number(cells: &[Cell], place: Option<usize>) -> Option<f64> {
    match cells.get(place?) {
        Some(Cell::Number(value)) => Some(*value),
        _ => None,
    }
}

impl Injector {
    /// An injector for a life of `rows_total` rows.
    #[must_use]
    pub fn new(fault: Fault, rows_total: usize) -> Self {
        Self {
            fault,
            rows_total,
            row: 0,
            load: 0.0,
            changed: 0,
        }
    }

    /// Changes the next file's rows. `row_s` is the usual time between two rows in seconds.
    ///
    /// # Errors
    /// When the log has no column that the fault would show in.
    pub fn apply(&mut self, table: &mut Table, row_s: f64) -> anyhow::Result<()> {
        let places = Places::of(table);
        let shows = match self.fault {
            Fault::CoolantLeak => places.coolant,
            Fault::BatteryFailing => places.voltage,
        };
        anyhow::ensure!(
            shows.is_some(),
            "this log has no column in which {:?} would show",
            self.fault
        );
        for row in &mut table.rows {
            let done = self.row as f64 / self.rows_total.max(1) as f64;
            self.row += 1;
            let change = match self.fault {
                Fault::CoolantLeak => self.leak(&row.cells, &places, done, row_s),
                Fault::BatteryFailing => battery(&row.cells, &places, done),
            };
            let cell = shows.and_then(|place| row.cells.get_mut(place));
            if let (Some(Cell::Number(value)), Some(change)) = (cell, change) {
                *value = rounded(*value + change);
                self.changed += 1;
            }
        }
        Ok(())
    }

    fn leak(&mut self, cells: &[Cell], places: &Places, done: f64, row_s: f64) -> Option<f64> {
        let running = number(cells, places.speed).is_some_and(|rpm| rpm >= RUNNING_RPM);
        // A car without calculated load shows it in its manifold pressure: 30 kPa idling, 100 kPa at full throttle.
        let percent = number(cells, places.load)
            .or_else(|| number(cells, places.manifold).map(|kpa| (kpa - 30.0) / 0.7 + 15.0))
            .unwrap_or(0.0);
        let target = if running {
            ((percent - 20.0) / 40.0).clamp(0.0, 1.0)
        } else {
            0.0
        };
        self.load += (target - self.load) * (row_s / LEAK_LAG_ROWS_S).min(1.0);
        let progress = ((done - LEAK_FROM) / (1.0 - LEAK_FROM)).clamp(0.0, 1.0);
        let warm = number(cells, places.coolant)? >= WARM_DEGC;
        (warm && progress > 0.0).then(|| (LEAK_RISE_DEGC * progress * self.load).round())
    }
}

fn battery(cells: &[Cell], places: &Places, done: f64) -> Option<f64> {
    let progress = ((done - BATTERY_FROM) / (1.0 - BATTERY_FROM)).clamp(0.0, 1.0);
    let volts = number(cells, places.voltage)?;
    let running = number(cells, places.speed)? >= RUNNING_RPM;
    let fall = if volts < CRANKING_BELOW_V {
        CRANKING_FALL_V
    } else {
        REST_FALL_V
    };
    (!running && progress > 0.0).then_some(-fall * progress)
}

/// Three digits behind the point, as the loggers' own resolution.
fn rounded(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::super::table::parse;
    use super::*;

    fn column(table: &Table, index: usize) -> Vec<f64> {
        table
            .rows
            .iter()
            .filter_map(|row| number(&row.cells, Some(index)))
            .collect()
    }

    fn log(rows: usize, line: &str) -> Table {
        let header = "ENGINE_RPM (),ENGINE_LOAD (),COOLANT_TEMPERATURE (),CONTROL_MODULE_VOLTAGE ()\n";
        parse(format!("{header}{}", format!("{line}\n").repeat(rows)).as_bytes()).unwrap()
    }

    #[test]
    fn a_leak_shows_only_late_and_only_at_load() {
        let mut loaded = log(2_000, "2500,70,88,14.1");
        Injector::new(Fault::CoolantLeak, 2_000)
            .apply(&mut loaded, 1.0)
            .unwrap();
        let coolant = column(&loaded, 2);
        assert!(coolant[..1_400].iter().all(|value| *value == 88.0));
        assert!(
            coolant
                .windows(2)
                .all(|pair| (0.0..=3.0).contains(&(pair[1] - pair[0])))
        );
        assert_eq!(coolant[1_999], 113.0);

        let mut idling = log(2_000, "700,20,88,14.1");
        Injector::new(Fault::CoolantLeak, 2_000)
            .apply(&mut idling, 1.0)
            .unwrap();
        assert!(column(&idling, 2).iter().all(|value| *value == 88.0));
    }

    #[test]
    fn a_failing_battery_leaves_charging_alone() {
        let mut charging = log(1_000, "900,30,88,14.1");
        Injector::new(Fault::BatteryFailing, 1_000)
            .apply(&mut charging, 1.0)
            .unwrap();
        assert!(column(&charging, 3).iter().all(|value| *value == 14.1));

        let mut cranking = log(1_000, "0,0,30,9.8");
        Injector::new(Fault::BatteryFailing, 1_000)
            .apply(&mut cranking, 1.0)
            .unwrap();
        let volts = column(&cranking, 3);
        assert_eq!(volts[599], 9.8);
        assert!((volts[999] - 7.3).abs() < 0.02, "{}", volts[999]);
    }

    #[test]
    fn a_log_without_the_signal_is_refused() {
        let mut table = parse(b"Time,Engine Coolant Temperature [C]\n07:00:00,80\n").unwrap();
        assert!(Injector::new(Fault::BatteryFailing, 1).apply(&mut table, 1.0).is_err());
        assert!(Injector::new(Fault::CoolantLeak, 1).apply(&mut table, 1.0).is_ok());
    }
}
