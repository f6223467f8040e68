//! The process of scheduling-service; everything else is in the library.

use std::process::ExitCode;

/// Readings become many small texts and maps, for which the system's allocator is slow (docs/performance.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    chassis::run(&scheduling_service::DEFINITION, |config, runtime| async move {
        scheduling_service::build(config, &runtime).await
    })
}
