//! The whole chain on units made by a formula: learn from runs to failure, follow a new unit, see the interval narrow.
//!
//! ```text
//! cargo run --release -p prognostics --example chain
//! ```

use prognostics::matrix::Matrix;
use prognostics::prognoser::{Forecast, Prognoser, Silent, TrainError, Training};
use prognostics::random::Random;
use prognostics::runs::{Ending, Run};

fn main() -> Result<(), TrainError> {
    let runs: Vec<Run> = (0..60).map(made).collect();
    let prognoser = Prognoser::train(&runs, &Training::compact(), &Silent)?;
    for (family, weight) in prognoser.blend() {
        println!("{} weighs {weight:.2}", family.name());
    }
    let new = made(1_000);
    let mut unit = prognoser.follow();
    for at in 0..new.len() {
        prognoser.observe(&mut unit, new.exposure[at], new.settings.row(at), new.signals.row(at));
        if at % 25 != 0 && at + 1 != new.len() {
            continue;
        }
        let truth = new.remaining(at).unwrap_or(0.0);
        match prognoser.forecast(&unit) {
            Forecast::Remaining(q) => println!(
                "after {at:3} records: {:5.1} ({:5.1} to {:5.1}), really {truth:5.1}",
                q.p50, q.p05, q.p95
            ),
            Forecast::NotEnoughData(why) => println!("after {at:3} records: {why:?}"),
        }
    }
    for one in prognoser.contributions(&unit).iter().take(3) {
        println!(
            "signal {} moved by {:+.1} standard deviations and speaks for {:+.2} of the way to failure",
            one.signal, one.moved, one.towards_failure
        );
    }
    Ok(())
}

/// A unit that wears at its own pace: three of five signals follow wear.
fn made(unit: u32) -> Run {
    let mut random = Random::for_part(3, u64::from(unit));
    let life = 150.0 + 150.0 * random.uniform();
    let mut run = Run {
        unit,
        exposure: (1..=life as u32).map(f64::from).collect(),
        settings: Matrix::new(0),
        signals: Matrix::new(5),
        ending: Ending::Failed,
    };
    for at in 0..run.exposure.len() {
        let wear = (at as f64 / life).powi(4);
        let row = [6.0, -5.0, 4.0, 0.0, 0.0].map(|weight| (weight * wear + 0.4 * random.normal()) as f32);
        run.settings.push_row(&[]);
        run.signals.push_row(&row);
    }
    run
}
