//! The chain on real run-to-failure data, small enough for every build. The full measurement is the example `cmapss`.

use std::fs::File;
use std::path::PathBuf;

use flate2::read::GzDecoder;
use prognostics::metrics;
use prognostics::models::Family;
use prognostics::prognoser::{Asked, Prognoser, Silent, Training};
use prognostics::readers::cmapss::{CAP_CYCLES, SIGNALS, read_runs, read_truth};
use prognostics::regimes::Regimes;
use prognostics::runs::{Ending, Run};

/// The folder of public data, if this machine has it.
fn data() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("CARVROOOM_DATA")?).join("cmapss");
    folder.is_dir().then_some(folder)
}

fn read(folder: &std::path::Path, name: &str, ending: Ending) -> Vec<Run> {
    read_runs(GzDecoder::new(File::open(folder.join(name)).unwrap()), ending).unwrap()
}

#[test]
fn every_row_is_read_and_six_regimes_are_found_where_there_are_six() {
    let Some(folder) = data() else { return };
    for (subset, units, rows, regimes) in [("FD001", 100, 20_631, 1), ("FD004", 249, 61_249, 6)] {
        let runs = read(&folder, &format!("train_{subset}.txt.gz"), Ending::Failed);
        assert_eq!(runs.len(), units);
        assert_eq!(runs.iter().map(Run::len).sum::<usize>(), rows);
        assert!(runs.iter().all(|run| run.signals.columns() == SIGNALS));
        assert_eq!(Regimes::learn(&runs, 1).count(), regimes, "{subset}");
    }
}

#[test]
fn a_compact_chain_is_far_better_than_guessing_and_its_intervals_hold() {
    let Some(folder) = data() else { return };
    let runs = read(&folder, "train_FD001.txt.gz", Ending::Failed);
    let test = read(&folder, "test_FD001.txt.gz", Ending::Censored);
    let truth = read_truth(File::open(folder.join("RUL_FD001.txt")).unwrap()).unwrap();
    let training = Training {
        cap: CAP_CYCLES,
        folds: 3,
        families: vec![Family::Trees],
        cuts_a_unit: 6,
        ..Training::compact()
    };
    let prognoser = Prognoser::train(&runs, &training, &Silent).unwrap();
    let asked: Vec<Asked> = test
        .into_iter()
        .zip(truth)
        .map(|(run, truth)| Asked { run, truth })
        .collect();
    let judged = prognoser.judge(&asked).judged;
    assert_eq!(judged.len(), 100);
    // One answer for all, the mean of the truth, is off by about 40 cycles; the full chain by 10.5.
    let rmse = metrics::rmse(&judged).unwrap();
    assert!((8.5..14.0).contains(&rmse), "{rmse}; below 8.5 look for a leak");
    let coverage = metrics::coverage_90(&judged).unwrap();
    assert!((0.80..=0.99).contains(&coverage), "{coverage}");
}
