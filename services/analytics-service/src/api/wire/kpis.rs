//! Key figures on the wire: value, course, breakdown and method, and the rows that they were made of.

use super::numbers::MoneyBody;
use crate::domain::kpi::{KpiId, Point, Slice, Step};
use crate::domain::money::Money;
use crate::error::Error;
use crate::use_cases::measure_kpis::{Asked, Measured, ToldRow};
use chassis::http::cursor;
use chassis::problem::{Kind, Problem};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// What period is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PeriodQuery {
    /// The first day, UTC; without it 90 days before `to`.
    pub from: Option<NaiveDate>,
    /// The first day that is no part of it; without it tomorrow.
    pub to: Option<NaiveDate>,
    /// `day` or `week`; without it days up to a month and weeks above.
    pub step: Option<String>,
}

impl PeriodQuery {
    pub(crate) fn asked(&self) -> Result<Asked, Problem> {
        let step = match self.step.as_deref() {
            None | Some("") => None,
            Some(name) => Some(Step::parse(name).ok_or_else(|| {
                Problem::new(Kind::BadRequest, "request.step", "A step is `day` or `week`.").error(
                    "/step",
                    "unknown",
                    "A step is `day` or `week`.",
                )
            })?),
        };
        Ok(Asked {
            from: self.from,
            to: self.to,
            step,
        })
    }
}

/// The same for a page of rows.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RowsQuery {
    /// The first day, UTC; without it 90 days before `to`.
    pub from: Option<NaiveDate>,
    /// The first day that is no part of it; without it tomorrow.
    pub to: Option<NaiveDate>,
    /// Rows on a page; 100 by default, 1000 at most.
    pub limit: Option<usize>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// The figure of a path.
pub(crate) fn kpi(name: &str) -> Result<KpiId, Problem> {
    Ok(KpiId::parse(name).ok_or(Error::KpiNotFound)?)
}

/// A coded text with its parts.
#[derive(Serialize, ToSchema)]
pub(crate) struct KpiMethod {
    /// Changes when the method does.
    pub code: &'static str,
    pub text: &'static str,
    /// How each of `numbers` is computed.
    #[schema(value_type = BTreeMap<String, String>)]
    pub numbers: BTreeMap<&'static str, &'static str>,
    /// How each of `amounts` is computed.
    #[schema(value_type = BTreeMap<String, String>)]
    pub amounts: BTreeMap<&'static str, &'static str>,
    pub breakdown: &'static str,
}

/// A part of a figure's course.
#[derive(Serialize, ToSchema)]
pub(crate) struct PointBody {
    pub from: NaiveDate,
    pub value: Option<f64>,
    pub n: u64,
}

impl From<Point> for PointBody {
    fn from(point: Point) -> PointBody {
        PointBody {
            from: point.from,
            value: point.value,
            n: point.n,
        }
    }
}

/// A figure of one group.
#[derive(Serialize, ToSchema)]
pub(crate) struct SliceBody {
    pub of: String,
    pub value: Option<f64>,
    pub n: u64,
}

impl From<Slice> for SliceBody {
    fn from(slice: Slice) -> SliceBody {
        SliceBody {
            of: slice.of,
            value: slice.value,
            n: slice.n,
        }
    }
}

/// Whole UTC days.
#[derive(Serialize, ToSchema)]
pub(crate) struct PeriodBody {
    pub from: NaiveDate,
    /// The first day that is no part of it.
    pub to: NaiveDate,
    pub step: &'static str,
}

