//! What the demo's people do: they acknowledge, book from warnings, do the booked jobs, submit claims and answer reviews, each at a business
//! time of their own and through the public API. What they do follows from what the platform shows them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, Duration, Timelike, Utc};
use serde_json::{Value, json};

use super::fleet::Visit;
use super::people::{Cast, Login, sign_in};
use super::rest::{Caller, Rest, text};
use super::{at, findings};

/// Tokens live ten minutes of machine time; a new one is fetched before.
const SIGN_IN_EVERY: std::time::Duration = std::time::Duration::from_secs(480);
/// How long, in machine time, a verdict may take to the workshop's plan, and how often somebody looks.
const HEARD_WITHIN: std::time::Duration = std::time::Duration::from_secs(10);
const HEARD_EVERY: std::time::Duration = std::time::Duration::from_millis(20);
/// Hours (UTC) in which people look at what is not pressing.
const DAY: std::ops::Range<u32> = 6..18;

/// Something that somebody will do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Act {
    Acknowledge {
        by: String,
        alert_id: String,
    },
    Book {
        alert_id: String,
        vehicle_id: String,
        component: String,
    },
    Start {
        appointment_id: String,
    },
    Complete {
        appointment_id: String,
    },
    Submit {
        claim_id: String,
    },
    Review {
        review_id: String,
    },
}

/// Everybody, and what they will do.
pub(super) struct Staff<'p> {
    rest: &'p Rest,
    cast: &'p Cast,
    tokens: HashMap<String, (String, std::time::Instant)>,
    agenda: BinaryHeap<Reverse<(DateTime<Utc>, Act)>>,
    /// Ids of what somebody has made up their mind about.
    seen: HashSet<String>,
    /// Visits that are booked and not begun.
    coming: BTreeMap<String, Value>,
    /// Visits that the vehicles have made, by appointment.
    made: HashMap<String, Visit>,
    clock: chassis::Clock,
}

impl<'p> Staff<'p> {
    pub(super) fn new(rest: &'p Rest, cast: &'p Cast, clock: chassis::Clock, lived: &[Visit]) -> Self {
        let made = lived.iter().map(|visit| (visit.appointment_id.clone(), visit.clone()));
        Self {
            rest,
            cast,
            tokens: HashMap::new(),
            agenda: BinaryHeap::new(),
            seen: HashSet::new(),
            coming: BTreeMap::new(),
            made: made.collect(),
            clock,
        }
    }

    /// When somebody does something next.
    pub(super) fn next(&self) -> Option<DateTime<Utc>> {
        self.agenda.peek().map(|Reverse((at, _))| *at)
    }

    fn plan(&mut self, at: DateTime<Utc>, act: Act) {
        self.agenda.push(Reverse((at, act)));
    }

    /// Looks at alerts and bookings, and plans. Who cannot see them now looks again later.
    pub(super) async fn look(&mut self, now: DateTime<Utc>) {
        if let Err(error) = self.look_at_work(now).await {
            tracing::warn!(
                error = format!("{error:#}"),
                "somebody in the demo could not see the work"
            );
        }
    }

    async fn look_at_work(&mut self, now: DateTime<Utc>) -> anyhow::Result<()> {
        let mut held = false;
        for alert in self.list("alert-service", "/api/v1/alerts?status=OPEN").await? {
            held |= self.heed(&alert, now)?;
        }
        if held {
            // A visit waits for a word: the manager does not leave that to the daily round.
            self.look_at_reviews(now, 15.0..240.0).await?;
        }
        let booked = self
            .list("scheduling-service", "/api/v1/appointments?status=SCHEDULED")
            .await?;
        self.coming.clear();
        for job in booked {
            let id = text(&job, "/appointment_id")?;
            match self.made.get(&id).cloned() {
                None => drop(self.coming.insert(id, job)),
                // The vehicle was there, and the process was stopped before anybody said so.
                Some(visit) => self.work_on(&visit, now),
            }
        }
        Ok(())
    }

    /// Looks at what is done once a day: drafts of claims, open reviews, and jobs that a stopped process left begun.
    pub(super) async fn look_daily(&mut self, now: DateTime<Utc>) {
        if let Err(error) = self.look_at_papers(now).await {
            tracing::warn!(
                error = format!("{error:#}"),
                "somebody in the demo could not see the papers"
            );
        }
    }

