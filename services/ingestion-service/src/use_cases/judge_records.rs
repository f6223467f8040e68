//! Judges the records of a body: everything that needs no transaction, on the request's own time.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::ingest_records::{Caller, Element, Parse, Remark};
use crate::App;
use crate::domain::fault::{FaultyReading, RecordFault, Rejection};
use crate::domain::normalise::{Normaliser, Refusal};
use crate::domain::record::{RawRecord, Reading, Record};
use crate::domain::room::{Room, printable};
use crate::domain::signals::{Kind, SignalId};
use crate::domain::vehicle::Status;
use crate::domain::verdict::{Counts, Outcome};
use crate::domain::vin::Vin;
use crate::error::Error;
use crate::events::published::{self, Failure};
use crate::store::known_vehicles::KnownVehicle;
use crate::store::quarantine::{NewItem, Scope};

/// Kinds of failure that are told apart for one vehicle of one request.
const FAILURES_NAMED_MAX: usize = 100;

/// A record that was accepted, encoded and ready for the writer.
pub struct Prepared {
    pub index: usize,
    /// Index into [`Judged::vehicles`].
    pub vehicle: usize,
    pub time: DateTime<Utc>,
    pub sequence: Option<i64>,
    /// What makes it the same record when it comes again.
    pub key: u128,
    pub historical: bool,
    /// Index of a later record of the vehicle that has all its signals, so that this one says nothing about the newest readings.
    pub covered_by: Option<usize>,
    /// Its JSON in [`Judged::encoded`].
    pub json: Range<usize>,
}

/// A vehicle that the body speaks of.
pub struct Mentioned {
    pub vehicle_id: String,
    pub partition: u8,
    pub known: Arc<KnownVehicle>,
    /// Its last accepted record, if that can be covered: index and signals.
    plain: Option<(usize, Vec<SignalId>)>,
    /// Set where this body's VIN makes the vehicle known.
    pub newcomer: Option<Newcomer>,
}

/// A vehicle that its first record registers.
pub struct Newcomer {
    pub vin: Vin,
    /// The texts of its records, for the quarantine if another vehicle has the VIN.
    pub raw: Vec<(usize, String)>,
}

/// A judged body.
pub struct Judged {
    pub receipt_id: String,
    pub counts: Counts,
    pub vehicles: Vec<Mentioned>,
    pub accepted: Vec<Prepared>,
    pub encoded: Vec<u8>,
    pub quarantined: Vec<NewItem>,
    pub failures: BTreeMap<Option<String>, Vec<Failure>>,
    pub errors: Vec<Remark>,
    pub warnings: Vec<Remark>,
    pub body_zstd: Vec<u8>,
}

type Found = HashMap<String, Option<Arc<KnownVehicle>>>;

/// Judges a body. It may wait for the database where a vehicle is not in memory, so it runs on a blocking thread.
pub fn judge(app: &App, caller: &Caller, body: &[u8], parse: Parse, single: bool) -> Result<Judged, Error> {
    let elements = parse(body, app.config.validation.batch_records_max)?;
    let found = app.known_vehicles.find(&caller.tenant, vehicle_ids(&elements))?;
    judge_elements(app, caller, body, elements, found, single)
}

/// Judges a small body on the thread of its request, which must not wait: `None` where a vehicle is not in memory.
pub fn judge_at_once(
    app: &App,
    caller: &Caller,
    body: &[u8],
    parse: Parse,
    single: bool,
) -> Result<Option<Judged>, Error> {
    let elements = parse(body, app.config.validation.batch_records_max)?;
    match app.known_vehicles.recall(&caller.tenant, vehicle_ids(&elements)) {
        Some(found) => judge_elements(app, caller, body, elements, found, single).map(Some),
        None => Ok(None),
    }
}

