//! Logs and metrics of the process. Called by main only: a library installs neither subscriber nor recorder.
//!
//! A log line is one JSON object: `timestamp, service, level, correlation_id, message` and the event's fields.

use std::time::Duration;

pub use metrics_exporter_prometheus::PrometheusHandle as Metrics;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::{JsonFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// Upper bounds of the latency histograms, in seconds.
const LATENCY_BUCKETS_S: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];

/// How long samples of the histograms may lie before they are counted.
const SAMPLES_COUNTED_EVERY: Duration = Duration::from_secs(5);

/// Installs the log subscriber (to standard error) and the metrics recorder of this process.
pub fn install(log_filter: &str) -> anyhow::Result<Metrics> {
    let filter = EnvFilter::try_new(log_filter)?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .fmt_fields(JsonFields::new())
        .event_format(JsonLine)
        .try_init()
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &LATENCY_BUCKETS_S)?
        .install_recorder()?;
    count_samples(recorder.clone())?;
    Ok(recorder)
}

/// Moves the histograms' samples into their buckets from time to time. Else each sample is kept until somebody asks for the metrics, and
/// where nobody does, memory grows for as long as the process lives.
fn count_samples(recorder: Metrics) -> std::io::Result<()> {
    let counting = std::thread::Builder::new().name("metrics".to_owned());
    counting.spawn(move || {
        loop {
            std::thread::sleep(SAMPLES_COUNTED_EVERY);
            recorder.run_upkeep();
        }
    })?;
    Ok(())
}

/// Writes an event and the fields of its spans as one flat JSON object.
struct JsonLine;

impl<S, N> FormatEvent<S, N> for JsonLine
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> tracing_subscriber::fmt::FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &tracing::Event<'_>,
    ) -> std::fmt::Result {
        let mut line = Map::new();
        line.insert(
            "timestamp".into(),
            crate::event::rfc3339(crate::clock::micros(chrono::Utc::now())).into(),
        );
        line.insert("level".into(), event.metadata().level().as_str().into());
        if let Some(scope) = context.event_scope() {
            for span in scope.from_root() {
                let extensions = span.extensions();
                if let Some(fields) = extensions.get::<FormattedFields<N>>()
                    && let Ok(Value::Object(fields)) = serde_json::from_str(&fields.fields)
                {
                    line.extend(fields);
                }
            }
        }
        event.record(&mut Fields(&mut line));
        line.entry("target").or_insert_with(|| event.metadata().target().into());
        writeln!(writer, "{}", Value::Object(line))
    }
}

struct Fields<'l>(&'l mut Map<String, Value>);

impl Visit for Fields<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.insert(field.name().to_owned(), value.into());
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().to_owned(), value.into());
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), value.into());
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), value.into());
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.into());
    }
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").into());
    }
}
