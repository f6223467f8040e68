//! Lays a document out on A4: tiles, lines over time, bars and tables whose heads are repeated on each page.

use super::canvas::{ACCENT, Canvas, INK, LINE, MARGIN, PALE, QUIET, Style, WIDTH};
use super::font::{Face, fit, width, wrap};
use super::{Bars, Block, Cell, Chart, Column, Document, Table, Tile};

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
    canvas.text(
        &fit(&document.title, title.face, title.size, WIDTH),
        title,
        MARGIN,
        canvas.y - 8.0,
    );
    canvas.skip(26.0);
    let quiet = Style { colour: QUIET, ..BODY };
    canvas.text(
        &fit(&document.subtitle, quiet.face, quiet.size, WIDTH),
        quiet,
        MARGIN,
        canvas.y,
    );
    canvas.skip(18.0);
    for block in &document.blocks {
        match block {
            Block::Heading(text) => heading(&mut canvas, text),
            Block::Text(text) => paragraph(&mut canvas, text),
            Block::Tiles(tiles) => tiles_rows(&mut canvas, tiles),
            Block::Chart(chart) => line_chart(&mut canvas, chart),
            Block::Bars(bars) => bar_chart(&mut canvas, bars),
            Block::Table(table) => table_rows(&mut canvas, table),
        }
    }
    canvas.finish(&document.title, &document.foot)
}

/// A heading stays with what follows it.
fn heading(canvas: &mut Canvas, text: &str) {
    canvas.need(CHART_HIGH + 60.0);
    canvas.skip(18.0);
    let style = Style {
        face: Face::Bold,
        size: 12.5,
        colour: INK,
    };
    canvas.text(&fit(text, style.face, style.size, WIDTH), style, MARGIN, canvas.y);
    canvas.skip(14.0);
}

