//! The HTTP shell around every service: probes, documents, limits, correlation, metrics and problems.

pub(crate) mod again;
mod extract;
mod page;
mod serve;
mod shell;

pub use again::ShownOnce;
pub use extract::{Json, Path, Query};
pub use page::{Page, PageQuery, cursor};
pub use serve::{Patience, serve};
pub(crate) use shell::{Shell, method_name};
