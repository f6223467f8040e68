//! What judging remembers of the last windows.

use prognostics::indicators::{Ewma, Recent};
use prognostics::snapshot::{Fields, Portable};

/// Medians over several windows, for quantities that wander from minute to minute.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Memory {
    /// Charging voltage of the last windows.
    pub charging: Recent<5>,
    /// Fuel trim of the last windows.
    pub trim: Recent<7>,
    /// Oil pressure ratio of the last windows.
    pub oil_pressure: Recent<5>,
    /// Coolant level of the last windows: it sloshes.
    pub coolant_level: Recent<5>,
    /// Coolant temperature of the last windows under high load.
    pub coolant_at_load: Recent<3>,
    /// How far the coolant has been above its own level while driving, averaged over half an hour.
    pub coolant_shift: Ewma,
}

impl Memory {
    /// The cooling circuit was repaired, or its sensor found broken: what was seen of it no longer counts.
    pub fn forget_cooling(&mut self) {
        self.coolant_level.clear();
        self.coolant_at_load.clear();
        self.coolant_shift = Ewma::default();
    }
}

impl Portable for Memory {
    fn fields(&mut self, fields: &mut dyn Fields) {
        self.charging.fields(fields);
        self.trim.fields(fields);
        self.oil_pressure.fields(fields);
        self.coolant_level.fields(fields);
        self.coolant_at_load.fields(fields);
        self.coolant_shift.fields(fields);
    }
}
