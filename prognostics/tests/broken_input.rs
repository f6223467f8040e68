//! Broken records widen the interval or end in "not enough data"; they never panic and never give a confident number.

use std::sync::OnceLock;

use prognostics::intervals::Quantiles;
use prognostics::matrix::Matrix;
use prognostics::models::{Family, LstmTraining};
use prognostics::prognoser::{Forecast, Prognoser, RECORDS_MIN, Reason, Silent, Tracker, TrainError, Training};
use prognostics::random::Random;
use prognostics::runs::{Ending, Run};
use proptest::prelude::*;

const CAP: f64 = 60.0;

/// A unit that wears at its own pace: six signals, four of which follow wear, in two regimes of use.
fn run(unit: u32, ending: Ending) -> Run {
    let mut random = Random::for_part(99, u64::from(unit));
    let life = 90.0 + 60.0 * random.uniform();
    let records = match ending {
        Ending::Failed => life as usize,
        Ending::Censored => (life * (0.3 + 0.6 * random.uniform())) as usize,
    };
    let own: Vec<f64> = (0..6).map(|_| 0.3 * random.normal()).collect();
    let mut run = Run {
        unit,
        exposure: (1..=records).map(|at| at as f64).collect(),
        settings: Matrix::new(1),
        signals: Matrix::new(6),
        ending,
    };
    for at in 0..records {
        let regime = f64::from(u8::from(random.uniform() < 0.5));
        let wear = (at as f64 / life).powi(4);
        let signal = |(place, own): (usize, &f64)| {
            let weight = [6.0, -5.0, 4.0, 3.0, 0.0, 0.0][place];
            (20.0 * regime + own + weight * wear + 0.4 * random.normal()) as f32
        };
        let row: Vec<f32> = own.iter().enumerate().map(signal).collect();
        run.settings.push_row(&[regime as f32]);
        run.signals.push_row(&row);
    }
    run
}

fn training() -> Training {
    let mut training = Training {
        cap: CAP,
        folds: 3,
        cuts_a_unit: 10,
        ..Training::default()
    };
    training.trees.centre.trees = 40;
    training.trees.centre.rate = 0.15;
    training.trees.outer.trees = 40;
    training.trees.outer.rate = 0.15;
    training.lstm = LstmTraining {
        hidden: 6,
        epochs: 2,
        sequences_an_epoch: 1_500,
        ..LstmTraining::default()
    };
    training
}

fn trained() -> &'static Prognoser {
    static TRAINED: OnceLock<Prognoser> = OnceLock::new();
    TRAINED.get_or_init(|| {
        let mut runs: Vec<Run> = (0..60).map(|unit| run(unit, Ending::Failed)).collect();
        runs.extend((60..70).map(|unit| run(unit, Ending::Censored)));
        Prognoser::train(&runs, &training(), &Silent).unwrap()
    })
}

fn follow(run: &Run, change: impl Fn(usize, &mut f64, &mut [f32])) -> Tracker {
    let prognoser = trained();
    let mut unit = prognoser.follow();
    for at in 0..run.len() {
        let mut exposure = run.exposure[at];
        let mut signals = run.signals.row(at).to_vec();
        change(at, &mut exposure, &mut signals);
        prognoser.observe(&mut unit, exposure, run.settings.row(at), &signals);
    }
    unit
}

fn width(q: Quantiles) -> f64 {
    q.p95 - q.p05
}

/// Means over new units of what is said of them when most of their life is over.
fn mean_width(change: impl Fn(usize, &mut f64, &mut [f32]) + Copy) -> f64 {
    let widths: Vec<f64> = (200..240)
        .filter_map(|unit| {
            let whole = run(unit, Ending::Failed);
            let asked = whole.cut(whole.len() * 4 / 5);
            Some(width(trained().forecast(&follow(&asked, change)).quantiles()?))
        })
        .collect();
    assert!(widths.len() > 30, "{} answered", widths.len());
    widths.iter().sum::<f64>() / widths.len() as f64
}

#[test]
fn intervals_hold_on_new_units() {
    let (mut held, mut asked) = (0, 0);
    for unit in 300..420 {
        let whole = run(unit, Ending::Failed);
        let at = 20 + Random::new(u64::from(unit)).below(whole.len() - 21);
        let q = trained().forecast_run(&whole.cut(at + 1)).quantiles().unwrap();
        let truth = whole.remaining(at).unwrap().min(CAP);
        held += usize::from((q.p05..=q.p95).contains(&truth));
        asked += 1;
    }
    // Of 120 with a promise of 90 %, the binomial 99.9 % interval is 97 to 117.
    assert!((97..=118).contains(&held), "{held} of {asked}");
}

#[test]
fn lost_and_frozen_signals_widen_and_too_many_end_it() {
    let sound = mean_width(|_, _, _| {});
    let lost = mean_width(|at, _, signals| {
        if at > 30 {
            signals[0] = f32::NAN
        }
    });
    let frozen = mean_width(|at, _, signals| {
        if at > 30 {
            signals[0] = 0.25
        }
    });
    let half = mean_width(|_, _, signals| signals[..3].fill(f32::NAN));
    assert!(
        lost > sound && frozen > sound && half > sound,
        "{sound} {lost} {frozen} {half}"
    );
    let asked = run(500, Ending::Failed);
    let blind = follow(&asked, |_, _, signals| signals[..4].fill(f32::NAN));
    assert_eq!(trained().forecast(&blind), Forecast::NotEnoughData(Reason::LostSignals));
    let absurd = follow(&asked, |at, _, signals| {
        if at > 20 {
            signals.fill(2_130_706_432.0)
        }
    });
    assert_eq!(
        trained().forecast(&absurd),
        Forecast::NotEnoughData(Reason::LostSignals)
    );
}

