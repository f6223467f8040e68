//! Writes the audit log out as CSV (RFC 4180), page by page, so that neither it nor the reader's patience has to fit into memory.

use super::list_audit::list_audit;
use crate::App;
use crate::domain::audit::{Entry, Value};
use crate::error::Error;
use crate::store::{AuditFilter, AuditPosition, Sight};
use chassis::rfc3339;
use futures::Stream;
use futures::stream::try_unfold;

/// Lines of one export.
pub const LINES_MAX: usize = 100_000;
/// Lines that are read at once.
const PAGE: usize = 1_000;

/// The columns' names.
const HEADER: &str = "time,recorded_time,type,outcome,source,actor_id,role,method,route,status,times,subject,vehicle_id,correlation_id,params\r\n";

/// The next page to read.
struct Next {
    app: App,
    sight: Sight,
    filter: AuditFilter,
    before: Option<AuditPosition>,
    left: usize,
    header: &'static str,
}

/// The log of what somebody sees that a filter lets through, newest first, as pieces of CSV.
pub fn export_audit(app: App, sight: Sight, filter: AuditFilter) -> impl Stream<Item = Result<String, Error>> {
    let first = Next {
        app,
        sight,
        filter,
        before: None,
        left: LINES_MAX,
        header: HEADER,
    };
    try_unfold(Some(first), |next| async {
        let Some(mut next) = next else { return Ok(None) };
        let limit = PAGE.min(next.left);
        let entries = list_audit(&next.app, &next.sight, &next.filter, next.before.as_ref(), limit).await?;
        let text = entries
            .iter()
            .fold(std::mem::take(&mut next.header).to_owned(), |mut text, entry| {
                text.push_str(&row(entry));
                text
            });
        next.left -= entries.len();
        next.before = entries.last().map(|last| AuditPosition {
            time: last.time,
            entry_id: last.entry_id.clone(),
        });
        let more = entries.len() == limit && next.left > 0;
        Ok(Some((text, more.then_some(next))))
    })
}

fn row(entry: &Entry) -> String {
    let access = entry.access.as_ref();
    let owned = |text: Option<&String>| text.cloned().unwrap_or_default();
    let params: Vec<String> = entry
        .params
        .iter()
        .map(|(name, value)| match value {
            Value::Text(text) => format!("{name}={text}"),
            Value::Number(number) => format!("{name}={number}"),
            Value::Flag(flag) => format!("{name}={flag}"),
        })
        .collect();
    let fields = [
        rfc3339(entry.time),
        rfc3339(entry.recorded_time),
        entry.kind.clone(),
        access.map(|access| access.outcome.clone()).unwrap_or_default(),
        entry.source.clone(),
        owned(entry.actor_id.as_ref()),
        owned(access.and_then(|access| access.role.as_ref())),
        owned(access.and_then(|access| access.method.as_ref())),
        owned(access.and_then(|access| access.route.as_ref())),
        access
            .and_then(|access| access.status)
            .map(|status| status.to_string())
            .unwrap_or_default(),
        access.map_or(1, |access| access.times).to_string(),
        owned(entry.subject.as_ref()),
        owned(entry.vehicle_id.as_ref()),
        entry.correlation_id.clone(),
        params.join(" "),
    ];
    fields.map(|text| field(&text)).join(",") + "\r\n"
}

/// A field, quoted where it must be. What a spreadsheet would take for a formula is led by an apostrophe: ids and paths come from outside.
fn field(text: &str) -> String {
    let guarded = match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text.to_owned(),
    };
    if guarded.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_neither_breaks_the_table_nor_becomes_a_formula() {
        assert_eq!(field("plain"), "plain");
        assert_eq!(field("a,b"), "\"a,b\"");
        assert_eq!(field("say \"hi\""), "\"say \"\"hi\"\"\"");
        assert_eq!(field("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(field("@x\ny"), "\"'@x\ny\"");
    }
}
