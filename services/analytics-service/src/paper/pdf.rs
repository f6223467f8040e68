//! Lays a document out on A4: tiles, lines over time, bars and tables whose heads are repeated on each page.

use super::canvas::{ACCENT, Canvas, INK, LINE, MARGIN, PALE, QUIET, Style, WIDTH};
use super::font::{Face, squeeze, width, wrap, wrap_words};
use super::{Bars, Block, Cell, Chart, Column, Document, Phrases, Table, Tile};
use crate::domain::report::ReportFormat;

const BODY: Style = Style {
    face: Face::Regular,
    size: 9.0,
    colour: INK,
};
const SMALL: Style = Style {
    face: Face::Regular,
    size: 7.5,
    colour: QUIET,
};
const STRONG: Style = Style {
    face: Face::Bold,
    size: 9.0,
    colour: INK,
};
/// Tiles in a row, the white between them and their height.
const TILES: usize = 4;
const GAP: f32 = 10.0;
const TILE_HIGH: f32 = 56.0;
const ROW_HIGH: f32 = 15.0;
/// A further line of a cell or a title.
const LINE_HIGH: f32 = 9.5;
/// Lines of a cell; what is longer is cut.
const CELL_LINES: usize = 12;
const HEADING_HIGH: f32 = 32.0;
const PARAGRAPH_LINE_HIGH: f32 = 10.0;
const CHART_HIGH: f32 = 110.0;
/// Left of a chart: its axis.
const AXIS: f32 = 46.0;

pub(super) fn write(document: &Document) -> Vec<u8> {
    let mut canvas = Canvas::new();
    let title = Style {
        face: Face::Bold,
        size: 20.0,
        colour: INK,
    };
    put_line(&mut canvas, &document.title, title, (MARGIN, -8.0), WIDTH);
    canvas.skip(26.0);
    let quiet = Style { colour: QUIET, ..BODY };
    put_line(&mut canvas, &document.subtitle, quiet, (MARGIN, 0.0), WIDTH);
    canvas.skip(18.0);
    for (at, block) in document.blocks.iter().enumerate() {
        match block {
            Block::Heading(text) => heading(&mut canvas, text, &document.blocks[at + 1..]),
            Block::Text(text) => paragraph(&mut canvas, text),
            Block::Tiles(tiles) => tiles_rows(&mut canvas, tiles),
            Block::Chart(chart) => line_chart(&mut canvas, chart, &document.phrases),
            Block::Bars(bars) => bar_chart(&mut canvas, bars),
            Block::Table(table) => table_rows(&mut canvas, table, &document.phrases),
        }
    }
    canvas.finish(document)
}

/// Writes a text in one line that keeps a width, `down` from where the canvas is.
fn put_line(canvas: &mut Canvas, text: &str, style: Style, (x, down): (f32, f32), room: f32) {
    let (text, size) = squeeze(text, style.face, style.size, room);
    canvas.text(&text, Style { size, ..style }, x, canvas.y + down);
}

/// The same for a text that ends at `x`.
fn put_line_to(canvas: &mut Canvas, text: &str, style: Style, (x, down): (f32, f32), room: f32) {
    let (text, size) = squeeze(text, style.face, style.size, room);
    canvas.text_to(&text, Style { size, ..style }, x, canvas.y + down);
}

/// A title over a chart or a table, in as many lines as it needs.
fn caption(canvas: &mut Canvas, text: &str) {
    for line in wrap(text, STRONG.face, STRONG.size, WIDTH) {
        canvas.text(&line, STRONG, MARGIN, canvas.y - 8.0);
        canvas.skip(LINE_HIGH + 1.5);
    }
    canvas.skip(6.0);
}

/// A heading stays with what follows it: the texts, and the beginning of what they are about.
fn heading(canvas: &mut Canvas, text: &str, following: &[Block]) {
    let mut high = HEADING_HIGH;
    for block in following {
        high += match block {
            Block::Text(text) => paragraph_lines(text).len() as f32 * PARAGRAPH_LINE_HIGH + 4.0,
            Block::Chart(_) => CHART_HIGH + 34.0,
            Block::Heading(_) | Block::Tiles(_) | Block::Bars(_) | Block::Table(_) => 20.0 + 3.0 * ROW_HIGH,
        };
        if !matches!(block, Block::Text(_)) {
            break;
        }
    }
    canvas.need(high);
    canvas.skip(18.0);
    let style = Style {
        face: Face::Bold,
        size: 12.5,
        colour: INK,
    };
    put_line(canvas, text, style, (MARGIN, 0.0), WIDTH);
    canvas.skip(14.0);
}

fn paragraph(canvas: &mut Canvas, text: &str) {
    for line in paragraph_lines(text) {
        canvas.need(PARAGRAPH_LINE_HIGH);
        canvas.text(&line, SMALL, MARGIN, canvas.y);
        canvas.skip(PARAGRAPH_LINE_HIGH);
    }
    canvas.skip(4.0);
}

