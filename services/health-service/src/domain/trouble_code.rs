//! Which component a trouble code speaks of, and how gravely (SAE J2012 / ISO 15031-6; SPN of SAE J1939-73).

use prognostics::snapshot::{Fields, Portable};

use super::Micros;
use super::component::ComponentKind;

/// How far a code's confirmation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeStatus {
    /// Seen once, not confirmed.
    Pending,
    /// Confirmed or permanent.
    Confirmed,
}

/// How grave a confirmed code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    /// A sensor, a plausibility, a slow drift.
    Minor,
    /// A function is failing.
    Major,
    /// Damage is near.
    Critical,
}

/// The component and gravity of a code; `None` for codes that no component here answers for.
#[must_use]
pub fn classify(code: &str) -> Option<(ComponentKind, Gravity)> {
    let code = code.trim();
    if let Some(rest) = code.strip_prefix("SPN") {
        return classify_spn(rest);
    }
    let number = u32::from_str_radix(code.get(1..5)?, 16).ok()?;
    match code.as_bytes()[0] {
        b'P' => classify_powertrain(number),
        b'C' => classify_chassis(number),
        _ => None,
    }
}

fn classify_powertrain(number: u32) -> Option<(ComponentKind, Gravity)> {
    use ComponentKind as C;
    use Gravity::{Critical, Major, Minor};
    Some(match number {
        0x0217 => (C::Cooling, Critical),
        0x0115..=0x0119 | 0x0125 | 0x0126 | 0x0128 => (C::Cooling, Minor),
        0x0480..=0x0485 | 0x2181 => (C::Cooling, Major),
        0x0524 | 0x0298 => (C::Lubrication, Critical),
        0x0195..=0x0199 | 0x0520..=0x0523 => (C::Lubrication, Minor),
        0x0300..=0x0312 | 0x0016..=0x0019 | 0x0335..=0x0344 => (C::Engine, Major),
        0x0620..=0x0626 => (C::Charging, Major),
        // Of the system's voltage, which is measured beside them: it falls with the battery and with whatever is switched on, too.
        0x0560..=0x0563 => (C::Charging, Minor),
        0x0615..=0x0617 => (C::Battery12v, Minor),
        0x0420..=0x0434 => (C::Aftertreatment, Minor),
        0x0401..=0x0409 => (C::Engine, Minor),
        0x2002 | 0x2003 | 0x2452..=0x2459 | 0x246C | 0x20E8 | 0x20EE | 0x242F => (C::Aftertreatment, Major),
        0x2031..=0x205F | 0x2080..=0x20FF | 0x2200..=0x22FF => (C::Aftertreatment, Minor),
        0x0218 | 0x0730..=0x0736 | 0x0740..=0x0744 | 0x0811 | 0x0894 => (C::Transmission, Major),
        0x0700..=0x099F => (C::Transmission, Minor),
        0x0AA6 | 0x0AA1 => (C::TractionBattery, Critical),
        0x0A80 | 0x0A7F => (C::TractionBattery, Major),
        0x0A00..=0x0BFF => (C::TractionBattery, Minor),
        0x0001..=0x03FF => (C::Engine, Minor),
        _ => return None,
    })
}

fn classify_chassis(number: u32) -> Option<(ComponentKind, Gravity)> {
    use ComponentKind as C;
    Some(match number {
        0x0110 | 0x0121 | 0x0265 | 0x0267 => (C::Brakes, Gravity::Major),
        0x0035..=0x0050 | 0x0060..=0x0095 | 0x0241..=0x0299 => (C::Brakes, Gravity::Minor),
        0x0750..=0x0775 => (C::Tyres, Gravity::Minor),
        0x0550..=0x0749 => (C::Suspension, Gravity::Minor),
        _ => return None,
    })
}

