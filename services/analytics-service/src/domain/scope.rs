//! The scopes of API keys, and who may grant which.

use super::role::Role;
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use thiserror::Error;

/// Every scope that exists; an unknown one is refused rather than stored.
pub const ALL: [&str; 19] = [
    "telemetry:write",
    "vehicles:read",
    "vehicles:write",
    "health:read",
    "health:write",
    "agents:read",
    "agents:write",
    "alerts:read",
    "alerts:write",
    "scheduling:read",
    "scheduling:write",
    "warranty:read",
    "warranty:write",
    "analytics:read",
    "analytics:write",
    "identity:write",
    "internal:events",
    "operations:read",
    "operations:write",
];

/// A key for this many vehicles at most; a key for more is not bound to vehicles.
pub const VEHICLES_MAX: usize = 50;

/// Who passes rights on, by a key or by a person's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Granter {
    /// A person in the role ADMIN, or the bootstrap key: may grant every scope that exists.
    Admin,
    /// A key: may pass on what it has itself, for the vehicles and for the time that it has itself.
    Key {
        scopes: BTreeSet<String>,
        vehicle_ids: Option<BTreeSet<String>>,
        expires_at: Option<DateTime<Utc>>,
    },
}

impl Granter {
    /// The vehicles that it is bound to; none for every vehicle of the tenant.
    pub fn holds_vehicles(&self) -> Option<&BTreeSet<String>> {
        match self {
            Granter::Admin => None,
            Granter::Key { vehicle_ids, .. } => vehicle_ids.as_ref(),
        }
    }
}

/// Who holds a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// A vehicle or gateway that sends telemetry.
    Device,
    /// Another system.
    Service,
    /// A person's script, which acts in a role instead of by scopes.
    User(Role),
}

impl KeyKind {
    /// The name in events and bodies.
    pub fn as_str(self) -> &'static str {
        match self {
            KeyKind::Device => "DEVICE",
            KeyKind::Service => "SERVICE",
            KeyKind::User(_) => "USER",
        }
    }

    /// The role that the key acts in.
    pub fn role(self) -> Option<Role> {
        if let KeyKind::User(role) = self {
            Some(role)
        } else {
            None
        }
    }
}

/// What the new key shall do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub kind: KeyKind,
    /// The scopes asked for.
    pub scopes: BTreeSet<String>,
    /// The vehicles it is bound to; `None` is every vehicle of the tenant.
    pub vehicle_ids: Option<BTreeSet<String>>,
    /// Refused from this instant on (machine time); `None` is for good.
    pub expires_at: Option<DateTime<Utc>>,
}

/// An API key as it is kept: hash and prefix, never the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    pub key_id: String,
    pub name: String,
    /// The first characters of the secret, so that people can tell keys apart.
    pub prefix: String,
    /// SHA-256 of the secret, hexadecimal.
    pub hash: String,
    pub grant: Grant,
    pub created_by: String,
    pub created_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    /// As services told last; a use is told some minutes late.
    pub last_used_at: Option<DateTime<Utc>>,
    /// The key that takes its place.
    pub replaced_by: Option<String>,
}

impl ApiKey {
    /// What a list shows at `now` (machine time).
    pub fn status(&self, now: DateTime<Utc>) -> &'static str {
        match (self.revoked_at, self.grant.expires_at) {
            (Some(_), _) => "REVOKED",
            (None, Some(expires_at)) if expires_at <= now => "EXPIRED",
            _ => "ACTIVE",
        }
    }
}

/// Why a key was not granted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GrantRefused {
    #[error("a key needs at least one scope")]
    Empty,
    #[error("there is no scope of this name")]
    UnknownScope(String),
    #[error("a key cannot grant a scope that it does not have")]
    ScopeNotHeld(String),
    #[error("a key that is bound to vehicles cannot grant access to others")]
    VehicleNotHeld,
    #[error("a key is bound to at most {VEHICLES_MAX} vehicles")]
    TooManyVehicles,
    #[error("a key cannot grant a longer life than its own")]
    OutlivesGranter,
    #[error("only a person in the role ADMIN grants a USER key, and its role limits it instead of scopes")]
    UserKey,
    #[error("a USER key cannot act in the role SUPPORT, which needs a person with the tenant's consent")]
    SupportKey,
    #[error("a USER key in the role OWNER names the vehicles it is for")]
    OwnerWithoutVehicles,
}

impl GrantRefused {
    /// The stable code for clients.
    pub fn code(&self) -> &'static str {
        match self {
            GrantRefused::Empty => "key.no_scope",
            GrantRefused::UnknownScope(_) => "key.unknown_scope",
            GrantRefused::ScopeNotHeld(_) => "key.scope_not_held",
            GrantRefused::VehicleNotHeld => "key.vehicle_not_held",
            GrantRefused::TooManyVehicles => "key.too_many_vehicles",
            GrantRefused::OutlivesGranter => "key.outlives_granter",
            GrantRefused::UserKey => "key.user_key_refused",
            GrantRefused::SupportKey => "key.support_refused",
            GrantRefused::OwnerWithoutVehicles => "key.owner_without_vehicles",
        }
    }
}

