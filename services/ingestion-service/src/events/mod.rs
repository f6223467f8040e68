//! Events: what this service tells. It reads nobody's events but identity's, which the chassis handles.

pub mod consumed;
pub mod published;
