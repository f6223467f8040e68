//! The message a person gets: subject, plain text and simple HTML, from templates in the person's language.
//!
//! Texts that come from vehicles, decisions or people are data here: control characters are removed, lengths are
//! bounded, HTML is escaped, and a value is never read as a template again.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::alert::Alert;
use super::content::{CodedText, Money};
use super::report::Report;

/// Longest value that a message takes over from outside, in characters.
const VALUE_CHARS_MAX: usize = 300;
/// Longest subject, in characters.
const SUBJECT_CHARS_MAX: usize = 150;
/// Most lines of one section.
const LINES_MAX: usize = 8;

/// The texts of one language by dotted key, such as `frame.subject` or `text.action.cooling.pressure_test`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalogue {
    pub texts: BTreeMap<String, String>,
}

impl Catalogue {
    fn find(&self, key: &str) -> Option<&str> {
        self.texts.get(key).map(String::as_str)
    }

    /// A text of the frame; its key when the catalogue lacks it, which the tests of the data files exclude.
    fn frame<'a>(&'a self, key: &'a str) -> &'a str {
        self.find(key).unwrap_or(key)
    }

    /// The text of a word such as a component's type; the word itself when it is not known.
    fn word(&self, group: &str, word: &str) -> String {
        self.find(&format!("{group}.{word}"))
            .map_or_else(|| clean(word, VALUE_CHARS_MAX), str::to_owned)
    }

    /// A coded text in this language; its own English form when the code is not known.
    fn coded(&self, coded: &CodedText) -> String {
        match self.find(&format!("text.{}", coded.code)) {
            Some(template) => {
                let params: Vec<(&str, String)> = coded
                    .params
                    .iter()
                    .map(|(name, value)| (name.as_str(), self.param(name, value)))
                    .collect();
                substitute(template, &params)
            }
            None => clean(&coded.text, VALUE_CHARS_MAX),
        }
    }

    /// A parameter as people read it: names of components and failures are translated.
    fn param(&self, name: &str, value: &super::content::Param) -> String {
        let text = value.to_string();
        match name {
            "component" => self.word("component", &text),
            "failure_mode" => self.word("failure", &text),
            _ => clean(&text, VALUE_CHARS_MAX),
        }
    }

    fn money(&self, money: &Money) -> String {
        let digits = match money.currency.as_str() {
            "JPY" | "KRW" | "VND" | "CLP" | "ISK" => 0,
            "KWD" | "BHD" | "OMR" | "JOD" | "TND" => 3,
            _ => 2usize,
        };
        let unit = 10u64.pow(u32::try_from(digits).unwrap_or(2));
        let (whole, rest) = (
            money.amount_minor.unsigned_abs() / unit,
            money.amount_minor.unsigned_abs() % unit,
        );
        let sign = if money.amount_minor < 0 { "-" } else { "" };
        let fraction = if digits == 0 {
            String::new()
        } else {
            format!("{}{rest:0digits$}", self.frame("format.decimal"))
        };
        format!("{sign}{whole}{fraction} {}", clean(&money.currency, 3))
    }

    fn number(&self, number: f64) -> String {
        let text = format!("{:.1}", number);
        text.strip_suffix(".0")
            .map_or_else(|| text.replace('.', self.frame("format.decimal")), str::to_owned)
    }
}

/// A message ready to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// One line without control characters.
    pub subject: String,
    pub text: String,
    pub html: String,
}

struct Section {
    heading: String,
    lines: Vec<String>,
}

/// Writes the message about an alert. `link` leads to the alert in the app; `escalated` says that others were told before.
pub fn write_message(alert: &Alert, catalogue: &Catalogue, link: &str, escalated: bool) -> Message {
    let severity = catalogue.word("severity", alert.severity.as_str());
    let title = title(alert, catalogue);
    let vehicle = clean(&alert.vehicle_id, VALUE_CHARS_MAX);
    let subject_key = if escalated {
        "frame.subject_escalated"
    } else {
        "frame.subject"
    };
    let params = [("severity", severity), ("vehicle", vehicle), ("title", title)];
    let subject = clean(&substitute(catalogue.frame(subject_key), &params), SUBJECT_CHARS_MAX);
    let sections = sections(alert, catalogue);
    let link_label = catalogue.frame("frame.link");
    let note = escalated.then(|| catalogue.frame("frame.escalated_note"));
    Message {
        text: plain(
            &subject,
            note,
            &sections,
            link_label,
            link,
            catalogue.frame("frame.footer"),
        ),
        html: html(
            &subject,
            note,
            &sections,
            link_label,
            link,
            catalogue.frame("frame.footer"),
        ),
        subject,
    }
}

