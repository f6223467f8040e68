//! Other services over REST, for tools. Each call carries this service's key for the run's tenant; without one there is no call.

use std::collections::BTreeMap;
use std::time::Duration;

use chassis::TenantId;
use chassis::config::Secret;
use serde_json::Value;

/// So long a tool may take.
const TIMEOUT: Duration = Duration::from_secs(2);
/// Longest answer that is read, in bytes. What of it is passed on is the tool's to say.
const BYTES_MAX: usize = 262_144;

/// Why a neighbour's answer is not there. Its text is what the model is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Silence {
    /// It could not be asked, failed, or answered something else than JSON.
    #[error("not available")]
    NotAvailable,
    /// It knows nothing of what was asked.
    #[error("nothing is known")]
    NothingKnown,
    #[error("too much")]
    TooMuch,
}

/// Where the other services are, and this service's key in each tenant.
#[derive(Clone, Debug, Default)]
pub struct Neighbours {
    client: reqwest::Client,
    urls: BTreeMap<String, String>,
    keys: BTreeMap<String, Secret>,
}

impl Neighbours {
    /// Base URLs by service, keys by tenant. A redirect is not followed: the key would go where it leads.
    pub fn new(urls: BTreeMap<String, String>, keys: BTreeMap<String, Secret>) -> anyhow::Result<Self> {
        let redirects = reqwest::redirect::Policy::none();
        let client = reqwest::Client::builder()
            .redirect(redirects)
            .timeout(TIMEOUT)
            .build()?;
        Ok(Self { client, urls, keys })
    }

    /// Gets JSON. The path's segments are encoded, so that no id can leave its place.
    pub async fn get(
        &self,
        tenant: &TenantId,
        service: &str,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Value, Silence> {
        let base = self.urls.get(service).ok_or(Silence::NotAvailable)?;
        let key = self.keys.get(tenant.as_str()).ok_or(Silence::NotAvailable)?;
        let mut url = reqwest::Url::parse(base).map_err(|_| Silence::NotAvailable)?;
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url.query_pairs_mut().extend_pairs(query);
        let request = self.client.get(url).header("x-api-key", key.reveal());
        answer(request)
            .await
            .inspect_err(|silence| tracing::debug!(service, %silence, "a tool's service did not answer"))
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Result<Value, Silence> {
    let mut response = request.send().await.map_err(|_| Silence::NotAvailable)?;
    match response.status().as_u16() {
        200 => {}
        404 => return Err(Silence::NothingKnown),
        _ => return Err(Silence::NotAvailable),
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| Silence::NotAvailable)? {
        if bytes.len() + chunk.len() > BYTES_MAX {
            return Err(Silence::TooMuch);
        }
        bytes.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&bytes).map_err(|_| Silence::NotAvailable)
}
