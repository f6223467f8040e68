//! The workshop network: centres with their bays, technicians, parts, and what a job needs of them.

use std::collections::{BTreeMap, HashMap};

use super::hours::{DailyHours, Rota, UtcOffset};
use super::money::Money;
use super::risk::{RemainingLife, Stakes};
use super::stock::Stock;
use super::time::{Quarter, Span};

/// A place on earth, in degrees (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Location {
    pub latitude: f64,
    pub longitude: f64,
}

impl Location {
    /// Refuses what is not on the globe.
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let valid = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        valid.then_some(Location { latitude, longitude })
    }

    /// Great-circle distance in km.
    pub fn distance_km(self, other: Location) -> f64 {
        let (from, to) = (self.latitude.to_radians(), other.latitude.to_radians());
        let half_latitude = (to - from) / 2.0;
        let half_longitude = (other.longitude - self.longitude).to_radians() / 2.0;
        let chord = half_latitude.sin().powi(2) + from.cos() * to.cos() * half_longitude.sin().powi(2);
        2.0 * 6_371.0 * chord.clamp(0.0, 1.0).sqrt().asin()
    }
}

/// What a bay is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BayKind {
    General,
    Heavy,
    HighVoltage,
}

/// A place in a workshop where one vehicle stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Bay {
    pub id: String,
    pub name: String,
    pub kinds: Vec<BayKind>,
    pub has_lift: bool,
}

impl BayKind {
    pub const ALL: [BayKind; 3] = [BayKind::General, BayKind::Heavy, BayKind::HighVoltage];

    pub fn name(self) -> &'static str {
        match self {
            BayKind::General => "GENERAL",
            BayKind::Heavy => "HEAVY",
            BayKind::HighVoltage => "HIGH_VOLTAGE",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        BayKind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What a job asks of a bay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BayNeed {
    pub kind: BayKind,
    pub lift: bool,
}

/// The part of a vehicle that a job is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Component {
    Engine,
    Cooling,
    Lubrication,
    Transmission,
    Brakes,
    Battery12v,
    Charging,
    Suspension,
    Tyres,
    Aftertreatment,
    TractionBattery,
}

impl Component {
    pub const ALL: [Component; 11] = [
        Component::Engine,
        Component::Cooling,
        Component::Lubrication,
        Component::Transmission,
        Component::Brakes,
        Component::Battery12v,
        Component::Charging,
        Component::Suspension,
        Component::Tyres,
        Component::Aftertreatment,
        Component::TractionBattery,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Component::Engine => "engine",
            Component::Cooling => "cooling",
            Component::Lubrication => "lubrication",
            Component::Transmission => "transmission",
            Component::Brakes => "brakes",
            Component::Battery12v => "battery_12v",
            Component::Charging => "charging",
            Component::Suspension => "suspension",
            Component::Tyres => "tyres",
            Component::Aftertreatment => "aftertreatment",
            Component::TractionBattery => "traction_battery",
        }
    }

    /// None for a name that this service does not know.
    pub fn parse(name: &str) -> Option<Self> {
        Component::ALL.into_iter().find(|component| component.name() == name)
    }
}

/// How big a vehicle is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VehicleClass {
    Car,
    Van,
    Truck,
    Bus,
    Unknown,
}

impl VehicleClass {
    const ALL: [VehicleClass; 4] = [
        VehicleClass::Car,
        VehicleClass::Van,
        VehicleClass::Truck,
        VehicleClass::Bus,
    ];

    pub fn name(self) -> &'static str {
        match self {
            VehicleClass::Car => "CAR",
            VehicleClass::Van => "VAN",
            VehicleClass::Truck => "TRUCK",
            VehicleClass::Bus => "BUS",
            VehicleClass::Unknown => "UNKNOWN",
        }
    }

    /// A name that this service does not know is `Unknown`.
    pub fn parse(name: &str) -> Self {
        VehicleClass::ALL
            .into_iter()
            .find(|class| class.name() == name)
            .unwrap_or(VehicleClass::Unknown)
    }
}

impl BayNeed {
    /// Work underneath needs a lift; trucks and buses need a heavy bay; a traction battery needs a high-voltage bay.
    pub fn of(component: Option<Component>, class: VehicleClass) -> Self {
        use Component::{Aftertreatment, Brakes, Suspension, TractionBattery, Transmission, Tyres};
        let lift = matches!(
            component,
            Some(Brakes | Suspension | Tyres | Transmission | Aftertreatment)
        );
        let kind = match (component, class) {
            (Some(TractionBattery), _) => BayKind::HighVoltage,
            (_, VehicleClass::Truck | VehicleClass::Bus) => BayKind::Heavy,
            (_, VehicleClass::Car | VehicleClass::Van | VehicleClass::Unknown) => BayKind::General,
        };
        BayNeed { kind, lift }
    }

    pub fn met_by(self, bay: &Bay) -> bool {
        bay.kinds.contains(&self.kind) && (bay.has_lift || !self.lift)
    }
}

/// A workshop.
#[derive(Debug, Clone, PartialEq)]
pub struct Center {
    pub id: String,
    pub name: String,
    pub offset: UtcOffset,
    /// The name of the time zone, shown to people; planning follows `offset`.
    pub time_zone: Option<String>,
    pub location: Option<Location>,
    pub labour_per_hour: Money,
    pub hours: Vec<DailyHours>,
    pub bays: Vec<Bay>,
}

