//! Writes a fleet to a folder: what it sends, and the truth about it aside.
//!
//! ```text
//! DIR/manifest.json              what made it: class, climate, seed, days, sampling
//! DIR/vehicles.csv               the registry: vehicle_id, vin, class, make, model, in_service_date, odometer_km, protocol
//! DIR/telemetry/<vehicle>.<ndjson|csv>[.gz]
//! DIR/repairs.csv                the workshops' books, not quite complete
//! DIR/truth/lives.csv            every life of every part and how it ended (failed, renewed, running)
//! DIR/truth/wear/<vehicle>.csv   wear of all modes at midnight of each day
//! DIR/truth/sensors.csv          sensors that broke, and when they worked again
//! DIR/truth/codes.csv            trouble codes that mean nothing
//! DIR/truth/repairs.csv          every renewal with its cause, booked or not
//! ```
//!
//! Remaining life at any record is `ended_km` of the component's earliest life that ended `failed`, less the odometer.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::Context;
use flate2::write::GzEncoder;
use serde::Serialize;
use serde_json::json;

use super::fleet::Fleet;
use super::modes::Mode;
use super::signals::Signal;
use super::truth::{End, Happening};
use super::vehicle::{Sink, Vehicle};
use super::write::{Format, Text, date, date_time};

/// Text that is gathered before it goes to the disk, in bytes.
const GATHERED_BYTES: usize = 1 << 17;

/// Which fleet, for how long, and where to.
#[derive(Debug, Clone)]
pub struct GenerateOptions {
    pub fleet: Fleet,
    pub vehicles: u64,
    pub days: u32,
    /// A folder that is empty or not there.
    pub out: PathBuf,
    pub format: Format,
    /// Packs telemetry files.
    pub gzip: bool,
    /// 0 takes as many as there are processors.
    pub threads: usize,
    /// Shows a progress bar on a terminal.
    pub progress: bool,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GenerateReport {
    pub vehicles: u64,
    pub days: u32,
    pub records: u64,
    pub readings: u64,
    pub kilometres: f64,
    /// Lives that ended by failure, at a service, and with the simulation.
    pub failed: u64,
    pub renewed: u64,
    pub running: u64,
    pub seconds: f64,
    pub readings_per_second: f64,
}

/// What one vehicle adds to the common files.
#[derive(Default)]
struct Aside {
    registry: String,
    books: String,
    lives: String,
    repairs: String,
    sensors: String,
    codes: String,
    report: GenerateReport,
}

/// Writes the fleet.
///
/// # Errors
/// When the folder holds something already or cannot be written.
pub fn generate(options: &GenerateOptions) -> anyhow::Result<GenerateReport> {
    let began = Instant::now();
    let out = &options.out;
    let taken = fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some());
    anyhow::ensure!(!taken, "{} is not empty", out.display());
    for folder in ["telemetry", "truth/wear"] {
        fs::create_dir_all(out.join(folder)).with_context(|| format!("{} cannot be made", out.display()))?;
    }
    let threads = match options.threads {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        threads => threads,
    };
    let next = AtomicU64::new(0);
    let bar = crate::progress::bar(options.vehicles, "vehicles", options.progress);
    let work = || -> anyhow::Result<Vec<(u64, Aside)>> {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= options.vehicles {
                return Ok(done);
            }
            done.push((number, one(options, number)?));
            bar.inc(1);
        }
    };
    let mut all = std::thread::scope(|scope| -> anyhow::Result<Vec<(u64, Aside)>> {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let mut all = Vec::new();
        for handle in handles {
            all.extend(handle.join().map_err(|_| anyhow::anyhow!("a thread broke down"))??);
        }
        Ok(all)
    })?;
    bar.finish_and_clear();
    all.sort_by_key(|(number, _)| *number);
    let mut report = common_files(options, &all)?;
    report.vehicles = options.vehicles;
    report.days = options.days;
    report.seconds = began.elapsed().as_secs_f64();
    report.readings_per_second = report.readings as f64 / report.seconds.max(1e-9);
    Ok(report)
}

