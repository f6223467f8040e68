//! Whose rows are read: all of a tenant's, or those about some of its vehicles. A sum over the fleet takes one, so that none forgets it.

use chassis::{TenantId, Tx, identity};
use std::sync::Arc;

/// A tenant, and the vehicles of it that are seen.
#[derive(Debug, Clone)]
pub struct Sight {
    pub tenant: TenantId,
    only: Option<Only>,
}

#[derive(Debug, Clone)]
struct Only {
    /// The vehicles' ids as a JSON list.
    ids: Arc<str>,
    count: usize,
}

impl Sight {
    /// Everything of a tenant.
    pub fn whole(tenant: &TenantId) -> Sight {
        Sight {
            tenant: tenant.clone(),
            only: None,
        }
    }

    /// Some vehicles of a tenant; what is about others, or about none, is not seen.
    pub fn of_vehicles(tenant: &TenantId, vehicle_ids: &[String]) -> Sight {
        Sight {
            tenant: tenant.clone(),
            only: Some(Only {
                ids: super::ids_to_json(vehicle_ids).into(),
                count: vehicle_ids.len(),
            }),
        }
    }

    /// How many vehicles it is bound to; none where it is the whole tenant.
    pub fn bound_to(&self) -> Option<usize> {
        self.only.as_ref().map(|only| only.count)
    }

    /// What tells one sight from all others.
    pub fn key(&self) -> String {
        let tenant = self.tenant.as_str();
        match &self.only {
            Some(only) => format!("{tenant} {}", identity::key_hash(&only.ids)),
            None => tenant.to_owned(),
        }
    }

    /// What [`only!`] binds.
    pub(super) fn ids(&self) -> Option<&str> {
        self.only.as_ref().map(|only| &*only.ids)
    }

    /// A statement whose `{}` becomes the condition on a column that names the vehicle. The ids are its last parameter, of this number, and
    /// are there only where the sight is bound: [`only!`].
    pub(super) fn sql(&self, tx: &Tx, statement: &str, column: &str, number: u8) -> String {
        if self.only.is_none() {
            return statement.replace("{}", "");
        }
        let ids = tx.dialect(
            format!("SELECT value FROM json_each(${number})"),
            format!("SELECT json_array_elements_text(${number}::json)"),
        );
        statement.replace("{}", &format!(" AND {column} IN ({ids})"))
    }
}

/// Binds the vehicles of a bound sight, after all other parameters.
macro_rules! only {
    ($sight:expr, $query:expr) => {
        match $sight.ids() {
            Some(ids) => $query.bind(ids),
            None => $query,
        }
    };
}
pub(super) use only;
