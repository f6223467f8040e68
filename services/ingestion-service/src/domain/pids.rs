//! OBD-II mode 01 parameters by the formulas of SAE J1979. `A` to `E` of the standard are the bytes of the answer, in order.

/// One physical value that a PID carries.
pub struct Output {
    /// VSS path of the value.
    pub path: &'static str,
    /// Unit in which the formula, and a value that a logger has already scaled, is given; `""` where there is none.
    pub unit: &'static str,
    /// The formula; it is only called with as many bytes as the PID has.
    pub formula: fn(&[u8]) -> f64,
}

/// A mode 01 parameter.
pub struct Pid {
    /// Its number.
    pub pid: u8,
    /// Length of a complete answer in bytes.
    pub length: usize,
    /// Its values; a scaled reading `"PID_14": 0.45` means the first one.
    pub outputs: &'static [Output],
}

/// Why an answer cannot be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PidFault {
    /// The PID is not in the table.
    Unknown(u8),
    /// The answer is shorter or longer than the PID's.
    Length { expected: usize, found: usize },
    /// The text is not hexadecimal.
    NotHexadecimal,
}

fn word(bytes: &[u8]) -> f64 {
    f64::from(u16::from_be_bytes([bytes[0], bytes[1]]))
}

fn byte(bytes: &[u8]) -> f64 {
    f64::from(bytes[0])
}

fn percent(bytes: &[u8]) -> f64 {
    byte(bytes) * 100.0 / 255.0
}

/// Trims and other shares around zero: −100 to 99.2 %.
fn centred_percent(bytes: &[u8]) -> f64 {
    byte(bytes) * 100.0 / 128.0 - 100.0
}

fn celsius(bytes: &[u8]) -> f64 {
    byte(bytes) - 40.0
}

fn catalyst_celsius(bytes: &[u8]) -> f64 {
    word(bytes) / 10.0 - 40.0
}

fn lambda(bytes: &[u8]) -> f64 {
    word(bytes) * 2.0 / 65_536.0
}

fn narrow_band_volts(bytes: &[u8]) -> f64 {
    byte(bytes) / 200.0
}

fn odometer_km(bytes: &[u8]) -> f64 {
    f64::from(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])) / 10.0
}

const fn one(path: &'static str, unit: &'static str, formula: fn(&[u8]) -> f64) -> Output {
    Output { path, unit, formula }
}

macro_rules! table {
    ($($pid:literal $length:literal [$(($path:literal, $unit:literal, $formula:expr)),+])+) => {
        &[$(Pid { pid: $pid, length: $length, outputs: &[$(one($path, $unit, $formula)),+] }),+]
    };
}

