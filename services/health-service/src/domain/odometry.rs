//! The way by speed, kept aside while an odometer is silent or stands still: a distance that stopped would freeze every remaining
//! life in kilometres, and make the vehicle's own pace small and sure.

use prognostics::snapshot::{Fields, Portable};

use super::{Micros, SECOND};

/// Speed is not integrated over a longer pause.
const SPEED_MEMORY: Micros = 120 * SECOND;
/// Odometers that count in whole kilometres or miles, or are sent now and then, move on within this way.
const SILENT_KM: f64 = 25.0;

/// What speed says of the way driven since the odometer last moved on.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Odometry {
    /// Event time of the last speed; 0 before the first.
    speed_at: Micros,
    /// Driven by speed and not counted yet, in km.
    aside_km: f64,
    /// Counted by speed ahead of the odometer, in km.
    ahead_km: f64,
}

impl Odometry {
    /// Takes a speed, and returns the km since the one before it.
    pub fn by_speed(&mut self, kmh: f64, last_kmh: f64, at: Micros) -> f64 {
        let elapsed = at - self.speed_at;
        let known = self.speed_at > 0 && (0..=SPEED_MEMORY).contains(&elapsed);
        self.speed_at = at;
        if !known {
            return 0.0;
        }
        0.5 * (kmh + last_kmh).max(0.0) * elapsed as f64 / (3_600.0 * SECOND as f64)
    }

    /// The odometer did not move on while speed says `km`. Returns what is to be counted now: nothing for a while, since the
    /// odometer will most likely bring it.
    pub fn stands_still(&mut self, km: f64) -> f64 {
        self.aside_km += km;
        if self.aside_km < SILENT_KM {
            return 0.0;
        }
        let counted = std::mem::take(&mut self.aside_km);
        self.ahead_km += counted;
        counted
    }

    /// The odometer says something that cannot be: speed stands for it, `km` at once.
    pub fn is_refused(&mut self, km: f64) -> f64 {
        let counted = km + std::mem::take(&mut self.aside_km);
        self.ahead_km += counted;
        counted
    }

    /// The odometer moved on by `km`. Returns what of it was not counted yet.
    pub fn moves_on(&mut self, km: f64) -> f64 {
        self.aside_km = 0.0;
        (km - std::mem::take(&mut self.ahead_km)).max(0.0)
    }

    /// Another odometer begins: what was counted by speed stays counted.
    pub fn begins_anew(&mut self) {
        (self.aside_km, self.ahead_km) = (0.0, 0.0);
    }
}

impl Portable for Odometry {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.i64(&mut self.speed_at);
        fields.f64(&mut self.aside_km);
        fields.f64(&mut self.ahead_km);
    }
}
