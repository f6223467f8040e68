//! The process of the agent service.

fn main() -> std::process::ExitCode {
    chassis::run(&agent_service::DEFINITION, |config, runtime| async move {
        agent_service::build(config, &runtime).await
    })
}
