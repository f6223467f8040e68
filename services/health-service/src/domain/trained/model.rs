//! A trained model of one component of one vehicle class: trails in, quantiles of remaining kilometres out.
//!
//! For each cause of failure the channels that show it are looked ahead along their lines to the level at which it ended in
//! training; lines are weighed by how well they told there. Boosted trees ([`prognostics::trees`]) see this besides level and
//! slope and answer on the logarithm of remaining life: one booster for the median and two for the outer quantiles. A conformal
//! calibration over vehicles follows.

use prognostics::conformal::Calibration;
use prognostics::intervals::Quantiles;
use prognostics::snapshot::{Fields, Portable, Reader, Writer};
use prognostics::trees::Booster;

use super::Unreadable;
use super::card::Card;
use super::channel::{Channel, channels_of};
use super::trails::{NUMBERS, NUMBERS_BESIDE, Trails};
use crate::domain::foretold::{Limit, When};

const MAGIC: u64 = u64::from_le_bytes(*b"FLEETMD\x02");
/// Of the first generation, which looked at each channel's usual level at failure, whatever the cause.
const MAGIC_FIRST: u64 = u64::from_le_bytes(*b"FLEETMD\x01");
/// Features that are made of each channel's numbers.
pub const FEATURES_A_CHANNEL: usize = 8;
/// Nothing is said of a component that has been followed for less than this, in km at scale 1.
pub const FOLLOWED_MIN_KM: f32 = 200.0;

/// Lines of a channel along which it is looked ahead: three along its own lines, one at the pace since the part was new.
const AHEAD: usize = 4;

/// How one channel shows one cause of failure: its usual level at failure, how far it has then usually moved from where it was
/// with a new part (`NaN` where it does not show it), and how far along each line it was too far ahead in training (on the
/// scale of learning), and what each line is therefore worth.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sign {
    /// Which channel of the component.
    pub channel: u32,
    /// Its usual level at failure.
    pub limit: f32,
    /// How far it has usually moved then.
    pub drift: f32,
    /// What a line usually says too much.
    pub excess: Vec<f32>,
    /// What a line is worth.
    pub worth: Vec<f32>,
}

/// What is looked at.
#[derive(Debug, Clone, PartialEq)]
pub enum Looks {
    /// For each channel of the component that the reference follows its numbers, and for each cause of failure its signs.
    AtCauses {
        /// Places of the channels among those of the component.
        channels: Vec<u32>,
        /// For each cause its signs.
        causes: Vec<Vec<Sign>>,
    },
    /// As artefacts of the first generation do: place of each channel, and its usual level at failure, whatever the cause.
    AtLimits(Vec<(u32, f32)>),
}

impl Default for Looks {
    fn default() -> Self {
        Self::AtLimits(Vec::new())
    }
}

/// How numbers of trails become features.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shaping {
    /// The class's scale of distances.
    pub scale: f32,
    /// What is beyond is all the same, in km.
    pub cap_km: f32,
    /// What is looked at.
    pub looks: Looks,
}

impl Shaping {
    /// Features from what [`Trails::write`] gives.
    pub fn shape(&self, numbers: &[f32], features: &mut Vec<f32>) {
        features.clear();
        match &self.looks {
            Looks::AtCauses { channels, causes } => self.shape_causes(channels, causes, numbers, features),
            Looks::AtLimits(limits) => self.shape_limits(limits, numbers, features),
        }
    }

    /// The soonest end by any cause first.
    fn shape_causes(&self, channels: &[u32], causes: &[Vec<Sign>], numbers: &[f32], features: &mut Vec<f32>) {
        features.push(f32::NAN);
        for channel in channels {
            let [short, middle, middle_slope, _, long_slope, life, life_slope, mean, own] =
                *of_channel(numbers, *channel);
            features.extend_from_slice(&[
                short,
                middle,
                middle_slope,
                long_slope,
                life_slope,
                mean,
                middle - own,
                life,
            ]);
        }
        let (mut soonest, far) = (f32::NAN, self.scaled(self.cap_km));
        for signs in causes {
            let (mut sum, mut worths, mut leads) = (0.0, 0.0, false);
            for sign in signs {
                let ahead = self.ahead(sign, numbers);
                leads |= ahead.iter().any(|left| left.is_finite());
                for (place, left) in ahead.into_iter().enumerate().filter(|(_, left)| *left < far) {
                    let worth = sign.worth.get(place).copied().unwrap_or(0.0);
                    sum += worth * (left - sign.excess.get(place).copied().unwrap_or(0.0));
                    worths += worth;
                }
                features.extend_from_slice(&ahead);
            }
            let of_cause = match leads {
                true if worths > 0.0 => sum / worths,
                true => far,
                false => f32::NAN,
            };
            soonest = of_cause.min(soonest);
            features.push(of_cause);
        }
        features[0] = soonest;
        features.extend_from_slice(beside(numbers));
    }