/// Writes the message about a weekly report; `link` leads to it in the app.
pub fn write_report_message(report: &Report, catalogue: &Catalogue, link: &str) -> Message {
    let day = |day: chrono::NaiveDate| day.format(catalogue.frame("format.date")).to_string();
    let params = [
        ("kind", catalogue.word("report_kind", &report.kind)),
        ("from", day(report.from)),
        ("to", day(report.last_day())),
    ];
    let text = |key| substitute(catalogue.frame(key), &params);
    let subject = clean(&text("report.subject"), SUBJECT_CHARS_MAX);
    let note = text("report.line");
    let (label, footer) = (catalogue.frame("report.link"), catalogue.frame("report.footer"));
    Message {
        text: plain(&subject, Some(&note), &[], label, link, footer),
        html: html(&subject, Some(&note), &[], label, link, footer),
        subject,
    }
}

fn title(alert: &Alert, catalogue: &Catalogue) -> String {
    let failure = catalogue
        .find(&format!("failure.{}", alert.content.failure_mode.code))
        .map_or_else(
            || clean(&alert.content.failure_mode.name, VALUE_CHARS_MAX),
            str::to_owned,
        );
    let params = [
        ("component", catalogue.word("component", &alert.component)),
        ("failure", failure),
    ];
    substitute(catalogue.frame("frame.title"), &params)
}

/// What, why, what to do, cost: each with its heading; empty ones are left out. The safety warning comes first.
fn sections(alert: &Alert, catalogue: &Catalogue) -> Vec<Section> {
    let content = &alert.content;
    let coded = |texts: &[CodedText]| texts.iter().take(LINES_MAX).map(|text| catalogue.coded(text)).collect();
    let probability = format!("{:.0}", content.failure_mode.probability.clamp(0.0, 1.0) * 100.0);
    let mut what = vec![substitute(
        catalogue.frame("frame.what_line"),
        &[("title", title(alert, catalogue)), ("probability", probability)],
    )];
    what.push(substitute(
        catalogue.frame("frame.when_line"),
        &[("urgency", catalogue.word("urgency", alert.urgency.as_str()))],
    ));
    if let Some(rul) = content.rul_km {
        let params = [("low", rul.p05), ("likely", rul.p50), ("high", rul.p95)];
        let params = params.map(|(name, value)| (name, format!("{:.0}", value)));
        what.push(substitute(catalogue.frame("frame.rul_line"), &params));
    }
    let cost = substitute(
        catalogue.frame("frame.cost_line"),
        &[
            ("low", catalogue.money(&content.cost_low)),
            ("high", catalogue.money(&content.cost_high)),
            ("hours", catalogue.number(content.labour_hours)),
        ],
    );
    [
        (
            "frame.safety",
            content
                .safety_warning
                .iter()
                .map(|text| catalogue.coded(text))
                .collect(),
        ),
        ("frame.what", what),
        ("frame.why", coded(&content.reasoning)),
        ("frame.actions", coded(&content.recommended_actions)),
        ("frame.cost", vec![cost]),
    ]
    .into_iter()
    .filter(|(_, lines): &(&str, Vec<String>)| !lines.is_empty())
    .map(|(key, lines)| Section {
        heading: catalogue.frame(key).to_owned(),
        lines,
    })
    .collect()
}

fn plain(subject: &str, note: Option<&str>, sections: &[Section], label: &str, link: &str, footer: &str) -> String {
    let mut out = format!("{subject}\n");
    if let Some(note) = note {
        let _ = writeln!(out, "{note}");
    }
    for section in sections {
        let _ = writeln!(out, "\n{}", section.heading);
        for line in &section.lines {
            let _ = writeln!(out, "- {line}");
        }
    }
    let _ = write!(out, "\n{label}: {link}\n\n{footer}\n");
    out
}

