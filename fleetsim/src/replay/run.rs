//! Plans and plays a replay: which files, at what times, how fast.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::table::{Cell, Counts, Table, read_file};
use super::{Begin, Clock, Fault, Injector, Speed, offsets_ms};
use crate::client::{Client, Patience, RecordError, Registration, Verdict};
use crate::record::{Reading, Record, Stamp, append_line};

/// How many complaints of the platform the report quotes.
const QUOTED_ERRORS: usize = 10;

/// What is replayed, where to, and when.
#[derive(Debug, Clone)]
pub struct ReplayOptions {
    /// Ingestion's scheme, host and port.
    pub url: String,
    /// API key.
    pub key: String,
    /// Files, or folders of `.csv` and `.csv.gz` files.
    pub files: Vec<PathBuf>,
    /// Whose life the logs are.
    pub vehicle_id: String,
    /// Its VIN, if known.
    pub vin: Option<String>,
    /// Whether the vehicle is registered first.
    pub register: bool,
    /// Where the first record lies in time.
    pub begin: Begin,
    /// Pause between two files, in seconds.
    pub gap_s: u32,
    /// How fast records are posted.
    pub speed: Speed,
    /// Records in a post.
    pub batch: usize,
    /// A fault laid over the rows.
    pub inject: Option<Fault>,
    /// How long one batch may wait for the platform, in seconds.
    pub patience_s: u64,
    /// Shows a progress bar on a terminal.
    pub progress: bool,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ReplayReport {
    /// Files played.
    pub files: usize,
    /// Rows under the headers.
    pub rows: u64,
    /// Records posted; rows without a value are not.
    pub posted: u64,
    pub accepted: u64,
    pub duplicates: u64,
    pub quarantined: u64,
    pub rejected: u64,
    /// Readings kept aside from records that were accepted.
    pub readings_quarantined: u64,
    /// Values that the injected fault changed.
    pub injected_values: u64,
    /// What was wrong in the files.
    pub broken: Counts,
    /// Time of the first record.
    pub from: Option<DateTime<Utc>>,
    /// Time of the last record.
    pub to: Option<DateTime<Utc>>,
    /// Wall time, in seconds.
    pub seconds: f64,
    pub records_per_second: f64,
    /// The platform's first complaints about records.
    pub errors: Vec<RecordError>,
    /// The platform's first complaints about readings.
    pub warnings: Vec<RecordError>,
}

/// One file's place in the life.
struct Leg {
    path: PathBuf,
    starts_at: DateTime<Utc>,
}

/// The files meant by a list of files and folders, folders in natural order (`drive2` before `drive10`).
///
/// # Errors
/// When one cannot be read, or a folder holds no log.
pub fn files_of(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            anyhow::ensure!(path.is_file(), "{} does not exist", path.display());
            files.push(path.clone());
            continue;
        }
        let mut found = Vec::new();
        for entry in std::fs::read_dir(path).with_context(|| format!("{} cannot be read", path.display()))? {
            let file = entry?.path();
            let name = file.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
            if name.ends_with(".csv") || name.ends_with(".csv.gz") {
                found.push(file);
            }
        }
        anyhow::ensure!(!found.is_empty(), "{} holds no .csv or .csv.gz file", path.display());
        found.sort_by_cached_key(|file| natural_key(file));
        files.extend(found);
    }
    Ok(files)
}

/// The name with its numbers widened, so that text order is number order.
fn natural_key(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut key = String::new();
    let mut digits = String::new();
    for character in name.chars().chain(['\0']) {
        if character.is_ascii_digit() {
            digits.push(character);
        } else {
            if !digits.is_empty() {
                key.push_str(&format!("{digits:0>20}"));
                digits.clear();
            }
            key.push(character);
        }
    }
    key
}