/// A person who works in a centre; `id` is the person's user id.
#[derive(Debug, Clone, PartialEq)]
pub struct Technician {
    pub id: String,
    pub center_id: String,
    pub skills: Vec<String>,
    pub rota: Rota,
}

/// A part as one centre stocks it.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub center_id: String,
    pub code: String,
    pub name: String,
    pub stock: Stock,
    pub lead_time_days: i64,
    pub price: Money,
}

/// Something that only one visit can hold at a time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Resource {
    Technician(String),
    Bay {
        center_id: String,
        bay_id: String,
    },
    /// It stands in one workshop at a time.
    Vehicle(String),
}

impl Resource {
    /// One text for each resource; ids may hold any character, so the bay's centre is set off by its length.
    pub fn key(&self) -> String {
        match self {
            Resource::Technician(id) => format!("technician:{id}"),
            Resource::Bay { center_id, bay_id } => format!("bay:{}:{center_id}:{bay_id}", center_id.len()),
            Resource::Vehicle(id) => format!("vehicle:{id}"),
        }
    }
}

/// How many of a part a job needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartNeed {
    pub code: String,
    pub quantity: i64,
}

/// Work to be planned.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    pub vehicle_id: String,
    pub component: Option<Component>,
    pub required_skill: String,
    /// Labour in quarters of an hour, at least one.
    pub labour_quarters: i64,
    pub parts: Vec<PartNeed>,
    pub bay: BayNeed,
    pub life: RemainingLife,
    pub stakes: Stakes,
    pub not_before: Option<Quarter>,
}

impl Job {
    /// Whether a slot for the one serves the other: the same work on the same vehicle. Urgency and stakes only rank slots.
    pub fn is_same_work(&self, other: &Job) -> bool {
        let parts = |job: &Job| -> BTreeMap<String, i64> {
            let needs = merge_parts(job.parts.iter().cloned());
            needs.into_iter().map(|need| (need.code, need.quantity)).collect()
        };
        self.vehicle_id == other.vehicle_id
            && self.component == other.component
            && self.required_skill == other.required_skill
            && self.labour_quarters == other.labour_quarters
            && self.bay == other.bay
            && parts(self) == parts(other)
    }
}

/// Labour hours in quarters, rounded up; at least one, at most a working fortnight of 80 hours.
pub fn labour_quarters(hours: f64) -> i64 {
    let hours = if hours.is_finite() { hours.clamp(0.0, 80.0) } else { 1.0 };
    // An hour stated as 0.1 + 0.2 must not cost a quarter more than 0.3.
    ((hours * 4.0 - 1e-9).ceil() as i64).max(1)
}

/// One need per part code, the quantities of repeated codes added up; what asks for none is dropped.
pub fn merge_parts(needs: impl IntoIterator<Item = PartNeed>) -> Vec<PartNeed> {
    let mut merged: Vec<PartNeed> = Vec::new();
    for need in needs.into_iter().filter(|need| need.quantity > 0) {
        match merged.iter_mut().find(|known| known.code == need.code) {
            Some(known) => known.quantity = known.quantity.saturating_add(need.quantity),
            None => merged.push(need),
        }
    }
    merged
}

/// All that a search looks at. `busy` holds what each resource is taken for, buffers included.
#[derive(Debug, Clone, Default)]
pub struct Network {
    pub centers: Vec<Center>,
    pub technicians: Vec<Technician>,
    pub parts: Vec<Part>,
    /// By [`Resource::key`].
    pub busy: HashMap<String, Vec<Span>>,
}

impl Network {
    pub fn center(&self, id: &str) -> Option<&Center> {
        self.centers.iter().find(|center| center.id == id)
    }

    pub fn part(&self, center_id: &str, code: &str) -> Option<&Part> {
        self.parts
            .iter()
            .find(|part| part.center_id == center_id && part.code == code)
    }

    /// What the resource is taken for.
    pub fn busy(&self, resource: &Resource) -> &[Span] {
        self.busy.get(&resource.key()).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labour_rounds_up_to_a_quarter() {
        for (hours, quarters) in [
            (0.0, 1),
            (0.25, 1),
            (0.26, 2),
            (2.5, 10),
            (0.1 + 0.2, 2),
            (f64::NAN, 4),
            (1e9, 320),
        ] {
            assert_eq!(labour_quarters(hours), quarters, "{hours} h");
        }
    }

    #[test]
    fn bays_are_asked_for_by_work_and_size() {
        let car = BayNeed::of(Some(Component::Brakes), VehicleClass::Car);
        assert_eq!(
            car,
            BayNeed {
                kind: BayKind::General,
                lift: true
            }
        );
        assert_eq!(
            BayNeed::of(Some(Component::TractionBattery), VehicleClass::Truck).kind,
            BayKind::HighVoltage
        );
        let heavy = BayNeed::of(Some(Component::Cooling), VehicleClass::Truck);
        let bay = Bay {
            id: "b".into(),
            name: "B".into(),
            kinds: vec![BayKind::General],
            has_lift: false,
        };
        assert!(!heavy.met_by(&bay) && !car.met_by(&bay));
        assert!(BayNeed::of(None, VehicleClass::Unknown).met_by(&bay));
    }

    #[test]
    fn distances_are_those_of_the_globe() {
        let munich = Location::new(48.137, 11.575).unwrap();
        let berlin = Location::new(52.52, 13.405).unwrap();
        assert!((munich.distance_km(berlin) - 504.0).abs() < 2.0);
        assert!(Location::new(91.0, 0.0).is_none());
    }
}