fn html(subject: &str, note: Option<&str>, sections: &[Section], label: &str, link: &str, footer: &str) -> String {
    let mut out = format!("<!doctype html><html><body><h1>{}</h1>", escape(subject));
    if let Some(note) = note {
        let _ = write!(out, "<p>{}</p>", escape(note));
    }
    for section in sections {
        let _ = write!(out, "<h2>{}</h2><ul>", escape(&section.heading));
        for line in &section.lines {
            let _ = write!(out, "<li>{}</li>", escape(line));
        }
        out.push_str("</ul>");
    }
    let _ = write!(out, "<p><a href=\"{}\">{}</a></p>", escape(link), escape(label));
    let _ = write!(out, "<p>{}</p></body></html>", escape(footer));
    out
}

/// Replaces `{name}` by its value in one pass, so that a value holding braces stays what it is. Unknown names vanish.
fn substitute(template: &str, params: &[(&str, String)]) -> String {
    let mut out = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let Some(length) = rest[open..].find('}') else {
            out.push_str(&rest[open..]);
            return out;
        };
        let name = &rest[open + 1..open + length];
        if let Some((_, value)) = params.iter().find(|(known, _)| *known == name) {
            out.push_str(value);
        }
        rest = &rest[open + length + 1..];
    }
    out.push_str(rest);
    out
}

/// Makes one harmless line of a text: control and direction-changing characters become spaces, spaces collapse, length is bounded.
pub fn clean(text: &str, chars_max: usize) -> String {
    let harmless = |c: char| {
        let steers =
            matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
        if c.is_control() || steers { ' ' } else { c }
    };
    let spaced: String = text.chars().take(chars_max * 4).map(harmless).collect();
    let mut line = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(chars_max) {
        line.truncate(end);
    }
    line
}

/// Escapes a text for HTML, in element content and in quoted attributes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::alert::tests::alert;
    use crate::domain::severity::Severity;
    use proptest::prelude::*;

    fn catalogue() -> Catalogue {
        let texts = [
            ("frame.subject", "{severity} {vehicle}: {title}"),
            ("frame.title", "{component}: {failure}"),
            ("frame.what_line", "{title} ({probability} %)"),
            ("frame.cost_line", "{low} to {high}, {hours} h"),
            ("text.action.known", "Do {thing}."),
            ("format.decimal", ","),
        ];
        Catalogue {
            texts: texts
                .iter()
                .map(|(key, text)| ((*key).to_owned(), (*text).to_owned()))
                .collect(),
        }
    }

    #[test]
    fn values_are_not_read_as_templates() {
        assert_eq!(
            substitute("{a}-{b}-{c}", &[("a", "{b}".into()), ("b", "2".into())]),
            "{b}-2-"
        );
        assert_eq!(substitute("open { end", &[]), "open { end");
    }

    #[test]
    fn money_and_numbers_follow_currency_and_language() {
        let money = |amount_minor, currency: &str| Money {
            amount_minor,
            currency: currency.into(),
        };
        assert_eq!(catalogue().money(&money(12_005, "EUR")), "120,05 EUR");
        assert_eq!(catalogue().money(&money(-7, "USD")), "-0,07 USD");
        assert_eq!(catalogue().money(&money(500, "JPY")), "500 JPY");
        assert_eq!(catalogue().number(2.5), "2,5");
        assert_eq!(catalogue().number(2.0), "2");
    }

    #[test]
    fn a_known_code_is_translated_and_an_unknown_one_keeps_its_text() {
        let params = BTreeMap::from([("thing".to_owned(), super::super::content::Param::Integer(7))]);
        let mut coded = CodedText {
            code: "action.known".into(),
            params,
            text: "English".into(),
        };
        assert_eq!(catalogue().coded(&coded), "Do 7.");
        coded.code = "action.unknown".into();
        assert_eq!(catalogue().coded(&coded), "English");
    }

    proptest! {
        /// No text from outside can start a new header line, close a tag or grow without bound.
        #[test]
        fn nothing_from_outside_gets_out_of_its_place(vehicle in "\\PC{0,40}", name in any::<String>(), tail in any::<String>()) {
            let mut alert = alert(Severity::Critical);
            alert.vehicle_id = format!("{vehicle}\r\nBcc: everyone@example.org\n{tail}");
            alert.content.failure_mode.name = format!("<script>{name}</script>");
            let message = write_message(&alert, &catalogue(), "https://fleet.example/alerts/alert_1", false);
            prop_assert!(!message.subject.chars().any(char::is_control));
            prop_assert!(message.subject.chars().count() <= SUBJECT_CHARS_MAX);
            prop_assert!(!message.html.contains("<script"));
            prop_assert!(message.text.len() < 20_000);
        }
    }
}