/// Replays the logs.
///
/// # Errors
/// When a file cannot be read, the fault cannot show in it, or the platform refuses or does not answer in time.
pub async fn replay(options: &ReplayOptions, stop: CancellationToken) -> anyhow::Result<ReplayReport> {
    let files = files_of(&options.files)?;
    let planned = options.clone();
    let (legs, rows_total) = tokio::task::spawn_blocking(move || plan(&files, &planned)).await??;
    let client = Client::new(&options.url, &options.key)?;
    if options.register {
        let vehicle = Registration {
            vehicle_id: options.vehicle_id.clone(),
            vin: options.vin.clone(),
            ..Registration::default()
        };
        client.register(&vehicle).await?;
    }
    let mut player = Player {
        options,
        client,
        patience: Patience {
            limit: Duration::from_secs(options.patience_s),
            stop,
        },
        injector: options.inject.map(|fault| Injector::new(fault, rows_total)),
        vehicle_id: options.vehicle_id.as_str().into(),
        vin: options.vin.as_deref().map(Into::into),
        sequence: 0,
        body: Vec::new(),
        waiting: 0,
        began: Instant::now(),
        life_began: legs.first().map_or_else(Utc::now, |leg| leg.starts_at),
        report: ReplayReport::default(),
    };
    let bar = crate::progress::bar(rows_total as u64, "replaying", options.progress);
    for leg in &legs {
        player.play(leg).await?;
        bar.set_position(player.report.rows);
    }
    player.post().await?;
    bar.finish_and_clear();
    Ok(player.finish())
}

/// Reads each file once to learn how long it is, then lays them one after another.
fn plan(files: &[PathBuf], options: &ReplayOptions) -> anyhow::Result<(Vec<Leg>, usize)> {
    let mut legs = Vec::new();
    let mut rows_total = 0;
    let mut at_ms = 0;
    let mut end_ms = 0;
    for path in files {
        let table = read_file(path)?;
        legs.push((path.clone(), at_ms));
        end_ms = at_ms + offsets_ms(&table).into_iter().flatten().max().unwrap_or(0);
        at_ms = end_ms + i64::from(options.gap_s) * 1_000;
        rows_total += table.rows.len();
    }
    let first = match options.begin {
        Begin::At(time) => time,
        Begin::EndNow => Utc::now() - TimeDelta::milliseconds(end_ms),
    };
    let leg = |(path, at_ms)| Leg {
        path,
        starts_at: first + TimeDelta::milliseconds(at_ms),
    };
    Ok((legs.into_iter().map(leg).collect(), rows_total))
}

struct Player<'a> {
    options: &'a ReplayOptions,
    client: Client,
    patience: Patience,
    injector: Option<Injector>,
    vehicle_id: Arc<str>,
    vin: Option<Arc<str>>,
    sequence: u64,
    body: Vec<u8>,
    waiting: usize,
    began: Instant,
    life_began: DateTime<Utc>,
    report: ReplayReport,
}

