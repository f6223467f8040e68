//! A workbook: the numbers that stand out and each table on a sheet of its own. Texts are cells of type text, so none is a formula.

use super::{Block, Cell, Chart, Document, Measure, PaperError, Table};
use crate::domain::money::minor_digits;
use crate::domain::report::ReportFormat;
use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet};
use std::collections::BTreeSet;

/// Excel's limits of a sheet's name and of a text in a cell.
const NAME_MAX: usize = 31;
const TEXT_MAX: usize = 32_767;

/// How cells look.
struct Looks {
    title: Format,
    bold: Format,
    text: Format,
    day: Format,
}

impl Looks {
    fn of(document: &Document) -> Looks {
        Looks {
            title: Format::new().set_bold().set_font_size(16),
            bold: Format::new()
                .set_bold()
                .set_border_bottom(FormatBorder::Thin)
                .set_text_wrap(),
            text: Format::new().set_text_wrap().set_align(FormatAlign::Top),
            day: Format::new()
                .set_num_format(&document.phrases.day_of_sheet)
                .set_align(FormatAlign::Left),
        }
    }
}

pub(super) fn write(document: &Document) -> Result<Vec<u8>, PaperError> {
    let mut workbook = Workbook::new();
    let looks = Looks::of(document);
    let mut names = BTreeSet::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(free_name(&document.phrases.summary, &mut names))?;
    summary(sheet, document, &looks)?;
    for block in &document.blocks {
        if let Block::Table(table) = block {
            let sheet = workbook.add_worksheet();
            sheet.set_name(free_name(&table.sheet, &mut names))?;
            fill(sheet, table, &looks)?;
        }
    }
    Ok(workbook.save_to_buffer()?)
}

fn summary(sheet: &mut Worksheet, document: &Document, looks: &Looks) -> Result<(), PaperError> {
    sheet.write_string_with_format(0, 0, cut(&document.title), &looks.title)?;
    sheet.write_string(1, 0, cut(&document.subtitle))?;
    sheet.write_string(2, 0, cut(&document.foot))?;
    sheet.set_column_width(0, 40)?;
    sheet.set_column_width(1, 20)?;
    sheet.set_column_width(2, 60)?;
    let mut row = 4;
    for block in &document.blocks {
        match block {
            Block::Heading(text) => {
                row += 1;
                sheet.write_string_with_format(row, 0, cut(text), &looks.bold)?;
                row += 1;
            }
            Block::Text(text) => {
                sheet.merge_range(row, 0, row, 2, &cut(text), &looks.text)?;
                sheet.set_row_height(row, lines_high(text))?;
                row += 1;
            }
            Block::Tiles(tiles) => {
                for tile in tiles {
                    sheet.write_string(row, 0, cut(&tile.label))?;
                    put(sheet, (row, 1), &tile.value, looks)?;
                    sheet.write_string(row, 2, cut(&tile.note))?;
                    row += 1;
                }
            }
            Block::Chart(chart) => row = course(sheet, row, chart, looks)?,
            Block::Bars(_) | Block::Table(_) => {}
        }
    }
    Ok(())
}

/// How high a row is, points, so that a text across the three columns is seen whole.
fn lines_high(text: &str) -> f64 {
    const LETTERS_IN_LINE: usize = 115;
    15.0 * text.chars().count().div_ceil(LETTERS_IN_LINE).clamp(1, 20) as f64
}

/// Days and values below the chart's title; the row after them.
fn course(sheet: &mut Worksheet, first: u32, chart: &Chart, looks: &Looks) -> Result<u32, PaperError> {
    sheet.write_string(first, 0, cut(&chart.title))?;
    let mut row = first + 1;
    for point in &chart.points {
        write_day(sheet, (row, 0), point.day, &point.label, looks)?;
        if let Some(value) = point.value.filter(|value| value.is_finite()) {
            sheet.write_number_with_format(row, 1, value, &number_format(&chart.measure))?;
        }
        row += 1;
    }
    Ok(row)
}

