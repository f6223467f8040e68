//! C-MAPSS: simulated turbofan engines run to failure (A. Saxena, K. Goebel, D. Simon & N. Eklund, "Damage Propagation
//! Modeling for Aircraft Engine Run-to-Failure Simulation", PHM 2008; NASA Prognostics Data Repository).
//!
//! 26 columns split by blanks and no header: unit, cycle, three settings, 21 signals.

use std::io::{BufRead, BufReader, Read};

use super::ReadError;
use crate::matrix::Matrix;
use crate::runs::{Ending, Run};

/// How many operational settings a row has.
pub const SETTINGS: usize = 3;
/// How many signals a row has.
pub const SIGNALS: usize = 21;
/// The cap on remaining life that the field's protocol puts on truth and prediction, in cycles (Heimes, "Recurrent neural
/// networks for remaining useful life estimation", PHM 2008, gave the piecewise linear target).
pub const CAP_CYCLES: f64 = 125.0;
/// What the signals are, as NASA names them.
pub const SIGNAL_NAMES: [&str; SIGNALS] = [
    "T2",
    "T24",
    "T30",
    "T50",
    "P2",
    "P15",
    "P30",
    "Nf",
    "Nc",
    "epr",
    "Ps30",
    "phi",
    "NRf",
    "NRc",
    "BPR",
    "farB",
    "htBleed",
    "Nf_dmd",
    "PCNfR_dmd",
    "W31",
    "W32",
];

/// Reads runs. Training files end in failure, test files are cut before: the caller knows which it has.
///
/// # Errors
/// When a row has not 26 numbers, a unit comes twice or a unit's cycles do not grow.
pub fn read_runs(source: impl Read, ending: Ending) -> Result<Vec<Run>, ReadError> {
    let mut runs: Vec<Run> = Vec::new();
    for (index, line) in BufReader::new(source).lines().enumerate() {
        let line = line?;
        let numbers = numbers(&line, index + 1)?;
        if numbers.is_empty() {
            continue;
        }
        let problem = |problem: String| ReadError::Line {
            line: index + 1,
            problem,
        };
        if numbers.len() != 2 + SETTINGS + SIGNALS {
            return Err(problem(format!("{} numbers, 26 expected", numbers.len())));
        }
        let unit = numbers[0] as u32;
        if runs.last().is_none_or(|run| run.unit != unit) {
            if runs.iter().any(|run| run.unit == unit) {
                return Err(problem(format!("unit {unit} comes a second time")));
            }
            runs.push(Run {
                unit,
                exposure: Vec::new(),
                settings: Matrix::new(SETTINGS),
                signals: Matrix::new(SIGNALS),
                ending,
            });
        }
        let Some(run) = runs.last_mut() else { continue };
        if run.exposure.last().is_some_and(|last| *last >= numbers[1]) {
            return Err(problem(format!("the cycles of unit {unit} do not grow")));
        }
        run.exposure.push(numbers[1]);
        let values: Vec<f32> = numbers[2..].iter().map(|value| *value as f32).collect();
        run.settings.push_row(&values[..SETTINGS]);
        run.signals.push_row(&values[SETTINGS..]);
    }
    if runs.is_empty() {
        Err(ReadError::Empty)
    } else {
        Ok(runs)
    }
}

/// Reads the remaining life of test units: one number a line, in the order of the units.
///
/// # Errors
/// When a line is not one number.
pub fn read_truth(source: impl Read) -> Result<Vec<f64>, ReadError> {
    let mut truth = Vec::new();
    for (index, line) in BufReader::new(source).lines().enumerate() {
        match numbers(&line?, index + 1)?[..] {
            [] => {}
            [cycles] => truth.push(cycles),
            _ => {
                return Err(ReadError::Line {
                    line: index + 1,
                    problem: "one number expected".into(),
                });
            }
        }
    }
    if truth.is_empty() {
        Err(ReadError::Empty)
    } else {
        Ok(truth)
    }
}

fn numbers(line: &str, number: usize) -> Result<Vec<f64>, ReadError> {
    line.split_ascii_whitespace()
        .map(|word| {
            word.parse::<f64>().map_err(|_| ReadError::Line {
                line: number,
                problem: format!("{word:?} is not a number"),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(unit: u32, cycle: u32) -> String {
        format!("{unit} {cycle} {}  \n", ["1.5"; 24].join(" "))
    }

    #[test]
    fn rows_become_runs() {
        let text = format!("{}{}\n{}", row(1, 1), row(1, 2), row(2, 1));
        let runs = read_runs(text.as_bytes(), Ending::Failed).unwrap();
        assert_eq!(runs.iter().map(Run::len).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(runs[0].signals.row(1), [1.5; SIGNALS]);
        assert_eq!(runs[0].remaining(0), Some(1.0));
        assert_eq!(read_truth("112 \n98\n\n".as_bytes()).unwrap(), [112.0, 98.0]);
    }

    #[test]
    fn what_is_broken_is_refused_by_its_line() {
        let refused = |text: &str| read_runs(text.as_bytes(), Ending::Failed).unwrap_err().to_string();
        assert_eq!(refused(""), "there are no rows");
        assert_eq!(refused("1 2 3"), "line 1: 3 numbers, 26 expected");
        assert_eq!(
            refused(&format!("{}{}", row(1, 1), row(1, 1))),
            "line 2: the cycles of unit 1 do not grow"
        );
        assert_eq!(
            refused(&format!("{}{}{}", row(1, 1), row(2, 1), row(1, 2))),
            "line 3: unit 1 comes a second time"
        );
        assert_eq!(refused("a"), "line 1: \"a\" is not a number");
        assert!(read_truth("1 2".as_bytes()).is_err());
    }
}