    fn shape_limits(&self, limits: &[(u32, f32)], numbers: &[f32], features: &mut Vec<f32>) {
        let far = 2.0 * self.cap_km;
        let mut soonest = [far; 3];
        for (channel, limit) in limits {
            let [
                short,
                middle,
                middle_slope,
                long,
                long_slope,
                life,
                life_slope,
                mean,
                own,
            ] = *of_channel(numbers, *channel);
            let lines = [(middle, middle_slope), (long, long_slope), (life, life_slope)];
            let left = lines.map(|(level, slope)| left_km(*limit, level, slope, own, far));
            for (soonest, left) in soonest.iter_mut().zip(left) {
                *soonest = soonest.min(left);
            }
            features.extend_from_slice(&[
                short,
                middle,
                middle_slope,
                long_slope,
                life_slope,
                mean,
                middle - own,
                life,
            ]);
            features.extend_from_slice(&left);
        }
        features.extend_from_slice(&soonest);
        features.push(numbers.last().copied().unwrap_or(f32::NAN));
    }

    /// Whether any channel is seen.
    fn sees(&self, features: &[f32]) -> bool {
        let (first, each, channels) = match &self.looks {
            Looks::AtCauses { channels, .. } => (1, FEATURES_A_CHANNEL, channels.len()),
            Looks::AtLimits(limits) => (0, FEATURES_A_CHANNEL + 3, limits.len()),
        };
        (0..channels).any(|channel| {
            features
                .get(first + each * channel + 1)
                .is_some_and(|level| level.is_finite())
        })
    }

    /// How far it is to a cause's end along each line, on the scale of learning.
    #[must_use]
    pub fn ahead(&self, sign: &Sign, numbers: &[f32]) -> [f32; AHEAD] {
        let [_, middle, middle_slope, long, long_slope, life, life_slope, _, own] = *of_channel(numbers, sign.channel);
        let far = 2.0 * self.cap_km;
        let [fresh_km, ..] = *beside(numbers);
        let km = [
            left_km(sign.limit, middle, middle_slope, own, far),
            left_km(sign.limit, long, long_slope, own, far),
            left_km(sign.limit, life, life_slope, own, far),
            left_since_new_km(sign.drift, middle - own, fresh_km, far),
        ];
        km.map(|km| if km.is_nan() { f32::NAN } else { self.scaled(km) })
    }

    /// Remaining life on the scale on which it is learned: near failure a kilometre counts more than far from it.
    #[must_use]
    pub fn scaled(&self, km: f32) -> f32 {
        (1.0 + km.max(0.0) / (BEND_KM * self.scale)).ln()
    }

    /// Back to km.
    #[must_use]
    pub fn in_km(&self, said: Quantiles) -> Quantiles {
        let (bend, cap) = (f64::from(BEND_KM * self.scale), f64::from(self.cap_km));
        // What rounding leaves below the cap is the cap.
        let km = |value: f64| (bend * value.exp_m1() * (1.0 + 1e-6)).min(cap);
        Quantiles {
            p05: km(said.p05),
            p50: km(said.p50),
            p95: km(said.p95),
        }
    }

