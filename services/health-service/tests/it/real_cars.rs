//! Real, healthy cars must raise nothing; the same rows with an injected fault must alarm.
//!
//! The rules are tried without a service around them: rows in, findings out.

use health_service::artefact;
use health_service::config::Config;
use health_service::domain::component::{Alarm, ComponentKind};
use health_service::domain::report::{Finding, Reason, What};
use health_service::domain::rules::Rules;
use health_service::domain::signal::{Readings, Signal};
use health_service::domain::trained::{Bundle, Quantity, shipped};
use health_service::domain::vehicle::{Powertrain, Record, Vehicle, VehicleClass};
use health_service::domain::{Micros, SECOND};

use crate::logs;

/// The first row's time; the logs themselves have no dates.
const START: Micros = 1_714_550_400 * SECOND;
/// Between two files of a car lie ten minutes.
const PAUSE: Micros = 600 * SECOND;

pub(crate) fn default_rules() -> Rules {
    let config: Config = chassis::config::load(&health_service::DEFINITION, &Default::default()).unwrap();
    config.rules().unwrap()
}

/// With the models that come with the service, as a petrol car has them that somebody has registered; and without, as one of an unknown class.
fn both_rules() -> [Rules; 2] {
    let bundles = shipped().iter().map(|(_, bytes)| Bundle::from_bytes(bytes).unwrap());
    let panels = artefact::speaking(&bundles.collect::<Vec<_>>()).unwrap();
    [
        default_rules(),
        Rules {
            panels,
            ..default_rules()
        },
    ]
}

fn petrol_car() -> Vehicle {
    let mut vehicle = Vehicle::default();
    vehicle.describe(VehicleClass::Car, Powertrain::Petrol);
    vehicle
}

/// A value as rules and models read it.
fn set(readings: &mut Readings, signal: Signal, value: f64) {
    readings.set(signal, value);
    if let Some(quantity) = Quantity::from_path(signal.path()) {
        readings.sample.set(quantity, value);
    }
}

/// One row with its time and its place in the whole log.
struct Row {
    at: Micros,
    readings: Readings,
}

struct Outcome {
    vehicle: Vehicle,
    findings: Vec<Finding>,
    rows: usize,
}

impl Outcome {
    fn first_alarm(&self, component: ComponentKind) -> Option<(Micros, Alarm)> {
        self.findings.iter().find_map(|finding| match &finding.what {
            What::Alarmed {
                component: report,
                alarm,
                ..
            } if report.kind == component => Some((finding.at, *alarm)),
            _ => None,
        })
    }

    fn alarms(&self) -> Vec<(ComponentKind, Alarm)> {
        let alarm = |finding: &Finding| match &finding.what {
            What::Alarmed { component, alarm, .. } => Some((component.kind, *alarm)),
            _ => None,
        };
        self.findings.iter().filter_map(alarm).collect()
    }

    fn sensor_faults(&self) -> Vec<Signal> {
        let fault = |finding: &Finding| match &finding.what {
            What::Changed {
                component,
                reason: Reason::SensorFault,
                ..
            } => component.broken_sensors.first().copied(),
            _ => None,
        };
        self.findings.iter().filter_map(fault).collect()
    }

    fn print(&self, name: &str, rules: &Rules) {
        println!(
            "{name}: {} rows, {} findings, {:.0} km",
            self.rows,
            self.findings.len(),
            self.vehicle.distance_km()
        );
        for report in self
            .vehicle
            .reports(rules)
            .iter()
            .filter(|report| report.score.is_some())
        {
            println!(
                "  {}: {:.2}, confidence {:.2}, {} factors, {:?}",
                report.kind.as_str(),
                report.score.unwrap_or_default(),
                report.confidence,
                report.factors.len(),
                report.remaining.map(|remaining| remaining.km)
            );
        }
    }
}

fn etios() -> Option<Vec<Row>> {
    let mut at = START;
    let mut log = Vec::new();
    for file in logs::files("obd-carobd-etios")? {
        for readings in logs::rows(&file, logs::carobd) {
            log.push(Row { at, readings });
            at += SECOND;
        }
        at += PAUSE;
    }
    Some(log)
}

fn run(rows: &[Row], rules: &Rules, mut inject: impl FnMut(f64, &mut Readings)) -> Outcome {
    let mut vehicle = petrol_car();
    let mut findings = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let mut readings = row.readings;
        inject(number as f64 / rows.len() as f64, &mut readings);
        let record = Record {
            at: row.at,
            readings,
            codes: Vec::new(),
            codes_read: false,
        };
        vehicle.observe(&record, false, rules, &mut findings);
    }
    Outcome {
        vehicle,
        findings,
        rows: rows.len(),
    }
}

