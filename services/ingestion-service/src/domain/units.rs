//! Units of measure and their conversion. A unit is known by its VSS key (`km/h`, `Celsius`) and by the spellings of real loggers.

/// A known unit: an index into [`UNITS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Unit(u8);

/// What a unit measures; only units of one quantity convert into each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    Temperature,
    Pressure,
    Speed,
    Distance,
    Duration,
    Share,
    Voltage,
    Current,
    Volume,
    Acceleration,
    Power,
    Energy,
    Rotation,
    MassFlow,
    Angle,
    AngularSpeed,
    VolumeFlow,
    Consumption,
    Torque,
    Concentration,
    Resistance,
    Mass,
    Charge,
}

/// `base = (value + add) * num / den`; kept as three numbers so that whole degrees convert to whole degrees.
struct Definition {
    names: &'static [&'static str],
    quantity: Quantity,
    add: f64,
    num: f64,
    den: f64,
}

const fn unit(names: &'static [&'static str], quantity: Quantity, num: f64) -> Definition {
    Definition {
        names,
        quantity,
        add: 0.0,
        num,
        den: 1.0,
    }
}

/// Every unit; the first name is the canonical one, the others are spellings met in logs.
static UNITS: &[Definition] = &[
    unit(
        &[
            "Celsius", "degC", "°C", "℃", "Â°C", "celsius", "C", "deg C", "º C", "ºC",
        ],
        Quantity::Temperature,
        1.0,
    ),
    Definition {
        names: &["degF", "°F", "℉", "Â°F", "Fahrenheit", "fahrenheit", "F", "deg F"],
        quantity: Quantity::Temperature,
        add: -32.0,
        num: 5.0,
        den: 9.0,
    },
    Definition {
        names: &["K", "kelvin", "Kelvin"],
        quantity: Quantity::Temperature,
        add: -273.15,
        num: 1.0,
        den: 1.0,
    },
    unit(&["Pa", "pascal"], Quantity::Pressure, 1.0),
    unit(&["hPa"], Quantity::Pressure, 100.0),
    unit(&["mbar", "millibar"], Quantity::Pressure, 100.0),
    unit(&["kPa", "kpa", "KPA"], Quantity::Pressure, 1_000.0),
    unit(&["bar", "Bar"], Quantity::Pressure, 100_000.0),
    unit(&["MPa"], Quantity::Pressure, 1_000_000.0),
    unit(&["psi", "PSI", "psig", "psia"], Quantity::Pressure, 6_894.757_293_168),
    unit(&["inHg", "in Hg", "inhg"], Quantity::Pressure, 3_386.389),
    unit(&["mmHg"], Quantity::Pressure, 133.322_387_415),
    unit(&["km/h", "kmh", "kph", "KPH", "km/hr", "KM/H"], Quantity::Speed, 1.0),
    unit(&["mph", "MPH", "mi/h"], Quantity::Speed, 1.609_344),
    unit(&["m/s", "Meters/second", "meters/second", "mps"], Quantity::Speed, 3.6),
    unit(&["kn", "kt", "knots"], Quantity::Speed, 1.852),
    unit(&["m", "metre", "meter", "metres", "meters"], Quantity::Distance, 1.0),
    unit(&["km", "kilometre", "kilometer", "KM"], Quantity::Distance, 1_000.0),
    unit(&["mi", "mile", "miles"], Quantity::Distance, 1_609.344),
    unit(&["ft", "feet"], Quantity::Distance, 0.304_8),
    unit(&["s", "sec", "seconds"], Quantity::Duration, 1.0),
    Definition {
        names: &["ms"],
        quantity: Quantity::Duration,
        add: 0.0,
        num: 1.0,
        den: 1_000.0,
    },
    unit(&["min", "minutes"], Quantity::Duration, 60.0),
    unit(&["h", "hr", "hours"], Quantity::Duration, 3_600.0),
    unit(&["day", "days"], Quantity::Duration, 86_400.0),
    unit(&["percent", "%", "pct"], Quantity::Share, 1.0),
    unit(&["ratio"], Quantity::Share, 100.0),
    unit(&["V", "volt", "volts", "Volts"], Quantity::Voltage, 1.0),
    Definition {
        names: &["mV"],
        quantity: Quantity::Voltage,
        add: 0.0,
        num: 1.0,
        den: 1_000.0,
    },
    unit(&["A", "amp", "amps"], Quantity::Current, 1.0),
    Definition {
        names: &["mA"],
        quantity: Quantity::Current,
        add: 0.0,
        num: 1.0,
        den: 1_000.0,
    },
    unit(&["l", "L", "litre", "liter", "litres", "liters"], Quantity::Volume, 1.0),
    Definition {
        names: &["ml", "mL"],
        quantity: Quantity::Volume,
        add: 0.0,
        num: 1.0,
        den: 1_000.0,
    },
    unit(&["gal", "gallon", "gallons"], Quantity::Volume, 3.785_411_784),
    unit(&["gal_imp"], Quantity::Volume, 4.546_09),
    unit(&["m/s^2", "m/s2", "m/s²"], Quantity::Acceleration, 1.0),
    unit(&["g0", "gee"], Quantity::Acceleration, 9.806_65),
    unit(&["W", "watt"], Quantity::Power, 1.0),
    unit(&["kW"], Quantity::Power, 1_000.0),
    unit(&["PS"], Quantity::Power, 735.498_75),
    unit(&["hp", "HP"], Quantity::Power, 745.699_871_582_270_2),
    unit(&["kWh"], Quantity::Energy, 1.0),
    Definition {
        names: &["Wh"],
        quantity: Quantity::Energy,
        add: 0.0,
        num: 1.0,
        den: 1_000.0,
    },
    Definition {
        names: &["MJ"],
        quantity: Quantity::Energy,
        add: 0.0,
        num: 1.0,
        den: 3.6,
    },
    unit(&["rpm", "RPM", "/min", "1/min", "min-1"], Quantity::Rotation, 1.0),
    unit(&["Hz", "rps"], Quantity::Rotation, 60.0),
    unit(&["g/s", "g/sec", "grams/sec"], Quantity::MassFlow, 1.0),
    Definition {
        names: &["kg/h"],
        quantity: Quantity::MassFlow,
        add: 0.0,
        num: 1.0,
        den: 3.6,
    },
    unit(&["lb/min"], Quantity::MassFlow, 7.559_872_833_333_333),
    unit(&["degrees", "deg", "°", "Â°", "º"], Quantity::Angle, 1.0),
    unit(&["rad"], Quantity::Angle, 57.295_779_513_082_32),
    unit(&["degrees/s", "deg/s"], Quantity::AngularSpeed, 1.0),
    unit(&["rad/s"], Quantity::AngularSpeed, 57.295_779_513_082_32),
    unit(&["l/h", "L/h", "l/hr", "L/hr"], Quantity::VolumeFlow, 1.0),
    unit(&["gal/h", "gph"], Quantity::VolumeFlow, 3.785_411_784),
    Definition {
        names: &["ml/min"],
        quantity: Quantity::VolumeFlow,
        add: 0.0,
        num: 3.0,
        den: 50.0,
    },
    unit(
        &["l/100km", "L/100km", "l/100 km", "L/100 km"],
        Quantity::Consumption,
        1.0,
    ),
    unit(&["Nm", "N·m", "N.m"], Quantity::Torque, 1.0),
    unit(&["lbf.ft", "ft-lb", "lb-ft"], Quantity::Torque, 1.355_817_948_331_400_4),
    unit(&["ppm"], Quantity::Concentration, 1.0),
    unit(&["Ohm", "ohm", "Ω"], Quantity::Resistance, 1.0),
    Definition {
        names: &["mOhm", "mΩ"],
        quantity: Quantity::Resistance,
        add: 0.0,
        num: 1.0,
        den: 1_000.0,
    },
    unit(&["kOhm", "kΩ"], Quantity::Resistance, 1_000.0),
    unit(&["MOhm", "MΩ"], Quantity::Resistance, 1_000_000.0),
    unit(&["kg"], Quantity::Mass, 1.0),
    unit(&["lbs", "lb"], Quantity::Mass, 0.453_592_37),
    unit(&["t", "tonne"], Quantity::Mass, 1_000.0),
    unit(&["Ah"], Quantity::Charge, 1.0),
];

