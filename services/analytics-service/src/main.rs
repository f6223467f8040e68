//! Runs analytics-service alone.

use std::process::ExitCode;

/// Readings become many small texts and maps, for which the system's allocator is slow (docs/performance.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    chassis::run(&analytics_service::DEFINITION, |config, runtime| async move {
        analytics_service::build(config, &runtime).await
    })
}
