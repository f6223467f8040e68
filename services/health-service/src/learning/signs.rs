//! How each cause of failure shows: which channels move with it, where they end, and how well their lines tell what is left.
//!
//! Learned from all training vehicles, as the reference is. Before a part begins to wear its channels say nothing of it, so
//! lines are weighed only where wear had begun and only where they lead to the end.

use std::collections::BTreeMap;

use super::fleet_folder::Fleet;
use super::moments::Moments;
use crate::domain::trained::{BIN_KM, NUMBERS, NUMBERS_BESIDE, Shaping, Sign};

/// How a cause shows is learned on the way to failure, in km at scale 1.
const WAY_KM: f32 = 10_000.0;
/// So many rows near failure say where a channel ends.
const ENDS_MIN: usize = 16;
/// A line that is wrong by so much on the scale of learning tells nothing.
const WORTHLESS: f32 = 1.2;

/// What is known of the failures of a component: rows near each, by cause, and rows on the way there once wear had begun.
pub(crate) struct Ways<'a> {
    near: BTreeMap<&'a str, Vec<usize>>,
    on_the_way: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Ways<'a> {
    pub(crate) fn of(fleets: &[&'a Fleet], component: usize, moments: &Moments, scale: f32) -> Self {
        let vehicles: Vec<_> = fleets.iter().flat_map(|fleet| &fleet.vehicles).collect();
        let (near_km, way_km) = (4.0 * BIN_KM as f32 * scale, WAY_KM * scale);
        let mut ways = Self {
            near: BTreeMap::new(),
            on_the_way: BTreeMap::new(),
        };
        for (row, moment) in moments
            .moments
            .iter()
            .enumerate()
            .filter(|(_, moment)| moment.left_km <= way_km)
        {
            let failure = &vehicles[moment.vehicle as usize].failures[component][usize::from(moment.failure)];
            if moment.left_km <= near_km {
                ways.near.entry(&failure.cause).or_default().push(row);
            }
            if moment.begun {
                ways.on_the_way.entry(&failure.cause).or_default().push(row);
            }
        }
        ways
    }
}

/// The signs of each cause: where a channel usually ends, if that is far enough from what is usual, and how well it tells.
pub(crate) fn causes(moments: &Moments, ways: &Ways<'_>, shaping: &Shaping) -> Vec<Vec<Sign>> {
    let channels = moments.numbers.columns() / NUMBERS;
    let end = |rows: &[usize], channel: usize, shown: fn(&[f32], usize) -> f32| {
        let value = |row: &usize| shown(moments.numbers.row(*row), channel * NUMBERS);
        let all: Vec<usize> = (0..moments.moments.len()).step_by(7).collect();
        let all = sorted(all.iter().map(value));
        let (typical, spread) = (middle(&all, 0.5), middle(&all, 0.84) - middle(&all, 0.16));
        let ends = sorted(rows.iter().map(value));
        let end = middle(&ends, 0.5);
        let tells = ends.len() >= ENDS_MIN && (end - typical).abs() > 0.5 * spread;
        if tells { end } else { f32::NAN }
    };
    let of_cause = |(cause, near): (&&str, &Vec<usize>)| -> Vec<Sign> {
        let sign = |channel: usize| {
            let mut sign = Sign {
                channel: channel as u32,
                limit: end(near, channel, level),
                drift: end(near, channel, moved),
                ..Sign::default()
            };
            weigh(&mut sign, moments, ways.on_the_way.get(cause)?, shaping);
            sign.worth.iter().any(|worth| *worth > 0.0).then_some(sign)
        };
        (0..channels).filter_map(sign).collect()
    };
    let signs = ways.near.iter().map(of_cause).filter(|signs| !signs.is_empty());
    signs.collect()
}

/// What a sign's lines usually say too much on the way to failure, and what they are worth: little where they are often wrong.
fn weigh(sign: &mut Sign, moments: &Moments, on_the_way: &[usize], shaping: &Shaping) {
    let (mut off, far) = ([const { Vec::new() }; 4], shaping.scaled(shaping.cap_km));
    for row in on_the_way {
        let truth = shaping.scaled(moments.moments[*row].left_km);
        let ahead = shaping.ahead(sign, moments.numbers.row(*row));
        // A line that leads nowhere yet says nothing of how well it tells.
        for (off, ahead) in off.iter_mut().zip(ahead).filter(|(_, ahead)| *ahead < far) {
            off.push(ahead - truth);
        }
    }
    for off in off {
        let known = sorted(off.iter().copied());
        let (excess, spread) = (middle(&known, 0.5), (middle(&known, 0.84) - middle(&known, 0.16)) / 2.0);
        let told = known.len() * 5 > on_the_way.len() && known.len() >= ENDS_MIN && spread < WORTHLESS;
        sign.excess.push(if told { excess } else { 0.0 });
        sign.worth.push(if told { spread.max(0.02).powi(-3) } else { 0.0 });
    }
}

/// The level of a channel.
fn level(numbers: &[f32], column: usize) -> f32 {
    numbers[column + 1]
}

/// How far a channel has moved since the part was new.
fn moved(numbers: &[f32], column: usize) -> f32 {
    let is_fresh = numbers[numbers.len() - NUMBERS_BESIDE].is_finite();
    if is_fresh {
        numbers[column + 1] - numbers[column + NUMBERS - 1]
    } else {
        f32::NAN
    }
}

pub(crate) fn sorted(values: impl Iterator<Item = f32>) -> Vec<f32> {
    let mut sorted: Vec<f32> = values.filter(|value| value.is_finite()).collect();
    sorted.sort_by(f32::total_cmp);
    sorted
}

pub(crate) fn middle(sorted: &[f32], share: f32) -> f32 {
    let place = (share * sorted.len() as f32) as usize;
    sorted
        .get(place.min(sorted.len().saturating_sub(1)))
        .copied()
        .unwrap_or(f32::NAN)
}