fn vehicle_ids<'e>(elements: &'e [Element<'_>]) -> impl Iterator<Item = &'e str> {
    elements
        .iter()
        .filter_map(|element| Some(element.record.as_ref().ok()?.vehicle_id.as_ref()))
}

fn judge_elements(
    app: &App,
    caller: &Caller,
    body: &[u8],
    elements: Vec<Element<'_>>,
    found: Found,
    single: bool,
) -> Result<Judged, Error> {
    let mut judge = Judge::new(app, caller, elements.len(), found, packed(body)?);
    for (index, element) in elements.into_iter().enumerate() {
        judge.judged.counts.receive();
        match element.record {
            Ok(record) => {
                let judged = judge.record(index, element.raw, &record);
                if let (true, Err(Refusal::Rejected(rejection))) = (single, &judged) {
                    return Err(Error::RecordRejected(rejection.clone()));
                }
                judge.conclude(index, element.raw, &record, judged);
            }
            Err(rejection) if single => return Err(Error::RecordRejected(rejection)),
            Err(rejection) => judge.reject(index, None, &rejection),
        }
    }
    Ok(judge.judged)
}

/// The body as the receipt keeps it.
fn packed(body: &[u8]) -> Result<Vec<u8>, Error> {
    thread_local! {
        /// Its tables are large: they are kept, not made for each body.
        static COMPRESSOR: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
    }
    let packed = COMPRESSOR.with_borrow_mut(|kept| {
        let compressor = match kept {
            Some(compressor) => compressor,
            None => kept.insert(zstd::bulk::Compressor::new(1)?),
        };
        compressor.compress(body)
    });
    packed.map_err(|error| chassis::DbError::Io(error).into())
}

struct Judge<'a> {
    app: &'a App,
    caller: &'a Caller,
    normaliser: Normaliser<'a>,
    live_since: DateTime<Utc>,
    by_id: HashMap<String, usize>,
    found: Found,
    faulty_kept: Room,
    judged: Judged,
}

impl<'a> Judge<'a> {
    fn new(app: &'a App, caller: &'a Caller, elements: usize, found: Found, body_zstd: Vec<u8>) -> Self {
        let now = app.clock.now();
        let limits = &app.config.receipt;
        Self {
            app,
            caller,
            normaliser: Normaliser {
                catalog: &app.catalog,
                limits: &app.limits,
                now,
            },
            live_since: now - app.live_horizon,
            by_id: HashMap::new(),
            found,
            faulty_kept: Room::new(limits.faulty_readings_kept_max, limits.faulty_readings_kept_bytes_max),
            judged: Judged {
                receipt_id: chassis::ids::new_id("rcp"),
                counts: Counts::default(),
                vehicles: Vec::new(),
                accepted: Vec::with_capacity(elements),
                encoded: Vec::with_capacity(elements * 256),
                quarantined: Vec::new(),
                failures: BTreeMap::new(),
                errors: Vec::new(),
                warnings: Vec::new(),
                body_zstd,
            },
        }
    }

    /// Normalises a record and finds its vehicle.
    fn record(&mut self, index: usize, raw_text: &str, raw: &RawRecord<'_>) -> Result<(usize, Record), Refusal> {
        let allowed = |ids: &Vec<String>| ids.iter().any(|id| *id == raw.vehicle_id);
        if !self.caller.vehicle_ids.as_ref().is_none_or(allowed) {
            return Err(Refusal::Rejected(Rejection::VehicleForbidden));
        }
        let (bytes, max) = (raw_text.len(), self.app.config.validation.record_bytes_max);
        if bytes > max {
            return Err(Refusal::Rejected(Rejection::TooLarge { bytes, max }));
        }
        let record = self.normaliser.normalise(raw)?;
        let vehicle = self.vehicle(index, raw).map_err(Refusal::Quarantined)?;
        if let Some(newcomer) = &mut self.judged.vehicles[vehicle].newcomer {
            newcomer.raw.push((index, raw_text.to_owned()));
        }
        Ok((vehicle, record))
    }

    /// The mentioned vehicle of a record: registered, or made known by the record's VIN.
    fn vehicle(&mut self, index: usize, raw: &RawRecord<'_>) -> Result<usize, RecordFault> {
        if let Some(vehicle) = self.by_id.get(raw.vehicle_id.as_ref()) {
            let vehicle = *vehicle;
            self.check_vin(index, raw, &self.judged.vehicles[vehicle].known.clone())?;
            return Ok(vehicle);
        }
        let known = self.found.get(raw.vehicle_id.as_ref()).cloned().flatten();
        let (known, newcomer) = match known {
            Some(known) => {
                if known.status == Status::Retired {
                    return Err(RecordFault::VehicleRetired);
                }
                self.check_vin(index, raw, &known)?;
                (known, None)
            }
            None => {
                let vin = self.newcomers_vin(index, raw)?;
                (
                    Arc::new(KnownVehicle::newcomer(vin.clone())),
                    Some(Newcomer { vin, raw: Vec::new() }),
                )
            }
        };
        let vehicle = self.judged.vehicles.len();
        self.judged.vehicles.push(Mentioned {
            vehicle_id: raw.vehicle_id.clone().into_owned(),
            partition: chassis::partition::of(self.caller.tenant.as_str(), &raw.vehicle_id),
            known,
            plain: None,
            newcomer,
        });
        self.by_id.insert(raw.vehicle_id.clone().into_owned(), vehicle);
        Ok(vehicle)
    }

