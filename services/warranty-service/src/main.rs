//! The process of warranty-service run alone.

/// Readings become many small texts and maps, for which the system's allocator is slow (docs/performance.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    chassis::run(&warranty_service::DEFINITION, |config, runtime| async move {
        warranty_service::build(config, &runtime).await
    })
}