    /// Names of the features of a component.
    #[must_use]
    pub fn names(&self, component: &str) -> Vec<String> {
        let each = [
            "level",
            "level_1200",
            "slope_1200",
            "slope_5000",
            "slope_20000",
            "mean_5000",
            "beyond_own",
            "level_20000",
        ];
        let first = channels_of(component).start;
        let name = |channel: u32, what: &str| {
            let channel = Channel::ALL.get(first + channel as usize);
            channel.map_or_else(String::new, |channel| format!("{channel:?}.{what}"))
        };
        let mut names = Vec::new();
        match &self.looks {
            Looks::AtCauses { channels, causes } => {
                names.push("soonest".to_owned());
                names.extend(
                    channels
                        .iter()
                        .flat_map(|channel| each.map(|what| name(*channel, what))),
                );
                for (cause, signs) in causes.iter().enumerate() {
                    let of_sign = |sign: &Sign| {
                        let line = |what| format!("{}.{cause}", name(sign.channel, what));
                        ["left_1200", "left_5000", "left_20000", "left_since_new"].map(line)
                    };
                    names.extend(signs.iter().flat_map(of_sign));
                    names.push(format!("left.{cause}"));
                }
                names.extend(["since_new", "odometer", "followed"].map(str::to_owned));
            }
            Looks::AtLimits(limits) => {
                let each = each.into_iter().chain(["left_1200", "left_5000", "left_20000"]);
                names.extend(
                    limits
                        .iter()
                        .flat_map(|(channel, _)| each.clone().map(|what| name(*channel, what))),
                );
                names.extend(["soonest_1200", "soonest_5000", "soonest_20000", "followed"].map(str::to_owned));
            }
        }
        names
    }
}

/// A channel's numbers; `NaN` where there are none.
fn of_channel(numbers: &[f32], channel: u32) -> &[f32; NUMBERS] {
    let rest = numbers.get(channel as usize * NUMBERS..).unwrap_or_default();
    rest.first_chunk().unwrap_or(&[f32::NAN; NUMBERS])
}

/// How far it is to the limit along a line, in km: `far` where the line leads away from it, `NaN` where there is no line.
fn left_km(limit: f32, level: f32, slope: f32, own: f32, far: f32) -> f32 {
    let km = 1_000.0 * (limit - level) / slope;
    if km < 0.0 && slope * (limit - own) <= 0.0 {
        far
    } else if km.is_nan() {
        f32::NAN
    } else {
        km.clamp(0.0, far)
    }
}

/// How far it is at the pace since the part was new, in km; `NaN` where that is not known.
fn left_since_new_km(drift: f32, moved: f32, fresh_km: f32, far: f32) -> f32 {
    let gone = moved / drift;
    let km = fresh_km * (1.0 / gone - 1.0);
    match km {
        km if km.is_nan() => f32::NAN,
        _ if gone <= 0.0 => far,
        km => km.clamp(0.0, far),
    }
}

/// What follows the channels' numbers.
fn beside(numbers: &[f32]) -> &[f32; NUMBERS_BESIDE] {
    numbers.last_chunk().unwrap_or(&[f32::NAN; NUMBERS_BESIDE])
}

/// The distance at which the logarithm bends, in km at scale 1.
pub const BEND_KM: f32 = 800.0;

impl Portable for Sign {
    fn fields(&mut self, fields: &mut dyn Fields) {
        self.channel.fields(fields);
        fields.f32(&mut self.limit);
        fields.f32(&mut self.drift);
        self.excess.fields(fields);
        self.worth.fields(fields);
    }
}

/// A trained model.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TrainedModel {
    pub(crate) card: Card,
    pub(crate) shaping: Shaping,
    pub(crate) centre: Booster,
    pub(crate) low: Booster,
    pub(crate) high: Booster,
    pub(crate) calibration: Calibration,
}

impl TrainedModel {
    /// What it is.
    #[must_use]
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// How far it was taught to see, in km.
    #[must_use]
    pub fn cap_km(&self) -> f64 {
        f64::from(self.shaping.cap_km)
    }

    /// Whether it is of the first generation of artefacts, which warned in another way.
    #[must_use]
    pub fn is_first(&self) -> bool {
        matches!(self.shaping.looks, Looks::AtLimits(_))
    }

    /// Nothing is said of a component that has been followed for less than this, in km.
    #[must_use]
    pub fn followed_min_km(&self) -> f32 {
        FOLLOWED_MIN_KM * self.shaping.scale
    }

    /// When what it says is a warning: its generation chose the limit for one way of asking.
    #[must_use]
    pub fn limit(&self) -> Limit {
        Limit {
            when: if self.is_first() { When::Median } else { When::Sure },
            below_km: self.card.warn_below_km,
        }
    }

