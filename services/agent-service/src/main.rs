//! The process of the agent service.

/// Readings become many small texts and maps, for which the system's allocator is slow (docs/performance.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("evaluate") {
        return agent_service::evaluation::command::main(arguments, std::env::vars().collect());
    }
    chassis::run(&agent_service::DEFINITION, |config, runtime| async move {
        agent_service::build(config, &runtime).await
    })
}
