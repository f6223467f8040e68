//! fleetsim against a platform that behaves, and against some that do not.

mod drive;
mod load_and_verify;
mod platform;
mod real_data;
mod replay;