/// A key figure over a period.
#[derive(Serialize, ToSchema)]
pub(crate) struct KpiBody {
    pub id: &'static str,
    /// English.
    pub name: &'static str,
    pub period: PeriodBody,
    /// None where there is nothing to compute it from.
    pub value: Option<f64>,
    /// `share` (0 to 1), `s`, or `minor` (minor units of `currency`).
    pub unit: &'static str,
    pub currency: Option<String>,
    /// What the value rests on.
    pub n: u64,
    /// The value of the same number of days before.
    pub previous: Option<f64>,
    #[schema(value_type = BTreeMap<String, Option<f64>>)]
    pub numbers: BTreeMap<&'static str, Option<f64>>,
    #[schema(value_type = BTreeMap<String, Vec<MoneyBody>>)]
    pub amounts: BTreeMap<&'static str, Vec<MoneyBody>>,
    pub breakdown: Vec<SliceBody>,
    pub series: Vec<PointBody>,
    pub method: KpiMethod,
    /// Where its rows are.
    pub rows: String,
}

impl From<Measured> for KpiBody {
    fn from(measured: Measured) -> KpiBody {
        let Measured {
            period,
            step,
            figure,
            before,
        } = measured;
        let method = figure.method();
        let id = figure.id.as_str();
        let amounts = figure
            .amounts
            .iter()
            .map(|(name, sum)| (*name, sum.amounts().into_iter().map(MoneyBody::from).collect()));
        KpiBody {
            id,
            name: method.name,
            rows: format!("/api/v1/metrics/{id}/rows?from={}&to={}", period.from, period.to),
            period: PeriodBody {
                from: period.from,
                to: period.to,
                step: step.as_str(),
            },
            value: figure.value,
            unit: figure.unit.as_str(),
            currency: figure.currency,
            n: figure.n,
            previous: before,
            amounts: amounts.collect(),
            numbers: figure.numbers,
            breakdown: figure.breakdown.into_iter().map(SliceBody::from).collect(),
            series: figure.series.into_iter().map(PointBody::from).collect(),
            method: KpiMethod {
                code: method.code,
                text: method.text,
                numbers: method.numbers.iter().copied().collect(),
                amounts: method.amounts.iter().copied().collect(),
                breakdown: method.breakdown,
            },
        }
    }
}

/// All key figures.
#[derive(Serialize, ToSchema)]
pub(crate) struct KpisBody {
    pub items: Vec<KpiBody>,
}

/// An event by id and type.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventRef {
    pub event_id: String,
    #[serde(rename = "type")]
    pub kind: String,
}

/// One of the things that a figure was made of.
#[derive(Serialize, ToSchema)]
pub(crate) struct KpiRowBody {
    pub time: DateTime<Utc>,
    /// The visit, alert, decision, check or claim; of fleet health the vehicle.
    pub id: String,
    pub vehicle_id: String,
    /// What it counted as.
    pub kind: &'static str,
    pub component: Option<String>,
    #[schema(value_type = BTreeMap<String, f64>)]
    pub numbers: BTreeMap<&'static str, f64>,
    #[schema(value_type = BTreeMap<String, MoneyBody>)]
    pub amounts: BTreeMap<&'static str, MoneyBody>,
    pub events: Vec<EventRef>,
}

impl From<ToldRow> for KpiRowBody {
    fn from(told: ToldRow) -> KpiRowBody {
        let row = told.row;
        let money = |(name, money): (&'static str, Money)| (name, money.into());
        let event = |(event_id, kind)| EventRef { event_id, kind };
        KpiRowBody {
            time: row.time,
            id: row.id,
            vehicle_id: row.vehicle_id,
            kind: row.kind,
            component: row.component,
            numbers: row.numbers,
            amounts: row.amounts.into_iter().map(money).collect(),
            events: told.events.into_iter().map(event).collect(),
        }
    }
}

/// The cursor after a row.
pub(crate) fn cursor_after(row: &ToldRow) -> String {
    cursor::encode(&format!("{} {}", row.row.time.timestamp_micros(), row.row.id))
}

/// Where a page ended.
pub(crate) fn position(text: &str) -> Result<Option<(DateTime<Utc>, String)>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    let position = text.split_once(' ').and_then(|(micros, id)| {
        let time = DateTime::from_timestamp_micros(micros.parse().ok()?)?;
        Some((time, id.to_owned()))
    });
    match position {
        Some(position) => Ok(Some(position)),
        None => Err(super::audit::bad_cursor()),
    }
}
