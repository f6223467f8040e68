//! A report speaks one language, and says the same to programs in all of them.

use super::*;
use crate::domain::fleet::change::{DecisionDetail, Reason, Registration, RemainingKm};
use crate::domain::fleet::numbers::{CostNumbers, FleetNumbers};
use crate::domain::fleet::{Band, Severity};
use crate::domain::kpi::{
    Figure, KpiId, Slice, Stakes, alerts, avoidance, booking, calibration, health, spend, uptime, warranty,
};
use crate::domain::money::MoneySum;
use crate::domain::report::ReportFormat;
use crate::domain::waiting::Pending;
use crate::domain::wording::Wording;
use crate::paper::{self, Column};
use crate::store::{ActionRow, VehicleRow};
use crate::texts;
use crate::use_cases::list_actions::{Action, ActionList, Choices};
use crate::use_cases::show_fleet_dashboard::FleetDashboard;

fn now() -> DateTime<Utc> {
    "2026-05-04T06:00:01Z".parse().unwrap()
}

fn sum(amounts: &[(&str, i64)]) -> MoneySum {
    let mut sum = MoneySum::default();
    amounts.iter().for_each(|(currency, minor)| sum.add(currency, *minor));
    sum
}

/// Every figure with every group that it may have.
fn kpis() -> Vec<Measured> {
    let period = Period::last_days(7, now());
    let step = Step::Day;
    let stakes = stakes();
    let figures = [
        health::fleet_health(Vec::new(), &[], &period, step),
        uptime::uptime(&uptime::Standing::default(), &period, step, now()),
        avoidance::cost_avoidance(&[], &stakes, &period, step),
        alerts::alert_response(&[], &period, step),
        calibration::calibration(&[], &period, step),
        booking::booking(&[], &period, step),
        warranty::warranty(&[], &[], &[], &period, step),
        spend::llm_spend(&[], "EUR", &period, step),
    ];
    figures.into_iter().map(|figure| measured(figure, period)).collect()
}

fn measured(mut figure: Figure, period: Period) -> Measured {
    let value = if figure.unit == Unit::Share {
        0.9126
    } else {
        1_234_567.0
    };
    let groups: &[&str] = match figure.id {
        KpiId::FleetHealth => &["GOOD", "UNKNOWN"],
        KpiId::Uptime => &["PLANNED", "UNPLANNED"],
        KpiId::AlertStats => &["WARNING", "EMERGENCY"],
        KpiId::Booking => &["SCHEDULED", "COMPLETED", "CANCELLED", "STARTED"],
        KpiId::LlmSpend => &["rules", "some-model"],
        KpiId::CostAvoidance | KpiId::Calibration | KpiId::WarrantyStats => &["aftertreatment", "traction_battery"],
    };
    let slice = |of: &&str| Slice {
        of: (*of).to_owned(),
        value: Some(value / 2.0),
        n: 1234,
    };
    figure.breakdown = groups.iter().map(slice).collect();
    figure.value = Some(value);
    for point in &mut figure.series {
        point.value = Some(value);
    }
    for (name, _) in figure.method().numbers {
        figure.numbers.insert(name, Some(1234.5));
    }
    for (name, _) in figure.method().amounts {
        figure.amounts.insert(name, sum(&[("EUR", 1_234_500), ("USD", 99)]));
    }
    Measured {
        period,
        step: Step::Day,
        figure,
        before: Some(value / 2.0),
    }
}

fn stakes() -> Stakes {
    Stakes {
        currency: "EUR".to_owned(),
        breakdown_minor: 150_000,
        standing_minor_per_day: 30_000,
        km_per_day_default: 150.0,
        horizon_days: 30.0,
        assumed_failure_share: 0.5,
    }
}

fn action(component: &str, failure: &str, act: &str) -> Action {
    let life = RemainingKm {
        p05: 1234.0,
        p50: 5000.0,
        p95: 23_456.0,
    };
    let detail = DecisionDetail {
        component: component.to_owned(),
        severity: Severity::Critical,
        urgency: "WITHIN_WEEK".to_owned(),
        failure_code: format!("{component}.{failure}"),
        failure_name: "Some failure in English".to_owned(),
        decision: Reason::default(),
        action: Some(Reason {
            code: format!("action.{component}.{act}"),
            text: "Something to do in English.".to_owned(),
            ..Reason::default()
        }),
        cost_low: None,
        cost_high: None,
        rul_km: Some(life),
        odometer_km: None,
        historical: false,
    };
    let row = ActionRow {
        decision_id: "dec_1".to_owned(),
        vehicle_id: "WDB9634031L123456".to_owned(),
        made_at: now(),
        covered: None,
        next_visit: Some(("apt_1".to_owned(), now())),
        registration: Registration {
            fleet_id: Some("fleet_1".to_owned()),
            ..Registration::default()
        },
        odometer_km: None,
        pending: Pending {
            severity: Severity::Critical,
            rul_km: Some(life),
            driven_km: 0.0,
            km_per_day: Some(1000.0),
        },
        detail,
    };
    Action::of(row, &stakes())
}

