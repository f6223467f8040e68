//! The producers' raw archives, read as JSON and nothing else.

use chassis::Event;
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The archive as a list of JSON events, oldest first.
pub(crate) struct Archive(Vec<Told>);

/// Time, type and data.
type Told = (DateTime<Utc>, String, Value);

pub(crate) fn time_of(value: &Value) -> Option<DateTime<Utc>> {
    value.as_str()?.parse().ok()
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

impl Archive {
    /// All of it, oldest first.
    pub(crate) fn events(&self) -> impl Iterator<Item = &Told> {
        self.0.iter()
    }

    pub(crate) fn of(mut events: Vec<Event>) -> Archive {
        events.sort_by_key(|event| (event.time, event.sequence));
        let read = |event: Event| {
            (
                event.time,
                event.kind.clone(),
                serde_json::from_slice(&event.data).unwrap(),
            )
        };
        Archive(events.into_iter().map(read).collect())
    }

    /// Events of some types by the id that a member holds; the last word counts.
    pub(crate) fn last(&self, kinds: &[&str], member: &str) -> BTreeMap<String, (DateTime<Utc>, &Value)> {
        let of_kind = self.0.iter().filter(|(_, kind, _)| kinds.contains(&kind.as_str()));
        of_kind
            .map(|(time, _, data)| (text(&data[member]), (*time, data)))
            .collect()
    }

    /// The same; the first word counts.
    pub(crate) fn first(&self, kinds: &[&str], member: &str) -> BTreeMap<String, (DateTime<Utc>, &Value)> {
        let mut found = BTreeMap::new();
        for (time, kind, data) in &self.0 {
            if kinds.contains(&kind.as_str()) {
                found.entry(text(&data[member])).or_insert((*time, data));
            }
        }
        found
    }

    /// Every event of a type, in the order of time.
    pub(crate) fn all<'a>(&'a self, kind: &'static str) -> impl Iterator<Item = (DateTime<Utc>, &'a Value)> {
        let of_kind = self.0.iter().filter(move |(_, told, _)| told == kind);
        of_kind.map(|(time, _, data)| (*time, data))
    }

    pub(crate) fn health(&self) -> impl Iterator<Item = (DateTime<Utc>, &Value)> {
        self.all("vehicle.health.computed")
    }

    pub(crate) fn km_per_day(&self, vehicle: &str) -> Option<f64> {
        let own: Vec<_> = self
            .health()
            .filter(|(_, data)| data["vehicle_id"] == vehicle)
            .collect();
        let (first, last) = (own.first()?, own.last()?);
        let days = (last.0 - first.0).num_minutes() as f64 / 1440.0;
        let km = last.1["odometer_km"].as_f64()? - first.1["odometer_km"].as_f64()?;
        (days >= 1.0 && km >= 0.0).then(|| km / days)
    }

    pub(crate) fn retired(&self) -> BTreeSet<String> {
        let last = self.last(
            &["vehicle.registered", "vehicle.updated", "vehicle.retired"],
            "vehicle_id",
        );
        let gone = last.into_iter().filter(|(_, (_, data))| data["status"] == "RETIRED");
        gone.map(|(vehicle, _)| vehicle).collect()
    }
}
