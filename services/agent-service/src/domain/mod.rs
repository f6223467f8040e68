//! The rules of diagnosis and decision: pure, without input or output, and the same whoever asks.

pub mod behaviour;
pub mod beliefs;
pub mod budget;
pub mod claims;
pub mod component;
pub mod decision;
pub mod diagnosis;
pub mod figures;
pub mod graph;
pub mod knowledge;
pub mod opinion;
pub mod outcome;
pub mod reasoning;
pub mod record;
pub mod repeat;
pub mod review;
pub mod revision;
pub mod run;
pub mod severity;
pub mod symptoms;
pub mod trouble_code;
pub mod values;
pub mod vehicle;

#[cfg(test)]
mod diagnosis_cases;
#[cfg(test)]
mod diagnosis_properties;
