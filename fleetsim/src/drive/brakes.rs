//! Friction brakes of the front axle, which does about 70 % of the work.
//!
//! Pad wear is proportional to the energy turned into heat (Archard's law; a set of front pads lasts some 50,000 km of
//! mixed driving). A sticking caliper drags: it grinds the pad down and heats the disc also between two brakings. Fluid
//! falls as worn pads let the pistons come out. Discs are one heat capacity each, cooled by the air stream.

use rand::rngs::StdRng;

use super::noise::normal;

/// Heat that wears one front pad down, in J.
const PAD_LIFE_J: f64 = 3.2e9;
/// Heat capacity of one front disc, in J/K.
const DISC_J_K: f64 = 3_700.0;
/// Deceleration that rolling and air give without braking, in m/s².
const COASTING_MS2: f64 = 0.25;

/// State of the front brakes.
#[derive(Debug, Clone)]
pub(crate) struct Brakes {
    mass_kg: f64,
    /// Share of the braking that the friction brakes do; less with recuperation.
    friction_share: f64,
    /// Wear of the left and right pad, 0 new … 1 gone.
    pub(crate) pads: [f64; 2],
    initial: [f64; 2],
    pub(crate) disc_degc: f64,
    pub(crate) pedal_percent: f64,
}

impl Brakes {
    pub(crate) fn new(mass_kg: f64, friction_share: f64, wear: f64) -> Self {
        let pads = [wear, (wear - 0.01).max(0.0)];
        Self {
            mass_kg,
            friction_share,
            pads,
            initial: pads,
            disc_degc: 20.0,
            pedal_percent: 0.0,
        }
    }

    /// One second; `drag` is the wear of a caliper that sticks, 0…1.
    pub(crate) fn step(&mut self, speed_ms: f64, acceleration_ms2: f64, air_degc: f64, drag: f64, rng: &mut StdRng) {
        let braking_ms2 = (-acceleration_ms2 - COASTING_MS2).max(0.0);
        let heat_j = self.mass_kg * braking_ms2 * speed_ms * self.friction_share * 0.35;
        let drag_j = 900.0 * drag * speed_ms;
        self.pedal_percent = if braking_ms2 > 0.0 {
            (18.0 * braking_ms2 + 2.0 * normal(rng)).clamp(1.0, 100.0)
        } else {
            0.0
        };
        for pad in &mut self.pads {
            *pad = (*pad + heat_j / PAD_LIFE_J).min(1.0);
        }
        if drag > 0.0 {
            // The fault's own wear is what the plan says; braking adds to it.
            self.pads[0] = self.pads[0]
                .max(self.initial[0] + (0.99 - self.initial[0]) * drag)
                .min(1.0);
            self.pads[1] = self.pads[1]
                .max(self.initial[1] + (0.80 - self.initial[1]).max(0.0) * drag)
                .min(1.0);
        }
        let cooling_w = (12.0 + 4.0 * speed_ms) * (self.disc_degc - air_degc);
        self.disc_degc = (self.disc_degc + (heat_j + drag_j - cooling_w) / DISC_J_K).clamp(-40.0, 750.0);
    }

    /// Brake fluid in percent of full.
    pub(crate) fn fluid_percent(&self) -> f64 {
        100.0 - 22.0 * (self.pads[0] + self.pads[1])
    }

    /// New pads.
    pub(crate) fn renew(&mut self) {
        self.pads = [0.0, 0.0];
        self.initial = self.pads;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn sound_pads_last_and_a_dragging_caliper_eats_one() {
        let mut rng = StdRng::seed_from_u64(2);
        let mut sound = Brakes::new(1_200.0, 1.0, 0.2);
        let mut dragging = sound.clone();
        for second in 0..20_000 {
            let acceleration = if second % 60 < 8 { -1.7 } else { 0.0 };
            sound.step(14.0, acceleration, 15.0, 0.0, &mut rng);
            dragging.step(14.0, acceleration, 15.0, f64::from(second) / 20_000.0, &mut rng);
        }
        assert!(sound.pads[0] < 0.25 && sound.disc_degc < 250.0, "{sound:?}");
        assert!(dragging.pads[0] > 0.95 && dragging.pads[1] < 0.9, "{dragging:?}");
        assert!(dragging.disc_degc > sound.disc_degc + 50.0);
        dragging.renew();
        assert_eq!(dragging.fluid_percent(), 100.0);
    }
}
