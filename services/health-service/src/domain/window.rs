//! One window of judgement: what was seen of each feature, by regime, as five numbers.

use prognostics::snapshot::{Fields, Portable};

use super::Micros;

/// A quantity gathered over a window. Several features may come from one signal in different regimes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Feature {
    /// Coolant with the engine running and settled, vehicle standing.
    CoolantStanding,
    /// The same in town.
    CoolantUrban,
    /// The same on the road.
    CoolantRoad,
    /// The same under high load, at any speed: what a weak cooling circuit shows first.
    CoolantAtLoad,
    CoolantLevel,
    /// 12 V while the engine runs, after the start has been made good.
    RunningVoltage,
    /// Long-term trim plus half the short-term one, the worse bank, warm.
    FuelTrim,
    /// Oil pressure as a share of what its speed asks for.
    OilPressureRatio,
    OilTemperature,
    OilLevel,
    TransmissionTemperature,
    TransmissionSlip,
    ClutchWear,
    PadWearFrontLeft,
    PadWearFrontRight,
    PadWearRearLeft,
    PadWearRearRight,
    BrakeFluid,
    BrakeAir,
    AbsError,
    TyreFrontLeft,
    TyreFrontRight,
    TyreRearLeft,
    TyreRearRight,
    BatteryCharge,
    SootLoad,
    ExhaustFluid,
    TractionHealth,
    CellSpread,
    /// 12 V with the engine off.
    OffVoltage,
    /// Share by which the engine turns faster under load than its gear says.
    GearSlip,
    /// Square of the body's vertical acceleration by speed, (m/s²)² per km/h.
    Bounce,
}

/// How many features there are.
pub const FEATURES: usize = Feature::Bounce as usize + 1;

/// A running mean with what it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Gathered {
    weight: f32,
    sum: f64,
    samples: u32,
}

impl Gathered {
    fn observe(&mut self, value: f64, trust: f64) {
        self.weight += trust as f32;
        self.sum += value * trust;
        self.samples = self.samples.saturating_add(1);
    }

    /// The mean weighed by trust; `None` when nothing trustworthy was seen.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.weight > 0.0).then(|| self.sum / f64::from(self.weight))
    }

    /// Mean trust of the samples, 0..=1.
    #[must_use]
    pub fn trust(&self) -> f64 {
        if self.samples == 0 {
            0.0
        } else {
            f64::from(self.weight) / f64::from(self.samples)
        }
    }

    /// How many samples were seen.
    #[must_use]
    pub fn samples(&self) -> u32 {
        self.samples
    }
}

impl Portable for Gathered {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.f32(&mut self.weight);
        fields.f64(&mut self.sum);
        let mut samples = u64::from(self.samples);
        fields.u64(&mut samples);
        self.samples = u32::try_from(samples).unwrap_or(u32::MAX);
    }
}

/// The window under way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Event time at which it began; `i64::MIN` when none is open.
    pub from: Micros,
    features: [Gathered; FEATURES],
    seen: u64,
}

impl Default for Window {
    fn default() -> Self {
        Self {
            from: Micros::MIN,
            features: [Gathered::default(); FEATURES],
            seen: 0,
        }
    }
}

impl Window {
    /// A new window from an instant on.
    pub fn restart(&mut self, from: Micros) {
        self.from = from;
        let mut seen = self.seen;
        while seen != 0 {
            self.features[seen.trailing_zeros() as usize] = Gathered::default();
            seen &= seen - 1;
        }
        self.seen = 0;
    }

    /// Adds a sample of a feature.
    pub fn observe(&mut self, feature: Feature, value: f64, trust: f64) {
        if value.is_finite() && trust > 0.0 {
            self.features[feature as usize].observe(value, trust);
            self.seen |= 1 << feature as u8;
        }
    }

    /// Forgets a feature, because its sensor turned out to be broken.
    pub fn withdraw(&mut self, feature: Feature) {
        self.features[feature as usize] = Gathered::default();
        self.seen &= !(1 << feature as u8);
    }

    /// What was gathered of a feature, if anything.
    #[must_use]
    pub fn get(&self, feature: Feature) -> Option<&Gathered> {
        (self.seen & (1 << feature as u8) != 0).then(|| &self.features[feature as usize])
    }

    /// The mean of a feature, if anything was gathered.
    #[must_use]
    pub fn mean(&self, feature: Feature) -> Option<f64> {
        self.get(feature).and_then(Gathered::mean)
    }

    /// Whether nothing was gathered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seen == 0
    }
}

impl Portable for Window {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.i64(&mut self.from);
        fields.u64(&mut self.seen);
        self.seen &= (1 << FEATURES) - 1;
        for number in 0..FEATURES {
            if self.seen & (1 << number) != 0 {
                self.features[number].fields(fields);
            }
        }
    }
}
