//! What is healthy for a vehicle class in each regime of use: a channel's expected value as a linear function of what it
//! depends on, learned from fleets by ridge regression. What is left is the residual.

use prognostics::snapshot::{Fields, Portable, Reader, Writer};

use super::channel::{CHANNELS, Channel, REGRESSORS, Shown};
use super::quantity::{Quantity, Sample};
use super::{Unreadable, hash};

/// A wheel's tread is 2 % of its radius; what turns more than this beyond its gear is between two gears.
const TURNS_OFF_MAX: f32 = 2.5;
/// The same where trails look at what is near the vehicle's own besides.
const STEADY_OFF_MAX: f32 = 4.5;
/// A slipping clutch turns by so much more.
const SLIP_OFF_MAX: f32 = 12.0;

const MAGIC: u64 = u64::from_le_bytes(*b"FLEETRF\x02");
/// Of the first generation, which knew fewer channels: what tenants registered then still speaks and can be rolled back to.
const MAGIC_FIRST: u64 = u64::from_le_bytes(*b"FLEETRF\x01");

/// The healthy behaviour of a vehicle class.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reference {
    class: String,
    /// How much further than a car this class drives in the same part of a life.
    scale: f32,
    /// For each channel: whether the class shows it, constant, weights.
    follows: Vec<bool>,
    constants: Vec<f32>,
    weights: Vec<[f32; REGRESSORS]>,
    /// Turns for a distance in each gear, as [`Channel::Turns`] counts them; one entry without gears.
    gears: Vec<f32>,
    /// Of the first generation of artefacts.
    is_first: bool,
}

/// One channel's rule; `None` where the class does not show it.
pub type Rule = Option<(f32, [f32; REGRESSORS])>;

impl Reference {
    /// A reference from rules in the order of the channels.
    #[must_use]
    pub fn new(class: &str, scale: f32, rules: &[Rule], gears: Vec<f32>) -> Self {
        let rule = |number: usize| rules.get(number).copied().flatten();
        Self {
            class: class.to_owned(),
            scale,
            follows: (0..CHANNELS).map(|number| rule(number).is_some()).collect(),
            constants: (0..CHANNELS)
                .map(|number| rule(number).map_or(0.0, |rule| rule.0))
                .collect(),
            weights: (0..CHANNELS)
                .map(|number| rule(number).map_or([0.0; REGRESSORS], |rule| rule.1))
                .collect(),
            gears,
            is_first: false,
        }
    }

    /// The vehicle class.
    #[must_use]
    pub fn class(&self) -> &str {
        &self.class
    }

    /// How much further than a car this class drives in the same part of a life.
    #[must_use]
    pub fn scale(&self) -> f32 {
        self.scale
    }

    /// Whether the class shows a channel.
    #[must_use]
    pub fn follows(&self, channel: usize) -> bool {
        self.follows.get(channel).copied().unwrap_or(false)
    }

    /// What a channel shows beyond what is healthy there.
    #[must_use]
    pub fn residual(&self, channel: usize, (value, regressors): &Shown, sample: &Sample) -> Option<f32> {
        let of = *Channel::ALL.get(channel)?;
        if of.counts_turns() {
            let gear = sample.get(Quantity::Gear).map(|gear| gear.round() as usize);
            let told = gear
                .and_then(|gear| self.gears.get(gear).copied())
                .filter(|turns| turns.is_finite());
            let nearest = || {
                let sound = self.gears.iter().copied().filter(|turns| turns.is_finite());
                sound.min_by(|a, b| (a - value).abs().total_cmp(&(b - value).abs()))
            };
            // Between two gears nothing is engaged; a clutch that slips turns more.
            let (least, most) = match of {
                Channel::Turns => (-TURNS_OFF_MAX, TURNS_OFF_MAX),
                Channel::LoadedTurns => (-STEADY_OFF_MAX, SLIP_OFF_MAX),
                _ => (-STEADY_OFF_MAX, STEADY_OFF_MAX),
            };
            return told
                .or_else(nearest)
                .map(|turns| value - turns)
                .filter(|off| (least..most).contains(off));
        }
        let weights = self.weights.get(channel)?;
        let expected: f32 = weights.iter().zip(regressors).map(|(weight, x)| weight * x).sum();
        let usual = self.constants[channel] + expected;
        // What a damper lets through grows in proportion.
        let residual = match of {
            Channel::BounceRatio => value / usual.max(1e-3) - 1.0,
            _ => value - usual,
        };
        residual.is_finite().then_some(residual)
    }

    /// Only what an artefact of a generation knows.
    fn kept(&self, first: bool) -> Self {
        let keeps = |channel: &&Channel| !first || channel.is_of_first();
        let kept = || Channel::ALL.iter().filter(keeps).map(|channel| *channel as usize);
        Self {
            follows: kept().map(|number| self.follows[number]).collect(),
            constants: kept().map(|number| self.constants[number]).collect(),
            weights: kept().map(|number| self.weights[number]).collect(),
            ..self.clone()
        }
    }

    /// Back from [`Self::kept`]; `None` when the counts do not fit.
    fn spread(self, first: bool) -> Option<Self> {
        let known: Vec<usize> = Channel::ALL
            .iter()
            .filter(|channel| !first || channel.is_of_first())
            .map(|channel| *channel as usize)
            .collect();
        let counts = [self.follows.len(), self.constants.len(), self.weights.len()];
        (counts == [known.len(); 3]).then_some(())?;
        let mut whole = Self::new(&self.class, self.scale, &[], self.gears);
        for (place, number) in known.into_iter().enumerate() {
            whole.follows[number] = self.follows[place];
            whole.constants[number] = self.constants[place];
            whole.weights[number] = self.weights[place];
        }
        whole.is_first = first;
        Some(whole)
    }

    /// The bytes of the artefact.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.u64(&mut if self.is_first { MAGIC_FIRST } else { MAGIC });
        self.kept(self.is_first).fields(&mut writer);
        writer.bytes
    }

    /// Reads an artefact.
    ///
    /// # Errors
    /// [`Unreadable`] when the bytes are not one, or of another version, or cut short.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Unreadable> {
        let (mut reader, mut magic, mut reference) = (Reader::new(bytes), 0, Self::default());
        reader.u64(&mut magic);
        if ![MAGIC, MAGIC_FIRST].contains(&magic) {
            return Err(Unreadable::Magic);
        }
        reference.fields(&mut reader);
        let whole = reference.spread(magic == MAGIC_FIRST).filter(|_| reader.is_whole());
        whole.ok_or(Unreadable::Damaged)
    }

    /// What a model's card names it by.
    #[must_use]
    pub fn hash(&self) -> u64 {
        hash(&self.to_bytes())
    }
}

impl Portable for Reference {
    fn fields(&mut self, fields: &mut dyn Fields) {
        self.class.fields(fields);
        fields.f32(&mut self.scale);
        self.follows.fields(fields);
        self.constants.fields(fields);
        self.weights.fields(fields);
        self.gears.fields(fields);
    }
}
