//! The commands that train and judge models, beside the service: `health-service train | evaluate | predict`.
//!
//! They read files and write files; the service under way is not touched and not needed.

mod baselines;
mod engines;
mod fleet_alarms;
mod fleet_folder;
mod fleet_judging;
mod fleet_training;
mod fleets;
mod information_limit;
mod moments;
mod progress;
mod signs;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use clap::{Parser, Subcommand, ValueEnum};
use prognostics::models::Family;
use prognostics::prognoser::Prognoser;
use serde_json::Value;

use crate::domain::trained::Bundle;

/// The commands' names; everything else is the service's.
const COMMANDS: [&str; 3] = ["train", "evaluate", "predict"];

#[derive(Parser)]
#[command(name = "health-service", about = "Trains and judges models of remaining life")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Args)]
struct Source {
    /// `cmapss:FD001` or `fleet:DIR` (what `fleetsim generate --format csv` writes; DIR may hold several fleets)
    #[arg(long, value_parser = Data::parse)]
    data: Data,
    /// Where C-MAPSS lies: train_FD001.txt, test_FD001.txt, RUL_FD001.txt, plain or .gz
    #[arg(long)]
    data_dir: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Learns models and writes them to a file
    Train {
        #[command(flatten)]
        source: Source,
        /// The file to write
        #[arg(long)]
        out: PathBuf,
        /// The same seed gives the same model
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Which family; `best` weighs them by how well they do on units left out
        #[arg(long, value_enum, default_value = "best")]
        model: Model,
    },
    /// Judges a model on units that it has not seen
    Evaluate {
        #[command(flatten)]
        source: Source,
        /// A file that `train` wrote, or a folder of them
        #[arg(long)]
        model: PathBuf,
        /// Remaining cycles of the test units, one a line (C-MAPSS)
        #[arg(long)]
        truth: Option<PathBuf>,
        /// Fleets from which the threshold rule and the linear model are learned, to compare with
        #[arg(long)]
        baselines: Option<PathBuf>,
        /// Judge the alarms that the service would raise, rules and models together, and not the models alone (fleets)
        #[arg(long, conflicts_with = "baselines")]
        alarms: bool,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Writes remaining life with its 90 % interval; needs no truth
    Predict {
        #[command(flatten)]
        source: Source,
        /// A file that `train` wrote, or a folder of them
        #[arg(long)]
        model: PathBuf,
        /// The file to write: unit,rul_p05,rul_p50,rul_p95
        #[arg(long)]
        out: PathBuf,
    },
}

#[derive(Debug, Clone)]
enum Data {
    Cmapss(String),
    Fleet(PathBuf),
}

impl Data {
    fn parse(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("cmapss", subset)) if ["FD001", "FD002", "FD003", "FD004"].contains(&subset) => {
                Ok(Self::Cmapss(subset.to_owned()))
            }
            Some(("cmapss", subset)) => Err(format!("`{subset}` is none of FD001, FD002, FD003, FD004")),
            Some(("fleet", folder)) if !folder.is_empty() => Ok(Self::Fleet(folder.into())),
            _ => Err("say cmapss:FD001 or fleet:DIR".to_owned()),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum Model {
    Lstm,
    Trees,
    Degradation,
    Best,
}

impl Model {
    fn families(self) -> Vec<Family> {
        match self {
            Self::Lstm => vec![Family::Lstm],
            Self::Trees => vec![Family::Trees],
            Self::Degradation => vec![Family::Degradation],
            Self::Best => Family::ALL.to_vec(),
        }
    }
}

/// Carries out a command of this module; `None` when it is another one.
pub fn command(arguments: impl IntoIterator<Item = OsString>) -> Option<ExitCode> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let named = arguments.get(1).and_then(|word| word.to_str());
    if !named.is_some_and(|word| COMMANDS.contains(&word)) {
        return None;
    }
    Some(match Arguments::try_parse_from(arguments) {
        Err(error) => {
            let _ = error.print();
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
        }
        Ok(arguments) => match carry_out(arguments.command) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("health-service: {error:#}");
                ExitCode::FAILURE
            }
        },
    })
}