/// The table, ordered by PID.
static PIDS: &[Pid] = table! {
    0x01 4 [
        ("Vehicle.OBD.Status.IsMILOn", "", |b| f64::from(b[0] >> 7)),
        ("Vehicle.Diagnostics.DTCCount", "", |b| f64::from(b[0] & 0x7f))
    ]
    0x04 1 [("Vehicle.OBD.EngineLoad", "percent", percent)]
    0x05 1 [("Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature", "Celsius", celsius)]
    0x06 1 [("Vehicle.OBD.ShortTermFuelTrim1", "percent", centred_percent)]
    0x07 1 [("Vehicle.OBD.LongTermFuelTrim1", "percent", centred_percent)]
    0x08 1 [("Vehicle.OBD.ShortTermFuelTrim2", "percent", centred_percent)]
    0x09 1 [("Vehicle.OBD.LongTermFuelTrim2", "percent", centred_percent)]
    0x0A 1 [("Vehicle.OBD.FuelPressure", "kPa", |b| byte(b) * 3.0)]
    0x0B 1 [("Vehicle.Powertrain.CombustionEngine.MAP", "kPa", byte)]
    0x0C 2 [("Vehicle.Powertrain.CombustionEngine.Speed", "rpm", |b| word(b) / 4.0)]
    0x0D 1 [("Vehicle.Speed", "km/h", byte)]
    0x0E 1 [("Vehicle.OBD.TimingAdvance", "degrees", |b| byte(b) / 2.0 - 64.0)]
    0x0F 1 [("Vehicle.OBD.IntakeTemp", "Celsius", celsius)]
    0x10 2 [("Vehicle.Powertrain.CombustionEngine.MAF", "g/s", |b| word(b) / 100.0)]
    0x11 1 [("Vehicle.Powertrain.CombustionEngine.TPS", "percent", percent)]
    0x14 2 [("Vehicle.OBD.O2.Sensor1.Voltage", "V", narrow_band_volts)]
    0x15 2 [("Vehicle.OBD.O2.Sensor2.Voltage", "V", narrow_band_volts)]
    0x1F 2 [("Vehicle.OBD.RunTime", "s", word)]
    0x21 2 [("Vehicle.OBD.DistanceWithMIL", "km", word)]
    0x23 2 [("Vehicle.OBD.FuelRailPressureDirect", "kPa", |b| word(b) * 10.0)]
    0x24 4 [("Vehicle.OBD.O2WR.Sensor1.Lambda", "ratio", lambda)]
    0x2C 1 [("Vehicle.OBD.CommandedEGR", "percent", percent)]
    0x2D 1 [("Vehicle.OBD.EGRError", "percent", centred_percent)]
    0x2E 1 [("Vehicle.OBD.CommandedEVAP", "percent", percent)]
    0x2F 1 [("Vehicle.Powertrain.FuelSystem.RelativeLevel", "percent", percent)]
    0x30 1 [("Vehicle.OBD.WarmupsSinceDTCClear", "", byte)]
    0x31 2 [("Vehicle.OBD.DistanceSinceDTCClear", "km", word)]
    0x33 1 [("Vehicle.OBD.BarometricPressure", "kPa", byte)]
    0x3C 2 [("Vehicle.OBD.Catalyst.Bank1.Temperature1", "Celsius", catalyst_celsius)]
    0x3D 2 [("Vehicle.OBD.Catalyst.Bank2.Temperature1", "Celsius", catalyst_celsius)]
    0x3E 2 [("Vehicle.OBD.Catalyst.Bank1.Temperature2", "Celsius", catalyst_celsius)]
    0x3F 2 [("Vehicle.OBD.Catalyst.Bank2.Temperature2", "Celsius", catalyst_celsius)]
    0x42 2 [("Vehicle.LowVoltageBattery.CurrentVoltage", "V", |b| word(b) / 1000.0)]
    0x43 2 [("Vehicle.OBD.AbsoluteLoad", "percent", |b| word(b) * 100.0 / 255.0)]
    0x44 2 [("Vehicle.OBD.CommandedEquivalenceRatio", "ratio", lambda)]
    0x45 1 [("Vehicle.OBD.RelativeThrottlePosition", "percent", percent)]
    0x46 1 [("Vehicle.Exterior.AirTemperature", "Celsius", celsius)]
    0x47 1 [("Vehicle.OBD.ThrottlePositionB", "percent", percent)]
    0x48 1 [("Vehicle.OBD.ThrottlePositionC", "percent", percent)]
    0x49 1 [("Vehicle.Chassis.Accelerator.PedalPosition", "percent", percent)]
    0x4A 1 [("Vehicle.OBD.AcceleratorPositionE", "percent", percent)]
    0x4B 1 [("Vehicle.OBD.AcceleratorPositionF", "percent", percent)]
    0x4C 1 [("Vehicle.OBD.ThrottleActuator", "percent", percent)]
    0x4D 2 [("Vehicle.OBD.RunTimeMIL", "min", word)]
    0x4E 2 [("Vehicle.OBD.TimeSinceDTCCleared", "min", word)]
    0x52 1 [("Vehicle.OBD.EthanolPercent", "percent", percent)]
    0x59 2 [("Vehicle.OBD.FuelRailPressureAbsolute", "kPa", |b| word(b) * 10.0)]
    0x5A 1 [("Vehicle.OBD.RelativeAcceleratorPosition", "percent", percent)]
    0x5B 1 [("Vehicle.OBD.HybridBatteryRemaining", "percent", percent)]
    0x5C 1 [("Vehicle.Powertrain.CombustionEngine.EngineOil.Temperature", "Celsius", celsius)]
    0x5D 2 [("Vehicle.OBD.FuelInjectionTiming", "degrees", |b| word(b) / 128.0 - 210.0)]
    0x5E 2 [("Vehicle.OBD.FuelRate", "l/h", |b| word(b) / 20.0)]
    0x62 1 [("Vehicle.OBD.EngineTorquePercent", "percent", |b| byte(b) - 125.0)]
    0xA6 4 [("Vehicle.TraveledDistance", "km", odometer_km)]
};

/// Every PID of the table.
#[must_use]
pub fn all() -> &'static [Pid] {
    PIDS
}

/// The entry of a PID.
#[must_use]
pub fn find(pid: u8) -> Option<&'static Pid> {
    PIDS.binary_search_by_key(&pid, |entry| entry.pid)
        .ok()
        .map(|index| &PIDS[index])
}

/// Reads the PID out of a name: `PID_0C`, `pid 0c`, `010C` (with its mode) or `0C`.
#[must_use]
pub fn parse_name(name: &str) -> Option<u8> {
    let digits = match name.get(..3) {
        Some(prefix) if prefix.eq_ignore_ascii_case("pid") => name[3..].trim_start_matches(['_', ' ', '-']),
        _ => name,
    };
    let digits = match digits.len() {
        4 => digits.strip_prefix("01")?,
        2 => digits,
        _ => return None,
    };
    if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        u8::from_str_radix(digits, 16).ok()
    } else {
        None
    }
}

