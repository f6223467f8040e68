//! Where the parts of a job come from, and from when all of them are there.

use chrono::{DateTime, Duration, Utc};

use super::money::Money;
use super::network::{Center, Job, Network, Part};
use super::slot_search::{Policy, Wish};
use super::stock::Source;
use super::time::Quarter;
use super::why_not::WhyNot;

/// One part of a visit and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedPart {
    pub code: String,
    pub quantity: i64,
    pub source: Source,
    /// When it is to come, where it was ordered; none for parts from the shelf.
    pub arrives: Option<Quarter>,
}

/// A part that is on its way to a centre for a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnOrder {
    pub center_id: String,
    pub code: String,
    pub quantity: i64,
    pub arrives: Quarter,
}

/// When what was ordered before comes, if it is enough and comes to this centre: moving a visit orders nothing anew there.
pub fn arrival(on_order: &[OnOrder], center_id: &str, code: &str, quantity: i64) -> Option<Quarter> {
    let serves = |part: &&OnOrder| part.center_id == center_id && part.code == code && part.quantity >= quantity;
    on_order.iter().find(serves).map(|part| part.arrives)
}

/// When a part comes that is ordered now, by what its centre has `listed` of it.
pub fn order_arrives(listed: Option<&Part>, policy: &Policy, now: DateTime<Utc>) -> Quarter {
    let days = listed.map_or(policy.unlisted_part_lead_time_days, |part| part.lead_time_days);
    Quarter::at_or_after(now + Duration::days(days.clamp(0, 3_650)))
}

/// Where each part comes from, what labour and parts cost, and from when all parts are there.
pub(super) fn plan_parts(
    network: &Network,
    center: &Center,
    job: &Job,
    policy: &Policy,
    wish: &Wish,
    now: DateTime<Utc>,
    until: Quarter,
) -> Result<(Vec<PlannedPart>, Money, Quarter), WhyNot> {
    let labour = i128::from(job.labour_quarters) * i128::from(center.labour_per_hour.amount_minor);
    // Half up, to a whole minor unit.
    let mut price = (labour + 2).div_euclid(4);
    let mut ready = Quarter::containing(now);
    let mut planned = Vec::new();
    for need in &job.parts {
        let listed = network.part(&center.id, &need.code);
        let in_stock = listed.is_some_and(|part| part.stock.free() >= need.quantity);
        let ordered = || arrival(&wish.on_order, &center.id, &need.code, need.quantity);
        let arrives = (!in_stock).then(|| ordered().unwrap_or_else(|| order_arrives(listed, policy, now)));
        if let Some(arrives) = arrives {
            if arrives >= until {
                return Err(WhyNot::parts_too_late(&center.id, &need.code, arrives, until));
            }
            ready = ready.max(arrives);
        }
        price += i128::from(listed.map_or(0, |part| part.price.amount_minor)) * i128::from(need.quantity);
        planned.push(PlannedPart {
            code: need.code.clone(),
            quantity: need.quantity,
            source: if in_stock { Source::Stock } else { Source::Order },
            arrives,
        });
    }
    let price = i64::try_from(price).unwrap_or(i64::MAX);
    Ok((planned, Money::new(price, center.labour_per_hour.currency), ready))
}
