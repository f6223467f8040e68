//! Who is told about a vehicle.

/// What a person is in the tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    Owner,
    FleetManager,
    Technician,
    Admin,
    Executive,
    Support,
}

impl Role {
    const ALL: [Self; 6] = [
        Self::Owner,
        Self::FleetManager,
        Self::Technician,
        Self::Admin,
        Self::Executive,
        Self::Support,
    ];

    /// The word used in events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "OWNER",
            Self::FleetManager => "FLEET_MANAGER",
            Self::Technician => "TECHNICIAN",
            Self::Admin => "ADMIN",
            Self::Executive => "EXECUTIVE",
            Self::Support => "SUPPORT",
        }
    }

    /// Reads the word; `None` for one that this version does not know.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

/// A person as far as alerting knows them: no name, no address.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    pub user_id: String,
    /// None for a role that this version does not know; such a person is told nothing.
    pub role: Option<Role>,
    pub active: bool,
    pub vehicle_ids: Vec<String>,
    pub fleet_ids: Vec<String>,
    pub locale: Option<String>,
}

/// A vehicle as far as alerting knows it.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Vehicle {
    pub vehicle_id: String,
    pub owner_id: Option<String>,
    pub fleet_id: Option<String>,
}

/// The people of a role who answer for this vehicle, without repetition, in a stable order.
pub fn answerable(role: Role, vehicle: &Vehicle, people: &[Person]) -> Vec<String> {
    let mut ids: Vec<String> = people
        .iter()
        .filter(|person| person.active && person.role == Some(role) && covers(role, person, vehicle))
        .map(|person| person.user_id.clone())
        .collect();
    if role == Role::Owner
        && let Some(owner) = &vehicle.owner_id
        && people.iter().all(|person| person.user_id != *owner || person.active)
    {
        // The registered owner counts in whatever role, and also before analytics has told us about the person.
        ids.push(owner.clone());
    }
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Owners answer for the vehicles they are given; managers for their fleets and vehicles, or for all when none is named.
fn covers(role: Role, person: &Person, vehicle: &Vehicle) -> bool {
    let by_vehicle = person.vehicle_ids.contains(&vehicle.vehicle_id);
    let by_fleet = vehicle
        .fleet_id
        .as_ref()
        .is_some_and(|fleet| person.fleet_ids.contains(fleet));
    match role {
        Role::Owner => by_vehicle,
        Role::FleetManager => by_vehicle || by_fleet || (person.vehicle_ids.is_empty() && person.fleet_ids.is_empty()),
        Role::Admin => true,
        Role::Technician | Role::Executive | Role::Support => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(user_id: &str, role: Role, vehicles: &[&str], fleets: &[&str]) -> Person {
        let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        Person {
            user_id: user_id.into(),
            role: Some(role),
            active: true,
            vehicle_ids: owned(vehicles),
            fleet_ids: owned(fleets),
            locale: None,
        }
    }

    #[test]
    fn owners_and_managers_are_found_by_their_scope() {
        let vehicle = Vehicle {
            vehicle_id: "V1".into(),
            owner_id: Some("usr_o".into()),
            fleet_id: Some("F1".into()),
        };
        let mut people = vec![
            person("usr_o", Role::Owner, &["V1"], &[]),
            person("usr_p", Role::Owner, &["V2"], &[]),
            person("usr_all", Role::FleetManager, &[], &[]),
            person("usr_f1", Role::FleetManager, &[], &["F1"]),
            person("usr_f2", Role::FleetManager, &[], &["F2"]),
            person("usr_v1", Role::FleetManager, &["V1"], &["F2"]),
            person("usr_t", Role::Technician, &["V1"], &["F1"]),
        ];
        assert_eq!(answerable(Role::Owner, &vehicle, &people), ["usr_o"]);
        assert_eq!(
            answerable(Role::FleetManager, &vehicle, &people),
            ["usr_all", "usr_f1", "usr_v1"]
        );
        assert!(answerable(Role::Technician, &vehicle, &people).is_empty());
        people[0].active = false;
        assert!(
            answerable(Role::Owner, &vehicle, &people).is_empty(),
            "a disabled owner is not told"
        );
        assert_eq!(
            answerable(Role::Owner, &vehicle, &[]),
            ["usr_o"],
            "an owner not yet known as a user is told"
        );
    }
}
