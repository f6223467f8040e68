//! Runs analytics-service alone.

use std::process::ExitCode;

fn main() -> ExitCode {
    chassis::run(&analytics_service::DEFINITION, |config, runtime| async move {
        analytics_service::build(config, &runtime).await
    })
}
