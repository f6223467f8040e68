//! The shapes of requests and answers.

pub(super) mod audit;
pub(super) mod dashboards;
pub(super) mod identity;
pub(super) mod numbers;