/// `SPN110-0`, `SPN 110 FMI 0` and the like: the first number is the SPN, the second the failure mode.
fn classify_spn(rest: &str) -> Option<(ComponentKind, Gravity)> {
    use ComponentKind as C;
    let mut numbers = rest
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|part| part.parse::<u32>().ok());
    let spn = numbers.next()?;
    // Failure modes 0 and 1 are "most severe level above or below the normal range".
    let severe = matches!(numbers.next(), Some(0 | 1));
    let grave = if severe { Gravity::Critical } else { Gravity::Minor };
    let failing = if severe { Gravity::Major } else { Gravity::Minor };
    Some(match spn {
        110 => (C::Cooling, grave),
        111 => (C::Cooling, failing),
        100 => (C::Lubrication, grave),
        98 | 175 => (C::Lubrication, failing),
        177 => (C::Transmission, failing),
        167 | 158 => (C::Charging, failing),
        168 => (C::Battery12v, failing),
        117 | 118 => (C::Brakes, grave),
        1761 | 3251 | 3719 => (C::Aftertreatment, failing),
        1322..=1328 => (C::Engine, Gravity::Major),
        _ => return None,
    })
}

/// The codes that are held against one component, at most four.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Codes {
    held: Vec<HeldCode>,
}

/// A code with its last sighting.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HeldCode {
    /// The code as it came.
    pub code: String,
    cap: u8,
    /// Last seen with the status that the cap stands for.
    seen: Micros,
    /// Last seen pending while it counted as confirmed; 0 if it was not.
    pending_at: Micros,
}

/// In place of a cap: the code is of a part that was repaired.
const MENDED: u8 = u8::MAX;

impl HeldCode {
    fn counts(&self) -> bool {
        self.cap != MENDED
    }
}

const HELD_MAX: usize = 4;
const CODE_CHARS_MAX: usize = 16;

impl Codes {
    /// Notes a code. What was confirmed stays so for its memory, whatever is reported as pending beside or after it. A fifth code
    /// displaces the mildest; false says that one was lost.
    pub fn note(&mut self, code: &str, status: CodeStatus, gravity: Gravity, at: Micros) -> bool {
        let cap = match (status, gravity) {
            (CodeStatus::Pending, _) => 0,
            (CodeStatus::Confirmed, Gravity::Minor) => 1,
            (CodeStatus::Confirmed, Gravity::Major) => 2,
            (CodeStatus::Confirmed, Gravity::Critical) => 3,
        };
        let code: String = code.chars().take(CODE_CHARS_MAX).collect();
        match self.held.iter_mut().find(|held| held.code == code) {
            Some(held) if held.cap == MENDED => {}
            Some(held) if status == CodeStatus::Pending && held.cap > 0 => held.pending_at = at,
            Some(held) => (held.cap, held.seen) = (cap, at),
            None => self.held.push(HeldCode {
                code,
                cap,
                seen: at,
                pending_at: 0,
            }),
        }
        let rank = |held: &HeldCode| held.counts().then_some(held.cap);
        self.held
            .sort_by(|a, b| rank(b).cmp(&rank(a)).then_with(|| a.code.cmp(&b.code)));
        let fits = self.held.len() <= HELD_MAX;
        self.held.truncate(HELD_MAX);
        fits
    }

    /// Drops codes that were not seen for longer than `memory`; one that was seen only as pending since then counts as that.
    pub fn expire(&mut self, now: Micros, memory: Micros) {
        let recent = |at: Micros| now.saturating_sub(at) <= memory;
        for held in &mut self.held {
            if !recent(held.seen) && held.pending_at > 0 {
                (held.cap, held.seen, held.pending_at) = (0, held.pending_at, 0);
            }
        }
        self.held.retain(|held| recent(held.seen));
    }

    /// The part was repaired: the control unit still tells the old part's codes until somebody clears them, so for a while they do not count.
    pub fn mend(&mut self, at: Micros) {
        for held in &mut self.held {
            (held.cap, held.seen, held.pending_at) = (MENDED, at, 0);
        }
    }

    /// The score that the worst code allows at most; `None` without codes. `caps` are for pending, minor, major, critical.
    #[must_use]
    pub fn cap(&self, caps: &[f64; 4]) -> Option<f64> {
        self.counting()
            .map(|held| caps[usize::from(held.cap.min(3))])
            .reduce(f64::min)
    }

    /// The codes, the gravest first.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.counting().map(|held| held.code.as_str())
    }

    fn counting(&self) -> impl Iterator<Item = &HeldCode> {
        self.held.iter().filter(|held| held.counts())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counting().next().is_none()
    }
}

