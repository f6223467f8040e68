//! Writes what was heard into audit log and read models, in the transaction that moves the position.

use super::gather_news::Gathered;
use crate::domain::fleet::news::Heard;
use crate::store::Store;
use chassis::{DbError, TenantId, Tx};
use chrono::{DateTime, Utc};

/// Records a batch of events, in the order in which they were heard; `heard_at` is machine time.
pub async fn record_events(tx: &mut Tx, heard: &[Heard], heard_at: DateTime<Utc>) -> Result<(), DbError> {
    let mut store = Store::on(tx);
    store.share_read_models().await?;
    let entries = heard
        .iter()
        .filter_map(|event| Some((event.tenant_id.as_str(), event.entry.as_ref()?)));
    store.log_heard(&entries.collect::<Vec<_>>(), heard_at).await?;
    let mut gathered = Gathered::default();
    for event in heard {
        load_for(&mut store, &mut gathered, event).await?;
        gathered.join(&event.tenant_id, (event.stamp, event.partition), event.news.clone());
    }
    gathered.settle();
    gathered.save(&mut store).await
}

/// Loads what the event's changes need to be joined to. Many events about one vehicle cost one load and one save.
async fn load_for(store: &mut Store<'_>, gathered: &mut Gathered, event: &Heard) -> Result<(), DbError> {
    let tenant = TenantId::new(&event.tenant_id);
    let Some((vehicle_id, changes)) = Gathered::changes(&event.news) else {
        return Ok(());
    };
    if !gathered.knows(&event.tenant_id, vehicle_id) {
        let vehicle = store.load_vehicle(&tenant, vehicle_id).await?;
        gathered.put(&event.tenant_id, vehicle_id, vehicle);
    }
    let loaded = gathered.vehicle(&event.tenant_id, vehicle_id);
    for change in &changes {
        store.load_named(&tenant, vehicle_id, change, &mut loaded.now).await?;
        if matches!(change, crate::domain::fleet::change::Change::Overall(_)) {
            let day = event.stamp.time.date_naive();
            if !loaded.now.days.contains_key(&day)
                && let Some(health) = store.health_of_day(&tenant, vehicle_id, day).await?
            {
                loaded.before.days.insert(day, health.clone());
                loaded.now.days.insert(day, health);
            }
        }
    }
    Ok(())
}