    fn newcomers_vin(&mut self, index: usize, raw: &RawRecord<'_>) -> Result<Vin, RecordFault> {
        let text = raw
            .vin
            .as_deref()
            .filter(|_| self.app.config.registry.register_by_first_record);
        let vin = self.parse_vin(text.ok_or(RecordFault::VehicleUnknown)?)?;
        if !vin.check_digit_holds() {
            let text = "the ninth character is not the check digit; outside North America it need not be".to_owned();
            self.warn(Remark {
                index,
                code: "vin.check_digit",
                text,
                path: "/vin".to_owned(),
            });
        }
        Ok(vin)
    }

    fn check_vin(&mut self, index: usize, raw: &RawRecord<'_>, known: &KnownVehicle) -> Result<(), RecordFault> {
        let Some(text) = raw.vin.as_deref() else { return Ok(()) };
        match &known.vin {
            Some(registered) if registered.as_str() == text => Ok(()),
            Some(registered) => {
                let same = self.parse_vin(text)? == *registered;
                let mismatch = || RecordFault::VinMismatch {
                    registered: registered.as_str().to_owned(),
                };
                same.then_some(()).ok_or_else(mismatch)
            }
            None => {
                self.parse_vin(text)?;
                let text = "the vehicle is registered without a VIN; the record's was not taken over".to_owned();
                self.warn(Remark {
                    index,
                    code: "vin.not_registered",
                    text,
                    path: "/vin".to_owned(),
                });
                Ok(())
            }
        }
    }

    fn parse_vin(&self, text: &str) -> Result<Vin, RecordFault> {
        Vin::parse(text, self.app.config.validation.strict_check_digit).map_err(RecordFault::Vin)
    }

    /// Files a judged record under its outcome.
    fn conclude(
        &mut self,
        index: usize,
        raw_text: &str,
        raw: &RawRecord<'_>,
        judged: Result<(usize, Record), Refusal>,
    ) {
        match judged {
            Ok((vehicle, mut record)) => {
                self.set_faulty_apart(index, raw_text, raw, &record);
                self.judged.vehicles[vehicle].known.memory.lock().judge(
                    self.normaliser.catalog,
                    &self.app.odometer,
                    &mut record,
                );
                self.accept(index, vehicle, &record);
            }
            Err(Refusal::Quarantined(fault)) => self.quarantine(index, raw_text, raw, &fault),
            Err(Refusal::Rejected(rejection)) => self.reject(index, Some(&raw.vehicle_id), &rejection),
        }
    }

    fn accept(&mut self, index: usize, vehicle: usize, record: &Record) {
        let start = self.judged.encoded.len();
        // Writing numbers and texts into memory cannot fail.
        let _ = published::write_record(self.normaliser.catalog, record, &mut self.judged.encoded);
        let historical = record.time < self.live_since;
        self.cover_previous(vehicle, record, historical);
        self.judged.accepted.push(Prepared {
            index,
            vehicle,
            time: record.time,
            sequence: record.sequence,
            key: self.app.recent.key(&self.caller.tenant, record),
            historical,
            covered_by: None,
            json: start..self.judged.encoded.len(),
        });
    }

    /// Notes that this record, about to be accepted, covers the vehicle's record before it. One with trouble codes is never covered, and one
    /// with a doubted odometer covers none.
    fn cover_previous(&mut self, vehicle: usize, record: &Record, historical: bool) {
        let number = self.judged.accepted.len();
        let catalog = self.normaliser.catalog;
        let doubted = |reading: &Reading| reading.flag.is_some() && catalog.get(reading.signal).kind == Kind::Odometer;
        let plain = &mut self.judged.vehicles[vehicle].plain;
        let signals = record.readings.iter().map(|reading| reading.signal);
        let (previous, mut known) = plain.take().unzip();
        if let (Some(previous), Some(known)) = (previous, &known)
            && known.iter().copied().eq(signals.clone())
            && !record.readings.iter().any(doubted)
            && let Some(before) = self.judged.accepted.get_mut(previous)
            && before.time <= record.time
            && before.historical == historical
        {
            before.covered_by = Some(number);
        }
        if record.codes.is_empty() {
            let mut own = known.take().unwrap_or_default();
            own.clear();
            own.extend(signals);
            *plain = Some((number, own));
        }
    }

