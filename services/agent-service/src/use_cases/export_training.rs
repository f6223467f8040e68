//! Exports decisions on which a person has spoken as examples for tuning a model, page by page: prompts are long, and all of
//! them need not fit into memory.

use chassis::TenantId;
use futures::Stream;
use futures::stream::try_unfold;

use super::App;
pub use crate::domain::record::Example;
use crate::error::Error;
use crate::store::Store;

/// How much is exported.
#[derive(Clone, Copy, Debug)]
pub struct ExportLimits {
    /// Examples of one export.
    pub examples_max: usize,
    /// Examples that are read at once.
    pub page: usize,
}

/// The next page to read.
struct Next {
    app: App,
    tenant: TenantId,
    last: Option<Example>,
    left: usize,
}

/// The latest examples of a tenant in pages. What the workshop found goes before what a reviewer thought.
pub fn export_training(app: App, tenant: TenantId) -> impl Stream<Item = Result<Vec<Example>, Error>> {
    let left = app.exports.examples_max;
    let first = Next {
        app,
        tenant,
        last: None,
        left,
    };
    try_unfold(Some(first), |next| async {
        let Some(mut next) = next else { return Ok(None) };
        let limit = next.app.exports.page.min(next.left);
        // A transaction a page: a slow reader keeps none open.
        let mut tx = next.app.database.read().await?;
        let page = Store::new(&mut tx)
            .examples(&next.tenant, next.last.as_ref(), limit)
            .await?;
        drop(tx);
        next.left -= page.len();
        next.last = page.last().cloned();
        let more = page.len() == limit && next.left > 0;
        Ok(Some((page, more.then_some(next))))
    })
}
