//! The demo's technicians: each takes booked jobs a few seconds after they are booked (the slot may be tomorrow; a viewer will not
//! wait), does them through the public API, and repairs the simulated vehicle.

use std::collections::HashMap;
use std::time::Duration;

use fleetsim::drive::Handle;
use serde_json::{Value, json};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Login;
use super::people::sign_in;
use super::rest::{Caller, Rest, text};

/// How long a booking stands before the job is done, so that it can be seen.
const PAUSE: Duration = Duration::from_secs(8);
/// How often the list of jobs is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// Tokens live ten minutes; a new one is fetched before.
const SIGN_IN_EVERY: Duration = Duration::from_secs(480);

/// Does one technician's jobs until shutdown.
pub(super) async fn work(
    rest: &Rest,
    login: &Login,
    vehicles: Handle,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let mut seen: HashMap<String, Instant> = HashMap::new();
    let mut token = sign_in(rest, login).await?;
    let mut signed_in = Instant::now();
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            () = tokio::time::sleep(LOOK) => {}
        }
        if signed_in.elapsed() > SIGN_IN_EVERY {
            token = sign_in(rest, login).await?;
            signed_in = Instant::now();
        }
        let listed = rest
            .get(
                "scheduling-service",
                "/api/v1/appointments?status=SCHEDULED",
                Caller::Token(&token),
            )
            .await;
        let jobs = match listed {
            Ok(jobs) => jobs,
            Err(error) => {
                tracing::warn!(
                    error = format!("{error:#}"),
                    "the demo's technician could not see the jobs"
                );
                continue;
            }
        };
        for job in jobs["items"].as_array().into_iter().flatten() {
            let id = text(job, "/appointment_id")?;
            if seen.entry(id.clone()).or_insert_with(Instant::now).elapsed() < PAUSE {
                continue;
            }
            if let Err(error) = finish(rest, &token, &id, job, &vehicles).await {
                tracing::warn!(
                    error = format!("{error:#}"),
                    "the demo's technician could not finish a job"
                );
            }
        }
    }
}

async fn finish(rest: &Rest, token: &str, id: &str, job: &Value, vehicles: &Handle) -> anyhow::Result<()> {
    let caller = Caller::Token(token);
    let component = text(job, "/component")?;
    rest.post(
        "scheduling-service",
        &format!("/api/v1/appointments/{id}/start"),
        caller,
        &json!({}),
    )
    .await?;
    // The vehicle is repaired before the report: what the platform hears next is a healthy vehicle.
    if !vehicles.repair(&text(job, "/vehicle_id")?, &component) {
        tracing::warn!("the simulated vehicle took no repair");
    }
    let report = json!({
        "findings": [{"component": component, "verdict": "CONFIRMED", "action": "REPLACED", "parts": job["parts"]}],
        "cost": job["price"],
    });
    rest.post(
        "scheduling-service",
        &format!("/api/v1/appointments/{id}/complete"),
        caller,
        &report,
    )
    .await?;
    Ok(())
}