/// How far a fault has come that grows over the last 30 % of the rows.
fn progress(place: f64) -> f64 {
    ((place - 0.7) / 0.3).clamp(0.0, 1.0)
}

fn lead(rows: &[Row], alarm: Option<(Micros, Alarm)>) -> String {
    let Some((at, alarm)) = alarm else {
        return "none".to_owned();
    };
    let row = rows.partition_point(|row| row.at < at);
    let place = row as f64 / rows.len() as f64;
    format!(
        "{alarm:?} at row {row}, fault grown to {:.0} %, {:.1} h of driving before it is full",
        100.0 * progress(place),
        (rows.len() - row) as f64 / 3_600.0
    )
}

#[test]
fn a_healthy_car_raises_nothing() {
    let Some(rows) = etios() else { return };
    for rules in both_rules() {
        let outcome = run(&rows, &rules, |_, _| {});
        outcome.print("healthy etios", &rules);
        let reports = outcome.vehicle.reports(&rules);
        let forecasts = reports
            .iter()
            .filter(|report| report.model_id.starts_with("fleet-petrol_car-"));
        println!(
            "  {} components are spoken of by a trained model",
            forecasts.clone().count()
        );
        let with_models = rules.panels.healthy(outcome.vehicle.group()).is_some();
        assert_eq!(forecasts.count() > 0, with_models);

        assert!(rows.len() >= 239_662, "all 103 files are read");
        assert_eq!(outcome.alarms(), []);
        assert_eq!(outcome.sensor_faults(), []);
        let clutch = outcome.vehicle.report(ComponentKind::Transmission, &rules);
        assert!(
            clutch.score.is_some_and(|score| score >= 0.8),
            "the clutch is judged, and sound: {clutch:?}"
        );
    }
}

/// Ways in which a leak may show: the rise follows the load slowly, appears only above a load, or is there always.
#[test]
fn the_same_rows_with_a_coolant_leak_alarm() {
    let Some(rows) = etios() else { return };
    for rules in both_rules() {
        // The name, the share of the rise at an engine load, and the lag in seconds with which it follows.
        type Share = fn(f64) -> f64;
        let shapes: [(&str, Share, f64); 4] = [
            ("with the load", |load| (load / 40.0).clamp(0.5, 1.0), 30.0),
            (
                "with a high load only, slowly",
                |load| ((load - 20.0) / 40.0).clamp(0.0, 1.0),
                90.0,
            ),
            (
                "above 50 % load only, at once",
                |load| f64::from(u8::from(load >= 50.0)),
                1.0,
            ),
            ("always", |_| 1.0, 1.0),
        ];
        for (name, share, lag_s) in shapes {
            let mut shown = 0.0;
            let outcome = run(&rows, &rules, |place, readings| {
                shown += (share(readings.get(Signal::EngineLoad).unwrap_or(0.0)) - shown) / lag_s;
                if let Some(coolant) = readings
                    .get(Signal::CoolantTemperature)
                    .filter(|coolant| *coolant > 75.0)
                {
                    set(
                        readings,
                        Signal::CoolantTemperature,
                        (coolant + 25.0 * progress(place) * shown).round(),
                    );
                }
            });
            outcome.print(&format!("coolant leak {name}"), &rules);
            println!(
                "  cooling: {}",
                lead(&rows, outcome.first_alarm(ComponentKind::Cooling))
            );
            assert!(outcome.first_alarm(ComponentKind::Cooling).is_some(), "{name}");
            assert!(
                outcome
                    .alarms()
                    .iter()
                    .all(|(component, _)| *component == ComponentKind::Cooling),
                "{name}"
            );
            assert_eq!(outcome.sensor_faults(), [], "{name}");
        }
    }
}

