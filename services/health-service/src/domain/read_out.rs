//! When a vehicle's trouble codes were read out: only then does a code that is not among them say that it is not stored.

use prognostics::snapshot::{Fields, Portable};

use super::Micros;
use super::component::ComponentKind;
use super::rules::Rules;
use super::trouble_code::{Codes, Gravity, classify};
use super::vehicle::{Record, Vehicle};

/// What is known of the read-outs as such, beside the codes that components hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReadOut {
    /// Event time of the last one; 0 before the first.
    read_at: Micros,
    /// Event time at which a code found no room; 0 as long as none was lost.
    lost_at: Micros,
    /// Codes that no component answers for.
    others: Codes,
}

impl ReadOut {
    /// Drops codes that were not seen for longer than `memory`.
    pub(super) fn expire(&mut self, now: Micros, memory: Micros) {
        self.others.expire(now, memory);
    }

    /// What format 5 added.
    pub(super) fn late_fields(&mut self, fields: &mut dyn Fields) {
        self.others.late_fields(fields);
    }

    /// Whether everything that was read within `memory` is held.
    fn is_complete(&self, now: Micros, memory: Micros) -> bool {
        let recent = |at: Micros| at > 0 && now.saturating_sub(at) <= memory;
        recent(self.read_at) && !recent(self.lost_at)
    }
}

impl Vehicle {
    /// Holds a record's trouble codes against their components, and notes that they were read. False when nothing came of it that
    /// was not known.
    pub(super) fn note_codes(&mut self, record: &Record<'_>) -> bool {
        let at = record.at;
        let mut new = false;
        if record.codes_read || !record.codes.is_empty() {
            new |= self.read_out.read_at != at;
            self.read_out.read_at = at;
        }
        for (code, status) in &record.codes {
            let (codes, gravity) = match classify(code) {
                Some((component, gravity)) => {
                    let component = &mut self.components[component as usize];
                    if component.is_before_repair(at) {
                        continue;
                    }
                    (&mut component.codes, gravity)
                }
                None => (&mut self.read_out.others, Gravity::Minor),
            };
            let before = codes.clone();
            if !codes.note(code, *status, gravity, at) {
                new |= self.read_out.lost_at != at;
                self.read_out.lost_at = at;
            }
            new |= *codes != before;
        }
        new
    }

    /// Whether a code that is told neither of the component nor of the rest of the vehicle is known not to be stored.
    pub(super) fn has_read_codes(&self, kind: ComponentKind, rules: &Rules) -> bool {
        let before_repair = self.components[kind as usize].is_before_repair(self.read_out.read_at);
        !before_repair && self.read_out.is_complete(self.last_at, rules.code_memory_us)
    }

    /// The codes that other components hold, and those that none answers for.
    pub(super) fn other_codes(&self, kind: ComponentKind) -> Vec<String> {
        let others = ComponentKind::ALL.iter().filter(|other| **other != kind);
        others
            .flat_map(|other| self.components[*other as usize].codes.iter())
            .chain(self.read_out.others.iter())
            .map(str::to_owned)
            .collect()
    }
}

impl Portable for ReadOut {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.i64(&mut self.read_at);
        fields.i64(&mut self.lost_at);
        self.others.fields(fields);
    }
}

#[cfg(test)]
mod tests {
    use super::super::SECOND;
    use super::super::codec::{decode, decode_older, encode};
    use super::super::signal::{Readings, Signal};
    use super::super::trouble_code::CodeStatus;
    use super::*;

    const DAY: Micros = 86_400 * SECOND;

    /// What formats after the read-out's added.
    struct Later(Vehicle);

    impl Portable for Later {
        fn fields(&mut self, fields: &mut dyn Fields) {
            self.0.fields_of_format_5(fields);
            self.0.fields_of_format_6(fields);
            self.0.fields_of_format_7(fields);
        }
    }

    fn rules() -> Rules {
        let config: crate::config::Config = chassis::config::load(&crate::DEFINITION, &Default::default()).unwrap();
        config.rules().unwrap()
    }

    /// A vehicle after one record with these codes.
    fn after(codes: &[&'static str], codes_read: bool) -> Vehicle {
        let mut vehicle = Vehicle::default();
        observe(&mut vehicle, DAY, codes, codes_read);
        vehicle
    }

    fn observe(vehicle: &mut Vehicle, at: Micros, codes: &[&'static str], codes_read: bool) {
        let mut readings = Readings::default();
        readings.set(Signal::Speed, 50.0);
        let record = Record {
            at,
            readings,
            codes: codes
                .iter()
                .map(|code| ((*code).into(), CodeStatus::Confirmed))
                .collect(),
            codes_read,
        };
        vehicle.observe(&record, false, &rules(), &mut Vec::new());
    }

    fn told(vehicle: &Vehicle, kind: ComponentKind) -> (bool, Vec<String>, Vec<String>) {
        let report = vehicle.report(kind, &rules());
        (report.codes_read, report.codes, report.other_codes)
    }

    #[test]
    fn silence_is_no_read_out_and_an_empty_list_is_one() {
        assert!(!told(&after(&[], false), ComponentKind::Cooling).0);
        assert_eq!(told(&after(&[], true), ComponentKind::Cooling), (true, vec![], vec![]));
    }

    /// Whoever reads other meanings into a code must not take it for absent, because another component holds it, or none.
    #[test]
    fn every_code_that_was_read_is_told_of_every_component() {
        let vehicle = after(&["P0217", "P0562", "P2560"], false);
        let (read, own, others) = told(&vehicle, ComponentKind::Cooling);
        assert_eq!((read, own), (true, vec!["P0217".to_owned()]));
        assert_eq!(others, ["P0562", "P2560"]);
    }

    #[test]
    fn a_read_out_is_forgotten_with_its_codes_and_ends_with_a_repair() {
        let mut vehicle = after(&["P2560"], true);
        vehicle.repair(ComponentKind::Cooling, DAY + SECOND, false, &rules());
        assert!(!told(&vehicle, ComponentKind::Cooling).0, "it was read of the old part");
        assert!(told(&vehicle, ComponentKind::Brakes).0);
        observe(&mut vehicle, DAY + 2 * rules().code_memory_us, &[], false);
        assert!(!told(&vehicle, ComponentKind::Brakes).0);
        let now = vehicle.last_at;
        vehicle.read_out.expire(now, rules().code_memory_us);
        assert_eq!(told(&vehicle, ComponentKind::Brakes), (false, vec![], vec![]));
    }

    #[test]
    fn a_code_that_found_no_room_may_be_any_code() {
        let many = ["P0001", "P0002", "P0003", "P0004", "P0005"];
        let mut vehicle = after(&many[..4], true);
        assert!(told(&vehicle, ComponentKind::Engine).0);
        observe(&mut vehicle, DAY + SECOND, &many, true);
        assert!(!told(&vehicle, ComponentKind::Engine).0);
    }

    #[test]
    fn a_state_from_before_has_read_nothing() {
        let mut vehicle = after(&["P2560"], true);
        assert_eq!(decode::<Vehicle>(&encode(&mut vehicle)).unwrap(), vehicle);
        let added = encode(&mut vehicle.read_out).len() + encode(&mut Later(vehicle.clone())).len();
        let bytes = encode(&mut vehicle);
        let older: Vehicle = decode_older(&bytes[..bytes.len() - added]).unwrap();
        assert!(!told(&older, ComponentKind::Cooling).0);
        (vehicle.read_out, vehicle.spoken, vehicle.odometry) = Default::default();
        assert_eq!(older, vehicle);
    }
}
