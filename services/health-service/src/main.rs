//! The process of health-service run alone, and the commands that train and judge its models.

fn main() -> std::process::ExitCode {
    if let Some(code) = health_service::learning::command(std::env::args_os()) {
        return code;
    }
    chassis::run(&health_service::DEFINITION, |config, runtime| async move {
        health_service::build(config, &runtime).await
    })
}