    /// Features, for watching drift; `NaN` is missing.
    #[must_use]
    pub fn features(&self, trails: &Trails) -> Vec<f32> {
        let (mut numbers, mut features) = (Vec::with_capacity(64), Vec::with_capacity(64));
        trails.write(&self.card.component, self.shaping.scale, &mut numbers);
        self.shaping.shape(&numbers, &mut features);
        features
    }

    /// Remaining life in km; `None` is not enough data: followed for too short, or no channel of the component is seen.
    #[must_use]
    pub fn forecast(&self, trails: &Trails) -> Option<Quantiles> {
        self.of_features(&self.features(trails))
    }

    /// The same from features.
    #[must_use]
    pub fn of_features(&self, features: &[f32]) -> Option<Quantiles> {
        Some(self.shaping.in_km(self.calibration.interval(self.raw(features)?)?))
    }

    /// Before calibration, on the scale on which remaining life is learned.
    #[must_use]
    pub fn raw(&self, features: &[f32]) -> Option<Quantiles> {
        let followed = features.last().copied()?;
        if !self.shaping.sees(features) || followed < self.followed_min_km() {
            return None;
        }
        let cap = f64::from(self.shaping.scaled(self.shaping.cap_km));
        let say = |booster: &Booster| booster.answer(features).clamp(0.0, cap);
        let p50 = say(&self.centre);
        Some(Quantiles {
            p05: say(&self.low).min(p50),
            p50,
            p95: say(&self.high).max(p50),
        })
    }

    /// The bytes of the artefact.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.u64(&mut if self.is_first() { MAGIC_FIRST } else { MAGIC });
        self.clone().fields(&mut writer);
        writer.bytes
    }

    /// Reads an artefact.
    ///
    /// # Errors
    /// [`Unreadable`] when the bytes are not one, or of another version, or cut short.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Unreadable> {
        let (mut reader, mut magic, mut model) = (Reader::new(bytes), 0, Self::default());
        reader.u64(&mut magic);
        match magic {
            MAGIC => {
                model.shaping.looks = Looks::AtCauses {
                    channels: Vec::new(),
                    causes: Vec::new(),
                }
            }
            MAGIC_FIRST => {}
            _ => return Err(Unreadable::Magic),
        }
        model.fields(&mut reader);
        if reader.is_whole() && model.fits() {
            Ok(model)
        } else {
            Err(Unreadable::Damaged)
        }
    }

    /// Whether what is looked at is there.
    fn fits(&self) -> bool {
        let of_component = channels_of(&self.card.component);
        match &self.shaping.looks {
            Looks::AtCauses { channels, causes } => {
                let signs = causes.iter().flatten().map(|sign| &sign.channel);
                channels
                    .iter()
                    .chain(signs)
                    .all(|channel| (*channel as usize) < of_component.len())
            }
            Looks::AtLimits(limits) => {
                limits.len()
                    == Channel::ALL[of_component]
                        .iter()
                        .filter(|channel| channel.is_of_first())
                        .count()
            }
        }
    }
}

impl Looks {
    fn fields(&mut self, component: &str, fields: &mut dyn Fields) {
        match self {
            Self::AtCauses { channels, causes } => {
                channels.fields(fields);
                causes.fields(fields);
            }
            Self::AtLimits(limits) => {
                let mut plain: Vec<f32> = limits.iter().map(|(_, limit)| *limit).collect();
                plain.fields(fields);
                let known = channels_of(component)
                    .enumerate()
                    .filter(|(_, number)| Channel::ALL[*number].is_of_first());
                let places = known.map(|(place, _)| place as u32);
                *limits = places.zip(plain.iter().copied()).collect();
                if limits.len() != plain.len() {
                    limits.clear();
                }
            }
        }
    }
}

impl Portable for TrainedModel {
    fn fields(&mut self, fields: &mut dyn Fields) {
        self.card.fields(fields);
        fields.f32(&mut self.shaping.scale);
        fields.f32(&mut self.shaping.cap_km);
        self.shaping.looks.fields(&self.card.component, fields);
        self.centre.fields(fields);
        self.low.fields(fields);
        self.high.fields(fields);
        self.calibration.fields(fields);
    }
}
