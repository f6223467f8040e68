//! Centres, technicians, parts and schedules as JSON.

use chrono::{DateTime, Utc, Weekday};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AppointmentBody, Checks, LocationBody, MoneyBody, moment};
use crate::domain::hours::{Break, DailyHours, Rota, UtcOffset};
use crate::domain::network::{Bay, BayKind, Center, Part, Technician};
use crate::domain::time::Span;
use crate::error::Result;
use crate::use_cases::show_schedule::Schedule;
use crate::use_cases::stock_part::PartEntry;

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MON", Weekday::Mon),
    ("TUE", Weekday::Tue),
    ("WED", Weekday::Wed),
    ("THU", Weekday::Thu),
    ("FRI", Weekday::Fri),
    ("SAT", Weekday::Sat),
    ("SUN", Weekday::Sun),
];

fn weekday(name: &str) -> Option<Weekday> {
    WEEKDAYS.iter().find(|(known, _)| *known == name).map(|(_, day)| *day)
}

fn weekday_name(day: Weekday) -> String {
    WEEKDAYS
        .iter()
        .find(|(_, known)| *known == day)
        .map_or("MON", |(name, _)| name)
        .to_owned()
}

/// `HH:MM` in minutes of the day; `24:00` is the end of the day.
fn minute_of_day(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hours) || !digits(minutes) {
        return None;
    }
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    (minutes < 60 && hours * 60 + minutes <= 24 * 60).then_some(hours * 60 + minutes)
}

fn clock_text(minute: i64) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// A stretch of a weekday in the centre's local time.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(in crate::api) struct HoursBody {
    /// MON TUE WED THU FRI SAT SUN
    #[schema(example = "MON")]
    weekday: String,
    /// HH:MM, a multiple of 15 minutes.
    #[schema(example = "08:00")]
    from: String,
    /// HH:MM, a multiple of 15 minutes; 24:00 is the end of the day.
    #[schema(example = "17:00")]
    to: String,
}

/// A daily pause; without a weekday it is on every day.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(in crate::api) struct BreakBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    weekday: Option<String>,
    from: String,
    to: String,
}

/// A time away.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(in crate::api) struct AbsenceBody {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

const STRETCH: &str =
    "A weekday (MON … SUN) and two times HH:MM, multiples of 15 minutes, the first before the second.";

fn hours(checks: &mut Checks, bodies: &[HoursBody], path: &str) -> Option<Vec<DailyHours>> {
    checks.at_most(bodies.len(), path);
    let stretch = |(index, body): (usize, &HoursBody)| {
        let read = || {
            DailyHours::new(
                weekday(&body.weekday)?,
                minute_of_day(&body.from)?,
                minute_of_day(&body.to)?,
            )
        };
        checks.need(read(), format!("{path}/{index}"), "hours", STRETCH)
    };
    bodies.iter().enumerate().map(stretch).collect()
}

fn hours_bodies(hours: &[DailyHours]) -> Vec<HoursBody> {
    let body = |stretch: &DailyHours| HoursBody {
        weekday: weekday_name(stretch.weekday()),
        from: clock_text(stretch.minutes().0),
        to: clock_text(stretch.minutes().1),
    };
    hours.iter().map(body).collect()
}

/// A place in a workshop where one vehicle stands.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(in crate::api) struct BayBody {
    bay_id: String,
    #[serde(default)]
    name: String,
    /// GENERAL HEAVY HIGH_VOLTAGE
    kinds: Vec<String>,
    #[serde(default)]
    has_lift: bool,
}

/// A service centre.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(in crate::api) struct CenterBody {
    center_id: String,
    name: String,
    /// Distance of local time from UTC, a multiple of 15; hours follow it.
    #[schema(example = 60)]
    utc_offset_minutes: i64,
    /// Name of the time zone, shown only.
    #[serde(skip_serializing_if = "Option::is_none")]
    time_zone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationBody>,
    labour_price_per_hour: MoneyBody,
    opening_hours: Vec<HoursBody>,
    #[serde(default)]
    bays: Vec<BayBody>,
}