fn common_files(options: &GenerateOptions, all: &[(u64, Aside)]) -> anyhow::Result<GenerateReport> {
    type Part = fn(&Aside) -> &str;
    let files: [(&str, &str, Part); 6] = [
        (
            "vehicles.csv",
            "vehicle_id,vin,class,powertrain,vehicle_class,make,model,model_year,in_service_date,odometer_km,protocol",
            |aside| &aside.registry,
        ),
        (
            "repairs.csv",
            "vehicle_id,component,action,repaired_at,odometer_km",
            |aside| &aside.books,
        ),
        (
            "truth/lives.csv",
            "vehicle_id,component,cause,fitted_km,began_km,ended_km,ended_at,end,wear",
            |aside| &aside.lives,
        ),
        (
            "truth/repairs.csv",
            "vehicle_id,component,cause,repaired_at,odometer_km,failed,booked",
            |aside| &aside.repairs,
        ),
        ("truth/sensors.csv", "vehicle_id,signal,breakage,time,event", |aside| {
            &aside.sensors
        }),
        ("truth/codes.csv", "vehicle_id,code,time", |aside| &aside.codes),
    ];
    for (name, header, part) in files {
        let path = options.out.join(name);
        let mut file = create(&path)?;
        writeln!(file, "{header}")?;
        for (_, aside) in all {
            file.write_all(part(aside).as_bytes())?;
        }
        file.flush()
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    let fleet = &options.fleet;
    let manifest = json!({
        "made_by": "fleetsim generate", "version": env!("CARGO_PKG_VERSION"), "class": fleet.class.name(),
        "climate": fleet.climate.name(), "seed": fleet.seed, "vehicles": options.vehicles, "days": options.days,
        "start": date_time(fleet.start_s), "sample_seconds": fleet.sample_s, "wear_factor": fleet.hurry,
        "maintenance": format!("{:?}", fleet.maintenance), "format": options.format.ending(), "gzip": options.gzip,
        "modes": Mode::ALL.map(|mode| json!({"component": mode.component(), "cause": mode.cause(),
            "in_class": mode.law(fleet.class).is_some()})),
    });
    let path = options.out.join("manifest.json");
    fs::write(&path, format!("{manifest:#}\n")).with_context(|| format!("{} cannot be written", path.display()))?;
    let mut report = GenerateReport::default();
    for (_, Aside { report: one, .. }) in all {
        report.records += one.records;
        report.readings += one.readings;
        report.kilometres += one.kilometres;
        report.failed += one.failed;
        report.renewed += one.renewed;
        report.running += one.running;
    }
    Ok(report)
}

fn create(path: &Path) -> anyhow::Result<BufWriter<File>> {
    let file = File::create(path).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(BufWriter::with_capacity(1 << 16, file))
}

/// A vehicle's telemetry file.
enum Telemetry {
    Plain(BufWriter<File>),
    Packed(Box<GzEncoder<BufWriter<File>>>),
}

impl Telemetry {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Plain(file) => file.write_all(bytes),
            Self::Packed(file) => file.write_all(bytes),
        }
    }

    fn end(self) -> std::io::Result<()> {
        match self {
            Self::Plain(mut file) => file.flush(),
            Self::Packed(file) => file.finish()?.flush(),
        }
    }
}

struct Writer {
    format: Format,
    text: Text,
    telemetry: Telemetry,
    wear: BufWriter<File>,
    aside: Aside,
    /// The first fault of the disk; the simulation cannot stop for it, the run is given up after the vehicle.
    fault: Option<std::io::Error>,
}

impl Writer {
    fn keep(&mut self, done: std::io::Result<()>) {
        if let Err(error) = done {
            self.fault.get_or_insert(error);
        }
    }

    fn spill(&mut self) {
        let done = self.telemetry.write(&self.text.bytes);
        self.text.bytes.clear();
        self.keep(done);
    }
}

impl Sink for Writer {
    fn record(&mut self, vehicle: &Vehicle, time_s: i64, readings: &[(Signal, f64)]) {
        self.text.append(self.format, vehicle, time_s, readings);
        if self.text.bytes.len() > GATHERED_BYTES {
            self.spill();
        }
    }

