//! People of a tenant: what a valid user is, and which changes leave the tenant governable.

use super::role::Role;
use super::scope::Granter;
use super::wording::is_locale;
use chrono::{DateTime, Utc};
use thiserror::Error;

/// An OWNER of more vehicles than this is a fleet and gets the role FLEET_MANAGER; tokens carry each of them.
pub const VEHICLES_MAX: usize = 50;

/// Whether a person may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Active,
    Disabled,
}

impl Status {
    /// The name in events and bodies.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Active => "ACTIVE",
            Status::Disabled => "DISABLED",
        }
    }

    /// The status of this name, if there is one.
    pub fn parse(name: &str) -> Option<Status> {
        [Status::Active, Status::Disabled]
            .into_iter()
            .find(|status| status.as_str() == name)
    }
}

/// What decides a person's rights; names and addresses are kept elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rights {
    pub role: Role,
    pub status: Status,
    pub vehicle_ids: Vec<String>,
    pub fleet_ids: Vec<String>,
    pub depot_ids: Vec<String>,
}

impl Rights {
    /// The groups of vehicles that the person is bound to, as every service knows them.
    pub fn groups(&self) -> Vec<String> {
        let fleets = self.fleet_ids.iter().map(|id| format!("fleet:{id}"));
        fleets
            .chain(self.depot_ids.iter().map(|id| format!("depot:{id}")))
            .collect()
    }

    /// Whether the person may see some vehicles only. An OWNER always; an ADMIN never, since who may change every right is not held by one.
    pub fn is_bound(&self) -> bool {
        let named = !(self.vehicle_ids.is_empty() && self.fleet_ids.is_empty() && self.depot_ids.is_empty());
        self.role == Role::Owner || (named && self.role != Role::Admin)
    }
}

/// What may be erased of a person without touching their history: names and addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub username: String,
    pub display_name: Option<String>,
    pub email: Option<String>,
    /// BCP 47 tag.
    pub locale: String,
}

/// A person of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub tenant_id: String,
    pub user_id: String,
    pub contact: Contact,
    pub rights: Rights,
    pub created_at: DateTime<Utc>,
}

/// A customer of the platform: everything belongs to exactly one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    pub tenant_id: String,
    pub name: String,
    pub active: bool,
    pub created_at: DateTime<Utc>,
}

impl Tenant {
    /// The status' name in events and bodies.
    pub fn status(&self) -> &'static str {
        if self.active { "ACTIVE" } else { "SUSPENDED" }
    }
}

/// Why a user was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UserRefused {
    #[error("a user name has 1 to 64 letters, digits, dots, dashes, underscores or @")]
    Username,
    #[error("a user is bound to at most {VEHICLES_MAX} vehicles; give the role FLEET_MANAGER for more")]
    TooManyVehicles,
    #[error("an identifier in a list has 1 to 128 characters without control characters")]
    Identifier,
    #[error(
        "a tenant's identifier starts with ten_ and goes on with 1 to 60 lower-case letters, digits, dashes or underscores"
    )]
    TenantId,
    #[error("a name has 1 to 128 characters without control characters")]
    Name,
    #[error("an e-mail address has one @ and at most 254 characters")]
    Email,
    #[error("a locale is a BCP 47 tag such as en or de-AT")]
    Locale,
    #[error("a key cannot make, change or become an ADMIN; a person in that role can")]
    AdminByKey,
    #[error("a key makes and changes OWNERs alone; everybody else needs a person in the role ADMIN")]
    RoleByKey,
    #[error("a key that is bound to vehicles makes and changes only OWNERs of these vehicles")]
    VehicleNotHeld,
    #[error("a key cannot set the password of somebody who is there; a person in the role ADMIN can")]
    PasswordByKey,
    #[error("the last active ADMIN of a tenant cannot be disabled or given another role")]
    LastAdmin,
}

impl UserRefused {
    /// The stable code for clients.
    pub fn code(&self) -> &'static str {
        match self {
            UserRefused::Username => "user.bad_username",
            UserRefused::TooManyVehicles => "user.too_many_vehicles",
            UserRefused::Identifier => "user.bad_identifier",
            UserRefused::TenantId => "tenant.bad_id",
            UserRefused::Name => "name.bad",
            UserRefused::Email => "user.bad_email",
            UserRefused::Locale => "user.bad_locale",
            UserRefused::AdminByKey => "user.admin_by_key",
            UserRefused::RoleByKey => "user.role_by_key",
            UserRefused::VehicleNotHeld => "user.vehicle_not_held",
            UserRefused::PasswordByKey => "user.password_by_key",
            UserRefused::LastAdmin => "user.last_admin",
        }
    }
}