fn dashboard() -> FleetDashboard {
    let actions = vec![
        action("cooling", "water_pump_failure", "replace_water_pump"),
        action("fuel_cell", "new_failure", "new_action"),
        action(
            "aftertreatment",
            "dosing_nozzle_crystallised",
            "dosing_nozzle_crystallised",
        ),
        action(
            "traction_battery",
            "temperature_sensor_fault",
            "temperature_sensor_fault",
        ),
    ];
    let worst = VehicleRow {
        vehicle_id: "WDB9634031L123456".to_owned(),
        registration: Registration::default(),
        band: Band::Poor,
        score: Some(0.42),
        worst_component: Some("aftertreatment".to_owned()),
        worst_score: Some(0.1),
        rul_km: None,
        open_alerts: 2,
        next_visit: None,
    };
    FleetDashboard {
        numbers: FleetNumbers::default(),
        costs: CostNumbers {
            open_high: sum(&[("EUR", 123_456_700)]),
            spent: sum(&[("EUR", 100_000), ("USD", 50)]),
            ..CostNumbers::default()
        },
        issues: Vec::new(),
        actions: ActionList {
            total: 4,
            actions,
            choices: Choices::default(),
        },
        due_today: 0,
        worst: vec![worst],
        trend: Vec::new(),
        records_24h: None,
    }
}

fn documents(words: &Words, bound_to: Option<usize>) -> [Document; 2] {
    let about = About {
        tenant_id: "ten_demo",
        bound_to,
        period: Period::last_days(7, now()),
        now: now(),
        words,
    };
    [
        executive_report(&about, &kpis()),
        fleet_report(&about, &dashboard(), &kpis()),
    ]
}

/// Everything that a person reads in it.
fn read(document: &Document) -> Vec<String> {
    let phrases = &document.phrases;
    let mut texts = vec![
        document.title.clone(),
        document.subtitle.clone(),
        document.foot.clone(),
        phrases.page.clone(),
        phrases.summary.clone(),
        phrases.no_course.clone(),
        phrases.no_rows.clone(),
    ];
    for block in &document.blocks {
        match block {
            Block::Heading(text) | Block::Text(text) => texts.push(text.clone()),
            Block::Tiles(tiles) => {
                for tile in tiles {
                    texts.extend([tile.label.clone(), tile.value.text().to_owned(), tile.note.clone()]);
                }
            }
            Block::Chart(chart) => {
                texts.push(chart.title.clone());
                texts.extend(chart.points.iter().map(|point| point.label.clone()));
                texts.push((chart.show)(1234.5));
            }
            Block::Bars(bars) => {
                texts.push(bars.title.clone());
                for (label, _, written) in &bars.bars {
                    texts.extend([label.clone(), written.clone()]);
                }
            }
            Block::Table(table) => {
                texts.extend([table.title.clone(), table.sheet.clone()]);
                texts.extend(table.columns.iter().map(|Column { name, .. }| name.clone()));
                texts.extend(table.rows.iter().flatten().map(|cell| cell.text().to_owned()));
            }
        }
    }
    texts
}

fn wording() -> Wording {
    texts::load().unwrap()
}

fn all_there(all: &[String], texts: &[&str]) {
    for text in texts {
        assert!(all.iter().any(|known| known == text), "{text} is missing in {all:#?}");
    }
}

#[test]
fn a_german_report_holds_no_english() {
    let wording = wording();
    let (english, german) = (wording.of("en"), wording.of("de-AT"));
    let all: Vec<String> = [None, Some(1), Some(1234)]
        .into_iter()
        .flat_map(|bound_to| documents(german, bound_to))
        .flat_map(|document| read(&document))
        .collect();
    for key in english.keys() {
        let (foreign, own) = (english.text(key), german.text(key));
        // What is filled is looked for by its longest piece; a short one may be part of a German word.
        let piece = foreign
            .split(['{', '}'])
            .max_by_key(|piece| piece.len())
            .unwrap_or_default();
        let is_foreign = |text: &&String| **text == foreign || (piece.len() > 12 && text.contains(piece));
        let left: Vec<&String> = all.iter().filter(is_foreign).collect();
        assert!(foreign == own || left.is_empty(), "{key}: {left:?}");
    }
    let said = |texts: &[&str]| all_there(&all, texts);
    said(&[
        "Geschäftsbericht",
        "Wasserpumpe ausgefallen",
        "Wasserpumpe mit Dichtung und Riemen ersetzen.",
    ]);
    said(&[
        "Kritisch",
        "Abgasreinigung",
        "1.234–23.456",
        "91,3 %",
        "12.346 EUR",
        "04.05.2026",
        "1.234.567 EUR",
    ]);
    said(&["ten_demo, nur 1.234 der Fahrzeuge · 28.04.2026 bis 04.05.2026 (UTC)"]);
    // What the catalogue does not know yet appears as it was told.
    said(&["Some failure in English", "Something to do in English."]);
    let page = german.text("report.page");
    let is_unfinished = |text: &&String| german.known(text).is_some() || text.contains(['{', '}']);
    let left: Vec<&String> = all.iter().filter(|text| **text != page).filter(is_unfinished).collect();
    assert!(left.is_empty(), "a key or a gap: {left:?}");
}

