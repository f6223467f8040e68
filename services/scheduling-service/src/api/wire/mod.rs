//! Requests and responses as JSON, and how they become domain values.

mod network;
mod visits;

pub(super) use network::{CenterBody, PartBody, ScheduleBody, TechnicianBody};
pub(super) use visits::{
    AppointmentBody, BookBody, CompleteBody, FindSlotsBody, MoveBody, SlotBody, SlotsBody, StepBody,
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::domain::money::{Currency, Money};
use crate::domain::network::{Location, PartNeed};
use crate::domain::reason::{Param, Reason};
use crate::error::{Error, Result, Violation};

/// Amounts beyond this are a mistake; it keeps sums within range.
const AMOUNT_MINOR_MAX: i64 = 1_000_000_000_000;
const QUANTITY_MAX: i64 = 10_000;
pub(super) const LIST_MAX: usize = 200;

/// An amount in minor units of a currency (ISO 4217).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(super) struct MoneyBody {
    #[schema(example = 12000)]
    amount_minor: i64,
    #[schema(example = "EUR")]
    currency: String,
}

impl From<Money> for MoneyBody {
    fn from(money: Money) -> Self {
        MoneyBody {
            amount_minor: money.amount_minor,
            currency: money.currency.to_string(),
        }
    }
}

/// A coded statement.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct ReasonBody {
    code: String,
    #[schema(value_type = Object)]
    params: Map<String, Value>,
    text: String,
}

impl From<&Reason> for ReasonBody {
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
        ReasonBody {
            code: reason.code.to_string(),
            params,
            text: reason.text.clone(),
        }
    }
}

/// How many of a part.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(super) struct PartQuantityBody {
    #[schema(example = "COOLANT-5L")]
    part_code: String,
    quantity: i64,
}

impl From<&PartNeed> for PartQuantityBody {
    fn from(need: &PartNeed) -> Self {
        PartQuantityBody {
            part_code: need.code.clone(),
            quantity: need.quantity,
        }
    }
}

/// A place, in degrees (WGS 84).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(super) struct LocationBody {
    latitude: f64,
    longitude: f64,
}

impl From<Location> for LocationBody {
    fn from(location: Location) -> Self {
        LocationBody {
            latitude: location.latitude,
            longitude: location.longitude,
        }
    }
}

/// Gathers all violations of a body, so that the caller learns of them at once.
#[derive(Default)]
struct Checks(Vec<Violation>);

impl Checks {
    fn add(&mut self, path: impl Into<String>, code: &'static str, text: impl Into<String>) {
        self.0.push(Violation::new(path, code, text));
    }

    /// Notes what is missing from a conversion.
    fn need<T>(&mut self, value: Option<T>, path: impl Into<String>, code: &'static str, text: &str) -> Option<T> {
        if value.is_none() {
            self.add(path, code, text);
        }
        value
    }

    /// The value, if nothing was wrong on the way to it.
    fn finish<T>(self, value: Option<T>) -> Result<T> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(Error::Invalid(self.0)),
        }
    }

    /// An id: 1 to 100 characters without control characters.
    fn id(&mut self, id: &str, path: &str) -> Option<String> {
        let valid = (1..=100).contains(&id.chars().count()) && !id.chars().any(char::is_control);
        self.need(
            valid.then(|| id.to_owned()),
            path,
            "id",
            "An id has 1 to 100 characters, none of them control characters.",
        )
    }

    /// A text for people, at most `length_max` characters.
    fn text(&mut self, text: &str, path: impl Into<String>, length_max: usize) -> Option<String> {
        let valid = text.chars().count() <= length_max;
        let message = format!("At most {length_max} characters.");
        self.need(valid.then(|| text.to_owned()), path, "too_long", &message)
    }

    fn money(&mut self, body: &MoneyBody, path: &str) -> Option<Money> {
        let currency = Currency::parse(&body.currency);
        let currency = self.need(
            currency,
            format!("{path}/currency"),
            "currency",
            "An ISO 4217 code, such as EUR.",
        );
        let amount = (0..=AMOUNT_MINOR_MAX)
            .contains(&body.amount_minor)
            .then_some(body.amount_minor);
        let amount = self.need(
            amount,
            format!("{path}/amount_minor"),
            "range",
            "Minor units, not below zero.",
        );
        Some(Money::new(amount?, currency?))
    }

    fn parts(&mut self, bodies: &[PartQuantityBody], path: &str) -> Option<Vec<PartNeed>> {
        self.at_most(bodies.len(), path);
        let part = |(index, body): (usize, &PartQuantityBody)| {
            let code = self.id(&body.part_code, &format!("{path}/{index}/part_code"));
            let quantity = (1..=QUANTITY_MAX).contains(&body.quantity).then_some(body.quantity);
            let quantity = self.need(
                quantity,
                format!("{path}/{index}/quantity"),
                "range",
                "From 1 to 10000.",
            );
            Some(PartNeed {
                code: code?,
                quantity: quantity?,
            })
        };
        bodies.iter().enumerate().map(part).collect()
    }

    fn location(&mut self, body: Option<&LocationBody>, path: &str) -> Option<Location> {
        let body = body?;
        let location = Location::new(body.latitude, body.longitude);
        self.need(
            location,
            path,
            "range",
            "Latitude from -90 to 90, longitude from -180 to 180.",
        )
    }

    /// A time in a year that anything is planned in.
    fn time(&mut self, at: Option<DateTime<Utc>>, path: impl Into<String>) {
        self.0.extend(Violation::of_time(path, at));
    }

    fn at_most(&mut self, count: usize, path: &str) {
        if count > LIST_MAX {
            self.add(path, "too_many", format!("At most {LIST_MAX} entries."));
        }
    }
}

/// A quarter of an hour, as a moment.
fn moment(quarter: crate::domain::time::Quarter) -> DateTime<Utc> {
    quarter.start()
}
