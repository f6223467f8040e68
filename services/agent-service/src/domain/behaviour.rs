//! Whether an agent behaves like itself: a baseline of its tools, its rate, its hours and its spending, and what departs from it.

use std::collections::BTreeSet;

/// What one run of one agent did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conduct {
    pub tokens: f64,
    pub cost_micro: f64,
    pub calls: f64,
    pub tools: BTreeSet<String>,
    pub tool_uses: f64,
    /// It reached for a tool or for data that are not its own.
    pub out_of_bounds: bool,
    /// Hour of the day in UTC, 0..23.
    pub hour: usize,
    /// Its runs within the last hour, this one among them.
    pub runs_within_hour: f64,
}

/// Mean and spread of a quantity, updated one value at a time (Welford).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    pub count: f64,
    pub mean: f64,
    pub squares: f64,
}

impl Moments {
    /// With one value more.
    #[must_use]
    pub fn with(self, value: f64) -> Self {
        let count = self.count + 1.0;
        let apart = value - self.mean;
        let mean = self.mean + apart / count;
        Self {
            count,
            mean,
            squares: self.squares + apart * (value - mean),
        }
    }

    fn deviation(self) -> f64 {
        (self.squares / (self.count - 1.0).max(1.0)).sqrt()
    }

    /// Far above: more than six deviations, and more than thrice the mean, so that a steady agent may breathe.
    fn is_far_above_usual(self, value: f64) -> bool {
        value > self.mean + 6.0 * self.deviation() && value > 3.0 * self.mean
    }
}

/// What is usual for one agent in one tenant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Baseline {
    pub tokens: Moments,
    pub cost_micro: Moments,
    pub calls: Moments,
    pub tool_uses: Moments,
    pub rate: Moments,
    pub tools: BTreeSet<String>,
    pub hours: [u32; 24],
}

/// In what an agent departs from itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deviation {
    Scope,
    Tools,
    Rate,
    Spend,
    Hours,
}

impl Deviation {
    /// Its name in events and on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::Scope => "behaviour.scope",
            Self::Tools => "behaviour.tools",
            Self::Rate => "behaviour.rate",
            Self::Spend => "behaviour.spend",
            Self::Hours => "behaviour.hours",
        }
    }

    /// In English.
    pub fn text(self) -> &'static str {
        match self {
            Self::Scope => "The agent reached for a tool or for data that are not its own.",
            Self::Tools => "The agent used tools far more than usual, or one that it never used.",
            Self::Rate => "The agent ran far more often than usual.",
            Self::Spend => "The agent spent far more than usual.",
            Self::Hours => "The agent ran at an hour at which it never ran.",
        }
    }
}

/// So many runs make a baseline; before, only the scope is judged.
pub const RUNS_MIN: f64 = 30.0;
/// So many runs tell which hours are usual.
const RUNS_FOR_HOURS: f64 = 500.0;

impl Baseline {
    /// What of a run departs from what is usual; none when it is like the others.
    pub fn judge(&self, conduct: &Conduct) -> Option<Deviation> {
        if conduct.out_of_bounds {
            return Some(Deviation::Scope);
        }
        if self.calls.count < RUNS_MIN {
            return None;
        }
        let new_tool = !conduct.tools.is_subset(&self.tools) && self.calls.count >= RUNS_FOR_HOURS;
        let around = [23, 0, 1].map(|step| self.hours[(conduct.hour + step) % 24]);
        let strange_hour = self.calls.count >= RUNS_FOR_HOURS && around.iter().all(|runs| *runs == 0);
        [
            (
                self.tokens.is_far_above_usual(conduct.tokens)
                    || self.cost_micro.is_far_above_usual(conduct.cost_micro)
                    || self.calls.is_far_above_usual(conduct.calls),
                Deviation::Spend,
            ),
            (
                new_tool || self.tool_uses.is_far_above_usual(conduct.tool_uses.max(3.0)) && conduct.tool_uses > 3.0,
                Deviation::Tools,
            ),
            (
                self.rate.is_far_above_usual(conduct.runs_within_hour) && conduct.runs_within_hour > 20.0,
                Deviation::Rate,
            ),
            (strange_hour, Deviation::Hours),
        ]
        .into_iter()
        .find_map(|(departs, deviation)| departs.then_some(deviation))
    }

    /// With one usual run more. A run that departs teaches nothing.
    pub fn learn(&mut self, conduct: &Conduct) {
        self.tokens = self.tokens.with(conduct.tokens);
        self.cost_micro = self.cost_micro.with(conduct.cost_micro);
        self.calls = self.calls.with(conduct.calls);
        self.tool_uses = self.tool_uses.with(conduct.tool_uses);
        self.rate = self.rate.with(conduct.runs_within_hour);
        self.tools.extend(conduct.tools.iter().cloned());
        self.hours[conduct.hour % 24] = self.hours[conduct.hour % 24].saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual(number: usize) -> Conduct {
        Conduct {
            tokens: 2_000.0 + (number % 7) as f64 * 50.0,
            cost_micro: 900.0 + (number % 5) as f64 * 20.0,
            calls: 2.0 + (number % 2) as f64,
            tools: BTreeSet::from(["parts".to_owned()]),
            tool_uses: (number % 3) as f64,
            out_of_bounds: false,
            hour: 6 + number % 12,
            runs_within_hour: 1.0 + (number % 4) as f64,
        }
    }

    fn learned(runs: usize) -> Baseline {
        let mut baseline = Baseline::default();
        for number in 0..runs {
            assert_eq!(baseline.judge(&usual(number)), None, "run {number}");
            baseline.learn(&usual(number));
        }
        baseline
    }

    #[test]
    fn what_departs_from_the_baseline_is_named() {
        let baseline = learned(600);
        let with = |change: fn(&mut Conduct)| {
            let mut conduct = usual(1);
            change(&mut conduct);
            baseline.judge(&conduct)
        };
        assert_eq!(with(|one| one.tokens = 60_000.0), Some(Deviation::Spend));
        assert_eq!(with(|one| one.tool_uses = 30.0), Some(Deviation::Tools));
        assert_eq!(
            with(|one| one.tools = BTreeSet::from(["warranty_coverage".to_owned()])),
            Some(Deviation::Tools)
        );
        assert_eq!(with(|one| one.runs_within_hour = 80.0), Some(Deviation::Rate));
        assert_eq!(with(|one| one.hour = 1), Some(Deviation::Hours));
    }

    #[test]
    fn reaching_out_of_bounds_needs_no_baseline_and_a_young_one_judges_nothing_else() {
        let mut conduct = usual(1);
        conduct.tokens = 1e9;
        assert_eq!(learned(5).judge(&conduct), None);
        conduct.out_of_bounds = true;
        assert_eq!(Baseline::default().judge(&conduct), Some(Deviation::Scope));
    }
}