fn paragraph(canvas: &mut Canvas, text: &str) {
    for line in wrap(text, SMALL.face, SMALL.size, WIDTH) {
        canvas.need(10.0);
        canvas.text(&line, SMALL, MARGIN, canvas.y);
        canvas.skip(10.0);
    }
    canvas.skip(4.0);
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
            let label = fit(&tile.label, SMALL.face, SMALL.size, room);
            canvas.text(&label, SMALL, x + 9.0, canvas.y - 14.0);
            canvas.text(
                &fit(&tile.value, value.face, value.size, room),
                value,
                x + 9.0,
                canvas.y - 33.0,
            );
            canvas.text(
                &fit(&tile.note, SMALL.face, SMALL.size, room),
                SMALL,
                x + 9.0,
                canvas.y - 47.0,
            );
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
            .filter_map(|(_, value)| *value)
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

fn line_chart(canvas: &mut Canvas, chart: &Chart) {
    canvas.need(CHART_HIGH + 34.0);
    canvas.text(
        &fit(&chart.title, STRONG.face, STRONG.size, WIDTH),
        STRONG,
        MARGIN,
        canvas.y - 8.0,
    );
    canvas.skip(18.0);
    let (left, bottom) = (MARGIN + AXIS, canvas.y - CHART_HIGH);
    let wide = WIDTH - AXIS;
    let Some((low, high)) = bounds(chart) else {
        canvas.text("Nothing to show in this period.", SMALL, MARGIN, canvas.y - 12.0);
        canvas.skip(24.0);
        return;
    };
    for part in 0..=4 {
        let y = bottom + CHART_HIGH * part as f32 / 4.0;
        canvas.line(LINE, 0.5, &[(left, y), (left + wide, y)]);
        let value = low + (high - low) * f64::from(part) / 4.0;
        canvas.text_to(
            &fit(&(chart.show)(value), SMALL.face, SMALL.size, AXIS - 6.0),
            SMALL,
            left - 5.0,
            y - 2.5,
        );
    }
    let last = chart.points.len().saturating_sub(1).max(1) as f32;
    let place = |at: usize, value: f64| {
        let up = ((value - low) / (high - low)) as f32;
        (left + wide * at as f32 / last, bottom + CHART_HIGH * up)
    };
    let mut run: Vec<(f32, f32)> = Vec::new();
    for (at, (_, value)) in chart.points.iter().enumerate() {
        match value.filter(|value| value.is_finite()) {
            Some(value) => run.push(place(at, value)),
            None => draw_run(canvas, &std::mem::take(&mut run)),
        }
    }
    draw_run(canvas, &run);
    let every = chart.points.len().div_ceil(7).max(1);
    for (at, (label, _)) in chart.points.iter().enumerate().step_by(every) {
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
    canvas.text(
        &fit(&chart.title, STRONG.face, STRONG.size, WIDTH),
        STRONG,
        MARGIN,
        canvas.y - 8.0,
    );
    canvas.skip(20.0);
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
        canvas.text(
            &fit(label, BODY.face, BODY.size, labels - 8.0),
            BODY,
            MARGIN,
            canvas.y - 8.0,
        );
        canvas.fill(PALE, (MARGIN + labels, canvas.y - 10.0), (room, 9.0));
        canvas.fill(colour, (MARGIN + labels, canvas.y - 10.0), (long, 9.0));
        let end = MARGIN + WIDTH;
        canvas.text_to(&fit(written, BODY.face, BODY.size, 104.0), BODY, end, canvas.y - 8.0);
        canvas.skip(ROW_HIGH);
    }
    canvas.skip(8.0);
}

fn table_rows(canvas: &mut Canvas, table: &Table) {
    canvas.need(20.0 + 3.0 * ROW_HIGH);
    canvas.text(
        &fit(&table.title, STRONG.face, STRONG.size, WIDTH),
        STRONG,
        MARGIN,
        canvas.y - 8.0,
    );
    canvas.skip(16.0);
    let places = places(&table.columns);
    head(canvas, table, &places);
    if table.rows.is_empty() {
        canvas.text("None.", SMALL, MARGIN + 4.0, canvas.y - 10.0);
        canvas.skip(ROW_HIGH);
    }
    for (number, row) in table.rows.iter().enumerate() {
        if canvas.need(ROW_HIGH) {
            head(canvas, table, &places);
        }
        if number % 2 == 1 {
            canvas.fill(PALE, (MARGIN, canvas.y - ROW_HIGH), (WIDTH, ROW_HIGH));
        }
        let cells = row.iter().zip(&table.columns).zip(&places);
        for ((cell, column), (x, wide)) in cells {
            put(canvas, cell, column, Style { size: 8.0, ..BODY }, (*x, *wide));
        }
        canvas.skip(ROW_HIGH);
    }
    canvas.line(LINE, 0.6, &[(MARGIN, canvas.y), (MARGIN + WIDTH, canvas.y)]);
    canvas.skip(12.0);
}

/// Where each column begins, and how wide it is.
fn places(columns: &[Column]) -> Vec<(f32, f32)> {
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

fn head(canvas: &mut Canvas, table: &Table, places: &[(f32, f32)]) {
    let style = Style {
        size: 7.5,
        colour: QUIET,
        ..STRONG
    };
    for (column, (x, wide)) in table.columns.iter().zip(places) {
        put(canvas, &Cell::Text(column.name.to_owned()), column, style, (*x, *wide));
    }
    canvas.skip(ROW_HIGH);
    canvas.line(QUIET, 0.6, &[(MARGIN, canvas.y), (MARGIN + WIDTH, canvas.y)]);
}

fn put(canvas: &mut Canvas, cell: &Cell, column: &Column, style: Style, (x, wide): (f32, f32)) {
    let text = fit(cell.text(), style.face, style.size, wide - 8.0);
    let y = canvas.y - 10.5;
    if column.right {
        canvas.text_to(&text, style, x + wide - 4.0, y);
    } else {
        canvas.text(&text, style, x + 4.0, y);
    }
}
