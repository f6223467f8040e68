//! The seven services: name, port and build. The one place that knows all of them.

use std::pin::Pin;
use std::sync::Arc;

use anyhow::Context;
use chassis::config::{Base, Sources, load};
use chassis::{Broker, Definition, Runtime, Service};
use tokio_util::sync::CancellationToken;

type Building<'r> = Pin<Box<dyn Future<Output = anyhow::Result<Service>> + Send + 'r>>;

/// One of the seven.
pub(crate) struct Member {
    pub(crate) definition: &'static Definition,
    build: for<'r> fn(&'r Sources, &'r Runtime) -> Building<'r>,
}

impl Member {
    /// Loads the service's own configuration and builds it on the lent runtime.
    pub(crate) async fn build(&self, sources: &Sources, runtime: &Runtime) -> anyhow::Result<Service> {
        (self.build)(sources, runtime)
            .await
            .with_context(|| format!("{} cannot start", self.definition.name))
    }
}

/// The one broker of the process, as the environment and the options have configured it.
pub(crate) fn broker(sources: &Sources, shutdown: CancellationToken) -> anyhow::Result<Arc<dyn Broker>> {
    let config: Base = load(&ingestion_service::DEFINITION, sources)?;
    chassis::connect_broker(&config, shutdown)
}

macro_rules! member {
    ($service:ident) => {
        Member {
            definition: &$service::DEFINITION,
            build: |sources, runtime| {
                Box::pin(async move { $service::build(load(&$service::DEFINITION, sources)?, runtime).await })
            },
        }
    };
}

/// All seven, in the order of their ports.
pub(crate) fn members() -> [Member; 7] {
    [
        member!(ingestion_service),
        member!(health_service),
        member!(agent_service),
        member!(alert_service),
        member!(scheduling_service),
        member!(warranty_service),
        Member {
            definition: &analytics_service::DEFINITION,
            build: |sources, runtime| Box::pin(build_analytics(sources, runtime)),
        },
    ]
}

/// Analytics also says whether this start made the first user, whose password is shown once.
async fn build_analytics(sources: &Sources, runtime: &Runtime) -> anyhow::Result<Service> {
    let config = load(&analytics_service::DEFINITION, sources)?;
    let (service, first_start) = analytics_service::build_reporting(config, runtime).await?;
    if let Some(first) = first_start {
        match first.generated_password {
            Some(password) => println!(
                "first start: user {} of tenant {}, password {password} (shown once)",
                first.username, first.tenant_id
            ),
            None => println!(
                "first start: user {} of tenant {}, password as configured",
                first.username, first.tenant_id
            ),
        }
    }
    Ok(service)
}