/// Reads the bytes of an answer written in hexadecimal; blanks between the bytes are accepted.
pub fn parse_hexadecimal(text: &str) -> Result<Vec<u8>, PidFault> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if digits.is_empty() || digits.len() % 2 == 1 {
        return Err(PidFault::NotHexadecimal);
    }
    let nibble = |digit: u8| {
        char::from(digit)
            .to_digit(16)
            .and_then(|value| u8::try_from(value).ok())
    };
    digits
        .chunks_exact(2)
        .map(|pair| Some(nibble(pair[0])? << 4 | nibble(pair[1])?))
        .collect::<Option<Vec<u8>>>()
        .ok_or(PidFault::NotHexadecimal)
}

/// Decodes a raw answer into `(path, unit, value)`.
pub fn decode(pid: u8, answer: &[u8]) -> Result<impl Iterator<Item = (&'static str, &'static str, f64)>, PidFault> {
    let entry = find(pid).ok_or(PidFault::Unknown(pid))?;
    if answer.len() != entry.length {
        return Err(PidFault::Length {
            expected: entry.length,
            found: answer.len(),
        });
    }
    Ok(entry
        .outputs
        .iter()
        .map(|output| (output.path, output.unit, (output.formula)(answer))))
}

impl PidFault {
    /// What is wrong, in one clause.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Unknown(pid) => format!("the PID {pid:02X} is not known"),
            Self::Length { expected, found } => format!("the answer has {found} bytes, this PID has {expected}"),
            Self::NotHexadecimal => "the raw answer is not hexadecimal".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(pid: u8, hex: &str, expected: &[(&str, f64)]) {
        let decoded: Vec<_> = decode(pid, &parse_hexadecimal(hex).unwrap())
            .unwrap()
            .map(|(p, _, v)| (p, v))
            .collect();
        assert_eq!(decoded.len(), expected.len());
        for ((path, value), (expected_path, expected_value)) in decoded.iter().zip(expected) {
            assert!(path.ends_with(expected_path), "{path}");
            assert!(
                (value - expected_value).abs() < 1e-3,
                "{path} is {value}, not {expected_value}"
            );
        }
    }

    #[test]
    fn worked_examples_of_the_standard() {
        check(0x0C, "0C80", &[("CombustionEngine.Speed", 800.0)]);
        check(0x0C, "1A F8", &[("CombustionEngine.Speed", 1726.0)]);
        check(0x05, "7B", &[("EngineCoolant.Temperature", 83.0)]);
        check(0x01, "82076504", &[("IsMILOn", 1.0), ("DTCCount", 2.0)]);
        check(0x06, "80", &[("ShortTermFuelTrim1", 0.0)]);
        check(0x06, "FF", &[("ShortTermFuelTrim1", 99.218_75)]);
        check(0x0E, "8A", &[("TimingAdvance", 5.0)]);
        check(0x10, "01F4", &[("MAF", 5.0)]);
        check(0x3C, "1234", &[("Catalyst.Bank1.Temperature1", 426.0)]);
        check(0x42, "305E", &[("LowVoltageBattery.CurrentVoltage", 12.382)]);
        check(0x44, "8000", &[("CommandedEquivalenceRatio", 1.0)]);
        check(0x5D, "6900", &[("FuelInjectionTiming", 0.0)]);
        check(0xA6, "000CDD45", &[("Vehicle.TraveledDistance", 84_307.7)]);
    }

    #[test]
    fn the_table_is_ordered_and_large_enough() {
        assert!(PIDS.len() >= 40);
        assert!(PIDS.windows(2).all(|pair| pair[0].pid < pair[1].pid));
    }

    #[test]
    fn names_of_pids() {
        assert_eq!(parse_name("PID_0C"), Some(0x0C));
        assert_eq!(parse_name("pid a6"), Some(0xA6));
        assert_eq!(parse_name("010C"), Some(0x0C));
        assert_eq!(parse_name("0c"), Some(0x0C));
        assert_eq!(parse_name("PID_"), None);
        assert_eq!(parse_name("RPM"), None);
        assert_eq!(parse_name("+C"), None);
    }

    #[test]
    fn wrong_answers_are_refused() {
        assert_eq!(parse_hexadecimal("0C8"), Err(PidFault::NotHexadecimal));
        assert_eq!(parse_hexadecimal("0CXX"), Err(PidFault::NotHexadecimal));
        assert_eq!(
            decode(0x0C, &[1]).err(),
            Some(PidFault::Length { expected: 2, found: 1 })
        );
        assert_eq!(decode(0xEE, &[1]).err(), Some(PidFault::Unknown(0xEE)));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_decode_to_finite_numbers_or_an_error(pid in any::<u8>(), answer in proptest::collection::vec(any::<u8>(), 0..8)) {
            if let Ok(values) = decode(pid, &answer) {
                for (path, _, value) in values {
                    prop_assert!(value.is_finite(), "{path}");
                }
            }
        }

        #[test]
        fn arbitrary_text_never_panics(text in "\\PC{0,12}") {
            let _ = parse_name(&text);
            let _ = parse_hexadecimal(&text);
        }
    }
}