    async fn look_at_papers(&mut self, now: DateTime<Utc>) -> anyhow::Result<()> {
        for claim in self.list("warranty-service", "/api/v1/claims?status=DRAFT").await? {
            let claim_id = text(&claim, "/claim_id")?;
            if self.is_new(&claim_id) && chance(&claim_id, "submits") < 0.8 {
                let at = in_the_day(now + minutes(&claim_id, 60.0, 3_000.0));
                self.plan(at, Act::Submit { claim_id });
            }
        }
        self.look_at_reviews(now, 20.0..900.0).await?;
        for job in self
            .list("scheduling-service", "/api/v1/appointments?status=STARTED")
            .await?
        {
            let id = text(&job, "/appointment_id")?;
            if let Some(visit) = self.made.get(&id).cloned() {
                self.work_on(&visit, now);
            }
        }
        Ok(())
    }

    /// Most decisions that wait for a person get one's word, some minutes from now.
    async fn look_at_reviews(
        &mut self,
        now: DateTime<Utc>,
        within_minutes: std::ops::Range<f64>,
    ) -> anyhow::Result<()> {
        for review in self.list("agent-service", "/api/v1/agents/reviews?status=OPEN").await? {
            let review_id = text(&review, "/review_id")?;
            if self.is_new(&review_id) && chance(&review_id, "reviews") < 0.85 {
                let wait = minutes(&review_id, within_minutes.start, within_minutes.end);
                self.plan(in_the_day(now + wait), Act::Review { review_id });
            }
        }
        Ok(())
    }

    /// A technician begins and completes a visit, once, when the vehicle is there.
    fn work_on(&mut self, visit: &Visit, now: DateTime<Utc>) {
        let appointment_id = visit.appointment_id.clone();
        if self.is_new(&format!("{appointment_id} made")) {
            let start = Act::Start {
                appointment_id: appointment_id.clone(),
            };
            self.plan(at(visit.from_s).max(now), start);
            self.plan(at(visit.until_s).max(now), Act::Complete { appointment_id });
        }
    }

    fn is_new(&mut self, id: &str) -> bool {
        self.seen.insert(id.to_owned())
    }

    /// Somebody sees an open alert. Its person may be asleep, away, or slow: then the platform goes on to the next one. Says whether a
    /// pressing visit waits for a reviewer.
    fn heed(&mut self, alert: &Value, now: DateTime<Utc>) -> anyhow::Result<bool> {
        let alert_id = text(alert, "/alert_id")?;
        if !self.is_new(&alert_id) {
            return Ok(false);
        }
        let vehicle_id = text(alert, "/vehicle_id")?;
        let pressing = ["CRITICAL", "EMERGENCY"].contains(&alert["severity"].as_str().unwrap_or_default());
        let (answers, wait) = match pressing {
            true => (0.85, minutes(&alert_id, 1.0, 25.0)),
            false => (0.7, minutes(&alert_id, 10.0, 400.0)),
        };
        if chance(&alert_id, "acknowledges") < answers {
            let by = self.cast.of_vehicle(&vehicle_id).username.clone();
            let at = if pressing && chance(&alert_id, "at night") < 0.5 {
                now + wait
            } else {
                in_the_day(now + wait)
            };
            self.plan(
                at,
                Act::Acknowledge {
                    by,
                    alert_id: alert_id.clone(),
                },
            );
        }
        if !pressing && chance(&alert_id, "books") < 0.75 {
            let at = in_the_day(now + wait + minutes(&alert_id, 5.0, 900.0));
            let component = text(alert, "/component")?;
            self.plan(
                at,
                Act::Book {
                    alert_id,
                    vehicle_id,
                    component,
                },
            );
        }
        Ok(pressing && alert["review"].is_object())
    }

