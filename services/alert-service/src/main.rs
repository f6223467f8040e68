//! The alert service as a process of its own.

/// Readings become many small texts and maps, for which the system's allocator is slow (docs/performance.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    chassis::run(&alert_service::DEFINITION, |config, runtime| async move {
        alert_service::build(config, &runtime).await
    })
}