#[test]
fn an_english_report_reads_as_before() {
    let wording = wording();
    let all: Vec<String> = documents(wording.of("fr"), None).iter().flat_map(read).collect();
    let said = |texts: &[&str]| all_there(&all, texts);
    said(&[
        "Business report",
        "Some failure in English",
        "Something to do in English.",
        "Critical",
        "Aftertreatment",
    ]);
    said(&[
        "1,234–23,456",
        "91.3 %",
        "12,346 EUR",
        "04 May 2026",
        "12,345 EUR",
        "1,000 EUR + 0.50 USD",
    ]);
    said(&[
        "ten_demo · 28 Apr 2026 to 04 May 2026 (UTC)",
        "Alerts raised in the period.",
    ]);
}

#[test]
fn a_csv_says_the_same_to_programs_in_every_language() {
    let wording = wording();
    let csv = |words: &Words| {
        documents(words, None)
            .map(|document| String::from_utf8(paper::write(&document, ReportFormat::Csv).unwrap()).unwrap())
    };
    let (english, german) = (csv(wording.of("en")), csv(wording.of("de")));
    assert_eq!(english, german);
    let [executive, fleet] = german;
    for line in [
        "section,name,value,unit,before",
        "summary,uptime,0.9126,share,0.4563",
        "summary,cost-avoidance,12345.67,EUR,6172.835",
        "course.uptime,2026-04-28,0.9126,share",
        "numbers.warranty-stats,unclaimed,0.99,USD",
    ] {
        assert!(
            executive.lines().any(|known| known == line),
            "{line} is missing in\n{executive}"
        );
    }
    for line in ["summary,mean_score,,,", "summary,spent,1000 EUR + 0.5 USD,,"] {
        assert!(
            fleet.lines().any(|known| known == line),
            "{line} is missing in\n{fleet}"
        );
    }
    let row = "action_list,WDB9634031L123456,cooling.water_pump_failure,CRITICAL,1234,23456,";
    assert!(fleet.lines().any(|line| line.starts_with(row)), "{fleet}");
    assert!(
        fleet.contains("EUR,action.cooling.replace_water_pump,fleet_1,2026-05-04"),
        "{fleet}"
    );
}

#[test]
fn every_word_can_be_written_in_a_pdf() {
    let wording = wording();
    for words in wording.languages() {
        for key in words.keys() {
            let text = words.text(key);
            assert!(paper::can_be_written(&text), "{} {key}: {text}", words.language());
        }
        for bound_to in [None, Some(5)] {
            for document in &documents(words, bound_to) {
                for block in &document.blocks {
                    assert!(
                        !matches!(block, Block::Table(table) if table.sheet.chars().count() > 31),
                        "a sheet's name is cut"
                    );
                }
                let written = |format| paper::write(document, format).unwrap();
                assert!(written(ReportFormat::Pdf).starts_with(b"%PDF-"));
                assert!(written(ReportFormat::Xlsx).starts_with(b"PK"));
            }
        }
    }
}

/// What was a bug: yen were written as a hundredth of themselves, dinars as ten times too many.
#[test]
fn money_stands_in_the_main_units_of_its_own_currency() {
    let wording = wording();
    let words = wording.of("en");
    let period = Period::last_days(7, now());
    let mut spent = measured(spend::llm_spend(&[], "JPY", &period, Step::Day), period);
    let amounts = sum(&[("JPY", 1_234_500), ("KWD", 1_234_500), ("XAF", 99)]);
    for (name, _) in spent.figure.method().amounts {
        spent.figure.amounts.insert(name, amounts.clone());
    }
    let mut dashboard = dashboard();
    dashboard.costs.spent = amounts;
    let about = About {
        tenant_id: "ten_demo",
        bound_to: None,
        period,
        now: now(),
        words,
    };
    let kpis = [spent];
    let executive = executive_report(&about, &kpis);
    let fleet = fleet_report(&about, &dashboard, &kpis);
    let csv = |document: &Document| String::from_utf8(paper::write(document, ReportFormat::Csv).unwrap()).unwrap();
    let (in_executive, in_fleet) = (csv(&executive), csv(&fleet));
    for line in [
        "summary,llm-spend,1234567,JPY,617283.5",
        "course.llm-spend,2026-04-28,1234567,JPY",
        "numbers.llm-spend,cost,1234500,JPY",
        "numbers.llm-spend,cost,1234.5,KWD",
        "numbers.llm-spend,cost,99,XAF",
    ] {
        assert!(
            in_executive.lines().any(|known| known == line),
            "{line} is missing in\n{in_executive}"
        );
    }
    let line = "summary,spent,1234500 JPY + 1234.5 KWD + 99 XAF,,";
    assert!(
        in_fleet.lines().any(|known| known == line),
        "{line} is missing in\n{in_fleet}"
    );
    all_there(
        &read(&executive),
        &["1,234,567 JPY", "1,234,500 JPY", "1,234 KWD", "99 XAF"],
    );
}