impl CenterBody {
    pub(in crate::api) fn center(&self) -> Result<Center> {
        let mut checks = Checks::default();
        let id = checks.id(&self.center_id, "/center_id");
        let name = checks.text(&self.name, "/name", 200);
        let offset = UtcOffset::from_minutes(self.utc_offset_minutes);
        let offset = checks.need(
            offset,
            "/utc_offset_minutes",
            "range",
            "A multiple of 15 from -840 to 840.",
        );
        let time_zone = self
            .time_zone
            .as_ref()
            .and_then(|name| checks.text(name, "/time_zone", 64));
        let location = checks.location(self.location.as_ref(), "/location");
        let labour = checks.money(&self.labour_price_per_hour, "/labour_price_per_hour");
        let hours = hours(&mut checks, &self.opening_hours, "/opening_hours");
        checks.at_most(self.bays.len(), "/bays");
        let bays: Option<Vec<Bay>> = self
            .bays
            .iter()
            .enumerate()
            .map(|(index, bay)| bay.bay(&mut checks, &format!("/bays/{index}")))
            .collect();
        let read = || {
            let (labour_per_hour, hours, bays) = (labour?, hours?, bays?);
            Some(Center {
                id: id?,
                name: name?,
                offset: offset?,
                time_zone,
                location,
                labour_per_hour,
                hours,
                bays,
            })
        };
        checks.finish(read())
    }
}

impl BayBody {
    fn bay(&self, checks: &mut Checks, path: &str) -> Option<Bay> {
        let id = checks.id(&self.bay_id, &format!("{path}/bay_id"));
        let name = checks.text(&self.name, format!("{path}/name"), 200);
        let kinds: Option<Vec<BayKind>> = self.kinds.iter().map(|kind| BayKind::parse(kind)).collect();
        let kinds = checks.need(
            kinds.filter(|kinds| !kinds.is_empty()),
            format!("{path}/kinds"),
            "unknown_value",
            "One or more of GENERAL, HEAVY, HIGH_VOLTAGE.",
        );
        Some(Bay {
            id: id?,
            name: name?,
            kinds: kinds?,
            has_lift: self.has_lift,
        })
    }
}

impl From<&Center> for CenterBody {
    fn from(center: &Center) -> Self {
        let bay = |bay: &Bay| BayBody {
            bay_id: bay.id.clone(),
            name: bay.name.clone(),
            kinds: bay.kinds.iter().map(|kind| kind.name().to_owned()).collect(),
            has_lift: bay.has_lift,
        };
        CenterBody {
            center_id: center.id.clone(),
            name: center.name.clone(),
            utc_offset_minutes: center.offset.minutes(),
            time_zone: center.time_zone.clone(),
            location: center.location.map(Into::into),
            labour_price_per_hour: center.labour_per_hour.into(),
            opening_hours: hours_bodies(&center.hours),
            bays: center.bays.iter().map(bay).collect(),
        }
    }
}

/// A technician. The id is the person's user id.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(in crate::api) struct TechnicianBody {
    technician_id: String,
    center_id: String,
    skills: Vec<String>,
    working_hours: Vec<HoursBody>,
    #[serde(default)]
    breaks: Vec<BreakBody>,
    #[serde(default)]
    absences: Vec<AbsenceBody>,
}

impl TechnicianBody {
    pub(in crate::api) fn technician(&self) -> Result<Technician> {
        let mut checks = Checks::default();
        let id = checks.id(&self.technician_id, "/technician_id");
        let center_id = checks.id(&self.center_id, "/center_id");
        for (path, count) in [
            ("/skills", self.skills.len()),
            ("/breaks", self.breaks.len()),
            ("/absences", self.absences.len()),
        ] {
            checks.at_most(count, path);
        }
        let skill = |(index, skill): (usize, &String)| checks.id(skill, &format!("/skills/{index}"));
        let skills: Option<Vec<String>> = self.skills.iter().enumerate().map(skill).collect();
        let hours = hours(&mut checks, &self.working_hours, "/working_hours");
        let pause = |(index, body): (usize, &BreakBody)| {
            let on = match &body.weekday {
                Some(name) => weekday(name).map(Some),
                None => Some(None),
            };
            let read = || Break::new(on?, minute_of_day(&body.from)?, minute_of_day(&body.to)?);
            checks.need(read(), format!("/breaks/{index}"), "hours", STRETCH)
        };
        let breaks: Option<Vec<Break>> = self.breaks.iter().enumerate().map(pause).collect();
        let absence = |(index, body): (usize, &AbsenceBody)| {
            checks.time(Some(body.from), format!("/absences/{index}/from"));
            checks.time(Some(body.to), format!("/absences/{index}/to"));
            let span = (body.from < body.to).then(|| Span::covering(body.from, body.to));
            checks.need(
                span,
                format!("/absences/{index}"),
                "range",
                "An absence ends after it begins.",
            )
        };
        let absences: Option<Vec<Span>> = self.absences.iter().enumerate().map(absence).collect();
        let read = || {
            let rota = Rota {
                hours: hours?,
                breaks: breaks?,
                absences: absences?,
            };
            Some(Technician {
                id: id?,
                center_id: center_id?,
                skills: skills?,
                rota,
            })
        };
        checks.finish(read())
    }
}

