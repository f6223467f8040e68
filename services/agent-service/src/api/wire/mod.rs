//! Bodies of answers, apart from the domain so that either can change alone. Requests are in `requests`.

mod decisions;
mod explanation;
mod reviews;
mod status;
mod values;

pub(super) use decisions::{Decision, Step, Steps};
pub(super) use explanation::{Agents, Replay};
pub(super) use reviews::Review;
pub(super) use status::Status;
pub(super) use values::Evidence;