fn carry_out(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Train {
            source,
            out,
            seed,
            model,
        } => train(&source, &out, seed, model),
        Command::Evaluate {
            source,
            model,
            truth,
            baselines,
            alarms,
            json,
        } => {
            let report = match &source.data {
                Data::Cmapss(subset) => {
                    ensure!(
                        !alarms,
                        "--alarms is for fleets: no rule of the service speaks of engines of aircraft"
                    );
                    engines::evaluate(source.folder()?, subset, &prognoser(&model)?, truth.as_deref())?
                }
                Data::Fleet(folder) => {
                    ensure!(
                        truth.is_none(),
                        "--truth is for C-MAPSS; a fleet's truth lies in its folder"
                    );
                    if alarms {
                        fleet_alarms::evaluate(folder, &bundles(&model)?)?
                    } else {
                        fleets::evaluate(folder, &bundles(&model)?, baselines.as_deref())?
                    }
                }
            };
            print(&report, json);
            Ok(())
        }
        Command::Predict { source, model, out } => {
            let mut text = Vec::new();
            match &source.data {
                Data::Cmapss(subset) => engines::predict(source.folder()?, subset, &prognoser(&model)?, &mut text)?,
                Data::Fleet(folder) => fleets::predict(folder, &bundles(&model)?, &mut text)?,
            }
            write(&out, &text)
        }
    }
}

fn train(source: &Source, out: &Path, seed: u64, model: Model) -> anyhow::Result<()> {
    let bytes = match &source.data {
        Data::Cmapss(subset) => engines::train(source.folder()?, subset, model.families(), seed)?.to_bytes(),
        Data::Fleet(folder) => {
            let offered = matches!(model, Model::Best | Model::Trees);
            ensure!(offered, "fleet models are boosted trees: --model best or trees");
            let bundle = fleets::train(folder, seed)?;
            for model in &bundle.models {
                let (card, of) = (model.card(), &model.card().evaluation);
                eprintln!(
                    "{}: MAE {:.0} km, 90 % intervals held {:.3}, warns below {:.0} km ({} vehicles left out in folds)",
                    card.model_id, of.mae_km, of.coverage_90, card.warn_below_km, of.units
                );
            }
            bundle.to_bytes()
        }
    };
    write(out, &bytes)
}

impl Source {
    fn folder(&self) -> anyhow::Result<&Path> {
        self.data_dir.as_deref().context("--data-dir says where C-MAPSS lies")
    }
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}

fn prognoser(path: &Path) -> anyhow::Result<Prognoser> {
    let read = Prognoser::from_bytes(&read(path)?);
    read.with_context(|| {
        format!(
            "{} is no model of C-MAPSS, or of another version, or damaged",
            path.display()
        )
    })
}

/// The bundle of a file, or all of a folder.
fn bundles(path: &Path) -> anyhow::Result<Vec<Bundle>> {
    let mut files = vec![path.to_owned()];
    if path.is_dir() {
        let entries = fs::read_dir(path).with_context(|| format!("{} cannot be read", path.display()))?;
        files = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
        files.retain(|path| path.extension().is_some_and(|ending| ending == "models"));
        files.sort();
        if files.is_empty() {
            bail!("{} holds no *.models", path.display());
        }
    }
    let bundle = |path: &PathBuf| Bundle::from_bytes(&read(path)?).with_context(|| path.display().to_string());
    files.iter().map(bundle).collect()
}

/// Writes a file whole or not at all.
fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let wrong = || format!("{} cannot be written", path.display());
    let part = path.with_extension("part");
    let mut file = BufWriter::new(File::create(&part).with_context(wrong)?);
    file.write_all(bytes).and_then(|()| file.flush()).with_context(wrong)?;
    fs::rename(&part, path).with_context(wrong)
}

fn print(report: &Value, json: bool) {
    match report.as_object().filter(|_| !json) {
        Some(fields) => {
            for (name, value) in fields
                .iter()
                .filter(|(_, value)| !value.is_array() && !value.is_object())
            {
                println!("{name}: {value}");
            }
        }
        None => println!("{report}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(words: &str) -> Option<bool> {
        let code = command(words.split(' ').map(OsString::from))?;
        Some(code == ExitCode::SUCCESS)
    }

    #[test]
    fn commands_of_the_service_are_left_to_it_and_bad_ones_are_refused() {
        assert_eq!(said("health-service serve"), None);
        assert_eq!(said("health-service"), None);
        for bad in [
            "health-service train --data cmapss:FD009 --out x",
            "health-service train --data cmapss:FD001 --out x",
            "health-service predict --data fleet: --model m --out x",
            "health-service evaluate --data cmapss:FD001 --data-dir /nowhere --model /nowhere",
            "health-service train --data fleet:/nowhere --out x --model lstm",
        ] {
            assert_eq!(said(bad), Some(false), "{bad}");
        }
    }

    #[test]
    fn a_file_of_something_else_is_no_model() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.models");
        write(&path, b"not a model").unwrap();
        assert!(prognoser(&path).is_err() && bundles(&path).is_err() && bundles(folder.path()).is_err());
        assert!(!folder.path().join("x.part").exists());
    }
}