/// The form in which user names are compared: case does not make another person.
pub fn username_key(username: &str) -> String {
    username.to_lowercase()
}

/// Judges a user name.
pub fn check_username(username: &str) -> Result<(), UserRefused> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '@' | '+');
    if username.is_empty() || username.len() > 64 || !username.chars().all(allowed) {
        return Err(UserRefused::Username);
    }
    Ok(())
}

/// Judges the identifier of a new tenant.
pub fn check_tenant_id(tenant_id: &str) -> Result<(), UserRefused> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    match tenant_id.strip_prefix("ten_") {
        Some(rest) if (1..=60).contains(&rest.len()) && rest.chars().all(allowed) => Ok(()),
        _ => Err(UserRefused::TenantId),
    }
}

/// Judges the name of a tenant, a person or a key.
pub fn check_name(name: &str) -> Result<(), UserRefused> {
    let length = name.chars().count();
    if !(1..=128).contains(&length) || name.chars().any(char::is_control) {
        Err(UserRefused::Name)
    } else {
        Ok(())
    }
}

/// Judges names and addresses.
pub fn check_contact(contact: &Contact) -> Result<(), UserRefused> {
    check_username(&contact.username)?;
    contact.display_name.as_deref().map_or(Ok(()), check_name)?;
    let bad_email = |email: &str| {
        email.len() > 254
            || email.chars().any(|c| c.is_control() || c == ' ')
            || email.split('@').filter(|part| !part.is_empty()).count() != 2
    };
    if contact.email.as_deref().is_some_and(bad_email) {
        return Err(UserRefused::Email);
    }
    if !is_locale(&contact.locale) {
        return Err(UserRefused::Locale);
    }
    Ok(())
}

/// Judges the lists of ids.
pub fn check_rights(rights: &Rights) -> Result<(), UserRefused> {
    let lists = [&rights.vehicle_ids, &rights.fleet_ids, &rights.depot_ids];
    if lists.iter().any(|list| list.len() > VEHICLES_MAX) {
        return Err(UserRefused::TooManyVehicles);
    }
    let bad = |id: &String| id.is_empty() || id.len() > 128 || id.chars().any(char::is_control);
    if lists.into_iter().flatten().any(bad) {
        return Err(UserRefused::Identifier);
    }
    Ok(())
}

/// Whether a change takes the tenant's last active ADMIN away.
pub fn check_admin_remains(before: &Rights, after: &Rights, other_active_admins: u64) -> Result<(), UserRefused> {
    let is_admin = |rights: &Rights| rights.role == Role::Admin && rights.status == Status::Active;
    if is_admin(before) && !is_admin(after) && other_active_admins == 0 {
        return Err(UserRefused::LastAdmin);
    }
    Ok(())
}

/// Whether a caller may give these rights, or change somebody who has them. A key that made a person of more rights than its own would sign
/// in as them and so grant itself what it does not hold; the rights of an OWNER are those over their own vehicles.
pub fn check_reach(granter: &Granter, rights: &Rights) -> Result<(), UserRefused> {
    if *granter == Granter::Admin {
        return Ok(());
    }
    match rights.role {
        Role::Owner => {}
        Role::Admin => return Err(UserRefused::AdminByKey),
        Role::FleetManager | Role::Technician | Role::Executive | Role::Support => return Err(UserRefused::RoleByKey),
    }
    // Which vehicles are in a group changes, so none of them lies within a list.
    let is_grouped = !(rights.fleet_ids.is_empty() && rights.depot_ids.is_empty());
    if is_grouped && granter.holds_vehicles().is_some() {
        return Err(UserRefused::VehicleNotHeld);
    }
    check_vehicles_held(granter, &rights.vehicle_ids)
}

/// Whether a caller holds all of these vehicles.
pub fn check_vehicles_held(granter: &Granter, vehicle_ids: &[String]) -> Result<(), UserRefused> {
    match granter.holds_vehicles() {
        Some(held) if vehicle_ids.iter().any(|id| !held.contains(id)) => Err(UserRefused::VehicleNotHeld),
        _ => Ok(()),
    }
}

