//! Puts a document on paper: as CSV, as a workbook, or as PDF. Knows blocks, not what they are about.
//!
//! Workbooks and PDF are read by people and written in their language. A CSV is read by programs and is the same in every language: codes for
//! sections, columns and values, numbers with a point and no groups, days as ISO 8601. So a script reads everybody's report.

mod canvas;
mod csv;
mod font;
mod pdf;
mod xlsx;

use crate::domain::report::ReportFormat;
use chrono::NaiveDate;
use thiserror::Error;

/// A document to be read by people.
#[derive(Default)]
pub struct Document {
    pub title: String,
    pub subtitle: String,
    /// At the foot of each page.
    pub foot: String,
    pub blocks: Vec<Block>,
    pub phrases: Phrases,
}

/// What the writers themselves say, in the document's language.
#[derive(Debug, Clone, Default)]
pub struct Phrases {
    /// ISO 639.
    pub language: String,
    /// With the gaps `{number}` and `{count}`.
    pub page: String,
    /// The sheet that is no table.
    pub summary: String,
    /// In the place of a chart without a value.
    pub no_course: String,
    /// In the place of a table's rows.
    pub no_rows: String,
    /// How a workbook shows days, in its own letters.
    pub day_of_sheet: String,
}

/// A part of a document.
pub enum Block {
    Heading(String),
    Text(String),
    Tiles(Vec<Tile>),
    Chart(Chart),
    Bars(Bars),
    Table(Table),
}

/// A number that stands out.
#[derive(Debug, Clone)]
pub struct Tile {
    /// What it is for programs.
    pub key: String,
    pub label: String,
    pub value: Cell,
    /// What it was before.
    pub before: Cell,
    pub note: String,
}

/// A line over time.
pub struct Chart {
    /// What it is for programs.
    pub key: String,
    pub title: String,
    pub points: Vec<Point>,
    pub measure: Measure,
    /// How a value is written on the axis.
    pub show: Box<dyn Fn(f64) -> String + Send>,
}

/// A value of a day; a gap where there is none.
#[derive(Debug, Clone)]
pub struct Point {
    pub day: NaiveDate,
    pub label: String,
    pub value: Option<f64>,
}

/// Shares or amounts side by side.
#[derive(Debug, Clone)]
pub struct Bars {
    pub title: String,
    /// Label, length, and how it is written.
    pub bars: Vec<(String, f64, String)>,
}

/// Rows and columns.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// What it is for programs.
    pub key: String,
    pub title: String,
    /// The name of its sheet in a workbook; cut to 31 letters.
    pub sheet: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
}

/// A column: its name, its part of the width, and whether numbers stand in it.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name for programs.
    pub key: &'static str,
    pub name: String,
    pub width: f32,
    pub right: bool,
    pub on: On,
}

/// Which files show a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    All,
    /// What is a text for people and numbers for a machine.
    Pdf,
    /// Workbook and CSV.
    Sheets,
    /// What people see elsewhere.
    Csv,
}

impl Column {
    fn is_on(&self, format: ReportFormat) -> bool {
        match self.on {
            On::All => true,
            On::Pdf => format == ReportFormat::Pdf,
            On::Sheets => format != ReportFormat::Pdf,
            On::Csv => format == ReportFormat::Csv,
        }
    }
}

impl Table {
    /// The columns that a file shows.
    fn columns_on(&self, format: ReportFormat) -> Vec<&Column> {
        self.columns.iter().filter(|column| column.is_on(format)).collect()
    }

    /// The rows with the cells that a file shows.
    fn rows_on(&self, format: ReportFormat) -> impl Iterator<Item = Vec<&Cell>> {
        let on = move |(cell, column): (_, &Column)| column.is_on(format).then_some(cell);
        self.rows
            .iter()
            .map(move |row| row.iter().zip(&self.columns).filter_map(on).collect())
    }
}

/// What a number counts in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    Plain,
    /// 0 to 1.
    Share,
    Seconds,
    /// Main units of a currency, by its ISO 4217 code.
    Money(String),
}

impl Measure {
    /// The unit for programs.
    fn unit(&self) -> &str {
        match self {
            Measure::Plain => "",
            Measure::Share => "share",
            Measure::Seconds => "s",
            Measure::Money(currency) => currency,
        }
    }
}

/// What stands in a cell. A `text` is how it is written for people.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Empty,
    Text(String),
    /// Something that has a code.
    Coded {
        code: String,
        text: String,
    },
    Day {
        day: NaiveDate,
        text: String,
    },
    Number {
        value: f64,
        text: String,
        measure: Measure,
    },
}

impl Cell {
    /// How it is written for people.
    pub fn text(&self) -> &str {
        match self {
            Cell::Empty => "",
            Cell::Text(text) | Cell::Coded { text, .. } | Cell::Day { text, .. } | Cell::Number { text, .. } => text,
        }
    }

    /// The unit of a number, for programs.
    fn unit(&self) -> &str {
        match self {
            Cell::Number { measure, .. } => measure.unit(),
            Cell::Empty | Cell::Text(_) | Cell::Coded { .. } | Cell::Day { .. } => "",
        }
    }
}

/// Why a document could not be put on paper.
#[derive(Debug, Error)]
pub enum PaperError {
    #[error("CSV: {0}")]
    Csv(#[from] ::csv::Error),
    #[error("workbook: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    #[error("writing: {0}")]
    Io(#[from] std::io::Error),
}

/// The document's bytes in a format.
///
/// # Errors
/// When a writer refuses; a workbook has no more than a million rows a sheet.
pub fn write(document: &Document, format: ReportFormat) -> Result<Vec<u8>, PaperError> {
    match format {
        ReportFormat::Csv => csv::write(document),
        ReportFormat::Xlsx => xlsx::write(document),
        ReportFormat::Pdf => Ok(pdf::write(document)),
    }
}

/// Whether the letters of the PDF have every sign of a text.
#[cfg(test)]
pub(crate) fn can_be_written(text: &str) -> bool {
    text.contains('?') || !font::encode(text).contains(&b'?')
}
