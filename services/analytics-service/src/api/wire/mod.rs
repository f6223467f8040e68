//! The shapes of requests and answers.

pub(super) mod actions;
pub(super) mod audit;
pub(super) mod dashboards;
pub(super) mod identity;
pub(super) mod kpis;
pub(super) mod numbers;
pub(super) mod people;
pub(super) mod reports;
