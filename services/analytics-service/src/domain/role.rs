//! The six roles of people.

/// What a person is to the fleet; the names on the wire are those of the contracts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Owner,
    FleetManager,
    Technician,
    Admin,
    Executive,
    Support,
}

impl Role {
    /// Every role, in the order of the contracts.
    pub const ALL: [Role; 6] = [
        Role::Owner,
        Role::FleetManager,
        Role::Technician,
        Role::Admin,
        Role::Executive,
        Role::Support,
    ];

    /// The name in events, tokens and bodies.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Owner => "OWNER",
            Role::FleetManager => "FLEET_MANAGER",
            Role::Technician => "TECHNICIAN",
            Role::Admin => "ADMIN",
            Role::Executive => "EXECUTIVE",
            Role::Support => "SUPPORT",
        }
    }

    /// The role of this name, if there is one.
    pub fn parse(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_finds_its_role() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("admin"), None, "names are exact");
    }
}
