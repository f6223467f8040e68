//! The warranty's pure rules: what a coverage promises, whether it answers for a failure, and how a claim grows.
//! Nothing here reads a clock, a database or a network, and nothing here knows a wire format.

pub mod check;
pub mod claim;
pub mod claim_check;
pub mod coverage;
pub mod eligibility;
#[cfg(test)]
mod eligibility_properties;
pub mod fault;
pub mod ground;
pub mod money;
pub mod odometer;
pub mod reason;
pub mod rules;
pub mod terms_check;
pub mod vehicle;
pub mod visit;
pub mod wear_parts;
