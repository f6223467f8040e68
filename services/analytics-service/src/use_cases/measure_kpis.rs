//! Measures key figures from the read models, and shows what each was made of.

use super::sight;
use crate::App;
use crate::domain::kpi::uptime::Standing;
use crate::domain::kpi::{
    Figure, KpiId, Period, Row, Stakes, Step, alerts, avoidance, booking, calibration, health, spend, uptime, warranty,
};
use crate::error::Error;
use crate::store::{EventId, FACTS_MAX, Sight, Store};
use chassis::Principal;
use chrono::{DateTime, NaiveDate, Utc};
use std::sync::Arc;

/// The period and step that somebody asks for; the usual ones where nothing is said.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked {
    pub from: Option<NaiveDate>,
    /// The first day that is no part of it.
    pub to: Option<NaiveDate>,
    pub step: Option<Step>,
}

impl Asked {
    /// The period and step that are meant.
    ///
    /// # Errors
    /// When the period is empty or too long.
    pub fn resolve(&self, now: DateTime<Utc>) -> Result<(Period, Step), Error> {
        let period = Period::asked(self.from, self.to, now)?;
        Ok((period, self.step.unwrap_or_else(|| period.usual_step())))
    }
}

/// A figure with its period, and its value of the same number of days before.
#[derive(Debug, Clone)]
pub struct Measured {
    pub period: Period,
    pub step: Step,
    pub figure: Figure,
    pub before: Option<f64>,
}

/// A row with the ids of the events that told it.
#[derive(Debug, Clone)]
pub struct ToldRow {
    pub row: Row,
    pub events: Vec<(String, String)>,
}

/// One figure.
pub async fn show_kpi(app: &App, principal: &Principal, id: KpiId, asked: Asked) -> Result<Measured, Error> {
    let sight = sight(principal)?;
    let now = app.clock.now();
    let (period, step) = asked.resolve(now)?;
    let mut tx = app.database.read().await?;
    let mut store = Store::on(&mut tx);
    let measure = Measure {
        sight: &sight,
        stakes: &app.stakes,
        now,
    };
    measure.both(&mut store, id, period, step).await
}

/// Every figure as it was moments ago, of what the caller may see.
pub async fn show_kpis(app: &App, principal: &Principal, asked: Asked) -> Result<Arc<Vec<Measured>>, Error> {
    recent_kpis(app, &sight(principal)?, asked).await
}

/// Every figure as it was moments ago.
pub async fn recent_kpis(app: &App, sight: &Sight, asked: Asked) -> Result<Arc<Vec<Measured>>, Error> {
    let (period, step) = asked.resolve(app.clock.now())?;
    let make = move |app: App, sight: Sight| async move { list_kpis(&app, &sight, asked).await };
    let which = format!("{} {} {step:?}", period.from, period.to);
    app.shelves.kpis.show_of(app, sight, &which, make).await
}

/// Every figure, without the rows that it was made of: of a large fleet they are hundreds of thousands, and a list shows none.
pub async fn list_kpis(app: &App, sight: &Sight, asked: Asked) -> Result<Vec<Measured>, Error> {
    let now = app.clock.now();
    let (period, step) = asked.resolve(now)?;
    let mut tx = app.database.read().await?;
    let mut store = Store::on(&mut tx);
    let measure = Measure {
        sight,
        stakes: &app.stakes,
        now,
    };
    let mut all = Vec::with_capacity(KpiId::ALL.len());
    for id in KpiId::ALL {
        let mut measured = measure.both(&mut store, id, period, step).await?;
        measured.figure.rows = Vec::new();
        all.push(measured);
    }
    Ok(all)
}

/// The rows of a figure after a position, newest first, and the events that told them.
pub async fn list_rows(
    app: &App,
    principal: &Principal,
    (id, asked): (KpiId, Asked),
    after: Option<(DateTime<Utc>, String)>,
    limit: usize,
) -> Result<Vec<ToldRow>, Error> {
    let sight = sight(principal)?;
    let now = app.clock.now();
    let (period, step) = asked.resolve(now)?;
    let mut tx = app.database.read().await?;
    let mut store = Store::on(&mut tx);
    let measure = Measure {
        sight: &sight,
        stakes: &app.stakes,
        now,
    };
    let figure = measure.figure(&mut store, id, period, step).await?;
    let beyond = |row: &Row| {
        after
            .as_ref()
            .is_none_or(|(time, id)| (row.time, &row.id) < (*time, id))
    };
    let rows: Vec<Row> = figure.rows.into_iter().filter(beyond).take(limit).collect();
    let wanted: Vec<(&str, &str, DateTime<Utc>)> = rows
        .iter()
        .flat_map(|row| {
            row.sources
                .iter()
                .map(|source| (row.vehicle_id.as_str(), source.kind, source.time))
        })
        .collect();
    let known = store.event_ids(&principal.tenant, &wanted).await?;
    Ok(rows.into_iter().map(|row| told(row, &known)).collect())
}

