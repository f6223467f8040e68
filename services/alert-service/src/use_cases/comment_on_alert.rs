//! A person writes something under an alert.

use chassis::ids::{TenantId, new_id};

use super::{Moment, Viewer, visible_alert};
use crate::error::Error;
use crate::store::{Comment, Store};

/// Longest comment, in characters.
const COMMENT_CHARS_MAX: usize = 2000;

/// Keeps a comment.
pub async fn comment_on_alert(
    store: &mut Store<'_>,
    tenant: &TenantId,
    viewer: &Viewer,
    alert_id: &str,
    text: &str,
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
    let comment = Comment {
        comment_id: new_id("cmt"),
        author_id: viewer.id.clone(),
        text: text.chars().filter(|c| !c.is_control() || *c == '\n').collect(),
        created_at: moment.now,
    };
    store.insert_comment(tenant, alert_id, &comment).await?;
    Ok(comment)
}
