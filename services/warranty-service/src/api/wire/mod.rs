//! Request and response bodies. They belong to the API; the domain knows nothing of them.

mod claims;
mod coverages;
mod warranty;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::fault::Fault;
use crate::domain::money::{AMOUNT_MINOR_MAX, Money, MoneyFault};
use crate::domain::reason::{Param, Reason};
use crate::error::Error;

pub(super) use claims::{ClaimBody, ClaimQuery, ClaimView, SubmitBody};
pub(super) use coverages::{CoverageBody, CoverageRequest};
pub(super) use warranty::{CheckBody, CheckQuery};

/// A coded text.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct ReasonBody {
    pub code: String,
    #[schema(value_type = Object)]
    pub params: BTreeMap<String, serde_json::Value>,
    pub text: String,
}

impl From<&Reason> for ReasonBody {
    fn from(reason: &Reason) -> ReasonBody {
        let params = reason.params.iter().map(|(name, param)| {
            let value = match param {
                Param::Text(text) => serde_json::Value::from(text.as_str()),
                Param::Number(number) => serde_json::Value::from(*number),
            };
            (name.clone(), value)
        });
        ReasonBody {
            code: reason.code.clone(),
            params: params.collect(),
            text: reason.text.clone(),
        }
    }
}

/// An amount of money.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct MoneyBody {
    /// Integer minor units, such as cents.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
}

impl From<&Money> for MoneyBody {
    fn from(money: &Money) -> MoneyBody {
        MoneyBody {
            amount_minor: money.amount_minor,
            currency: money.currency.clone(),
        }
    }
}

impl MoneyBody {
    fn into_money(self) -> Result<Money, Error> {
        Money::new(self.amount_minor, &self.currency).map_err(|fault| {
            let fault = match fault {
                MoneyFault::Negative => {
                    Fault::new("/amount/amount_minor", "amount.negative", "an amount is not negative")
                }
                MoneyFault::TooMuch => {
                    let text = format!("an amount is at most {AMOUNT_MINOR_MAX}");
                    Fault::new("/amount/amount_minor", "amount.range", text)
                }
                MoneyFault::Currency => {
                    Fault::new("/amount/currency", "currency.invalid", "a currency is three capitals")
                }
            };
            Error::Invalid {
                what: "claim.invalid",
                faults: vec![fault],
            }
        })
    }
}