/// Whether the offset is on every reading with the engine off, or on the cranking dips too.
#[test]
fn the_same_rows_with_a_failing_battery_alarm() {
    let Some(rows) = etios() else { return };
    for rules in both_rules() {
        // The name, and the fall of a voltage by the end.
        type Fall = fn(bool, f64) -> f64;
        let shapes: [(&str, Fall); 3] = [
            ("at rest and while cranking", |running, volts| {
                if !running || volts < 12.0 { 2.5 } else { 0.0 }
            }),
            ("with the engine off", |running, _| if running { 0.0 } else { 2.5 }),
            ("less at rest", |running, volts| {
                if running {
                    0.0
                } else {
                    1.5 + f64::from(u8::from(volts < 11.0))
                }
            }),
        ];
        for (name, fall) in shapes {
            let outcome = run(&rows, &rules, |place, readings| {
                let running = readings.get(Signal::EngineSpeed).is_some_and(|rpm| rpm >= 400.0);
                if let Some(volts) = readings.get(Signal::BatteryVoltage) {
                    set(
                        readings,
                        Signal::BatteryVoltage,
                        volts - fall(running, volts) * progress(place),
                    );
                }
            });
            outcome.print(&format!("failing battery {name}"), &rules);
            println!(
                "  battery_12v: {}",
                lead(&rows, outcome.first_alarm(ComponentKind::Battery12v))
            );
            assert!(outcome.first_alarm(ComponentKind::Battery12v).is_some(), "{name}");
            assert!(
                outcome
                    .alarms()
                    .iter()
                    .all(|(component, _)| *component == ComponentKind::Battery12v),
                "{name}"
            );
        }
    }
}

/// A clutch carries less torque as it wears, so it slips first where the engine pulls hardest. By the end it slips by a tenth at
/// 60 % load and by more above, or by the same share wherever the engine pulls.
#[test]
fn the_same_rows_with_a_slipping_clutch_alarm() {
    let Some(rows) = etios() else { return };
    for rules in both_rules() {
        type Share = fn(f64) -> f64;
        let shapes: [(&str, Share); 2] = [
            ("more with the load", |load| ((load - 45.0) / 30.0).clamp(0.0, 1.5)),
            ("wherever it pulls", |load| f64::from(u8::from(load >= 55.0))),
        ];
        for (name, share) in shapes {
            let outcome = run(&rows, &rules, |place, readings| {
                let pulls = share(readings.get(Signal::EngineLoad).unwrap_or(0.0));
                if let Some(rpm) = readings.get(Signal::EngineSpeed).filter(|rpm| *rpm > 1_000.0) {
                    set(
                        readings,
                        Signal::EngineSpeed,
                        rpm * (1.0 + 0.2 * progress(place) * pulls),
                    );
                }
            });
            outcome.print(&format!("slipping clutch {name}"), &rules);
            println!(
                "  transmission: {}",
                lead(&rows, outcome.first_alarm(ComponentKind::Transmission))
            );
            assert!(outcome.first_alarm(ComponentKind::Transmission).is_some(), "{name}");
            let others = |(component, _): &(ComponentKind, Alarm)| *component != ComponentKind::Transmission;
            assert!(!outcome.alarms().iter().any(others), "{name}: {:?}", outcome.alarms());
        }
    }
}

#[test]
fn a_faulty_intake_air_sensor_is_a_sensor_fault_and_nothing_else() {
    let Some(files) = logs::files("obd-kit-seat-leon") else {
        return;
    };
    for rules in both_rules() {
        let mut broken = 0;
        let day = 24 * 3_600 * SECOND;
        let mut vehicle = petrol_car();
        for (number, file) in files.iter().enumerate() {
            let mut findings = Vec::new();
            for (clock, readings) in logs::rows_with_first_cell(file, logs::kit) {
                let at = START + number as Micros * day + time_of_day(&clock).unwrap_or_default();
                vehicle.observe(
                    &Record {
                        at,
                        readings,
                        codes: Vec::new(),
                        codes_read: false,
                    },
                    false,
                    &rules,
                    &mut findings,
                );
            }
            let outcome = Outcome {
                vehicle: vehicle.clone(),
                findings,
                rows: 0,
            };
            assert_eq!(outcome.alarms(), [], "{}", file.display());
            assert!(
                outcome
                    .sensor_faults()
                    .iter()
                    .all(|signal| *signal == Signal::IntakeTemperature)
            );
            broken += outcome.sensor_faults().len();
        }
        println!(
            "SEAT Leon: {} trips, {broken} times the intake air sensor was found broken",
            files.len()
        );
        assert!(
            broken > 0,
            "the intake air temperature of these logs jumps by more than 100 degrees"
        );
    }
}

/// `07:16:30.444` in microseconds.
fn time_of_day(clock: &str) -> Option<Micros> {
    let mut parts = clock.split(':').map(|part| part.trim().parse::<f64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    Some(((hours * 3_600.0 + minutes * 60.0 + seconds) * SECOND as f64) as Micros)
}
