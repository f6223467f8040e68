//! Remaining useful life as a distribution.
//!
//! A science library: no files, no clock, and no word of any application. It follows the blocks of ISO 13374-1:
//!
//! * data acquisition: [`runs`] and [`readers`];
//! * data manipulation: [`regimes`] of use, [`channels`] that mean the same in every regime, window [`features`];
//! * state detection: [`anomaly`] with a verdict on sensor or component, [`residuals`] against a unit's own healthy past;
//! * health assessment: [`indicators`], smoothing, robust location and scale, persistence and hysteresis;
//! * prognosis: three families of [`models`] behind one trait ([`degradation`] processes, boosted [`trees`], an [`lstm`]),
//!   their [`blend`], [`conformal`] calibration over units, [`intervals`] by inverting a distribution function;
//! * judging: [`metrics`], and [`classify`] for data without a history.
//!
//! [`prognoser`] puts them together: learn from runs, follow a unit, say what it has left or that nothing can be said.
//! [`snapshot`] saves and restores state by visiting fields.
//!
//! ```
//! use prognostics::degradation::{WearEvidence, WearPrior};
//! use prognostics::intervals::Lifetime;
//!
//! // A part that is expected to last about 50,000 km, with the pace known to a factor of about two.
//! let prior = WearPrior::from_expected_life(50_000.0, 0.5, 0.15);
//! let mut evidence = WearEvidence::default();
//! for _ in 0..20 {
//!     evidence.observe(0.02, 1_000.0); // wear grew by 2 % in each 1,000 km
//! }
//! let life = prior.update(&evidence).first_passage(1.0 - 0.40); // 60 % of the way is left
//! let quantiles = life.quantiles(500_000.0);
//! assert!(quantiles.p05 < quantiles.p50 && quantiles.p50 < quantiles.p95);
//! assert!((25_000.0..35_000.0).contains(&quantiles.p50));
//! ```

pub mod anomaly;
pub mod blend;
pub mod channels;
pub mod classify;
pub mod conformal;
pub mod degradation;
pub mod features;
pub mod indicators;
pub mod intervals;
pub mod linear;
mod lines;
pub mod lstm;
pub mod matrix;
pub mod metrics;
pub mod models;
pub mod normal;
pub mod prognoser;
pub mod random;
pub mod readers;
pub mod regimes;
pub mod residuals;
pub mod runs;
pub mod snapshot;
pub mod trees;