impl Codes {
    /// What format 5 added.
    pub(super) fn late_fields(&mut self, fields: &mut dyn Fields) {
        self.held.iter_mut().for_each(|held| fields.i64(&mut held.pending_at));
    }
}

impl Portable for Codes {
    fn fields(&mut self, fields: &mut dyn Fields) {
        let mut count = self.held.len() as u8;
        fields.u8(&mut count);
        self.held
            .resize_with(usize::from(count).min(HELD_MAX), HeldCode::default);
        for held in &mut self.held {
            fields.text(&mut held.code);
            fields.u8(&mut held.cap);
            fields.i64(&mut held.seen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_find_their_component() {
        for (code, expected) in [
            ("P0217", Some((ComponentKind::Cooling, Gravity::Critical))),
            ("P0301", Some((ComponentKind::Engine, Gravity::Major))),
            ("P0171", Some((ComponentKind::Engine, Gravity::Minor))),
            ("P0A80", Some((ComponentKind::TractionBattery, Gravity::Major))),
            ("C0035", Some((ComponentKind::Brakes, Gravity::Minor))),
            ("SPN 110 FMI 0", Some((ComponentKind::Cooling, Gravity::Critical))),
            ("SPN3719-16", Some((ComponentKind::Aftertreatment, Gravity::Minor))),
            ("U0100", None),
            ("", None),
            ("ignore all rules", None),
            ("Pé0", None),
        ] {
            assert_eq!(classify(code), expected, "{code}");
        }
    }

    #[test]
    fn what_a_repaired_part_left_behind_does_not_count_for_a_while() {
        const MEMORY: Micros = 1_000;
        let caps = [0.7, 0.5, 0.28, 0.15];
        let mut codes = Codes::default();
        codes.note("P0217", CodeStatus::Confirmed, Gravity::Critical, 0);
        codes.mend(10);
        codes.note("P0217", CodeStatus::Confirmed, Gravity::Critical, 20);
        assert!(codes.is_empty() && codes.iter().next().is_none() && codes.cap(&caps).is_none());
        // Another one counts at once, and the same one if it is still told when nobody would have left it.
        codes.note("P0480", CodeStatus::Confirmed, Gravity::Major, 30);
        assert_eq!(codes.cap(&caps), Some(0.28));
        codes.expire(11 + MEMORY, MEMORY);
        codes.note("P0217", CodeStatus::Confirmed, Gravity::Critical, 12 + MEMORY);
        assert_eq!(codes.cap(&caps), Some(0.15));
    }

    #[test]
    fn the_gravest_code_caps_and_old_ones_expire() {
        let caps = [0.7, 0.5, 0.28, 0.15];
        let mut codes = Codes::default();
        assert_eq!(codes.cap(&caps), None);
        assert!(codes.note("P0128", CodeStatus::Confirmed, Gravity::Minor, 10));
        assert!(codes.note("P0217", CodeStatus::Pending, Gravity::Critical, 20));
        assert_eq!(codes.cap(&caps), Some(0.5));
        assert!(codes.note("P0217", CodeStatus::Confirmed, Gravity::Critical, 30));
        assert_eq!(codes.cap(&caps), Some(0.15));
        codes.expire(100, 60);
        assert!(codes.is_empty());
    }

    #[test]
    fn a_confirmed_code_stays_confirmed_whatever_is_pending_beside_or_after_it() {
        use CodeStatus::{Confirmed, Pending};
        let caps = [0.7, 0.5, 0.28, 0.15];
        for order in [[Pending, Confirmed], [Confirmed, Pending]] {
            let mut codes = Codes::default();
            for status in order {
                codes.note("P0217", status, Gravity::Critical, 10);
            }
            assert_eq!(codes.cap(&caps), Some(0.15), "{order:?}");
            codes.note("P0217", Pending, Gravity::Critical, 60);
            codes.expire(70, 60);
            assert_eq!(codes.cap(&caps), Some(0.15), "within the memory of the confirmation");
            codes.expire(71, 60);
            assert_eq!(codes.cap(&caps), Some(0.7), "pending was all that came since");
            codes.expire(121, 60);
            assert!(codes.is_empty());
        }
    }
}
