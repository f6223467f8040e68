//! How fast streaming features and forecasts of the shipped models are on one core, and how large their state is.
//!
//! ```text
//! cargo run --release -p health-service --example trained_speed
//! ```

use std::time::Instant;

use health_service::domain::SECOND;
use health_service::domain::trained::{Bundle, COMPONENTS, Quantity, Sample, Trails, shipped};

/// Records of a vehicle that sends what its class could send, one every ten seconds at changing speeds.
fn record(number: u32) -> (i64, Sample) {
    let mut sample = Sample::default();
    let wave = |part: f64| (f64::from(number) * part).sin();
    for quantity in Quantity::ALL {
        sample.set(quantity, 50.0 + 30.0 * wave(0.01 * (1.0 + f64::from(quantity as u8))));
    }
    sample.set(Quantity::Speed, 60.0 + 40.0 * wave(0.02));
    sample.set(Quantity::Rpm, 1_800.0 + 900.0 * wave(0.02));
    sample.set(Quantity::Odometer, f64::from(number) * 166.0);
    (i64::from(number) * 10 * SECOND, sample)
}

/// Seconds that this thread has had a core for, so that other work on the machine does not count; wall time where the
/// system does not say.
fn core_seconds(since: Instant) -> f64 {
    let of_thread = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = of_thread
        .as_deref()
        .and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| since.elapsed().as_secs_f64(), |nanoseconds| nanoseconds / 1e9)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let records: Vec<(i64, Sample)> = (0..100_000).map(record).collect();
    let start = Instant::now();
    let mut rows = Vec::new();
    for (class, bytes) in shipped() {
        let bundle = Bundle::from_bytes(bytes)?;
        let mut trails = Trails::default();
        let begun = core_seconds(start);
        for (at, sample) in &records {
            trails.observe(&bundle.reference, sample, *at);
        }
        let readings = records.len() * Quantity::ALL.len();
        let readings_per_second = readings as f64 / (core_seconds(start) - begun);
        let (begun, mut forecasts, mut sum) = (core_seconds(start), 0u32, 0.0);
        while core_seconds(start) - begun < 1.0 {
            for model in &bundle.models {
                sum += model.forecast(&trails).map_or(0.0, |said| said.p50);
                forecasts += 1;
            }
        }
        rows.push(serde_json::json!({
            "class": class, "readings_per_second": readings_per_second.round(),
            "forecasts_per_second": (f64::from(forecasts) / (core_seconds(start) - begun)).round(),
            "state_bytes_a_component": size_of::<Trails>() / COMPONENTS.len(), "artefact_bytes": bytes.len(),
            "models": bundle.models.len(), "mean_forecast_km": sum / f64::from(forecasts.max(1)),
        }));
    }
    println!("{}", serde_json::to_string_pretty(&rows)?);
    Ok(())
}
