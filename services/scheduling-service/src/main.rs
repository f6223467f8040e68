//! The process of scheduling-service; everything else is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    chassis::run(&scheduling_service::DEFINITION, |config, runtime| async move {
        scheduling_service::build(config, &runtime).await
    })
}