fn paragraph_lines(text: &str) -> Vec<String> {
    wrap(text, SMALL.face, SMALL.size, WIDTH)
}

fn tiles_rows(canvas: &mut Canvas, tiles: &[Tile]) {
    let wide = (WIDTH - GAP * (TILES as f32 - 1.0)) / TILES as f32;
    for row in tiles.chunks(TILES) {
        canvas.need(TILE_HIGH + GAP);
        for (at, tile) in row.iter().enumerate() {
            let x = MARGIN + at as f32 * (wide + GAP);
            let room = wide - 16.0;
            canvas.fill(PALE, (x, canvas.y - TILE_HIGH), (wide, TILE_HIGH));
            canvas.fill(ACCENT, (x, canvas.y - TILE_HIGH), (2.0, TILE_HIGH));
            let value = Style {
                face: Face::Bold,
                size: 15.0,
                colour: INK,
            };
            put_line(canvas, &tile.label, SMALL, (x + 9.0, -14.0), room);
            put_line(canvas, tile.value.text(), value, (x + 9.0, -33.0), room);
            put_line(canvas, &tile.note, SMALL, (x + 9.0, -47.0), room);
        }
        canvas.skip(TILE_HIGH + GAP);
    }
}

/// The lowest and highest value that an axis shows: those of the points, and never the same.
fn bounds(chart: &Chart) -> Option<(f64, f64)> {
    let values = || {
        chart
            .points
            .iter()
            .filter_map(|point| point.value)
            .filter(|value| value.is_finite())
    };
    let (low, high) = (values().reduce(f64::min)?, values().reduce(f64::max)?);
    let room = if high > low {
        (high - low) * 0.08
    } else {
        high.abs().max(1.0) * 0.05
    };
    let low = if low >= 0.0 { (low - room).max(0.0) } else { low - room };
    Some((low, high + room))
}

fn line_chart(canvas: &mut Canvas, chart: &Chart, phrases: &Phrases) {
    canvas.need(CHART_HIGH + 34.0);
    caption(canvas, &chart.title);
    let (left, bottom) = (MARGIN + AXIS, canvas.y - CHART_HIGH);
    let wide = WIDTH - AXIS;
    let Some((low, high)) = bounds(chart) else {
        canvas.text(&phrases.no_course, SMALL, MARGIN, canvas.y - 6.0);
        canvas.skip(20.0);
        return;
    };
    for part in 0..=4 {
        let y = bottom + CHART_HIGH * part as f32 / 4.0;
        canvas.line(LINE, 0.5, &[(left, y), (left + wide, y)]);
        let value = low + (high - low) * f64::from(part) / 4.0;
        let place = (left - 5.0, y - 2.5 - canvas.y);
        put_line_to(canvas, &(chart.show)(value), SMALL, place, AXIS - 6.0);
    }
    let last = chart.points.len().saturating_sub(1).max(1) as f32;
    let place = |at: usize, value: f64| {
        let up = ((value - low) / (high - low)) as f32;
        (left + wide * at as f32 / last, bottom + CHART_HIGH * up)
    };
    let mut run: Vec<(f32, f32)> = Vec::new();
    for (at, point) in chart.points.iter().enumerate() {
        match point.value.filter(|value| value.is_finite()) {
            Some(value) => run.push(place(at, value)),
            None => draw_run(canvas, &std::mem::take(&mut run)),
        }
    }
    draw_run(canvas, &run);
    let every = chart.points.len().div_ceil(7).max(1);
    for (at, point) in chart.points.iter().enumerate().step_by(every) {
        let label = &point.label;
        let x = (left + wide * at as f32 / last).min(left + wide - width(label, SMALL.face, SMALL.size));
        canvas.text(label, SMALL, x, bottom - 10.0);
    }
    canvas.skip(CHART_HIGH + 24.0);
}

/// A run of points without a gap; one alone is a dot.
fn draw_run(canvas: &mut Canvas, run: &[(f32, f32)]) {
    match run {
        [] => {}
        [(x, y)] => canvas.fill(ACCENT, (x - 1.5, y - 1.5), (3.0, 3.0)),
        points => canvas.line(ACCENT, 1.6, points),
    }
}