#[test]
fn one_record_is_not_enough() {
    let one = run(501, Ending::Failed).cut(1);
    assert_eq!(
        trained().forecast_run(&one),
        Forecast::NotEnoughData(Reason::FewRecords)
    );
    let nothing = trained().follow();
    assert_eq!(
        trained().forecast(&nothing),
        Forecast::NotEnoughData(Reason::FewRecords)
    );
    let untrained = Prognoser::default();
    assert!(untrained.forecast(&untrained.follow()).quantiles().is_none());
    assert!(untrained.forecast_run(&run(502, Ending::Failed)).quantiles().is_none());
}

#[test]
fn an_exposure_that_jumps_back_or_leaps_ahead_is_seen() {
    let asked = run(503, Ending::Failed).cut(80);
    let back = follow(&asked, |at, exposure, _| {
        if at >= 70 {
            *exposure -= 40.0
        }
    });
    assert!(back.is_unsettled());
    let long_ago = follow(&asked, |at, exposure, _| {
        if at >= 30 {
            *exposure -= 25.0
        }
    });
    assert!(!long_ago.is_unsettled());
    let glitch = follow(&asked, |at, exposure, _| {
        if at == 50 {
            *exposure = 9e9
        }
    });
    assert_eq!(glitch.refused(), 1);
    let sound = trained().forecast_run(&asked).quantiles().unwrap();
    let with_glitch = trained().forecast(&glitch).quantiles().unwrap();
    assert!((with_glitch.p50 - sound.p50).abs() < 5.0, "{with_glitch:?} {sound:?}");
    let gap = follow(&asked, |at, exposure, _| {
        if at >= 75 {
            *exposure += 500.0
        }
    });
    assert!(gap.is_unsettled());
}

#[test]
fn the_same_seed_gives_the_same_bytes_with_any_number_of_threads_and_they_read_back() {
    let runs: Vec<Run> = (0..12).map(|unit| run(unit, Ending::Failed)).collect();
    let mut training = training();
    training.trees.centre.trees = 5;
    training.lstm.epochs = 1;
    let bytes = |threads: usize| {
        Prognoser::train(
            &runs,
            &Training {
                threads,
                ..training.clone()
            },
            &Silent,
        )
        .unwrap()
        .to_bytes()
    };
    let one = bytes(1);
    assert!(one == bytes(3), "threads change the result");
    let read = Prognoser::from_bytes(&one).unwrap();
    let asked = run(600, Ending::Failed).cut(70);
    let trained = Prognoser::train(&runs, &training, &Silent).unwrap();
    assert_eq!(read.forecast_run(&asked), trained.forecast_run(&asked));
    assert!(Prognoser::from_bytes(&one[..one.len() / 2]).is_none());
    assert!(Prognoser::from_bytes(b"nonsense").is_none());
}

#[test]
fn too_little_to_learn_from_is_an_error() {
    let few: Vec<Run> = (0..3).map(|unit| run(unit, Ending::Failed)).collect();
    let error = Prognoser::train(&few, &training(), &Silent).unwrap_err();
    assert_eq!(error, TrainError::FewFailedRuns { found: 3, needed: 6 });
    let censored: Vec<Run> = (0..30).map(|unit| run(unit, Ending::Censored)).collect();
    assert!(Prognoser::train(&censored, &training(), &Silent).is_err());
    let none = Training {
        families: Vec::<Family>::new(),
        ..training()
    };
    let runs: Vec<Run> = (0..12).map(|unit| run(unit, Ending::Failed)).collect();
    assert!(matches!(
        Prognoser::train(&runs, &none, &Silent),
        Err(TrainError::Settings(_))
    ));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_records_give_ordered_quantiles_or_nothing(
        records in prop::collection::vec(
            (prop::num::f64::ANY, prop::collection::vec(prop::num::f32::ANY, 0..9), prop::num::f32::ANY), 0..60),
    ) {
        let mut unit = trained().follow();
        for (exposure, signals, setting) in &records {
            trained().observe(&mut unit, *exposure, &[*setting], signals);
        }
        if let Forecast::Remaining(q) = trained().forecast(&unit) {
            prop_assert!(records.len() as u64 >= RECORDS_MIN);
            prop_assert!(q.p05 >= 0.0 && q.p05 <= q.p50 && q.p50 <= q.p95 && q.p95 <= CAP, "{q:?}");
        }
        prop_assert!(trained().contributions(&unit).iter().all(|one| one.moved.is_finite()));
    }

    #[test]
    fn damaged_artefacts_are_refused(cut in 0usize..4_000, flip in 0usize..4_000, bits in 1u8..=255) {
        static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
        let whole = BYTES.get_or_init(|| trained().to_bytes());
        let mut bytes = whole.clone();
        let place = (flip * 7_919) % bytes.len();
        bytes[place] ^= bits;
        if cut % 2 == 0 {
            bytes.truncate(bytes.len() - cut % bytes.len());
        }
        prop_assert!(Prognoser::from_bytes(&bytes).is_none());
    }
}