/// Whether a caller may set another's password: who knows it is that person, with all their rights and from now on.
pub fn check_password_by_person(granter: &Granter) -> Result<(), UserRefused> {
    match granter {
        Granter::Admin => Ok(()),
        Granter::Key { .. } => Err(UserRefused::PasswordByKey),
    }
}

/// Whether sessions that began before the change must end: rights shrank or moved, so tokens in use say too much.
pub fn ends_sessions(before: &Rights, after: &Rights) -> bool {
    before != after
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rights(role: Role, status: Status) -> Rights {
        Rights {
            role,
            status,
            vehicle_ids: vec![],
            fleet_ids: vec![],
            depot_ids: vec![],
        }
    }

    #[test]
    fn the_last_admin_stays() {
        let admin = rights(Role::Admin, Status::Active);
        assert_eq!(
            check_admin_remains(&admin, &rights(Role::Admin, Status::Disabled), 0),
            Err(UserRefused::LastAdmin)
        );
        assert_eq!(
            check_admin_remains(&admin, &rights(Role::Owner, Status::Active), 0),
            Err(UserRefused::LastAdmin)
        );
        assert_eq!(
            check_admin_remains(&admin, &rights(Role::Owner, Status::Active), 1),
            Ok(())
        );
        assert_eq!(
            check_admin_remains(
                &rights(Role::Owner, Status::Active),
                &rights(Role::Owner, Status::Disabled),
                0
            ),
            Ok(())
        );
    }

    fn key(vehicle_ids: Option<&[&str]>) -> Granter {
        Granter::Key {
            scopes: ["identity:write".to_owned()].into(),
            vehicle_ids: vehicle_ids.map(|ids| ids.iter().map(|id| (*id).to_owned()).collect()),
            expires_at: None,
        }
    }

    fn owner_of(vehicle_ids: &[&str]) -> Rights {
        Rights {
            vehicle_ids: vehicle_ids.iter().map(|id| (*id).to_owned()).collect(),
            ..rights(Role::Owner, Status::Active)
        }
    }

    #[test]
    fn no_key_reaches_beyond_owners_whatever_it_is_bound_to() {
        for role in Role::ALL {
            let expected = match role {
                Role::Owner => Ok(()),
                Role::Admin => Err(UserRefused::AdminByKey),
                _ => Err(UserRefused::RoleByKey),
            };
            let asked = rights(role, Status::Active);
            assert_eq!(check_reach(&Granter::Admin, &asked), Ok(()));
            for bound in [None, Some(["V1"].as_slice())] {
                assert_eq!(check_reach(&key(bound), &asked), expected, "{role:?} by {bound:?}");
            }
        }
        assert_eq!(check_password_by_person(&Granter::Admin), Ok(()));
        assert_eq!(check_password_by_person(&key(None)), Err(UserRefused::PasswordByKey));
    }

    #[test]
    fn a_bound_key_reaches_owners_of_its_own_vehicles() {
        let bound = key(Some(&["V1", "V2"]));
        for within in [&[][..], &["V1"], &["V2", "V1"]] {
            assert_eq!(check_reach(&bound, &owner_of(within)), Ok(()));
        }
        assert_eq!(
            check_reach(&bound, &owner_of(&["V1", "V3"])),
            Err(UserRefused::VehicleNotHeld)
        );
        let mut grouped = owner_of(&["V1"]);
        grouped.fleet_ids = vec!["north".into()];
        assert_eq!(check_reach(&bound, &grouped), Err(UserRefused::VehicleNotHeld));
        for free in [&Granter::Admin, &key(None)] {
            assert_eq!(check_reach(free, &grouped), Ok(()));
            assert_eq!(check_reach(free, &owner_of(&["V3"])), Ok(()));
        }
    }

    #[test]
    fn usernames_are_plain() {
        assert_eq!(check_username("ada.lovelace@example"), Ok(()));
        for bad in ["", "two words", "tab\t", "naïve"] {
            assert_eq!(check_username(bad), Err(UserRefused::Username), "{bad:?}");
        }
        assert_eq!(username_key("Ada"), username_key("aDA"));
    }
}
