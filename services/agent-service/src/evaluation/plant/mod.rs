//! A simple plant that faults are put into, to judge the diagnosis by.
//!
//! Its constants are physical: degrees, volts, kilopascals, and the thresholds of monitors, after workshop handbooks and
//! SAE J1979/J1939 ranges. A symptom's probability is nowhere written down here: it follows from how far a fault moves a
//! reading, the spread of healthy readings, and where the monitor's threshold lies. This module reads nothing else of the
//! crate (a test sees to it), so that it cannot take its constants from what it judges.

mod faults;
mod readings;

pub use faults::{FAULTS, Fault};
pub use readings::{READINGS, Reading, Seen};

/// A stream of random numbers (SplitMix64, Steele et al. 2014), the same for the same seed.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Uniform in 0..1.
    pub fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// True with this probability.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// Standard normal, as the sum of twelve uniforms.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }

    /// One of several.
    pub fn pick<'t, T>(&mut self, items: &'t [T]) -> &'t T {
        &items[(self.uniform() * items.len() as f64) as usize]
    }
}

/// How much of what the plant shows reaches the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// Health's finding, windows of the vehicle's signals, a read-out of trouble codes and the workshop's checks.
    Full,
    /// About a third of it is missing, the read-out among it now and then.
    Partial,
    /// Only that the component drew attention, and what every vehicle shows.
    Removed,
}

/// What kind of truth a case has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    OneFault,
    SensorFault,
    TwoFaults,
    Healthy,
}

/// What reached the agent, in the words of health's events and of the workshop.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// Code, signal (empty for none), up.
    pub factors: Vec<(String, String, bool)>,
    /// Signal, observed, expected.
    pub evidence: Vec<(String, f64, f64)>,
    pub trouble_codes: Vec<String>,
    pub trouble_codes_read: bool,
    pub reported_present: Vec<String>,
    pub reported_absent: Vec<String>,
}

/// A case with its truth.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    pub name: String,
    pub kind: Kind,
    pub amount: Amount,
    pub component: String,
    pub powertrain: &'static str,
    /// The faults that are there; none: a healthy vehicle.
    pub truth: Vec<&'static str>,
    pub shown: Shown,
    /// How sure health is of its finding, 0..1.
    pub source_confidence: f64,
}

/// A vehicle of one powertrain with some faults, measured once.
struct Vehicle<'c> {
    values: Vec<f64>,
    codes: Vec<String>,
    broken: Vec<&'static str>,
    powertrain: &'static str,
    chance: &'c mut Chance,
}

/// Draws a case of a kind.
pub fn draw(seed: u64, kind: Kind, amount: Amount) -> Case {
    let chance = &mut Chance::new(seed);
    let (truth, powertrain) = strike(chance, kind);
    let first = truth[0];
    let truth = if kind == Kind::Healthy { vec![] } else { truth };
    let component = match kind {
        Kind::OneFault => *chance.pick(first.attention),
        _ => first.home(),
    };
    let shown = noticed(chance, &truth, powertrain, component, amount);
    Case {
        name: format!("seed {seed}"),
        kind,
        amount,
        component: component.to_owned(),
        powertrain,
        truth: truth.iter().map(|fault| fault.name).collect(),
        shown,
        source_confidence: 0.75 + 0.2 * chance.uniform(),
    }
}

/// The faults of a case (a healthy vehicle has the one that it is suspected of), and the powertrain that can have them.
fn strike(chance: &mut Chance, kind: Kind) -> (Vec<&'static Fault>, &'static str) {
    let suits = |fault: &&Fault| (kind == Kind::SensorFault) == fault.sensor || kind == Kind::TwoFaults;
    let candidates: Vec<_> = FAULTS.iter().filter(suits).collect();
    loop {
        let first = *chance.pick(&candidates);
        let powertrain = *chance.pick(first.powertrains);
        if kind != Kind::TwoFaults {
            return (vec![first], powertrain);
        }
        let beside = |fault: &&Fault| {
            fault.home() == first.home() && fault.name != first.name && fault.powertrains.contains(&powertrain)
        };
        let others: Vec<_> = FAULTS.iter().filter(beside).collect();
        if !others.is_empty() {
            return (vec![first, *chance.pick(&others)], powertrain);
        }
    }
}

/// Nobody asks about a fault before something has drawn attention to its component: a finding, a code, or a complaint.
fn noticed(chance: &mut Chance, truth: &[&Fault], powertrain: &'static str, component: &str, amount: Amount) -> Shown {
    const TRIES: usize = 50;
    let mut shown = Shown::default();
    for _ in 0..TRIES {
        let seen;
        (seen, shown) = measure(chance, truth, powertrain, component, amount);
        if seen || truth.is_empty() {
            break;
        }
    }
    shown
}

/// What one vehicle shows, and whether its faults draw attention to the component at all.
fn measure(
    chance: &mut Chance,
    truth: &[&Fault],
    powertrain: &'static str,
    component: &str,
    amount: Amount,
) -> (bool, Shown) {
    let mut vehicle = Vehicle {
        values: READINGS
            .iter()
            .map(|r| r.healthy + r.spread * chance.normal())
            .collect(),
        codes: Vec::new(),
        broken: Vec::new(),
        powertrain,
        chance,
    };
    for fault in truth {
        vehicle.suffer(fault);
    }
    vehicle.settle();
    let seen = vehicle.draws_attention(truth, component);
    vehicle.stray();
    (seen, vehicle.show(component, amount))
}

