//! What a model that has learned from residuals foretells of a component, bin of distance by bin of distance: how far it
//! likely still goes, and whether that is a warning.

use prognostics::intervals::Quantiles;
use prognostics::snapshot::{Fields, Portable};

/// A warning ends when what is asked is above so many times its limit.
const CLEARS: f64 = 1.6;

/// What is asked of a forecast, and how often running it must answer alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// The median, twice: models of the first generation.
    Median,
    /// The geometric mean of the median and the upper quantile, five times: a median that nobody is sure of does not warn.
    Sure,
}

impl When {
    fn agree(self) -> u8 {
        match self {
            Self::Median => 2,
            Self::Sure => 5,
        }
    }
}

/// When a model warns. Few of its warnings were false on units left out of its training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    pub when: When,
    /// In km; a model with 0 never warns.
    pub below_km: f64,
}

impl Limit {
    /// What a forecast answers, in km.
    #[must_use]
    pub fn asks(&self, said: &Quantiles) -> f64 {
        match self.when {
            When::Median => said.p50,
            When::Sure => (said.p50 * said.p95).sqrt(),
        }
    }
}

/// What became of a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Begins,
    Ends,
}

/// Whether a warning stands, and how many forecasts running have spoken against that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Warning {
    stands: bool,
    against: u8,
}

impl Warning {
    /// Takes the forecast of one more bin of distance.
    pub fn follow(&mut self, said: &Quantiles, limit: &Limit) -> Option<Turn> {
        let asked_km = limit.asks(said);
        let against = if self.stands {
            asked_km > CLEARS * limit.below_km
        } else {
            asked_km < limit.below_km
        };
        self.against = if against { self.against + 1 } else { 0 };
        if self.against < limit.when.agree() {
            return None;
        }
        *self = Self {
            stands: !self.stands,
            against: 0,
        };
        Some(if self.stands { Turn::Begins } else { Turn::Ends })
    }

    /// Whether it stands.
    #[must_use]
    pub fn stands(&self) -> bool {
        self.stands
    }
}

/// What was foretold of a component at the last bin of distance that a model spoke of.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Foretold {
    likely_km: Option<f32>,
    pub warning: Warning,
}

impl Foretold {
    /// Takes the forecast of one more bin of distance.
    pub fn follow(&mut self, said: &Quantiles, limit: &Limit) -> Option<Turn> {
        self.likely_km = Some(limit.asks(said) as f32);
        self.warning.follow(said, limit)
    }

    /// How far the part likely still goes, as warnings ask it, in km; none where no model has said.
    #[must_use]
    pub fn likely_km(&self) -> Option<f64> {
        self.likely_km.map(f64::from)
    }
}

impl Portable for Foretold {
    fn fields(&mut self, fields: &mut dyn Fields) {
        let mut known = self.likely_km.is_some();
        fields.bool(&mut known);
        if !known {
            return;
        }
        let mut km = self.likely_km.unwrap_or_default();
        fields.f32(&mut km);
        self.likely_km = Some(km);
        fields.bool(&mut self.warning.stands);
        fields.u8(&mut self.warning.against);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMIT: Limit = Limit {
        when: When::Sure,
        below_km: 3_000.0,
    };

    fn said(km: f64) -> Quantiles {
        Quantiles {
            p05: 0.5 * km,
            p50: km,
            p95: km,
        }
    }

    fn turns(kilometres: impl IntoIterator<Item = f64>) -> Vec<(usize, Turn)> {
        let mut warning = Warning::default();
        let followed = kilometres.into_iter().enumerate();
        followed
            .filter_map(|(place, km)| Some((place, warning.follow(&said(km), &LIMIT)?)))
            .collect()
    }

    #[test]
    fn five_that_agree_warn_and_five_far_above_end_it() {
        assert_eq!(turns([2_999.0; 5]), [(4, Turn::Begins)]);
        assert_eq!(turns([2_000.0, 2_000.0, 2_000.0, 2_000.0, 3_100.0, 2_000.0]), []);
        let above = [2_000.0; 5].into_iter().chain([4_700.0; 20]);
        assert_eq!(turns(above), [(4, Turn::Begins)], "1.6 times the limit end it");
        let well = [2_000.0; 5].into_iter().chain([4_900.0; 5]);
        assert_eq!(turns(well), [(4, Turn::Begins), (9, Turn::Ends)]);
    }

    #[test]
    fn a_limit_of_nothing_never_warns() {
        let mut warning = Warning::default();
        let never = Limit { below_km: 0.0, ..LIMIT };
        assert!((0..20).all(|_| warning.follow(&said(0.0), &never).is_none()));
    }

    proptest! {
        #[test]
        fn turns_alternate_and_are_five_apart(kilometres in prop::collection::vec(0f64..8_000.0, 0..200)) {
            let turns = turns(kilometres);
            for (place, pair) in turns.windows(2).enumerate() {
                prop_assert!(pair[1].0 - pair[0].0 >= 5 && pair[0].1 != pair[1].1, "{place}");
            }
            prop_assert!(turns.first().is_none_or(|first| first.1 == Turn::Begins && first.0 >= 4));
        }
    }
}
