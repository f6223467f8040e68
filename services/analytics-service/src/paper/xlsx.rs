//! A workbook: the numbers that stand out and each table on a sheet of its own. Texts are cells of type text, so none is a formula.

use super::{Block, Cell, Document, PaperError, Table};
use rust_xlsxwriter::{Format, Workbook, Worksheet};
use std::collections::BTreeSet;

/// Excel's limits of a sheet's name and of a text in a cell.
const NAME_MAX: usize = 31;
const TEXT_MAX: usize = 32_767;

pub(super) fn write(document: &Document) -> Result<Vec<u8>, PaperError> {
    let mut workbook = Workbook::new();
    let (bold, title) = (
        Format::new()
            .set_bold()
            .set_border_bottom(rust_xlsxwriter::FormatBorder::Thin),
        Format::new().set_bold().set_font_size(16),
    );
    let mut names = BTreeSet::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(free_name("Summary", &mut names))?;
    summary(sheet, document, &bold, &title)?;
    for block in &document.blocks {
        if let Block::Table(table) = block {
            let sheet = workbook.add_worksheet();
            sheet.set_name(free_name(&table.title, &mut names))?;
            fill(sheet, table, &bold)?;
        }
    }
    Ok(workbook.save_to_buffer()?)
}

fn summary(sheet: &mut Worksheet, document: &Document, bold: &Format, title: &Format) -> Result<(), PaperError> {
    sheet.write_string_with_format(0, 0, cut(&document.title), title)?;
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
                sheet.write_string_with_format(row, 0, cut(text), bold)?;
                row += 1;
            }
            Block::Text(text) => {
                sheet.write_string(row, 0, cut(text))?;
                row += 1;
            }
            Block::Tiles(tiles) => {
                for tile in tiles {
                    sheet.write_string(row, 0, cut(&tile.label))?;
                    sheet.write_string(row, 1, cut(&tile.value))?;
                    sheet.write_string(row, 2, cut(&tile.note))?;
                    row += 1;
                }
            }
            Block::Chart(chart) => {
                for (label, value) in &chart.points {
                    sheet.write_string(row, 0, cut(label))?;
                    if let Some(value) = value {
                        sheet.write_number(row, 1, *value)?;
                    }
                    row += 1;
                }
            }
            Block::Bars(_) | Block::Table(_) => {}
        }
    }
    Ok(())
}

fn fill(sheet: &mut Worksheet, table: &Table, bold: &Format) -> Result<(), PaperError> {
    for (at, column) in table.columns.iter().enumerate() {
        let at = at as u16;
        sheet.write_string_with_format(0, at, column.name, bold)?;
        sheet.set_column_width(at, f64::from(column.width).mul_add(6.0, 4.0))?;
    }
    for (number, row) in table.rows.iter().enumerate() {
        let number = number as u32 + 1;
        for (at, cell) in row.iter().enumerate() {
            let at = at as u16;
            match cell {
                Cell::Empty => {}
                Cell::Text(text) => {
                    sheet.write_string(number, at, cut(text))?;
                }
                Cell::Number(value, _) if value.is_finite() => {
                    sheet.write_number(number, at, *value)?;
                }
                Cell::Number(_, text) => {
                    sheet.write_string(number, at, cut(text))?;
                }
            }
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
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