/// Judges a grant: every scope exists, and none goes beyond what the granter holds.
pub fn check(granter: &Granter, grant: &Grant) -> Result<(), GrantRefused> {
    if let Some(unknown) = grant.scopes.iter().find(|scope| !ALL.contains(&scope.as_str())) {
        return Err(GrantRefused::UnknownScope(unknown.clone()));
    }
    if grant.vehicle_ids.as_ref().is_some_and(|ids| ids.len() > VEHICLES_MAX) {
        return Err(GrantRefused::TooManyVehicles);
    }
    if let KeyKind::User(role) = grant.kind {
        return check_user_key(granter, grant, role);
    }
    if grant.scopes.is_empty() {
        return Err(GrantRefused::Empty);
    }
    let Granter::Key {
        scopes,
        vehicle_ids,
        expires_at,
    } = granter
    else {
        return Ok(());
    };
    if let Some(missing) = grant.scopes.iter().find(|scope| !scopes.contains(*scope)) {
        return Err(GrantRefused::ScopeNotHeld(missing.clone()));
    }
    match (vehicle_ids, &grant.vehicle_ids) {
        (None, _) => {}
        (Some(held), Some(asked)) if asked.is_subset(held) => {}
        (Some(_), _) => return Err(GrantRefused::VehicleNotHeld),
    }
    match (expires_at, grant.expires_at) {
        (Some(own), asked) if asked.is_none_or(|asked| asked > *own) => Err(GrantRefused::OutlivesGranter),
        _ => Ok(()),
    }
}

fn check_user_key(granter: &Granter, grant: &Grant, role: Role) -> Result<(), GrantRefused> {
    if *granter != Granter::Admin || !grant.scopes.is_empty() {
        return Err(GrantRefused::UserKey);
    }
    if role == Role::Support {
        return Err(GrantRefused::SupportKey);
    }
    if role == Role::Owner && grant.vehicle_ids.is_none() {
        return Err(GrantRefused::OwnerWithoutVehicles);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::btree_set;
    use proptest::option;
    use proptest::prelude::*;

    /// Few scopes and vehicles, so that what is asked is often within what is held.
    fn scopes() -> impl Strategy<Value = BTreeSet<String>> {
        btree_set(prop::sample::select(ALL[..3].to_vec()).prop_map(str::to_owned), 0..4)
    }

    fn vehicles() -> impl Strategy<Value = Option<BTreeSet<String>>> {
        option::of(btree_set("V[0-2]", 0..3))
    }

    fn expiry() -> impl Strategy<Value = Option<DateTime<Utc>>> {
        option::of((1_780_000_000_i64..1_780_000_010).prop_map(|seconds| DateTime::from_timestamp(seconds, 0).unwrap()))
    }

    fn grant(kind: KeyKind, scopes: &BTreeSet<String>) -> Grant {
        Grant {
            kind,
            scopes: scopes.clone(),
            vehicle_ids: None,
            expires_at: None,
        }
    }

    #[test]
    fn an_admin_grants_only_scopes_that_exist() {
        let of = |scope: &str| grant(KeyKind::Device, &[scope.to_owned()].into());
        assert_eq!(check(&Granter::Admin, &of("telemetry:write")), Ok(()));
        assert_eq!(
            check(&Granter::Admin, &of("root:*")),
            Err(GrantRefused::UnknownScope("root:*".into()))
        );
        assert_eq!(
            check(&Granter::Admin, &grant(KeyKind::Device, &BTreeSet::new())),
            Err(GrantRefused::Empty)
        );
    }

    #[test]
    fn a_user_key_comes_from_an_admin_and_has_a_role_instead_of_scopes() {
        let none = BTreeSet::new();
        assert_eq!(
            check(&Granter::Admin, &grant(KeyKind::User(Role::Technician), &none)),
            Ok(())
        );
        assert_eq!(
            check(&Granter::Admin, &grant(KeyKind::User(Role::Owner), &none)),
            Err(GrantRefused::OwnerWithoutVehicles)
        );
        let key = Granter::Key {
            scopes: ALL.map(str::to_owned).into(),
            vehicle_ids: None,
            expires_at: None,
        };
        assert_eq!(
            check(&key, &grant(KeyKind::User(Role::Technician), &none)),
            Err(GrantRefused::UserKey)
        );
    }

    proptest! {
        #[test]
        fn no_key_grants_more_than_it_holds(
            held in scopes(), bound in vehicles(), own_end in expiry(),
            asked in scopes(), for_vehicles in vehicles(), asked_end in expiry(),
        ) {
            let granter = Granter::Key { scopes: held.clone(), vehicle_ids: bound.clone(), expires_at: own_end };
            let grant = Grant {
                kind: KeyKind::Service, scopes: asked.clone(), vehicle_ids: for_vehicles.clone(), expires_at: asked_end,
            };
            let vehicles_within = match (&bound, &for_vehicles) {
                (None, _) => true,
                (Some(held), Some(asked)) => asked.is_subset(held),
                (Some(_), None) => false,
            };
            let ends_in_time = match (own_end, asked_end) {
                (None, _) => true,
                (Some(own), Some(asked)) => asked <= own,
                (Some(_), None) => false,
            };
            let within = !asked.is_empty() && asked.is_subset(&held) && vehicles_within && ends_in_time;
            prop_assert_eq!(check(&granter, &grant).is_ok(), within);
        }

        #[test]
        fn a_chain_of_grants_never_widens(first in scopes(), second in scopes(), third in scopes()) {
            let step = |from: &BTreeSet<String>, to: &BTreeSet<String>| {
                let granter = Granter::Key { scopes: from.clone(), vehicle_ids: None, expires_at: None };
                check(&granter, &grant(KeyKind::Service, to)).is_ok()
            };
            if step(&first, &second) && step(&second, &third) {
                prop_assert!(third.is_subset(&first));
            }
        }
    }
}
