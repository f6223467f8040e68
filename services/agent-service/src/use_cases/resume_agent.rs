//! Lets a suspended agent use language models again.

use chassis::TenantId;

use super::App;
use crate::domain::component::Worker;
use crate::error::Error;
use crate::store::Store;

/// Resumes it. One that is not suspended stays as it is.
pub async fn resume_agent(app: &App, tenant: &TenantId, agent: &str) -> Result<(), Error> {
    if Worker::from_code(agent).is_none() {
        return Err(Error::AgentUnknown {
            agent: agent.to_owned(),
        });
    }
    let mut tx = app.database.begin().await?;
    Store::new(&mut tx).resume_agent(tenant, agent).await?;
    Ok(tx.commit().await?)
}
