//! Trained models of components, and the streaming features that they read.
//!
//! A record becomes a [`Sample`]; [`Channel`]s read it in the regime in which they speak; the class's [`Reference`] takes off
//! what is healthy there; [`Trails`] follow what is left over distance; a [`TrainedModel`] says what remains. A [`Bundle`]
//! holds the reference and the models of one vehicle class: it is what training writes and what is shipped.

mod card;
mod channel;
mod model;
mod quantity;
mod reference;
mod shipped;
mod trails;

#[cfg(test)]
mod tests;

pub use card::{Card, Evaluation, Spread};
pub use channel::{CHANNELS, COMPONENTS, Channel, REGRESSORS, Shown, channels_of};
pub use model::{BEND_KM, FEATURES_A_CHANNEL, FOLLOWED_MIN_KM, Looks, Shaping, Sign, TrainedModel};
pub use quantity::{QUANTITIES, Quantity, Sample};
pub use reference::{Reference, Rule};
pub use shipped::shipped;
pub use trails::{BIN_KM, NUMBERS, NUMBERS_BESIDE, Trails, Trip};

/// Why bytes are no artefact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Something else, or another version of the format.
    #[error("this is no trained model of this version")]
    Magic,
    /// Cut short, too long, or not consistent.
    #[error("the trained model is damaged")]
    Damaged,
}

const BUNDLE_MAGIC: &[u8; 8] = b"FLEETBN\x01";

/// The reference and the models of one vehicle class.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bundle {
    /// What is healthy.
    pub reference: Reference,
    /// One model a component.
    pub models: Vec<TrainedModel>,
}

impl Bundle {
    /// The bytes of the artefact: magic, then each part with its length before it.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = BUNDLE_MAGIC.to_vec();
        let parts = std::iter::once(self.reference.to_bytes()).chain(self.models.iter().map(TrainedModel::to_bytes));
        for part in parts {
            bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
            bytes.extend_from_slice(&part);
        }
        bytes
    }

    /// Reads an artefact.
    ///
    /// # Errors
    /// [`Unreadable`] when the bytes are not one, are damaged, or a model was made with another reference.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Unreadable> {
        let mut left = bytes.strip_prefix(BUNDLE_MAGIC).ok_or(Unreadable::Magic)?;
        let mut parts = Vec::new();
        while let Some((length, rest)) = left.split_first_chunk::<8>() {
            let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| Unreadable::Damaged)?;
            let (part, rest) = rest.split_at_checked(length).ok_or(Unreadable::Damaged)?;
            parts.push(part);
            left = rest;
        }
        let (reference, models) = parts
            .split_first()
            .filter(|_| left.is_empty())
            .ok_or(Unreadable::Damaged)?;
        let reference = Reference::from_bytes(reference)?;
        let models = models
            .iter()
            .map(|bytes| TrainedModel::from_bytes(bytes))
            .collect::<Result<Vec<_>, _>>()?;
        let hash = reference.hash();
        if models.iter().any(|model| model.card.reference_hash != hash) {
            return Err(Unreadable::Damaged);
        }
        Ok(Self { reference, models })
    }

    /// The model of a component.
    #[must_use]
    pub fn model(&self, component: &str) -> Option<&TrainedModel> {
        self.models.iter().find(|model| model.card.component == component)
    }
}

/// The class whose models a vehicle is judged by, from how the registry knows it; `None` where none was trained.
#[must_use]
pub fn class_of(powertrain: &str, vehicle_class: &str) -> Option<&'static str> {
    match (powertrain, vehicle_class) {
        ("PETROL", "CAR") => Some("petrol_car"),
        ("BEV", "CAR") => Some("electric_car"),
        ("DIESEL", "VAN") => Some("diesel_van"),
        ("DIESEL", "TRUCK") => Some("heavy_truck"),
        _ => None,
    }
}

/// FNV-1a.
#[must_use]
pub fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}