fn bar_chart(canvas: &mut Canvas, chart: &Bars) {
    if chart.bars.is_empty() {
        return;
    }
    canvas.need(24.0 + ROW_HIGH * chart.bars.len().min(10) as f32);
    caption(canvas, &chart.title);
    let most = chart.bars.iter().map(|(_, length, _)| length.abs()).fold(0.0, f64::max);
    let (labels, room) = (130.0, WIDTH - 130.0 - 110.0);
    for (label, length, written) in &chart.bars {
        canvas.need(ROW_HIGH);
        let long = if most > 0.0 {
            room * (length.abs() / most) as f32
        } else {
            0.0
        };
        let colour = if *length < 0.0 { (0.72, 0.25, 0.22) } else { ACCENT };
        put_line(canvas, label, BODY, (MARGIN, -8.0), labels - 8.0);
        canvas.fill(PALE, (MARGIN + labels, canvas.y - 10.0), (room, 9.0));
        canvas.fill(colour, (MARGIN + labels, canvas.y - 10.0), (long, 9.0));
        let end = MARGIN + WIDTH;
        put_line_to(canvas, written, BODY, (end, -8.0), 104.0);
        canvas.skip(ROW_HIGH);
    }
    canvas.skip(8.0);
}

fn table_rows(canvas: &mut Canvas, table: &Table, phrases: &Phrases) {
    canvas.need(20.0 + 3.0 * ROW_HIGH);
    caption(canvas, &table.title);
    let columns = table.columns_on(ReportFormat::Pdf);
    let places = places(&columns);
    head(canvas, &columns, &places);
    if table.rows.is_empty() {
        canvas.text(&phrases.no_rows, SMALL, MARGIN + 4.0, canvas.y - 10.0);
        canvas.skip(ROW_HIGH);
    }
    let style = Style { size: 8.0, ..BODY };
    for (number, row) in table.rows_on(ReportFormat::Pdf).enumerate() {
        let cells = row.iter().zip(&columns).zip(&places);
        let cells: Vec<Put> = cells
            .map(|((cell, column), place)| Put::of(cell, column, style, *place))
            .collect();
        let high = cells.iter().map(Put::high).fold(ROW_HIGH, f32::max);
        if canvas.need(high) {
            head(canvas, &columns, &places);
        }
        if number % 2 == 1 {
            canvas.fill(PALE, (MARGIN, canvas.y - high), (WIDTH, high));
        }
        cells.iter().for_each(|cell| cell.draw(canvas));
        canvas.skip(high);
    }
    canvas.line(LINE, 0.6, &[(MARGIN, canvas.y), (MARGIN + WIDTH, canvas.y)]);
    canvas.skip(12.0);
}

/// Where each column begins, and how wide it is.
fn places(columns: &[&Column]) -> Vec<(f32, f32)> {
    let whole: f32 = columns.iter().map(|column| column.width).sum::<f32>().max(0.1);
    let mut x = MARGIN;
    let mut places = Vec::with_capacity(columns.len());
    for column in columns {
        let wide = WIDTH * column.width / whole;
        places.push((x, wide));
        x += wide;
    }
    places
}

fn head(canvas: &mut Canvas, columns: &[&Column], places: &[(f32, f32)]) {
    let style = Style {
        size: 7.5,
        colour: QUIET,
        ..STRONG
    };
    let names: Vec<Put> = columns
        .iter()
        .zip(places)
        .map(|(column, place)| Put::of(&Cell::Text(column.name.clone()), column, style, *place))
        .collect();
    let high = names.iter().map(Put::high).fold(ROW_HIGH, f32::max);
    names.iter().for_each(|name| name.draw(canvas));
    canvas.skip(high);
    canvas.line(QUIET, 0.6, &[(MARGIN, canvas.y), (MARGIN + WIDTH, canvas.y)]);
}

/// A cell in lines that keep its column's width.
struct Put {
    lines: Vec<String>,
    style: Style,
    /// Where it begins, and how wide it is, without the white at its sides.
    place: (f32, f32),
    right: bool,
}

impl Put {
    /// Numbers stay in one line, texts take as many as they need.
    fn of(cell: &Cell, column: &Column, style: Style, (x, wide): (f32, f32)) -> Put {
        let room = wide - 8.0;
        let (mut lines, size) = match cell {
            Cell::Number { text, .. } | Cell::Day { text, .. } => {
                let (line, size) = squeeze(text, style.face, style.size, room);
                (vec![line], size)
            }
            Cell::Empty | Cell::Text(_) | Cell::Coded { .. } => wrap_words(cell.text(), style.face, style.size, room),
        };
        lines.truncate(CELL_LINES);
        Put {
            lines,
            style: Style { size, ..style },
            place: (x + 4.0, room),
            right: column.right,
        }
    }

    fn high(&self) -> f32 {
        ROW_HIGH + LINE_HIGH * self.lines.len().saturating_sub(1) as f32
    }

    fn draw(&self, canvas: &mut Canvas) {
        let (x, room) = self.place;
        for (at, line) in self.lines.iter().enumerate() {
            let y = canvas.y - 10.5 - LINE_HIGH * at as f32;
            if self.right {
                canvas.text_to(line, self.style, x + room, y);
            } else {
                canvas.text(line, self.style, x, y);
            }
        }
    }
}
