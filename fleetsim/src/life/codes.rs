//! Trouble codes: they come late, sometimes never, and sometimes falsely.
//!
//! Each part has its own wear at which its code is set, near 0.85 with a spread, and for every fourth part it never
//! comes. A code is pending in the leg that sets it and confirmed from the next one on, as SAE J1979 has it. False codes
//! come by chance, once in so many kilometres, and go again after some days.

use super::modes::{MODES, Mode};
use super::wear::Parts;
use crate::dice::Dice;

/// One false code in so many kilometres.
const FALSE_CODE_KM: f64 = 70_000.0;
/// How long a false code stays, in km.
const FALSE_CODE_LASTS_KM: f64 = 250.0;
/// Share of parts whose code never comes.
const NEVER: f64 = 0.25;
/// What false codes claim: connectors, voltage dips and evaporation more often than the parts simulated here.
const FALSE_CODES: [&str; 8] = ["P0113", "P0442", "P0562", "P0171", "U0100", "P0128", "C0035", "P0420"];

/// A code and how sure the control unit is of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Code {
    pub(crate) code: &'static str,
    pub(crate) confirmed: bool,
}

/// The codes of one vehicle.
#[derive(Debug, Clone)]
pub(crate) struct Codes {
    /// Wear at which each mode's code is set.
    at: [f64; MODES],
    legs: [u8; MODES],
    false_code: Option<(&'static str, f64)>,
    next_false_km: f64,
    /// Codes that are set now.
    pub(crate) set: Vec<Code>,
    dice: Dice,
}

impl Codes {
    pub(crate) fn new(odometer_km: f64, mut dice: Dice) -> Self {
        let at = Mode::ALL.map(|_| threshold(&mut dice));
        Self {
            at,
            legs: [0; MODES],
            false_code: None,
            next_false_km: odometer_km + FALSE_CODE_KM * dice.exponential(),
            set: Vec::new(),
            dice,
        }
    }

    /// Looks at the parts after a leg; answers a false code that has just come.
    pub(crate) fn update(&mut self, parts: &Parts, odometer_km: f64) -> Option<&'static str> {
        self.set.clear();
        for mode in Mode::ALL {
            let Some(code) = mode.code().filter(|_| parts.wear(mode) >= self.at[mode as usize]) else {
                continue;
            };
            let legs = &mut self.legs[mode as usize];
            *legs = legs.saturating_add(1);
            let known = self.set.iter().any(|set| set.code == code);
            if !known {
                self.set.push(Code {
                    code,
                    confirmed: *legs > 1,
                });
            }
        }
        let mut new = None;
        if self.false_code.is_some_and(|(_, until_km)| odometer_km > until_km) {
            self.false_code = None;
        }
        if self.false_code.is_none() && odometer_km > self.next_false_km {
            let code = FALSE_CODES[self.dice.below(FALSE_CODES.len())];
            self.false_code = Some((code, odometer_km + FALSE_CODE_LASTS_KM * self.dice.exponential()));
            self.next_false_km = odometer_km + FALSE_CODE_KM * self.dice.exponential();
            new = Some(code);
        }
        if let Some((code, _)) = self.false_code {
            self.set.push(Code { code, confirmed: false });
        }
        new
    }

    /// A workshop has renewed a part: its code is cleared, and the new part has its own threshold.
    pub(crate) fn renew(&mut self, mode: Mode) {
        self.at[mode as usize] = threshold(&mut self.dice);
        self.legs[mode as usize] = 0;
    }
}

fn threshold(dice: &mut Dice) -> f64 {
    if dice.chance(NEVER) {
        f64::MAX
    } else {
        (0.85 + 0.12 * dice.normal()).max(0.4)
    }
}

#[cfg(test)]
mod tests {
    use super::super::class::{Class, Spec};
    use super::super::wear::Leg;
    use super::*;

    #[test]
    fn codes_come_late_or_never_and_some_are_false() {
        let spec = Spec::draw(Class::PetrolCar, &mut Dice::new(1, 1));
        let (mut came, mut never, mut falsely) = (0, 0, 0);
        for seed in 0..80 {
            let mut parts = Parts::new(&spec, 0.0, 1.0, Dice::new(seed, 0));
            let mut codes = Codes::new(0.0, Dice::new(seed, 1));
            let leg = Leg {
                km: 20.0,
                starts: 1.0,
                air_degc: 12.0,
                ..Leg::default()
            };
            let mut km = 0.0;
            while parts.wear(Mode::TyreLeak) < 1.0 && km < 400_000.0 {
                km += leg.km;
                parts.drive(&leg, km);
                falsely += u32::from(codes.update(&parts, km).is_some());
                let set = codes.set.iter().any(|code| code.code == "C0750");
                assert!(!set || parts.wear(Mode::TyreLeak) >= 0.4);
            }
            let set = codes.set.iter().any(|code| code.code == "C0750");
            came += u32::from(set);
            never += u32::from(!set);
            codes.renew(Mode::TyreLeak);
            parts.renew(Mode::TyreLeak, km);
            codes.update(&parts, km);
            assert!(codes.set.iter().all(|code| code.code != "C0750"));
        }
        assert!(came > 35 && never > 8 && falsely > 12, "{came} {never} {falsely}");
    }
}
