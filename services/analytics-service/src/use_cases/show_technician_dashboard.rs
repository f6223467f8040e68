//! A technician's first screen: today's and coming jobs, and why each vehicle is there.

use super::sight;
use crate::App;
use crate::error::Error;
use crate::store::{JobRow, Store};
use chassis::Principal;
use chrono::Duration;

/// Jobs shown.
const JOBS: usize = 100;

/// The jobs that start from twelve hours ago on (business time), earliest first; of vehicles that the caller may see.
pub async fn show_technician_dashboard(
    app: &App,
    principal: &Principal,
    technician_id: &str,
) -> Result<Vec<JobRow>, Error> {
    let sight = sight(principal)?;
    let from = app.clock.now() - Duration::hours(12);
    let mut tx = app.database.read().await?;
    Ok(Store::on(&mut tx).jobs(&sight, technician_id, from, JOBS).await?)
}