fn fill(sheet: &mut Worksheet, table: &Table, looks: &Looks) -> Result<(), PaperError> {
    for (at, column) in table.columns_on(ReportFormat::Xlsx).into_iter().enumerate() {
        let at = at as u16;
        sheet.write_string_with_format(0, at, cut(&column.name), &looks.bold)?;
        sheet.set_column_width(at, f64::from(column.width).mul_add(8.0, 6.0))?;
    }
    for (number, row) in table.rows_on(ReportFormat::Xlsx).enumerate() {
        for (at, cell) in row.into_iter().enumerate() {
            put(sheet, (number as u32 + 1, at as u16), cell, looks)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

fn put(sheet: &mut Worksheet, (row, at): (u32, u16), cell: &Cell, looks: &Looks) -> Result<(), PaperError> {
    match cell {
        Cell::Empty => {}
        Cell::Day { day, text } => write_day(sheet, (row, at), *day, text, looks)?,
        Cell::Number { value, measure, .. } if value.is_finite() => {
            sheet.write_number_with_format(row, at, *value, &number_format(measure))?;
        }
        Cell::Text(text) | Cell::Coded { text, .. } | Cell::Number { text, .. } => {
            sheet.write_string_with_format(row, at, cut(text), &looks.text)?;
        }
    }
    Ok(())
}

/// A day as a date that can be sorted and counted with; one that no workbook knows, before 1900, as text.
fn write_day(
    sheet: &mut Worksheet,
    (row, at): (u32, u16),
    day: NaiveDate,
    text: &str,
    looks: &Looks,
) -> Result<(), PaperError> {
    let date = u16::try_from(day.year())
        .ok()
        .and_then(|year| ExcelDateTime::from_ymd(year, day.month() as u8, day.day() as u8).ok());
    match date {
        Some(date) => sheet.write_datetime_with_format(row, at, date, &looks.day)?,
        None => sheet.write_string(row, at, cut(text))?,
    };
    Ok(())
}

/// The signs between digits are those of the reader's own Excel.
fn number_format(measure: &Measure) -> Format {
    let top = Format::new().set_align(FormatAlign::Top);
    match measure {
        Measure::Plain => top,
        Measure::Share => top.set_num_format("0.0%"),
        Measure::Seconds => top.set_num_format("#,##0 \"s\""),
        Measure::Money(currency) => {
            let code: String = currency.chars().filter(char::is_ascii_alphanumeric).collect();
            let fraction = match minor_digits(currency) {
                0 => String::new(),
                digits => format!(".{}", "0".repeat(digits as usize)),
            };
            top.set_num_format(format!("#,##0{fraction} \"{code}\""))
        }
    }
}

/// As much of a text as a cell takes.
fn cut(text: &str) -> String {
    text.chars().take(TEXT_MAX).collect()
}

/// A name that the workbook takes: without the signs that Excel refuses, short, and not yet used.
fn free_name(title: &str, used: &mut BTreeSet<String>) -> String {
    let refused = |letter: char| matches!(letter, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'');
    let clean: String = title
        .chars()
        .map(|letter| if refused(letter) { ' ' } else { letter })
        .collect();
    let mut name: String = clean.chars().take(NAME_MAX).collect();
    let mut number = 2;
    while name.trim().is_empty() || !used.insert(name.to_lowercase()) {
        name = format!("{} {number}", clean.chars().take(NAME_MAX - 6).collect::<String>());
        number += 1;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_has_the_digits_of_its_currency() {
        let of = |currency: &str| number_format(&Measure::Money(currency.to_owned()));
        let looks = |format: &str| Format::new().set_align(FormatAlign::Top).set_num_format(format);
        assert_eq!(of("EUR"), looks("#,##0.00 \"EUR\""));
        assert_eq!(of("XAF"), looks("#,##0 \"XAF\""));
        assert_eq!(of("KWD"), looks("#,##0.000 \"KWD\""));
    }
}
