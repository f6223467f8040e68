//! Puts a document on paper: as CSV, as a workbook, or as PDF. Knows blocks, not what they are about.

mod canvas;
mod csv;
mod font;
mod pdf;
mod xlsx;

use crate::domain::report::ReportFormat;
use thiserror::Error;

/// A document to be read by people.
#[derive(Debug, Clone, Default)]
pub struct Document {
    pub title: String,
    pub subtitle: String,
    /// At the foot of each page.
    pub foot: String,
    pub blocks: Vec<Block>,
}

/// A part of a document.
#[derive(Debug, Clone)]
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
    pub label: String,
    pub value: String,
    pub note: String,
}

/// A line over time.
#[derive(Debug, Clone)]
pub struct Chart {
    pub title: String,
    /// Label and value; a gap where there is none.
    pub points: Vec<(String, Option<f64>)>,
    /// How a value is written on the axis.
    pub show: fn(f64) -> String,
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
    pub title: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
}

/// A column: its name, its part of the width, and whether numbers stand in it.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub name: &'static str,
    pub width: f32,
    pub right: bool,
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Empty,
    Text(String),
    /// A number, and how it is written for people.
    Number(f64, String),
}

impl Cell {
    /// How it is written for people.
    pub fn text(&self) -> &str {
        match self {
            Cell::Empty => "",
            Cell::Text(text) | Cell::Number(_, text) => text,
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