impl Player<'_> {
    async fn play(&mut self, leg: &Leg) -> anyhow::Result<()> {
        let path = leg.path.clone();
        let mut table = tokio::task::spawn_blocking(move || read_file(&path)).await??;
        let offsets = offsets_ms(&table);
        if let Some(injector) = &mut self.injector {
            injector
                .apply(&mut table, seconds_per_row(&offsets))
                .with_context(|| leg.path.display().to_string())?;
            self.report.injected_values = injector.changed;
        }
        self.report.files += 1;
        for (row, offset_ms) in offsets.iter().enumerate() {
            self.report.rows += 1;
            self.sequence += 1;
            let Some(record) = self.record(&table, row, *offset_ms, leg.starts_at) else {
                table.counts.empty_rows += 1;
                continue;
            };
            if let Stamp::At(time) = &record.stamp {
                self.report.from.get_or_insert(*time);
                self.report.to = self.report.to.max(Some(*time));
                self.pace(*time).await;
            }
            table.counts.unreadable_times += u64::from(offset_ms.is_none());
            let texts = record
                .data
                .iter()
                .filter(|(_, reading)| matches!(reading, Reading::Text(_)))
                .count();
            table.counts.unreadable_cells += texts as u64;
            append_line(&mut self.body, &record)?;
            self.waiting += 1;
            if self.waiting >= self.options.batch {
                self.post().await?;
            }
        }
        self.report.broken.add(&table.counts);
        Ok(())
    }

    /// The record of a row; none when the row has no value.
    fn record(
        &self,
        table: &Table,
        row: usize,
        offset_ms: Option<i64>,
        leg_starts_at: DateTime<Utc>,
    ) -> Option<Record> {
        let time_column = match Clock::of(table) {
            Clock::WallClock { column } => Some(column),
            Clock::RowNumber => None,
        };
        let cells = &table.rows[row].cells;
        let mut data = Vec::with_capacity(cells.len());
        for (index, (cell, column)) in cells.iter().zip(&table.columns).enumerate() {
            if Some(index) == time_column {
                continue;
            }
            let reading = match (cell, &column.unit) {
                (Cell::Empty, _) => continue,
                (Cell::Lost, _) => Reading::Missing,
                (Cell::Text(text), _) => Reading::Text(text.clone()),
                (Cell::Number(value), None) => Reading::Number(*value),
                (Cell::Number(value), Some(unit)) => Reading::Quantity {
                    value: *value,
                    unit: unit.clone(),
                },
            };
            data.push((column.name.clone(), reading));
        }
        let clock_text = match time_column.and_then(|column| cells.get(column)) {
            Some(Cell::Text(text)) => text.clone(),
            _ => String::new(),
        };
        let stamp = match offset_ms {
            Some(offset_ms) => Stamp::At(leg_starts_at + TimeDelta::milliseconds(offset_ms)),
            None => Stamp::Unreadable(clock_text),
        };
        (!data.is_empty()).then(|| Record {
            vehicle_id: self.vehicle_id.clone(),
            vin: self.vin.clone(),
            stamp,
            sequence: self.sequence,
            data,
            dtcs: Vec::new(),
            synthetic_time: true,
        })
    }

    /// Waits until the wall has caught up with the log, at the chosen speed.
    async fn pace(&self, time: DateTime<Utc>) {
        let Speed::Times(times) = self.options.speed else {
            return;
        };
        let offset_s = (time - self.life_began).num_milliseconds().max(0) as f64 / 1_000.0 / times;
        tokio::time::sleep_until(self.began + Duration::from_secs_f64(offset_s)).await;
    }

    async fn post(&mut self) -> anyhow::Result<()> {
        if self.waiting == 0 {
            return Ok(());
        }
        let body = Bytes::from(std::mem::take(&mut self.body));
        let verdict: Verdict = self.client.deliver(body, &self.patience).await?;
        self.report.posted += self.waiting as u64;
        self.waiting = 0;
        self.report.accepted += verdict.accepted;
        self.report.duplicates += verdict.duplicates;
        self.report.quarantined += verdict.quarantined;
        self.report.rejected += verdict.rejected;
        self.report.readings_quarantined += verdict.readings_quarantined;
        quote(&mut self.report.errors, verdict.errors);
        quote(&mut self.report.warnings, verdict.warnings);
        Ok(())
    }

    fn finish(mut self) -> ReplayReport {
        self.report.seconds = self.began.elapsed().as_secs_f64();
        self.report.records_per_second = self.report.posted as f64 / self.report.seconds.max(1e-6);
        self.report
    }
}

/// Keeps the first complaints.
fn quote(kept: &mut Vec<RecordError>, new: Vec<RecordError>) {
    let room = QUOTED_ERRORS.saturating_sub(kept.len());
    kept.extend(new.into_iter().take(room));
}

/// The usual time between two rows, in seconds.
fn seconds_per_row(offsets: &[Option<i64>]) -> f64 {
    let last = offsets.iter().flatten().max().copied().unwrap_or(0);
    (last as f64 / 1_000.0 / offsets.len().max(2) as f64).max(0.01)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_read_in_natural_order() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["drive10.csv.gz", "drive2.csv.gz", "idle1.csv", "README.md"] {
            std::fs::write(folder.path().join(name), "A,B\n1,2\n").unwrap();
        }
        let names: Vec<String> = files_of(&[folder.path().to_owned()])
            .unwrap()
            .iter()
            .map(|file| file.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["drive2.csv.gz", "drive10.csv.gz", "idle1.csv"]);
        assert!(files_of(&[folder.path().join("nothing")]).is_err());
    }

    #[test]
    fn speeds_are_parsed() {
        assert_eq!("max".parse(), Ok(Speed::Max));
        assert_eq!("60".parse(), Ok(Speed::Times(60.0)));
        for bad in ["0", "-1", "fast", "inf", ""] {
            assert!(bad.parse::<Speed>().is_err(), "{bad}");
        }
    }
}
