//! Runs the ingestion service alone.

fn main() -> std::process::ExitCode {
    chassis::run(&ingestion_service::DEFINITION, |config, runtime| async move {
        ingestion_service::build(config, &runtime).await
    })
}