    fn happened(&mut self, vehicle: &Vehicle, happening: Happening) {
        let id = &vehicle.id;
        let aside = &mut self.aside;
        match happening {
            Happening::Life(life) => {
                match life.end {
                    End::Failed => aside.report.failed += 1,
                    End::Renewed => aside.report.renewed += 1,
                    End::Running => aside.report.running += 1,
                }
                let began_km = life.began_km.map(|km| format!("{km:.1}")).unwrap_or_default();
                let (component, cause) = (life.mode.component(), life.mode.cause());
                aside.lives += &format!(
                    "{id},{component},{cause},{:.1},{began_km},{:.1},{},{},{:.4}\n",
                    life.fitted_km,
                    life.ended_km,
                    date_time(life.ended_s),
                    life.end.name(),
                    life.wear
                );
            }
            Happening::Renewed {
                mode,
                time_s,
                odometer_km,
                failed,
                booked,
            } => {
                let (component, cause, time) = (mode.component(), mode.cause(), date_time(time_s));
                aside.repairs += &format!("{id},{component},{cause},{time},{odometer_km:.1},{failed},{booked}\n");
                if booked {
                    aside.books += &format!("{id},{component},REPLACED,{time},{odometer_km:.0}\n");
                }
            }
            Happening::Sensor {
                path,
                breakage,
                time_s,
                works,
            } => {
                let event = if works { "works" } else { "broke" };
                aside.sensors += &format!("{id},{path},{breakage},{},{event}\n", date_time(time_s));
            }
            Happening::FalseCode { code, time_s } => {
                aside.codes += &format!("{id},{code},{}\n", date_time(time_s));
            }
            Happening::Day {
                time_s,
                odometer_km,
                wear,
            } => {
                let mut line = format!("{},{odometer_km:.1}", date(time_s));
                wear.iter().for_each(|wear| line += &format!(",{wear:.4}"));
                line.push('\n');
                let done = self.wear.write_all(line.as_bytes());
                self.keep(done);
            }
        }
    }
}

/// Simulates and writes one vehicle.
fn one(options: &GenerateOptions, number: u64) -> anyhow::Result<Aside> {
    let mut vehicle = options.fleet.vehicle(number);
    let packed = if options.gzip { ".gz" } else { "" };
    let name = format!("telemetry/{}.{}{packed}", vehicle.id, options.format.ending());
    let file = create(&options.out.join(name))?;
    let mut wear = create(&options.out.join(format!("truth/wear/{}.csv", vehicle.id)))?;
    let causes = Mode::ALL.map(Mode::cause).join(",");
    writeln!(wear, "date,odometer_km,{causes}")?;
    let mut writer = Writer {
        format: options.format,
        text: Text::default(),
        telemetry: match options.gzip {
            true => Telemetry::Packed(Box::new(GzEncoder::new(file, flate2::Compression::fast()))),
            false => Telemetry::Plain(file),
        },
        wear,
        aside: Aside::default(),
        fault: None,
    };
    if options.format == Format::Csv {
        writer.text.csv_header(&vehicle);
    }
    writer.aside.registry = registry(&vehicle);
    let begins_km = vehicle.odometer_km();
    vehicle.advance(options.fleet.start_s + i64::from(options.days) * 86_400, &mut writer);
    vehicle.finish(&mut writer);
    writer.spill();
    if let Some(error) = writer.fault {
        return Err(error).with_context(|| format!("{} cannot be written", options.out.display()));
    }
    writer.telemetry.end()?;
    writer.wear.flush()?;
    let mut aside = writer.aside;
    aside.report.records = writer.text.records;
    aside.report.readings = writer.text.readings;
    aside.report.kilometres = vehicle.odometer_km() - begins_km;
    Ok(aside)
}

fn registry(vehicle: &Vehicle) -> String {
    let known = vehicle.registration();
    let text = |field: Option<&str>| field.unwrap_or_default().to_owned();
    let protocol = if vehicle.dialect == super::Dialect::Obd2 {
        "OBD2"
    } else {
        "GENERIC"
    };
    format!(
        "{},{},{},{},{},{},{},{},{},{:.0},{protocol}\n",
        known.vehicle_id,
        text(known.vin.as_deref()),
        vehicle.class().name(),
        text(known.powertrain),
        text(known.vehicle_class),
        text(known.make.as_deref()),
        text(known.model.as_deref()),
        known.model_year.unwrap_or_default(),
        text(known.in_service_date.as_deref()),
        vehicle.odometer_km(),
    )
}