impl Unit {
    /// Finds a unit by any of its spellings, which are case-sensitive (`mV` is not `MV`); blanks around are ignored.
    #[must_use]
    pub fn parse(spelling: &str) -> Option<Self> {
        let spelling = spelling.trim();
        let position = UNITS.iter().position(|unit| unit.names.contains(&spelling))?;
        u8::try_from(position).ok().map(Self)
    }

    /// The canonical spelling.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.definition().names[0]
    }

    /// What the unit measures.
    #[must_use]
    pub fn quantity(self) -> Quantity {
        self.definition().quantity
    }

    /// Converts `value` of this unit; `None` if the two do not measure the same.
    #[must_use]
    pub fn convert(self, value: f64, to: Unit) -> Option<f64> {
        if self == to {
            return Some(value);
        }
        let (from, into) = (self.definition(), to.definition());
        if from.quantity != into.quantity {
            return None;
        }
        let base = (value + from.add) * from.num / from.den;
        Some(base * into.den / into.num - into.add)
    }

    fn definition(self) -> &'static Definition {
        &UNITS[usize::from(self.0)]
    }

    /// Every known unit.
    pub fn all() -> impl Iterator<Item = Unit> {
        (0..UNITS.len()).filter_map(|index| u8::try_from(index).ok().map(Unit))
    }
}

