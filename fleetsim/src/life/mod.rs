//! Vehicles with a life: years of trips in a climate, parts that wear out as parts do, workshops, and a device that
//! tells only part of it, late and noisily. [`generate`] writes what such fleets send, and the truth about them aside;
//! [`live`] posts it; a [`Yard`] is advanced by somebody else, who also sends its vehicles to a workshop.
//!
//! The simulator is an instrument: remaining-life models are judged on it, so it must not flatter them. It shares no
//! code with them; wear never shows itself but through physics ([`engine`], [`electrical`], [`pack`], [`road`]), in the
//! regimes where it would show in life, under noise shaped after public logs ([`sensors`]); trouble codes come late,
//! never or falsely ([`codes`]); several modes compete in every component ([`modes`], [`wear`]).
//!
//! One step is one second of driving. Whatever a vehicle does follows from the seed and its number alone, so that the
//! same fleet comes out with any number of threads.

mod class;
mod climate;
mod codes;
mod electrical;
mod engine;
mod faults;
mod fleet;
mod generate;
mod live;
mod modes;
mod observe;
mod pack;
mod road;
mod sensors;
mod signals;
mod trips;
mod truth;
mod vehicle;
mod wear;
mod workshop;
mod write;
mod yard;

pub use class::Class;
pub use climate::Climate;
pub use fleet::Fleet;
pub use generate::{GenerateOptions, GenerateReport, generate};
pub use live::{LiveOptions, LiveReport, live};
pub use modes::Mode;
pub use signals::{Dialect, Signal};
pub use truth::{End, Happening, Life};
pub use vehicle::{Sink, Vehicle};
pub use workshop::Maintenance;
pub use write::{Format, Measure};
pub use yard::{Failure, Found, Yard};
