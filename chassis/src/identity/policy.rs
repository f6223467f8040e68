//! Who may call which route: data (`policy.toml` of each service), enforced in one place.

use std::collections::HashMap;

use serde::Deserialize;

use super::{Principal, PrincipalKind, Role};

/// One route and who may call it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// HTTP method, upper case.
    pub method: String,
    /// Path template, as the router has it.
    pub path: String,
    /// Roles of people.
    #[serde(default)]
    pub roles: Vec<Role>,
    /// Scopes of keys; any one of them is enough.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// No caller needed at all.
    #[serde(default)]
    pub public: bool,
    /// Roles that see only what is theirs; what they may not see is as if it did not exist.
    #[serde(default)]
    pub own: Vec<Role>,
    /// Its writes are no lines of the access log: they are many, and kept elsewhere.
    #[serde(default)]
    pub unlogged: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    route: Vec<Route>,
}

/// A policy file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the policy is not valid")]
pub struct PolicyError(#[from] toml::de::Error);

/// The routes of one service. A route that is not listed is closed.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    routes: HashMap<(String, String), Route>,
}

/// Routes that the chassis itself adds to every service.
const CHASSIS_POLICY: &str = include_str!("chassis.policy.toml");

impl Policy {
    /// Reads a service's policy and adds the chassis' own routes.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let own: File = toml::from_str(text)?;
        let chassis: File = toml::from_str(CHASSIS_POLICY)?;
        let routes = chassis.route.into_iter().chain(own.route);
        Ok(Self {
            routes: routes
                .map(|route| ((route.method.clone(), route.path.clone()), route))
                .collect(),
        })
    }

    /// The entry of a route, if it has one.
    pub fn route(&self, method: &str, path: &str) -> Option<&Route> {
        self.routes.get(&(method.to_owned(), path.to_owned()))
    }

    /// All entries, for tests that walk every route.
    pub fn routes(&self) -> impl Iterator<Item = &Route> {
        self.routes.values()
    }
}

impl Route {
    /// Whether this caller may call it: people by role, keys by scope.
    pub fn admits(&self, principal: &Principal) -> bool {
        if self.public {
            return true;
        }
        let by_role = principal.role.is_some_and(|role| self.roles.contains(&role));
        let by_scope = self.scopes.iter().any(|scope| principal.has_scope(scope));
        match principal.kind {
            PrincipalKind::User => by_role,
            PrincipalKind::Device | PrincipalKind::Service => by_scope,
        }
    }
}
