//! How domain values stand in TEXT columns: JSON by types of the store's own, since domain types know no serde.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc, Weekday};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::appointment::{Action, Finding, Placement, Report, Verdict};
use crate::domain::hours::{Break, DailyHours};
use crate::domain::money::{Currency, Money};
use crate::domain::network::{Bay, BayKind, BayNeed, Component, Job, PartNeed};
use crate::domain::part_planning::PlannedPart;
use crate::domain::reason::{Param, Reason};
use crate::domain::risk::{RemainingLife, Stakes};
use crate::domain::slot_search::Slot;
use crate::domain::stock::Source;
use crate::domain::time::{Quarter, Span};
use crate::error::{Error, Result};

/// A row that breaks the rules of the domain; only a damaged database has one.
pub(super) fn corrupt(what: &'static str) -> Error {
    Error::Corrupt { what, source: None }
}

pub(super) fn to_text<T: Serialize>(what: &'static str, value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|source| Error::Corrupt {
        what,
        source: Some(source),
    })
}

pub(super) fn from_text<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|source| Error::Corrupt {
        what,
        source: Some(source),
    })
}

pub(super) fn weekday(number: u8) -> Option<Weekday> {
    Weekday::try_from(number).ok()
}

/// (weekday from Monday = 0, from minute, to minute)
pub(super) fn hours_text(hours: &[DailyHours]) -> Result<String> {
    let rows: Vec<(u32, i64, i64)> = hours
        .iter()
        .map(|stretch| {
            (
                stretch.weekday().num_days_from_monday(),
                stretch.minutes().0,
                stretch.minutes().1,
            )
        })
        .collect();
    to_text("hours", &rows)
}

pub(super) fn hours(text: &str) -> Result<Vec<DailyHours>> {
    let rows: Vec<(u8, i64, i64)> = from_text("hours", text)?;
    let stretch = |(day, from, to)| DailyHours::new(weekday(day)?, from, to);
    rows.into_iter()
        .map(|row| stretch(row).ok_or_else(|| corrupt("hours")))
        .collect()
}

pub(super) fn breaks_text(breaks: &[Break]) -> Result<String> {
    let rows: Vec<(Option<u32>, i64, i64)> = breaks
        .iter()
        .map(|pause| {
            (
                pause.weekday().map(|day| day.num_days_from_monday()),
                pause.minutes().0,
                pause.minutes().1,
            )
        })
        .collect();
    to_text("breaks", &rows)
}

pub(super) fn breaks(text: &str) -> Result<Vec<Break>> {
    let rows: Vec<(Option<u8>, i64, i64)> = from_text("breaks", text)?;
    let pause = |(day, from, to): (Option<u8>, i64, i64)| Break::new(day.and_then(weekday), from, to);
    rows.into_iter()
        .map(|row| pause(row).ok_or_else(|| corrupt("breaks")))
        .collect()
}

pub(super) fn spans_text(spans: &[Span]) -> Result<String> {
    let rows: Vec<(i64, i64)> = spans.iter().map(|span| (span.start.0, span.end.0)).collect();
    to_text("absences", &rows)
}

pub(super) fn spans(text: &str) -> Result<Vec<Span>> {
    let rows: Vec<(i64, i64)> = from_text("absences", text)?;
    Ok(rows
        .into_iter()
        .map(|(start, end)| Span::new(Quarter(start), Quarter(end)))
        .collect())
}

#[derive(Serialize, Deserialize)]
struct StoredBay {
    id: String,
    name: String,
    kinds: Vec<String>,
    lift: bool,
}

pub(super) fn bays_text(bays: &[Bay]) -> Result<String> {
    let stored = |bay: &Bay| StoredBay {
        id: bay.id.clone(),
        name: bay.name.clone(),
        kinds: bay.kinds.iter().map(|kind| kind.name().to_owned()).collect(),
        lift: bay.has_lift,
    };
    to_text("bays", &bays.iter().map(stored).collect::<Vec<_>>())
}

pub(super) fn bays(text: &str) -> Result<Vec<Bay>> {
    let rows: Vec<StoredBay> = from_text("bays", text)?;
    let bay = |row: StoredBay| Bay {
        id: row.id,
        name: row.name,
        kinds: row.kinds.iter().filter_map(|kind| BayKind::parse(kind)).collect(),
        has_lift: row.lift,
    };
    Ok(rows.into_iter().map(bay).collect())
}

#[derive(Serialize, Deserialize)]
pub(super) struct StoredMoney {
    amount_minor: i64,
    currency: String,
}

impl From<Money> for StoredMoney {
    fn from(money: Money) -> Self {
        StoredMoney {
            amount_minor: money.amount_minor,
            currency: money.currency.to_string(),
        }
    }
}

