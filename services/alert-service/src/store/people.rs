//! Vehicles and people as far as recipients need them, contacts (the erasable table), and people's comments.

use chassis::ids::TenantId;
use chrono::{DateTime, Utc};

use super::{Store, from_json, to_json};
use crate::domain::delivery::{Channel, Suppression};
use crate::domain::person::{Person, Role, Vehicle};
use crate::error::Error;

/// How a person wants to be reached. The only personal data of this service.
#[derive(Clone, Debug, PartialEq)]
pub struct Contact {
    pub email: Option<String>,
    pub locale: Option<String>,
    pub channels: Vec<Channel>,
    pub changed_at: DateTime<Utc>,
}

impl Contact {
    /// The address, or why there is none to write to.
    pub fn email(&self) -> Result<&str, Suppression> {
        let address = self.email.as_deref().ok_or(Suppression::NoAddress)?;
        let wanted = self.channels.contains(&Channel::Email);
        if wanted {
            Ok(address)
        } else {
            Err(Suppression::NotWanted)
        }
    }
}

/// What a person wrote under an alert.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Comment {
    pub comment_id: String,
    pub author_id: String,
    pub text: String,
    pub created_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct PersonRow {
    user_id: String,
    role: String,
    active: bool,
    vehicle_ids: String,
    fleet_ids: String,
    locale: Option<String>,
}

#[derive(sqlx::FromRow)]
struct ContactRow {
    email: Option<String>,
    locale: Option<String>,
    channels: String,
    changed_at: DateTime<Utc>,
}

