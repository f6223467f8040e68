//! Remaining useful life as a distribution.
//!
//! A science library: no input or output, no threads, no clock, and no word of any application. It follows the blocks
//! of ISO 13374-1 (data manipulation, state detection, health assessment, prognosis):
//!
//! * [`residuals`]: what a signal does beside what the same unit did while it was healthy, per operating regime;
//! * [`indicators`]: smoothing, robust location and scale, persistence and hysteresis, so that a judgement does not flap;
//! * [`degradation`]: a Wiener process with drift, updated as increments are seen; its first passage through a threshold
//!   is the remaining life;
//! * [`intervals`]: quantiles by inverting a distribution function, never a percentage of a point;
//! * [`metrics`]: coverage, pinball loss, root mean square error and the PHM score;
//! * [`snapshot`]: one visitor per type that both saves and restores its state.
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

pub mod degradation;
pub mod indicators;
pub mod intervals;
pub mod metrics;
pub mod normal;
pub mod residuals;
pub mod snapshot;
