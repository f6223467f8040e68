//! The pure rules of workshop planning: hours, risk, slots, stock, the life of a visit. No IO, no async, no serde.

pub mod appointment;
pub mod calendar;
pub mod hours;
pub mod money;
pub mod network;
pub mod part_planning;
pub mod reason;
pub mod review;
pub mod risk;
pub mod slot_search;
pub mod stock;
pub mod time;
pub mod why_not;

#[cfg(test)]
mod slot_search_examples;
#[cfg(test)]
mod slot_search_fixtures;
#[cfg(test)]
mod slot_search_properties;