impl Store<'_> {
    /// Keeps what ingestion says of a vehicle, unless something newer is known. True when it changed anything.
    pub async fn save_vehicle(&mut self, tenant: &TenantId, vehicle: &Vehicle, sequence: i64) -> Result<bool, Error> {
        let done = chassis::on!(self.tx, c => sqlx::query(
            "INSERT INTO vehicle (tenant_id, vehicle_id, owner_id, fleet_id, sequence) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (tenant_id, vehicle_id) DO UPDATE SET owner_id = excluded.owner_id,
                 fleet_id = excluded.fleet_id, sequence = excluded.sequence
             WHERE vehicle.sequence < excluded.sequence")
            .bind(tenant.as_str()).bind(&vehicle.vehicle_id).bind(vehicle.owner_id.as_deref())
            .bind(vehicle.fleet_id.as_deref()).bind(sequence)
            .run(c).await)?;
        Ok(done.rows_affected() == 1)
    }

    /// A vehicle; one never heard of has no owner and no fleet.
    pub async fn vehicle(&mut self, tenant: &TenantId, vehicle_id: &str) -> Result<Vehicle, Error> {
        let row: Option<(Option<String>, Option<String>)> = chassis::on!(self.tx, c => sqlx::query_as(
            "SELECT owner_id, fleet_id FROM vehicle WHERE tenant_id = $1 AND vehicle_id = $2")
            .bind(tenant.as_str()).bind(vehicle_id).fetch_optional(c).await)?;
        let (owner_id, fleet_id) = row.unwrap_or_default();
        Ok(Vehicle {
            vehicle_id: vehicle_id.to_owned(),
            owner_id,
            fleet_id,
        })
    }

    /// Keeps what analytics says of a person, unless something newer is known. True when it changed anything.
    pub async fn save_person(
        &mut self,
        tenant: &TenantId,
        person: &Person,
        role_word: &str,
        sequence: i64,
    ) -> Result<bool, Error> {
        let done = chassis::on!(self.tx, c => sqlx::query(
            "INSERT INTO person (tenant_id, user_id, role, active, vehicle_ids, fleet_ids, locale, sequence)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (tenant_id, user_id) DO UPDATE SET role = excluded.role, active = excluded.active,
                 vehicle_ids = excluded.vehicle_ids, fleet_ids = excluded.fleet_ids, locale = excluded.locale,
                 sequence = excluded.sequence
             WHERE person.sequence < excluded.sequence")
            .bind(tenant.as_str()).bind(&person.user_id).bind(role_word).bind(person.active)
            .bind(to_json(&person.vehicle_ids)).bind(to_json(&person.fleet_ids)).bind(person.locale.as_deref())
            .bind(sequence)
            .run(c).await)?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        self.replace_vehicles_of(tenant, person).await?;
        Ok(true)
    }

    async fn replace_vehicles_of(&mut self, tenant: &TenantId, person: &Person) -> Result<(), Error> {
        chassis::on!(self.tx, c => sqlx::query("DELETE FROM person_vehicle WHERE tenant_id = $1 AND user_id = $2")
            .bind(tenant.as_str()).bind(&person.user_id).run(c).await)?;
        for vehicle_id in &person.vehicle_ids {
            chassis::on!(self.tx, c => sqlx::query(
                "INSERT INTO person_vehicle (tenant_id, vehicle_id, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
                .bind(tenant.as_str()).bind(vehicle_id).bind(&person.user_id).run(c).await)?;
        }
        Ok(())
    }

    /// The people who may have to be told of a vehicle: its owner, those it is named for, fleet managers and admins,
    /// also disabled ones. The domain judges who is.
    pub async fn people_around(&mut self, tenant: &TenantId, vehicle: &Vehicle) -> Result<Vec<Person>, Error> {
        let rows: Vec<PersonRow> = chassis::on!(self.tx, c => sqlx::query_as(
            "SELECT user_id, role, active, vehicle_ids, fleet_ids, locale FROM person
             WHERE tenant_id = $1 AND (role IN ('FLEET_MANAGER', 'ADMIN') OR user_id = $2 OR user_id IN
                 (SELECT user_id FROM person_vehicle WHERE tenant_id = $1 AND vehicle_id = $3))
             ORDER BY user_id")
            .bind(tenant.as_str()).bind(vehicle.owner_id.as_deref().unwrap_or_default()).bind(&vehicle.vehicle_id)
            .fetch_all(c).await)?;
        rows.into_iter().map(PersonRow::into_person).collect()
    }

    /// One person.
    pub async fn person(&mut self, tenant: &TenantId, user_id: &str) -> Result<Option<Person>, Error> {
        let row: Option<PersonRow> = chassis::on!(self.tx, c => sqlx::query_as(
            "SELECT user_id, role, active, vehicle_ids, fleet_ids, locale FROM person
             WHERE tenant_id = $1 AND user_id = $2")
            .bind(tenant.as_str()).bind(user_id).fetch_optional(c).await)?;
        row.map(PersonRow::into_person).transpose()
    }

    /// How a person wants to be reached; none when they never said or erased it.
    pub async fn contact(&mut self, tenant: &TenantId, user_id: &str) -> Result<Option<Contact>, Error> {
        let row: Option<ContactRow> = chassis::on!(self.tx, c => sqlx::query_as(
            "SELECT email, locale, channels, changed_at FROM contact WHERE tenant_id = $1 AND user_id = $2")
            .bind(tenant.as_str()).bind(user_id).fetch_optional(c).await)?;
        row.map(|row| {
            let words: Vec<String> = from_json(&row.channels, "contact.channels")?;
            let channels = words.iter().filter_map(|word| Channel::parse(word)).collect();
            Ok(Contact {
                email: row.email,
                locale: row.locale,
                channels,
                changed_at: row.changed_at,
            })
        })
        .transpose()
    }

    /// Keeps how a person wants to be reached.
    pub async fn save_contact(&mut self, tenant: &TenantId, user_id: &str, contact: &Contact) -> Result<(), Error> {
        let channels: Vec<&str> = contact.channels.iter().map(|channel| channel.as_str()).collect();
        chassis::on!(self.tx, c => sqlx::query(
            "INSERT INTO contact (tenant_id, user_id, email, locale, channels, changed_at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (tenant_id, user_id) DO UPDATE SET email = excluded.email, locale = excluded.locale,
                 channels = excluded.channels, changed_at = excluded.changed_at")
            .bind(tenant.as_str()).bind(user_id).bind(contact.email.as_deref()).bind(contact.locale.as_deref())
            .bind(to_json(&channels)).bind(contact.changed_at)
            .run(c).await)?;
        Ok(())
    }

    /// Erases a person's contact. Erasing twice is no error.
    pub async fn erase_contact(&mut self, tenant: &TenantId, user_id: &str) -> Result<(), Error> {
        chassis::on!(self.tx, c => sqlx::query("DELETE FROM contact WHERE tenant_id = $1 AND user_id = $2")
            .bind(tenant.as_str()).bind(user_id).run(c).await)?;
        Ok(())
    }

    /// Keeps a comment; one with the same id is kept once.
    pub async fn insert_comment(&mut self, tenant: &TenantId, alert_id: &str, comment: &Comment) -> Result<(), Error> {
        chassis::on!(self.tx, c => sqlx::query(
            "INSERT INTO comment (tenant_id, comment_id, alert_id, author_id, text, created_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, comment_id) DO NOTHING")
            .bind(tenant.as_str()).bind(&comment.comment_id).bind(alert_id).bind(&comment.author_id)
            .bind(&comment.text).bind(comment.created_at)
            .run(c).await)?;
        Ok(())
    }

    /// The comments of an alert, oldest first, at most 200.
    pub async fn comments(&mut self, tenant: &TenantId, alert_id: &str) -> Result<Vec<Comment>, Error> {
        Ok(chassis::on!(self.tx, c => sqlx::query_as(
            "SELECT comment_id, author_id, text, created_at FROM comment
             WHERE tenant_id = $1 AND alert_id = $2 ORDER BY created_at, comment_id LIMIT 200")
            .bind(tenant.as_str()).bind(alert_id).fetch_all(c).await)?)
    }
}

impl PersonRow {
    fn into_person(self) -> Result<Person, Error> {
        Ok(Person {
            user_id: self.user_id,
            role: Role::parse(&self.role),
            active: self.active,
            vehicle_ids: from_json(&self.vehicle_ids, "person.vehicle_ids")?,
            fleet_ids: from_json(&self.fleet_ids, "person.fleet_ids")?,
            locale: self.locale,
        })
    }
}
