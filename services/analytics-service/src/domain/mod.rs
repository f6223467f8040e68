//! The rules of analytics: who may do what, how sessions and passwords behave, what the fleet's numbers are.
//! Nothing here knows HTTP, SQL, JSON or a clock; every rule takes the time it needs as an argument.

pub mod audit;
pub mod consent;
pub mod fleet;
pub mod invitation;
pub mod kpi;
pub mod money;
pub mod numerals;
pub mod password;
pub mod report;
pub mod role;
pub mod scope;
pub mod session;
pub mod throttle;
pub mod user;
pub mod waiting;
pub mod wording;
