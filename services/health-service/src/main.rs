//! The process of health-service run alone, and the commands that train and judge its models.

/// Readings become many small texts and maps, for which the system's allocator is slow (docs/performance.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    if let Some(code) = health_service::learning::command(std::env::args_os()) {
        return code;
    }
    chassis::run(&health_service::DEFINITION, |config, runtime| async move {
        health_service::build(config, &runtime).await
    })
}