impl Vehicle<'_> {
    fn suffer(&mut self, fault: &Fault) {
        // How far the fault has gone when somebody looks: seldom at its very end.
        let severity = 0.6 + 0.4 * self.chance.uniform();
        for (reading, shift) in fault.shifts {
            let scatter = 1.0 + 0.25 * self.chance.normal();
            self.values[readings::position(reading)] += shift * severity * scatter;
        }
        for (codes, share) in fault.codes {
            if self.chance.happens(share * (0.85 + 0.15 * severity)) {
                let code = *self.chance.pick(codes);
                self.codes.push(code.to_owned());
            }
        }
        if let Some(signal) = fault.breaks
            && self.chance.happens(0.7)
        {
            self.broken.push(signal);
        }
    }

    /// Physics between the readings: heat passes from the coolant to the oils, and cranking costs current times resistance.
    fn settle(&mut self) {
        let at = readings::position;
        let heat = (self.values[at("coolant")] - 96.0).max(0.0);
        self.values[at("engine oil")] += 1.1 * heat;
        self.values[at("transmission oil")] += 0.9 * heat;
        let starter_a = 330.0 + 30.0 * self.chance.normal();
        let ohm = (self.values[at("battery resistance")] + self.values[at("terminal resistance")]).max(2.0) / 1000.0;
        self.values[at("cranking")] += self.values[at("rest")] - starter_a * ohm;
        self.values[at("recovery")] += 0.25 * (self.values[at("battery resistance")] - 6.0).max(0.0);
    }

    /// Whether each fault is seen at all, and the component by one of its readings or by a code or sensor of its own.
    fn draws_attention(&self, truth: &[&Fault], component: &str) -> bool {
        let alarms = |reading: &Reading| {
            let value = self.values[readings::position(reading.name)];
            reading.occurs_on(self.powertrain) && (value < reading.low || value > reading.high)
        };
        let by_reading = READINGS
            .iter()
            .any(|reading| reading.component() == component && alarms(reading));
        let each = truth.iter().all(|fault| {
            let moved = |(name, _): &(&str, f64)| alarms(&READINGS[readings::position(name)]);
            let stored = |code: &&str| self.codes.iter().any(|stored| stored == code);
            let coded = fault.codes.iter().any(|(codes, _)| codes.iter().any(&stored));
            coded || fault.shifts.iter().any(moved) || fault.breaks.is_some_and(|signal| self.broken.contains(&signal))
        });
        let at_home = truth.iter().any(|fault| fault.home() == component);
        each && (at_home || by_reading)
    }

    /// Now and then a code is stored that means nothing.
    fn stray(&mut self) {
        if self.chance.happens(0.04) {
            let code = *self
                .chance
                .pick(&["U0100", "U0121", "P0562", "P0500", "P0507", "B1318", "U0073"]);
            self.codes.push(code.to_owned());
        }
    }

    fn show(&mut self, component: &str, amount: Amount) -> Shown {
        let mut shown = Shown::default();
        let lost = match amount {
            Amount::Full => 0.03,
            Amount::Partial => 0.35,
            Amount::Removed => 1.0,
        };
        for (reading, value) in READINGS.iter().zip(self.values.clone()) {
            if reading.occurs_on(self.powertrain) && !self.chance.happens(lost) {
                self.show_reading(&mut shown, reading, value, component);
            }
        }
        shown.trouble_codes_read = !self.chance.happens(lost);
        if shown.trouble_codes_read {
            shown.trouble_codes.append(&mut self.codes);
        }
        for signal in self.broken.clone() {
            if !self.chance.happens(lost) {
                shown
                    .factors
                    .push((format!("sensor.fault:{signal}"), String::new(), true));
            }
        }
        shown
    }

    fn show_reading(&mut self, shown: &mut Shown, reading: &Reading, value: f64, component: &str) {
        let alarm = if value < reading.low {
            Some((reading.low_code, false))
        } else if value > reading.high {
            Some((reading.high_code, true))
        } else {
            None
        };
        match reading.seen {
            // A broken sensor's signal is withheld by health.
            Seen::Health(signal) | Seen::Window(signal) if self.broken.contains(&signal) => {}
            Seen::Health(signal) => {
                if let Some((code, up)) = alarm {
                    shown.factors.push((code.to_owned(), signal.to_owned(), up));
                    shown.evidence.push((signal.to_owned(), value, reading.bound(up)));
                } else {
                    shown
                        .evidence
                        .push((signal.to_owned(), reading.healthy, reading.healthy));
                }
            }
            Seen::Window(signal) => {
                let observed = if alarm.is_some() { value } else { reading.healthy };
                shown.evidence.push((signal.to_owned(), observed, reading.healthy));
            }
            Seen::Person if reading.component() == component => {
                // People err too.
                let found = alarm.is_some() != self.chance.happens(0.015);
                let code = if reading.low_code.is_empty() {
                    reading.high_code
                } else {
                    reading.low_code
                };
                let list = if found {
                    &mut shown.reported_present
                } else {
                    &mut shown.reported_absent
                };
                list.push(code.to_owned());
            }
            Seen::Person | Seen::Inside => {}
        }
    }
}
