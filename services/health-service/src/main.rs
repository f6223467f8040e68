//! The process of health-service run alone.

fn main() -> std::process::ExitCode {
    chassis::run(&health_service::DEFINITION, |config, runtime| async move {
        health_service::build(config, &runtime).await
    })
}
