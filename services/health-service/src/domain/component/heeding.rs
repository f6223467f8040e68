//! A component heeds what a trained model foretells of it.

use prognostics::intervals::Quantiles;

use super::{Component, FACTORS_MAX};
use crate::domain::Micros;
use crate::domain::component::ComponentKind;
use crate::domain::evidence::Source;
use crate::domain::factor::{Factor, FactorKind};
use crate::domain::foretold::{Foretold, Limit, Turn};
use crate::domain::rules::{CurveName, Rules};

/// What the confidence of a component is worth of which nothing but a forecast speaks.
const TRUST: f64 = 0.5;

impl Component {
    /// Takes the forecast of one more bin of distance. While it is a warning it caps the score, the lower the sooner the end is foretold;
    /// what it has capped it to it does not take back before the warning ends.
    pub fn heed(&mut self, kind: ComponentKind, said: &Quantiles, limit: &Limit, at: Micros, rules: &Rules) {
        let turn = self.foretold.follow(said, limit);
        if turn == Some(Turn::Ends) {
            self.end_warning(at, rules);
        }
        if !self.foretold.warning.stands() {
            return;
        }
        let before = self.evidence.agreed(Source::Forecast).unwrap_or(1.0);
        let score = rules.score(CurveName::Forewarned, limit.asks(said)).min(before);
        self.evidence.observe(Source::Forecast, score, at, 1);
        self.begin(at);
        self.windows = self.windows.saturating_add(1);
        if self.trust.value().is_none() {
            self.trust.observe(TRUST, 1.0, 30.0);
        }
        self.last_evidence = at;
        self.foretell(kind, limit.asks(said), limit.below_km, 1.0 - score, at);
        self.settle(at, rules);
    }

    fn foretell(&mut self, kind: ComponentKind, observed: f64, expected: f64, size: f64, at: Micros) {
        let kind = FactorKind::forecast_of(kind);
        let before = self.factors.iter().find(|before| before.kind == kind);
        let since = before.map_or(at, |before| before.since);
        self.factors.retain(|factor| factor.kind != kind);
        self.factors.push(Factor {
            kind,
            observed,
            expected,
            size,
            since,
            until: at,
        });
        self.order_factors();
    }

    /// The weightiest first, and no more than are kept; a warning is among them.
    pub(super) fn order_factors(&mut self) {
        self.factors.sort_by(|a, b| b.size.total_cmp(&a.size));
        if let Some(place) = self.factors.iter().position(|factor| factor.kind.is_forecast())
            && place >= FACTORS_MAX
        {
            self.factors.swap(place, FACTORS_MAX - 1);
        }
        self.factors.truncate(FACTORS_MAX);
    }

    fn end_warning(&mut self, at: Micros, rules: &Rules) {
        self.factors.retain(|factor| !factor.kind.is_forecast());
        if !self.evidence.has(Source::Forecast) {
            return;
        }
        self.evidence.forget(Source::Forecast);
        if !self.evidence.has_signals() && !self.evidence.has(Source::Codes) {
            // Where only the forecast ever spoke, its end is no proof of health.
            self.evidence.observe(Source::Forecast, rules.repaired_score, at, 1);
        }
        self.settle(at, rules);
    }

    /// Nobody foretells anything of the component any more: no model speaks for it, or a sensor that it rests on is broken.
    pub fn foretell_nothing(&mut self, at: Micros, rules: &Rules) {
        if self.foretold != Foretold::default() {
            self.foretold = Foretold::default();
            self.end_warning(at, rules);
        }
    }
}