    fn set_faulty_apart(&mut self, index: usize, raw_text: &str, raw: &RawRecord<'_>, record: &Record) {
        for faulty in &record.faulty {
            self.judged.counts.readings_quarantined += 1;
            let FaultyReading { signal, fault } = faulty;
            self.fail(
                Some(&raw.vehicle_id),
                fault.code(),
                Some(signal),
                fault.params(),
                fault.text(),
            );
            let path = format!("/data/{}", signal.replace('~', "~0").replace('/', "~1"));
            self.warn(Remark {
                index,
                code: fault.code(),
                text: fault.text(),
                path,
            });
            if self.faulty_kept.take(raw_text.len()) {
                let item = self.item(
                    Scope::Reading,
                    raw_text,
                    raw,
                    fault.code(),
                    &fault.params(),
                    fault.text(),
                );
                self.judged.quarantined.push(NewItem {
                    signal: Some(printable(signal).collect()),
                    ..item
                });
            }
        }
    }

    fn quarantine(&mut self, index: usize, raw_text: &str, raw: &RawRecord<'_>, fault: &RecordFault) {
        self.judged.counts.decide(Outcome::Quarantined);
        self.fail(Some(&raw.vehicle_id), fault.code(), None, fault.params(), fault.text());
        self.name_error(Remark {
            index,
            code: fault.code(),
            text: fault.text(),
            path: fault.path().to_owned(),
        });
        let item = self.item(
            Scope::Record,
            raw_text,
            raw,
            fault.code(),
            &fault.params(),
            fault.text(),
        );
        self.judged.quarantined.push(NewItem {
            fault: Some(fault.clone()),
            ..item
        });
    }

    fn reject(&mut self, index: usize, vehicle_id: Option<&str>, rejection: &Rejection) {
        self.judged.counts.decide(Outcome::Rejected);
        let path = rejection.path().to_owned();
        // A vehicle that the caller may not post for is not told of the attempt.
        let vehicle_id = vehicle_id.filter(|_| *rejection != Rejection::VehicleForbidden);
        self.fail(vehicle_id, rejection.code(), None, Vec::new(), rejection.text());
        self.name_error(Remark {
            index,
            code: rejection.code(),
            text: rejection.text(),
            path,
        });
    }

    fn item(
        &self,
        scope: Scope,
        raw_text: &str,
        raw: &RawRecord<'_>,
        code: &'static str,
        params: &[(&'static str, crate::domain::fault::Param)],
        text: String,
    ) -> NewItem {
        NewItem {
            quarantine_id: chassis::ids::new_id("qua"),
            vehicle_id: Some(raw.vehicle_id.clone().into_owned()),
            scope,
            record_time: Some(printable(&raw.timestamp).take(40).collect()),
            signal: None,
            code,
            reason: serde_json::json!({"code": code, "params": published::params(params), "text": text}).to_string(),
            body: raw_text.to_owned(),
            fault: None,
        }
    }

    /// Counts a failure of a vehicle; equal ones are counted together under the first one's parameters.
    fn fail(
        &mut self,
        vehicle_id: Option<&str>,
        code: &'static str,
        signal: Option<&String>,
        params: Vec<(&'static str, crate::domain::fault::Param)>,
        text: String,
    ) {
        let failures = self.judged.failures.entry(vehicle_id.map(str::to_owned)).or_default();
        // Made-up signal names may be many: beyond the limit they are counted together, without their names.
        let signal = signal.filter(|_| failures.len() < FAILURES_NAMED_MAX);
        match failures
            .iter_mut()
            .find(|failure| failure.code == code && failure.signal.as_ref() == signal)
        {
            Some(failure) => failure.count += 1,
            None => failures.push(Failure {
                code,
                signal: signal.cloned(),
                params,
                text,
                count: 1,
            }),
        }
    }

    fn warn(&mut self, remark: Remark) {
        if self.judged.warnings.len() < self.app.config.receipt.errors_named_max {
            self.judged.warnings.push(remark);
        }
    }

    fn name_error(&mut self, remark: Remark) {
        if self.judged.errors.len() < self.app.config.receipt.errors_named_max {
            self.judged.errors.push(remark);
        }
    }
}
