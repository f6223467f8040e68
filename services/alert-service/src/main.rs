//! The alert service as a process of its own.

fn main() -> std::process::ExitCode {
    chassis::run(&alert_service::DEFINITION, |config, runtime| async move {
        alert_service::build(config, &runtime).await
    })
}
