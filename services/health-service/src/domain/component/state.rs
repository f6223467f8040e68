//! The fields of a component's state in the order in which they are stored.

use prognostics::snapshot::{Fields, Portable};

use super::{Component, FACTORS_MAX, Factor, Told};

impl Component {
    /// What format 3 added.
    pub(in crate::domain) fn late_fields(&mut self, fields: &mut dyn Fields) {
        if self.windows > 0 {
            self.wear.late_fields(fields);
            fields.i64(&mut self.watched_from_day);
            fields.i64(&mut self.frozen_day);
        }
    }

    /// What format 5 added.
    pub(in crate::domain) fn fields_of_format_5(&mut self, fields: &mut dyn Fields) {
        self.evidence.fields(fields);
        fields.i64(&mut self.evidence_from);
        self.codes.late_fields(fields);
    }

    /// What format 6 added.
    pub(in crate::domain) fn fields_of_format_6(&mut self, fields: &mut dyn Fields) {
        fields.bool(&mut self.told.unended);
        if self.told.unended {
            fields.i64(&mut self.told.well_since);
        }
    }

    /// What format 7 added.
    pub(in crate::domain) fn fields_of_format_7(&mut self, fields: &mut dyn Fields) {
        self.foretold.fields(fields);
        if self.told.known {
            fields.i64(&mut self.told.calm_since);
        }
    }
}

impl Portable for Component {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.u64(&mut self.windows);
        self.told.fields(fields);
        self.codes.fields(fields);
        if self.windows == 0 {
            return;
        }
        self.filter.fields(fields);
        fields.u8(&mut self.band);
        fields.bool(&mut self.settled);
        fields.bool(&mut self.codes_only);
        self.trust.fields(fields);
        fields.i64(&mut self.last_evidence);
        fields.i64(&mut self.repaired_at);
        let mut count = self.factors.len() as u8;
        fields.u8(&mut count);
        self.factors
            .resize_with(usize::from(count).min(FACTORS_MAX), Factor::default);
        self.factors.iter_mut().for_each(|factor| factor.fields(fields));
        self.wear.fields(fields);
    }
}

impl Portable for Told {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.bool(&mut self.known);
        if !self.known {
            return;
        }
        fields.f64(&mut self.score);
        fields.u8(&mut self.band);
        fields.i64(&mut self.at);
        fields.u8(&mut self.alarm);
        fields.i64(&mut self.alarm_at);
        fields.u8(&mut self.alarm_band);
        fields.bool(&mut self.alarm_historical);
    }
}