/// Splits a number from the unit behind it: `"82C"`, `"24,77 g/s"`, `"-3.1"`. A decimal comma is read as a point where no point is present.
/// `None` if the text does not begin with a number.
#[must_use]
pub fn split_number(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = number_length(text);
    let (digits, rest) = text.split_at(end);
    let value = match digits.parse::<f64>() {
        Ok(value) => value,
        Err(_) if digits.contains(',') && !digits.contains('.') => digits.replacen(',', ".", 1).parse().ok()?,
        Err(_) => return None,
    };
    value.is_finite().then(|| (value, rest.trim()))
}

/// Length in bytes of the number at the start of `text`; an exponent counts only if digits follow it.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digit = |index: usize| bytes.get(index).is_some_and(u8::is_ascii_digit);
    let mut end = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    while let Some(byte) = bytes.get(end) {
        let exponent_sign = matches!(bytes.get(end + 1), Some(b'+' | b'-'));
        match byte {
            b'0'..=b'9' | b'.' | b',' => end += 1,
            b'e' | b'E' if end > 0 && digit(end + 1) => end += 2,
            b'e' | b'E' if end > 0 && exponent_sign && digit(end + 2) => end += 3,
            _ => break,
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(value: f64, from: &str, to: &str, expected: f64) {
        let (from, to) = (Unit::parse(from).unwrap(), Unit::parse(to).unwrap());
        let found = from.convert(value, to).unwrap();
        assert!(
            (found - expected).abs() <= expected.abs() * 1e-9,
            "{value} {} = {found} {}",
            from.name(),
            to.name()
        );
    }

    #[test]
    fn the_units_of_real_loggers_convert() {
        check(194.0, "°F", "Celsius", 90.0);
        check(363.15, "K", "Celsius", 90.0);
        check(100.0, "mph", "km/h", 160.934_4);
        check(10.0, "m/s", "km/h", 36.0);
        check(30.0, "psi", "kPa", 206.842_718_795_04);
        check(29.92, "inHg", "kPa", 101.320_758_88);
        check(2.2, "bar", "kPa", 220.0);
        check(52_000.0, "mi", "m", 83_685_888.0);
        check(1.0, "gal", "l", 3.785_411_784);
        check(0.95, "ratio", "percent", 95.0);
        check(25.0, "mbar", "Pa", 2_500.0);
    }

    #[test]
    fn whole_fahrenheit_gives_whole_celsius() {
        let (fahrenheit, celsius) = (Unit::parse("degF").unwrap(), Unit::parse("degC").unwrap());
        assert_eq!(fahrenheit.convert(194.0, celsius), Some(90.0));
        assert_eq!(fahrenheit.convert(-40.0, celsius), Some(-40.0));
    }

    #[test]
    fn units_of_different_quantities_do_not_convert() {
        assert_eq!(
            Unit::parse("kPa").unwrap().convert(1.0, Unit::parse("km/h").unwrap()),
            None
        );
        assert_eq!(Unit::parse("furlong"), None);
    }

    #[test]
    fn no_spelling_is_claimed_twice() {
        let mut seen = std::collections::HashSet::new();
        for unit in UNITS {
            for name in unit.names {
                assert!(seen.insert(*name), "{name} names two units");
            }
        }
    }

    #[test]
    fn numbers_are_split_from_their_units() {
        assert_eq!(split_number("82C"), Some((82.0, "C")));
        assert_eq!(split_number(" 24,77g/s "), Some((24.77, "g/s")));
        assert_eq!(split_number("1.5e3 kPa"), Some((1500.0, "kPa")));
        assert_eq!(split_number("-4"), Some((-4.0, "")));
        assert_eq!(split_number("2124RPM"), Some((2124.0, "RPM")));
        assert_eq!(split_number("N"), None);
        assert_eq!(split_number("1.2.3"), None);
        assert_eq!(split_number(""), None);
    }

    proptest! {
        #[test]
        fn conversion_round_trips(value in -1e6f64..1e6, from in 0usize..UNITS.len(), to in 0usize..UNITS.len()) {
            let units: Vec<Unit> = Unit::all().collect();
            let (from, to) = (units[from], units[to]);
            match from.convert(value, to) {
                Some(there) => {
                    let back = to.convert(there, from).unwrap();
                    prop_assert!((back - value).abs() <= value.abs().max(1.0) * 1e-6, "{value} -> {there} -> {back}");
                }
                None => prop_assert_ne!(from.quantity(), to.quantity()),
            }
        }

        #[test]
        fn splitting_never_panics(text in "\\PC*") {
            let _ = split_number(&text);
        }
    }
}