/// Of several events of one vehicle, type and instant those count that name the row's id, if any does.
fn told(row: Row, known: &[EventId]) -> ToldRow {
    let mut events = Vec::new();
    for source in &row.sources {
        let at_once = |event: &&EventId| {
            event.vehicle_id == row.vehicle_id && event.kind == source.kind && event.time == source.time
        };
        let all: Vec<&EventId> = known.iter().filter(at_once).collect();
        let naming: Vec<&EventId> = all
            .iter()
            .copied()
            .filter(|event| event.params.contains(&row.id))
            .collect();
        let chosen = if naming.is_empty() { all } else { naming };
        events.extend(
            chosen
                .into_iter()
                .map(|event| (event.entry_id.clone(), event.kind.clone())),
        );
    }
    events.dedup();
    ToldRow { row, events }
}

/// Whose figures, judged by what, and when.
pub struct Measure<'a> {
    pub sight: &'a Sight,
    pub stakes: &'a Stakes,
    /// Business time.
    pub now: DateTime<Utc>,
}

impl Measure<'_> {
    async fn both(&self, store: &mut Store<'_>, id: KpiId, period: Period, step: Step) -> Result<Measured, Error> {
        Ok(Measured {
            figure: self.figure(store, id, period, step).await?,
            before: self.figure(store, id, period.before(), step).await?.value,
            period,
            step,
        })
    }

    /// Computes a figure.
    pub async fn figure(&self, store: &mut Store<'_>, id: KpiId, period: Period, step: Step) -> Result<Figure, Error> {
        let (sight, stakes) = (self.sight, self.stakes);
        let period = &period;
        Ok(match id {
            KpiId::FleetHealth => {
                let newest = whole(store.newest_health(sight, period).await?)?;
                health::fleet_health(newest, &store.health_trend(sight, period).await?, period, step)
            }
            KpiId::Uptime => {
                let standing = Standing {
                    services: whole(store.services(sight).await?)?,
                    visits: whole(store.standing_visits(sight, period).await?)?,
                    emergencies: whole(store.emergencies(sight, period).await?)?,
                };
                uptime::uptime(&standing, period, step, self.now)
            }
            KpiId::CostAvoidance => {
                let settled = whole(store.settled_visits(sight, period).await?)?;
                avoidance::cost_avoidance(&settled, stakes, period, step)
            }
            KpiId::AlertStats => {
                let raised = whole(store.raised_alerts(sight, period).await?)?;
                alerts::alert_response(&raised, period, step)
            }
            KpiId::Calibration => {
                let predictions = store.predictions(sight, period, FACTS_MAX).await?;
                let predictions = predictions.ok_or(Error::TooManyFacts)?;
                calibration::calibration(&predictions, period, step)
            }
            KpiId::Booking => booking::booking(&whole(store.booked_visits(sight, period).await?)?, period, step),
            KpiId::WarrantyStats => {
                let checks = whole(store.checks(sight, period).await?)?;
                let claims = whole(store.claims(sight, period).await?)?;
                let settled = whole(store.settled_visits(sight, period).await?)?;
                warranty::warranty(&checks, &claims, &settled, period, step)
            }
            KpiId::LlmSpend => {
                let decisions = store.made_decisions(sight, period, FACTS_MAX).await?;
                let decisions = decisions.ok_or(Error::TooManyFacts)?;
                spend::llm_spend(&decisions, &stakes.currency, period, step)
            }
        })
    }
}

/// A list that may have been cut off is refused rather than summed. Every row that was read is in it.
fn whole<T>(facts: Vec<T>) -> Result<Vec<T>, Error> {
    if facts.len() >= FACTS_MAX {
        return Err(Error::TooManyFacts);
    }
    Ok(facts)
}
