//! The demo's tenant, its people, and a key for the vehicles. Passwords are generated and shown once.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::TENANT;
use super::rest::{Caller, Rest, text};

/// Username, role and name on screen of each person.
const PEOPLE: [(&str, &str, &str); 8] = [
    ("olivia", "OWNER", "Olivia Owner"),
    ("marco", "FLEET_MANAGER", "Marco Manager"),
    ("tara", "TECHNICIAN", "Tara Technician"),
    ("tom", "TECHNICIAN", "Tom Technician"),
    ("tess", "TECHNICIAN", "Tess Technician"),
    ("timo", "TECHNICIAN", "Timo Technician"),
    ("eva", "EXECUTIVE", "Eva Executive"),
    ("sam", "SUPPORT", "Sam Support"),
];

/// What a second start needs of the first: kept in the data folder, readable by its owner only.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Cast {
    pub(super) device_key: String,
    pub(super) admin: Login,
    pub(super) people: Vec<Login>,
    /// Vehicles that belong to the owner.
    pub(super) owned: Vec<String>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Login {
    pub(super) username: String,
    pub(super) password: String,
    pub(super) user_id: String,
    pub(super) role: String,
}

impl Cast {
    /// The manager, or whoever there is.
    pub(super) fn manager(&self) -> &Login {
        self.with_role("FLEET_MANAGER").next().unwrap_or(&self.admin)
    }

    pub(super) fn owner(&self) -> &Login {
        self.with_role("OWNER").next().unwrap_or(&self.admin)
    }

    pub(super) fn technicians(&self) -> impl Iterator<Item = &Login> {
        self.with_role("TECHNICIAN")
    }

    fn with_role<'c>(&'c self, role: &'static str) -> impl Iterator<Item = &'c Login> {
        self.people.iter().filter(move |login| login.role == role)
    }

    pub(super) fn named(&self, username: &str) -> Option<&Login> {
        self.people.iter().find(|login| login.username == username)
    }

    /// Who is to acknowledge an alert about a vehicle.
    pub(super) fn of_vehicle(&self, vehicle_id: &str) -> &Login {
        match self.owned.iter().any(|owned| owned == vehicle_id) {
            true => self.owner(),
            false => self.manager(),
        }
    }

    /// The technician with that user id; the manager acts for anybody else.
    pub(super) fn technician(&self, user_id: &str) -> &Login {
        let found = self.technicians().find(|login| login.user_id == user_id);
        found.unwrap_or_else(|| self.manager())
    }
}

/// Makes them and prints the sign-ins.
pub(super) async fn seed(rest: &Rest, bootstrap_key: &str) -> anyhow::Result<Cast> {
    let tenant =
        json!({"tenant_id": TENANT, "name": "Demo fleet", "admin": {"username": "admin", "display_name": "Ada Admin"}});
    let path = "/api/v1/tenants";
    let made = rest
        .post("analytics-service", path, Caller::Key(bootstrap_key), &tenant)
        .await?;
    let mut admin = Login {
        username: "admin".to_owned(),
        password: text(&made, "/generated_password")?,
        user_id: String::new(),
        role: "ADMIN".to_owned(),
    };
    println!("demo: tenant {TENANT}; sign in at POST /api/v1/auth/login with these (shown once):");
    show(&admin);
    let token = sign_in(rest, &admin).await?;
    let me = rest
        .get("analytics-service", "/api/v1/users/me", Caller::Token(&token))
        .await?;
    admin.user_id = text(&me, "/user_id").unwrap_or_default();
    let mut people = Vec::new();
    for (username, role, display_name) in PEOPLE {
        let person = json!({"username": username, "role": role, "display_name": display_name});
        let made = rest
            .post("analytics-service", "/api/v1/users", Caller::Token(&token), &person)
            .await?;
        let login = Login {
            username: username.to_owned(),
            password: text(&made, "/generated_password")?,
            user_id: text(&made, "/user/user_id")?,
            role: role.to_owned(),
        };
        show(&login);
        people.push(login);
    }
    consent_to_support(rest, &token).await?;
    let key = json!({"kind": "DEVICE", "name": "demo vehicles", "scopes": ["telemetry:write", "vehicles:read", "vehicles:write"]});
    let key = rest
        .post("analytics-service", "/api/v1/api-keys", Caller::Token(&token), &key)
        .await?;
    let device_key = text(&key, "/secret")?;
    rest.eventually("ingestion-service", "/api/v1/vehicles", Caller::Key(&device_key))
        .await?;
    Ok(Cast {
        device_key,
        admin,
        people,
        owned: Vec::new(),
    })
}

/// SUPPORT reads only while the tenant consents.
async fn consent_to_support(rest: &Rest, admin_token: &str) -> anyhow::Result<()> {
    let consent = json!({"hours": 168, "reason": "demo"});
    let (path, admin) = ("/api/v1/support-consents", Caller::Token(admin_token));
    rest.post("analytics-service", path, admin, &consent).await?;
    Ok(())
}

/// Owner and manager want mail as well. Nothing is sent while business time is simulated: the ledger says so.
pub(super) async fn want_mail(rest: &Rest, cast: &Cast) -> anyhow::Result<()> {
    for login in [cast.owner(), cast.manager()] {
        let token = sign_in(rest, login).await?;
        let wish =
            json!({"email": format!("{}@carvrooom.example", login.username), "locale": "en", "channels": ["EMAIL"]});
        rest.put("alert-service", "/api/v1/preferences", Caller::Token(&token), &wish)
            .await?;
    }
    Ok(())
}

/// Signs in and returns the access token.
pub(super) async fn sign_in(rest: &Rest, login: &Login) -> anyhow::Result<String> {
    let body = json!({"tenant": TENANT, "username": login.username, "password": login.password});
    let answer: Value = rest
        .post("analytics-service", "/api/v1/auth/login", Caller::Nobody, &body)
        .await?;
    text(&answer, "/access_token")
}

fn show(login: &Login) {
    println!("demo:   {:<14} {:<8} {}", login.role, login.username, login.password);
}
