//! A report that was made elsewhere, as far as people are told of it.

use chrono::NaiveDate;

/// A report and its period.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub id: String,
    /// What it is about, such as `fleet` or `executive`; more may come.
    pub kind: String,
    /// The first UTC day of its period.
    pub from: NaiveDate,
    /// The first UTC day that is no part of it.
    pub to: NaiveDate,
}

impl Report {
    /// The last day of its period.
    pub fn last_day(&self) -> NaiveDate {
        self.to.pred_opt().unwrap_or(self.to).max(self.from)
    }
}