impl From<&Technician> for TechnicianBody {
    fn from(technician: &Technician) -> Self {
        let pause = |pause: &Break| BreakBody {
            weekday: pause.weekday().map(weekday_name),
            from: clock_text(pause.minutes().0),
            to: clock_text(pause.minutes().1),
        };
        let absence = |span: &Span| AbsenceBody {
            from: moment(span.start),
            to: moment(span.end),
        };
        TechnicianBody {
            technician_id: technician.id.clone(),
            center_id: technician.center_id.clone(),
            skills: technician.skills.clone(),
            working_hours: hours_bodies(&technician.rota.hours),
            breaks: technician.rota.breaks.iter().map(pause).collect(),
            absences: technician.rota.absences.iter().map(absence).collect(),
        }
    }
}

/// A part as one centre stocks it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(in crate::api) struct PartBody {
    center_id: String,
    part_code: String,
    #[serde(default)]
    name: String,
    /// How many lie on the shelf, those promised to visits included.
    stock: i64,
    /// How many of them are promised to visits; ignored when written.
    #[serde(default)]
    reserved: i64,
    /// Within how many days an ordered part comes.
    lead_time_days: i64,
    price: MoneyBody,
}

impl PartBody {
    pub(in crate::api) fn entry(&self) -> Result<PartEntry> {
        let mut checks = Checks::default();
        let center_id = checks.id(&self.center_id, "/center_id");
        let code = checks.id(&self.part_code, "/part_code");
        let name = checks.text(&self.name, "/name", 200);
        let stock = (0..=1_000_000).contains(&self.stock).then_some(self.stock);
        let stock = checks.need(stock, "/stock", "range", "From 0 to 1000000.");
        let days = (0..=365).contains(&self.lead_time_days).then_some(self.lead_time_days);
        let days = checks.need(days, "/lead_time_days", "range", "From 0 to 365.");
        let price = checks.money(&self.price, "/price");
        let read = || {
            let (on_hand, lead_time_days, price) = (stock?, days?, price?);
            Some(PartEntry {
                center_id: center_id?,
                code: code?,
                name: name?,
                on_hand,
                lead_time_days,
                price,
            })
        };
        checks.finish(read())
    }
}

impl From<&Part> for PartBody {
    fn from(part: &Part) -> Self {
        PartBody {
            center_id: part.center_id.clone(),
            part_code: part.code.clone(),
            name: part.name.clone(),
            stock: part.stock.on_hand(),
            reserved: part.stock.reserved(),
            lead_time_days: part.lead_time_days,
            price: part.price.into(),
        }
    }
}

/// When a technician works, and the visits in that time.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct ScheduleBody {
    technician_id: String,
    center_id: String,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    /// Stretches of working time: hours less breaks, absences and the centre's closing.
    working: Vec<AbsenceBody>,
    appointments: Vec<AppointmentBody>,
}

impl From<&Schedule> for ScheduleBody {
    fn from(schedule: &Schedule) -> Self {
        let stretch = |span: &Span| AbsenceBody {
            from: moment(span.start),
            to: moment(span.end),
        };
        ScheduleBody {
            technician_id: schedule.technician.id.clone(),
            center_id: schedule.technician.center_id.clone(),
            from: schedule.from,
            to: schedule.to,
            working: schedule.working.iter().map(stretch).collect(),
            appointments: schedule.visits.iter().map(AppointmentBody::from).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_are_read_strictly() {
        for (text, minute) in [
            ("00:00", Some(0)),
            ("08:15", Some(495)),
            ("24:00", Some(1440)),
            ("24:15", None),
        ] {
            assert_eq!(minute_of_day(text), minute, "{text}");
        }
        for wrong in ["8:00", "08:60", "+8:00", "0800", ""] {
            assert_eq!(minute_of_day(wrong), None, "{wrong}");
        }
        assert_eq!(clock_text(495), "08:15");
    }
}
