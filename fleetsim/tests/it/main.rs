//! fleetsim against a platform that behaves, and against some that do not.

mod drive;
mod life;
mod life_noise;
mod load_and_verify;
mod platform;
mod read_and_alarm;
mod real_data;
mod replay;