pub(super) fn money(amount_minor: i64, currency: &str) -> Result<Money> {
    let currency = Currency::parse(currency).ok_or_else(|| corrupt("currency"))?;
    Ok(Money::new(amount_minor, currency))
}

impl StoredMoney {
    pub(super) fn money(&self) -> Result<Money> {
        money(self.amount_minor, &self.currency)
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct StoredReason {
    code: String,
    params: Map<String, Value>,
    text: String,
}

impl From<&Reason> for StoredReason {
    fn from(reason: &Reason) -> Self {
        let value = |param: &Param| match param {
            Param::Text(text) => Value::from(text.clone()),
            Param::Integer(number) => Value::from(*number),
            Param::Number(number) => Value::from(*number),
            Param::Flag(flag) => Value::from(*flag),
        };
        let params = reason
            .params
            .iter()
            .map(|(name, param)| (name.to_string(), value(param)))
            .collect();
        StoredReason {
            code: reason.code.to_string(),
            params,
            text: reason.text.clone(),
        }
    }
}

impl From<StoredReason> for Reason {
    fn from(stored: StoredReason) -> Self {
        let param = |value: Value| match value {
            Value::String(text) => Param::Text(text),
            Value::Bool(flag) => Param::Flag(flag),
            Value::Number(number) => number
                .as_i64()
                .map_or_else(|| Param::Number(number.as_f64().unwrap_or(0.0)), Param::Integer),
            other => Param::Text(other.to_string()),
        };
        let params = stored
            .params
            .into_iter()
            .map(|(name, value)| (Cow::Owned(name), param(value)))
            .collect();
        Reason {
            code: Cow::Owned(stored.code),
            params,
            text: stored.text,
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct StoredJob {
    vehicle_id: String,
    component: Option<String>,
    required_skill: String,
    labour_quarters: i64,
    parts: Vec<(String, i64)>,
    bay_kind: String,
    lift: bool,
    known_at: DateTime<Utc>,
    p05_at: DateTime<Utc>,
    p50_at: DateTime<Utc>,
    p95_at: DateTime<Utc>,
    predicted: bool,
    breakdown_minor: i64,
    standing_minor_per_day: i64,
    not_before: Option<i64>,
}

impl From<&Job> for StoredJob {
    fn from(job: &Job) -> Self {
        StoredJob {
            vehicle_id: job.vehicle_id.clone(),
            component: job.component.map(|component| component.name().to_owned()),
            required_skill: job.required_skill.clone(),
            labour_quarters: job.labour_quarters,
            parts: job
                .parts
                .iter()
                .map(|need| (need.code.clone(), need.quantity))
                .collect(),
            bay_kind: job.bay.kind.name().to_owned(),
            lift: job.bay.lift,
            known_at: job.life.known_at,
            p05_at: job.life.p05_at,
            p50_at: job.life.p50_at,
            p95_at: job.life.p95_at,
            predicted: job.life.predicted,
            breakdown_minor: job.stakes.breakdown_minor,
            standing_minor_per_day: job.stakes.standing_minor_per_day,
            not_before: job.not_before.map(|quarter| quarter.0),
        }
    }
}

impl StoredJob {
    pub(super) fn job(self) -> Result<Job> {
        let kind = BayKind::parse(&self.bay_kind).ok_or_else(|| corrupt("job"))?;
        Ok(Job {
            vehicle_id: self.vehicle_id,
            component: self.component.as_deref().and_then(Component::parse),
            required_skill: self.required_skill,
            labour_quarters: self.labour_quarters,
            parts: self
                .parts
                .into_iter()
                .map(|(code, quantity)| PartNeed { code, quantity })
                .collect(),
            bay: BayNeed { kind, lift: self.lift },
            life: RemainingLife {
                known_at: self.known_at,
                p05_at: self.p05_at,
                p50_at: self.p50_at,
                p95_at: self.p95_at,
                predicted: self.predicted,
            },
            stakes: Stakes {
                breakdown_minor: self.breakdown_minor,
                standing_minor_per_day: self.standing_minor_per_day,
            },
            not_before: self.not_before.map(Quarter),
        })
    }
}

pub(super) fn source_name(source: Source) -> &'static str {
    match source {
        Source::Stock => "STOCK",
        Source::Order => "ORDER",
    }
}

pub(super) fn source(name: &str) -> Source {
    if name == "STOCK" { Source::Stock } else { Source::Order }
}

#[derive(Serialize, Deserialize)]
pub(super) struct StoredPlacement {
    center_id: String,
    bay_id: String,
    technician_id: String,
    work: (i64, i64),
    reserved: (i64, i64),
    price: StoredMoney,
    starts_before_p05: Option<bool>,
    parts: Vec<(String, i64, String)>,
    /// When ordered parts come, by code.
    #[serde(default)]
    arrivals: BTreeMap<String, i64>,
}

impl From<&Placement> for StoredPlacement {
    fn from(placement: &Placement) -> Self {
        let part = |part: &PlannedPart| (part.code.clone(), part.quantity, source_name(part.source).to_owned());
        StoredPlacement {
            center_id: placement.center_id.clone(),
            bay_id: placement.bay_id.clone(),
            technician_id: placement.technician_id.clone(),
            work: (placement.work.start.0, placement.work.end.0),
            reserved: (placement.reserved.start.0, placement.reserved.end.0),
            price: placement.price.into(),
            starts_before_p05: placement.starts_before_p05,
            parts: placement.parts.iter().map(part).collect(),
            arrivals: placement
                .parts
                .iter()
                .filter_map(|part| Some((part.code.clone(), part.arrives?.0)))
                .collect(),
        }
    }
}

impl StoredPlacement {
    pub(super) fn placement(self) -> Result<Placement> {
        let span = |(start, end)| Span::new(Quarter(start), Quarter(end));
        let arrivals = self.arrivals;
        let part = |(code, quantity, from): (String, i64, String)| PlannedPart {
            arrives: arrivals.get(&code).copied().map(Quarter),
            code,
            quantity,
            source: source(&from),
        };
        Ok(Placement {
            price: self.price.money()?,
            center_id: self.center_id,
            bay_id: self.bay_id,
            technician_id: self.technician_id,
            work: span(self.work),
            reserved: span(self.reserved),
            starts_before_p05: self.starts_before_p05,
            parts: self.parts.into_iter().map(part).collect(),
        })
    }
}

/// A slot as it was offered.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredSlot {
    placement: StoredPlacement,
    waiting_minor: i64,
    travel_minor: i64,
    failure_probability: f64,
}

impl From<&Slot> for StoredSlot {
    fn from(slot: &Slot) -> Self {
        StoredSlot {
            placement: StoredPlacement::from(&Placement::from(slot)),
            waiting_minor: slot.waiting_minor,
            travel_minor: slot.travel_minor,
            failure_probability: slot.failure_probability,
        }
    }
}

impl StoredSlot {
    pub(super) fn slot(self) -> Result<Slot> {
        let placement = self.placement.placement()?;
        Ok(Slot {
            center_id: placement.center_id,
            bay_id: placement.bay_id,
            technician_id: placement.technician_id,
            work: placement.work,
            reserved: placement.reserved,
            parts: placement.parts,
            price: placement.price,
            waiting_minor: self.waiting_minor,
            travel_minor: self.travel_minor,
            failure_probability: self.failure_probability,
            starts_before_p05: placement.starts_before_p05,
        })
    }
}

#[derive(Serialize, Deserialize)]
struct StoredFinding {
    component: String,
    failure_mode: Option<String>,
    verdict: String,
    action: String,
    parts: Vec<(String, i64)>,
    notes: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct StoredReport {
    findings: Vec<StoredFinding>,
    odometer_km: Option<f64>,
    cost: StoredMoney,
}

impl From<&Report> for StoredReport {
    fn from(report: &Report) -> Self {
        let finding = |finding: &Finding| StoredFinding {
            component: finding.component.name().to_owned(),
            failure_mode: finding.failure_mode.clone(),
            verdict: finding.verdict.name().to_owned(),
            action: finding.action.name().to_owned(),
            parts: finding
                .parts
                .iter()
                .map(|part| (part.code.clone(), part.quantity))
                .collect(),
            notes: finding.notes.clone(),
        };
        StoredReport {
            findings: report.findings.iter().map(finding).collect(),
            odometer_km: report.odometer_km,
            cost: report.cost.into(),
        }
    }
}

impl StoredReport {
    pub(super) fn report(self) -> Result<Report> {
        let finding = |finding: StoredFinding| {
            Some(Finding {
                component: Component::parse(&finding.component)?,
                failure_mode: finding.failure_mode,
                verdict: Verdict::parse(&finding.verdict)?,
                action: Action::parse(&finding.action)?,
                parts: finding
                    .parts
                    .into_iter()
                    .map(|(code, quantity)| PartNeed { code, quantity })
                    .collect(),
                notes: finding.notes,
            })
        };
        Ok(Report {
            findings: self
                .findings
                .into_iter()
                .map(finding)
                .collect::<Option<_>>()
                .ok_or_else(|| corrupt("report"))?,
            odometer_km: self.odometer_km,
            cost: self.cost.money()?,
        })
    }
}
