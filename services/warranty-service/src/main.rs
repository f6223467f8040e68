//! The process of warranty-service run alone.

fn main() -> std::process::ExitCode {
    chassis::run(&warranty_service::DEFINITION, |config, runtime| async move {
        warranty_service::build(config, &runtime).await
    })
}
