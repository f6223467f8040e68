//! Tests of the service as a whole.

mod real_cars;
mod logs;
