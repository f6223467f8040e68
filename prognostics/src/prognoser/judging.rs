//! How good a trained chain is on units it has never seen.

use super::{Forecast, Prognoser};
use crate::intervals::Quantiles;
use crate::metrics::{self, Judged, OnTheWay};
use crate::runs::Run;

/// A remaining life up to which a unit counts as near failure.
pub const NEAR_FAILURE: f64 = 30.0;
/// How long before the 5 % quantile a unit is taken out of use in the two measures of maintenance.
pub const LEAD: f64 = 10.0;
/// Records from one prediction on the way to the next.
const EVERY_RECORDS: usize = 5;

/// A unit whose last record is where it is asked about, and what it really had left then.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What is known of it.
    pub run: Run,
    /// What it had left.
    pub truth: f64,
}

/// All measures on a set of units. A measure without cases is `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Units asked about.
    pub units: usize,
    /// Units of which nothing was said.
    pub unanswered: usize,
    /// Each prediction beside its truth, both up to the cap.
    pub judged: Vec<Judged>,
    /// Predictions on the way of each unit.
    pub lives: Vec<Vec<OnTheWay>>,
    /// The same centres with the constant-width interval that held 90 % on the calibration cuts.
    pub constant_width: Vec<Judged>,
}

impl Report {
    /// The judged predictions of units near failure.
    #[must_use]
    pub fn near(&self) -> Vec<Judged> {
        self.judged
            .iter()
            .copied()
            .filter(|judged| judged.truth <= NEAR_FAILURE)
            .collect()
    }

    /// All measures by name, in the order in which they are printed.
    #[must_use]
    pub fn measures(&self) -> Vec<(&'static str, Option<f64>)> {
        let (j, near) = (&self.judged, self.near());
        vec![
            ("rmse", metrics::rmse(j)),
            ("mae", metrics::mae(j)),
            ("phm_score", metrics::phm_score(j)),
            ("alpha_lambda", metrics::alpha_lambda(&self.lives, 0.2, 0.5)),
            ("prognostic_horizon", metrics::prognostic_horizon(&self.lives, 15.0)),
            ("coverage_90", metrics::coverage_90(j)),
            ("coverage_90_near_failure", metrics::coverage_90(&near)),
            ("mean_interval_width", metrics::mean_width_90(j)),
            ("mean_interval_width_near_failure", metrics::mean_width_90(&near)),
            ("pinball", metrics::pinball(j)),
            ("crps_of_quantiles", metrics::crps_of_quantiles(j)),
            ("interval_score", metrics::interval_score_90(j)),
            ("constant_width_coverage_90", metrics::coverage_90(&self.constant_width)),
            (
                "constant_width_mean_interval_width",
                metrics::mean_width_90(&self.constant_width),
            ),
            ("constant_width_pinball", metrics::pinball(&self.constant_width)),
            (
                "constant_width_interval_score",
                metrics::interval_score_90(&self.constant_width),
            ),
            ("unexpected_breaks", metrics::unexpected_breaks(&self.lives, LEAD)),
            ("unexploited_life", metrics::unexploited_life(&self.lives, LEAD)),
        ]
    }
}

impl Prognoser {
    /// Asks about units and judges the answers. Truth and prediction are both taken up to the cap.
    #[must_use]
    pub fn judge(&self, asked: &[Asked]) -> Report {
        let mut report = Report {
            units: asked.len(),
            unanswered: 0,
            judged: Vec::new(),
            lives: Vec::new(),
            constant_width: Vec::new(),
        };
        for Asked { run, truth } in asked {
            let Some(predicted) = self.forecast_run(run).quantiles() else {
                report.unanswered += 1;
                continue;
            };
            let truth = truth.min(self.cap);
            report.judged.push(Judged { predicted, truth });
            report.constant_width.push(Judged {
                predicted: self.constant_width(predicted.p50),
                truth,
            });
            report.lives.push(self.on_the_way(run, truth));
        }
        report
    }

    /// The centre with the interval of constant width that held 90 % on the calibration cuts.
    fn constant_width(&self, centre: f64) -> Quantiles {
        Quantiles {
            p05: (centre - self.constant_half_width).max(0.0),
            p50: centre,
            p95: (centre + self.constant_half_width).min(self.cap),
        }
    }

    /// What was said of a unit every few records, from when its remaining life was below the cap.
    fn on_the_way(&self, run: &Run, truth: f64) -> Vec<OnTheWay> {
        let mut unit = self.follow();
        let mut said = Vec::new();
        let Some(end) = run.exposure.last() else { return said };
        for record in 0..run.len() {
            self.observe(
                &mut unit,
                run.exposure[record],
                run.settings.row(record),
                run.signals.row(record),
            );
            let left = truth + end - run.exposure[record];
            let asked = (run.len() - 1 - record).is_multiple_of(EVERY_RECORDS) && left <= self.cap;
            if let (true, Forecast::Remaining(predicted)) = (asked, self.forecast(&unit)) {
                let judged = Judged { predicted, truth: left };
                said.push(OnTheWay {
                    exposure: run.exposure[record],
                    judged,
                });
            }
        }
        said
    }
}