    /// The visits that begin before a time, as the vehicles will make them; none before `from`. Technicians start and complete them then.
    pub(super) fn visits_before(&mut self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Visit> {
        let due: Vec<String> = self
            .coming
            .iter()
            .filter(|(_, job)| time(job, "starts_at").is_some_and(|at| at < to))
            .map(|(id, _)| id.clone())
            .collect();
        let jobs = due.into_iter().filter_map(|id| self.coming.remove(&id));
        let visits: Vec<Visit> = jobs.filter_map(|job| visit_of(&job, from)).collect();
        for visit in &visits {
            self.made.insert(visit.appointment_id.clone(), visit.clone());
            self.work_on(visit, from);
        }
        visits
    }

    /// Notes what was found in the vehicles.
    pub(super) fn note(&mut self, visits: &[Visit]) {
        for visit in visits {
            self.made.insert(visit.appointment_id.clone(), visit.clone());
        }
    }

    /// Does everything that is due. What the platform refuses (a visit was moved, an alert resolved meanwhile) is let go.
    pub(super) async fn act(&mut self, now: DateTime<Utc>) -> usize {
        let mut done = 0;
        while self.next().is_some_and(|at| at <= now) {
            let Some(Reverse((_, act))) = self.agenda.pop() else {
                break;
            };
            done += 1;
            if let Err(error) = self.perform(&act).await {
                tracing::info!(error = format!("{error:#}"), ?act, "somebody in the demo was refused");
            }
        }
        done
    }

    async fn perform(&mut self, act: &Act) -> anyhow::Result<()> {
        let manager = self.cast.manager();
        match act {
            Act::Acknowledge { by, alert_id } => {
                let login = self.cast.named(by).unwrap_or(manager);
                let path = format!("/api/v1/alerts/{alert_id}/acknowledge");
                self.post(login, "alert-service", &path, &json!({})).await?;
            }
            Act::Book {
                alert_id,
                vehicle_id,
                component,
            } => self.book(alert_id, vehicle_id, component).await?,
            Act::Start { appointment_id } => {
                let job = self
                    .get(
                        manager,
                        "scheduling-service",
                        &format!("/api/v1/appointments/{appointment_id}"),
                    )
                    .await?;
                if job["provisional"] == true {
                    // The vehicle stands in front of the bay: whoever is to look at the decision does so now.
                    self.confirm(&job).await?;
                }
                let technician = self.cast.technician(job["technician_id"].as_str().unwrap_or_default());
                let path = format!("/api/v1/appointments/{appointment_id}/start");
                self.post(technician, "scheduling-service", &path, &json!({})).await?;
            }
            Act::Complete { appointment_id } => self.complete(appointment_id).await?,
            Act::Submit { claim_id } => {
                let path = format!("/api/v1/claims/{claim_id}/submit");
                self.post(manager, "warranty-service", &path, &json!({})).await?;
            }
            Act::Review { review_id } => self.approve(review_id).await?,
        }
        Ok(())
    }

    async fn approve(&mut self, review_id: &str) -> anyhow::Result<()> {
        let answer = json!({"verdict": "APPROVE", "reason": "Plausible on the evidence; the workshop shall look."});
        let path = format!("/api/v1/agents/reviews/{review_id}");
        self.post(self.cast.manager(), "agent-service", &path, &answer).await?;
        Ok(())
    }

    /// Answers what is open about a visit's decision, and waits until the workshop's plan has heard of it.
    async fn confirm(&mut self, job: &Value) -> anyhow::Result<()> {
        let open = self.list("agent-service", "/api/v1/agents/reviews?status=OPEN").await?;
        for review in open.iter().filter(|review| review["decision_id"] == job["decision_id"]) {
            self.approve(&text(review, "/review_id")?).await?;
        }
        let path = format!("/api/v1/appointments/{}", text(job, "/appointment_id")?);
        let heard = async {
            while self.get(self.cast.manager(), "scheduling-service", &path).await?["provisional"] == true {
                tokio::time::sleep(HEARD_EVERY).await;
            }
            Ok(())
        };
        tokio::time::timeout(HEARD_WITHIN, heard).await?
    }

    async fn book(&mut self, alert_id: &str, vehicle_id: &str, component: &str) -> anyhow::Result<()> {
        let manager = self.cast.manager();
        let work = json!({"alert_id": alert_id, "vehicle_id": vehicle_id, "component": component});
        let offered = self
            .post(manager, "scheduling-service", "/api/v1/slots/available", &work)
            .await?;
        let slot = &offered["slots"][0];
        anyhow::ensure!(slot["slot_id"].is_string(), "no slot: {}", offered["why_not"]);
        // What can wait is brought on a day that suits; if that is taken, when it is offered.
        let mut booking = work.clone();
        let days = Duration::days((8.0 * chance(alert_id, "days")) as i64);
        if let Some(starts_at) = time(slot, "starts_at").filter(|_| days > Duration::zero()) {
            booking["slot"] = json!({"starts_at": starts_at + days, "center_id": slot["center_id"]});
            let booked = self
                .post(manager, "scheduling-service", "/api/v1/appointments", &booking)
                .await;
            if booked.is_ok() {
                return Ok(());
            }
        }
        booking["slot"] = Value::Null;
        booking["slot_id"] = slot["slot_id"].clone();
        self.post(manager, "scheduling-service", "/api/v1/appointments", &booking)
            .await?;
        Ok(())
    }

    async fn complete(&mut self, appointment_id: &str) -> anyhow::Result<()> {
        let path = format!("/api/v1/appointments/{appointment_id}");
        let job = self.get(self.cast.manager(), "scheduling-service", &path).await?;
        let technician = self.cast.technician(job["technician_id"].as_str().unwrap_or_default());
        let suspected = match job["decision_id"].as_str() {
            Some(id) => {
                let decision = self
                    .get(technician, "agent-service", &format!("/api/v1/agents/decision/{id}"))
                    .await?;
                decision["failure_mode"]["code"].as_str().map(str::to_owned)
            }
            None => None,
        };
        let Some(visit) = self.made.get(appointment_id) else {
            return Ok(());
        };
        let report = findings::report(&visit.component, &visit.found, suspected.as_deref(), &job);
        self.post(technician, "scheduling-service", &format!("{path}/complete"), &report)
            .await?;
        Ok(())
    }

    /// All of a list, as the manager sees it.
    async fn list(&mut self, service: &str, path: &str) -> anyhow::Result<Vec<Value>> {
        let (mut items, mut cursor) = (Vec::new(), String::new());
        let manager = self.cast.manager();
        loop {
            let page = self.get(manager, service, &format!("{path}&limit=200{cursor}")).await?;
            items.extend(page["items"].as_array().into_iter().flatten().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(items),
            }
        }
    }

    async fn get(&mut self, login: &Login, service: &str, path: &str) -> anyhow::Result<Value> {
        let token = self.token(login).await?;
        self.rest.get(service, path, Caller::Token(&token)).await
    }

    async fn post(&mut self, login: &Login, service: &str, path: &str, body: &Value) -> anyhow::Result<Value> {
        let token = self.token(login).await?;
        self.rest.post(service, path, Caller::Token(&token), body).await
    }

    async fn token(&mut self, login: &Login) -> anyhow::Result<String> {
        let now = self.clock.instant();
        let kept = self.tokens.get(&login.username);
        if let Some((token, _)) = kept.filter(|(_, since)| now.duration_since(*since) < SIGN_IN_EVERY) {
            return Ok(token.clone());
        }
        let token = sign_in(self.rest, login).await?;
        self.tokens.insert(login.username.clone(), (token.clone(), now));
        Ok(token)
    }
}

/// A job as the vehicle will make it: not before `from`, and as long as it was booked for.
fn visit_of(job: &Value, from: DateTime<Utc>) -> Option<Visit> {
    let (starts_at, ends_at) = (time(job, "starts_at")?, time(job, "ends_at")?);
    let late = (from - starts_at).max(Duration::zero());
    Some(Visit {
        appointment_id: job["appointment_id"].as_str()?.to_owned(),
        vehicle_id: job["vehicle_id"].as_str()?.to_owned(),
        component: job["component"].as_str()?.to_owned(),
        from_s: (starts_at + late).timestamp(),
        until_s: (ends_at + late).timestamp(),
        found: Vec::new(),
    })
}

fn time(job: &Value, field: &str) -> Option<DateTime<Utc>> {
    job[field].as_str()?.parse().ok()
}

/// A number in 0..1 that belongs to a thing and a question.
fn chance(id: &str, question: &str) -> f64 {
    let mut hasher = DefaultHasher::new();
    (id, question).hash(&mut hasher);
    (hasher.finish() >> 11) as f64 / (1_u64 << 53) as f64
}

fn minutes(id: &str, low: f64, high: f64) -> Duration {
    // Most are quick, some are slow.
    let share = chance(id, "minutes").powi(2);
    Duration::seconds((60.0 * (low + (high - low) * share)) as i64)
}

/// The same time, or the next morning.
fn in_the_day(at: DateTime<Utc>) -> DateTime<Utc> {
    if DAY.contains(&at.hour()) {
        return at;
    }
    let day = if at.hour() >= DAY.end {
        at.date_naive() + Duration::days(1)
    } else {
        at.date_naive()
    };
    day.and_hms_opt(DAY.start, at.minute(), at.second())
        .map_or(at, |at| at.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_pressing_waits_for_the_morning() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a time");
        assert_eq!(in_the_day(at("2026-03-01T12:10:00Z")), at("2026-03-01T12:10:00Z"));
        assert_eq!(in_the_day(at("2026-03-01T02:10:00Z")), at("2026-03-01T06:10:00Z"));
        assert_eq!(in_the_day(at("2026-03-01T23:10:05Z")), at("2026-03-02T06:10:05Z"));
    }

    #[test]
    fn a_visit_that_comes_late_lasts_as_long() {
        let job = json!({"appointment_id": "apt_1", "vehicle_id": "V1", "component": "brakes",
            "starts_at": "2026-03-01T08:00:00Z", "ends_at": "2026-03-01T09:30:00Z"});
        let visit = visit_of(&job, "2026-03-01T10:00:00Z".parse().expect("a time")).expect("a visit");
        assert_eq!(visit.until_s - visit.from_s, 5_400);
        assert_eq!(visit.from_s, 1_772_359_200);
    }
}
