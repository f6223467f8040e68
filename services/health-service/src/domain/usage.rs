//! How far a vehicle goes in a day, from its own past, with how sure that is.

use prognostics::snapshot::{Fields, Portable};

use super::{Micros, SECOND};

const DAY: Micros = 86_400 * SECOND;
/// Before a vehicle has shown its own use it is taken to go 40 km a day, worth three days of observation. (The mean of
/// European passenger cars is 30 to 40 km a day: Odyssee-Mure, "Change in distance travelled by car", 2021.)
const PRIOR_KM_PER_DAY: f64 = 40.0;
const PRIOR_DAYS: f64 = 3.0;
/// Days after which use has faded to 1/e.
const MEMORY_DAYS: f64 = 60.0;

/// Distance and time seen, fading, so that a change of use is followed.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Usage {
    km: f64,
    days: f64,
}

impl Usage {
    /// Adds a stretch: `km` driven while `elapsed` passed.
    pub fn observe(&mut self, km: f64, elapsed: Micros) {
        let days = (elapsed.max(0) as f64 / DAY as f64).min(30.0);
        let keep = (-days / MEMORY_DAYS).exp();
        self.km = self.km * keep + km.max(0.0);
        self.days = self.days * keep + days;
    }

    /// Kilometres a day: the prior drawn towards what was seen.
    #[must_use]
    pub fn km_per_day(&self) -> f64 {
        ((PRIOR_DAYS * PRIOR_KM_PER_DAY + self.km) / (PRIOR_DAYS + self.days)).max(0.1)
    }

    /// Standard deviation of the logarithm of that pace: daily distances vary by about their own mean, so the pace of
    /// n days is known to 1/√n.
    #[must_use]
    pub fn log_sd(&self) -> f64 {
        1.0 / (PRIOR_DAYS + self.days).sqrt()
    }
}

impl Portable for Usage {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.f64(&mut self.km);
        fields.f64(&mut self.days);
    }
}
