//! A person writes something under an alert.

use chassis::ids::{TenantId, derived_id, new_id};

use super::{Moment, Viewer, visible_alert};
use crate::error::Error;
use crate::store::{Comment, Store};

/// Longest comment, in characters.
const COMMENT_CHARS_MAX: usize = 2000;

/// Keeps a comment. The same idempotency key of the same author keeps it once and answers with the first.
pub async fn comment_on_alert(
    store: &mut Store<'_>,
    tenant: &TenantId,
    viewer: &Viewer,
    alert_id: &str,
    text: &str,
    idempotency_key: Option<&str>,
    moment: Moment,
) -> Result<Comment, Error> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::invalid("/text", "comment.empty", "a comment needs a text"));
    }
    if text.chars().count() > COMMENT_CHARS_MAX {
        return Err(Error::invalid(
            "/text",
            "comment.too_long",
            "a comment has at most 2000 characters",
        ));
    }
    visible_alert(store, tenant, viewer, alert_id).await?;
    let comment_id = match idempotency_key {
        Some(key) => derived_id("cmt", &[tenant.as_str(), alert_id, &viewer.id, key]),
        None => new_id("cmt"),
    };
    let comment = Comment {
        comment_id,
        author_id: viewer.id.clone(),
        text: text.chars().filter(|c| !c.is_control() || *c == '\n').collect(),
        created_at: moment.now,
    };
    store.insert_comment(tenant, alert_id, &comment).await?;
    Ok(store.comment(tenant, &comment.comment_id).await?.unwrap_or(comment))
}
