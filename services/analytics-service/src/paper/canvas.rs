//! Drawing on A4 pages from the top downwards. Coordinates are points, `y` grows upwards as in PDF.

use super::Document;
use super::font::{Face, encode, width};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

/// A4, points.
pub(super) const PAGE: (f32, f32) = (595.0, 842.0);
/// White on each side.
pub(super) const MARGIN: f32 = 48.0;
/// The width that can be written on.
pub(super) const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
/// Where writing begins, and where it ends.
const TOP: f32 = PAGE.1 - 76.0;
const BOTTOM: f32 = 58.0;

/// A colour, red, green and blue from 0 to 1.
pub(super) type Colour = (f32, f32, f32);
pub(super) const INK: Colour = (0.10, 0.13, 0.18);
pub(super) const QUIET: Colour = (0.42, 0.46, 0.52);
pub(super) const LINE: Colour = (0.85, 0.87, 0.90);
pub(super) const PALE: Colour = (0.955, 0.965, 0.975);
pub(super) const ACCENT: Colour = (0.05, 0.42, 0.62);

/// How a text is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub face: Face,
    pub size: f32,
    pub colour: Colour,
}

/// Pages that are being drawn.
pub(super) struct Canvas {
    pages: Vec<Content>,
    /// Where the next thing begins.
    pub y: f32,
}

impl Canvas {
    /// With an empty first page.
    pub(super) fn new() -> Canvas {
        Canvas {
            pages: vec![Content::new()],
            y: TOP,
        }
    }

    /// Begins a page where less than `height` is left.
    pub(super) fn need(&mut self, height: f32) -> bool {
        let turn = self.y - height < BOTTOM && self.y < TOP;
        if turn {
            self.pages.push(Content::new());
            self.y = TOP;
        }
        turn
    }

    /// Leaves white.
    pub(super) fn skip(&mut self, height: f32) {
        self.y -= height;
    }

    fn page(&mut self) -> &mut Content {
        if self.pages.is_empty() {
            self.pages.push(Content::new());
        }
        let last = self.pages.len() - 1;
        &mut self.pages[last]
    }

    /// Writes a text whose baseline begins at a place.
    pub(super) fn text(&mut self, text: &str, style: Style, x: f32, y: f32) {
        write_text(self.page(), text, style, x, y);
    }

    /// Writes a text that ends at a place.
    pub(super) fn text_to(&mut self, text: &str, style: Style, x: f32, y: f32) {
        self.text(text, style, x - width(text, style.face, style.size), y);
    }

    /// Fills a rectangle from its lower left corner.
    pub(super) fn fill(&mut self, colour: Colour, (x, y): (f32, f32), (wide, high): (f32, f32)) {
        let page = self.page();
        page.set_fill_rgb(colour.0, colour.1, colour.2);
        page.rect(x, y, wide, high);
        page.fill_nonzero();
    }

    /// Draws a line through points.
    pub(super) fn line(&mut self, colour: Colour, thick: f32, points: &[(f32, f32)]) {
        let [first, rest @ ..] = points else { return };
        let page = self.page();
        page.set_stroke_rgb(colour.0, colour.1, colour.2);
        page.set_line_width(thick);
        page.set_line_join(pdf_writer::types::LineJoinStyle::RoundJoin);
        page.move_to(first.0, first.1);
        for point in rest {
            page.line_to(point.0, point.1);
        }
        page.stroke();
    }

    /// The file, with a head and a foot on each page.
    pub(super) fn finish(self, document: &Document) -> Vec<u8> {
        let count = self.pages.len();
        let mut pdf = Pdf::new();
        let (catalog, tree, info) = (Ref::new(1), Ref::new(2), Ref::new(3));
        let (regular, bold) = (Ref::new(4), Ref::new(5));
        let ids: Vec<(Ref, Ref)> = (0..count as i32)
            .map(|n| (Ref::new(10 + 2 * n), Ref::new(11 + 2 * n)))
            .collect();
        let mut root = pdf.catalog(catalog);
        root.pages(tree);
        root.lang(TextStr(&document.phrases.language));
        root.finish();
        pdf.pages(tree)
            .kids(ids.iter().map(|(page, _)| *page))
            .count(count as i32);
        pdf.document_info(info)
            .title(TextStr(&document.title))
            .creator(TextStr("CarVrooom"));
        for (id, name) in [(regular, &b"Helvetica"[..]), (bold, &b"Helvetica-Bold"[..])] {
            pdf.type1_font(id)
                .base_font(Name(name))
                .encoding_predefined(Name(b"WinAnsiEncoding"));
        }
        for (number, (mut content, (page_id, content_id))) in self.pages.into_iter().zip(ids).enumerate() {
            frame(&mut content, document, (number + 1, count));
            let mut page = pdf.page(page_id);
            page.media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1));
            page.parent(tree);
            page.contents(content_id);
            page.resources()
                .fonts()
                .pair(Name(b"F1"), regular)
                .pair(Name(b"F2"), bold);
            page.finish();
            pdf.stream(content_id, &content.finish());
        }
        pdf.finish()
    }
}

fn write_text(page: &mut Content, text: &str, style: Style, x: f32, y: f32) {
    let name = match style.face {
        Face::Regular => Name(b"F1"),
        Face::Bold => Name(b"F2"),
    };
    page.begin_text();
    page.set_font(name, style.size);
    page.set_fill_rgb(style.colour.0, style.colour.1, style.colour.2);
    page.next_line(x, y);
    page.show(Str(&encode(text)));
    page.end_text();
}

fn frame(page: &mut Content, document: &Document, (number, count): (usize, usize)) {
    let title = &document.title;
    let quiet = Style {
        face: Face::Regular,
        size: 8.0,
        colour: QUIET,
    };
    let brand = Style {
        face: Face::Bold,
        colour: ACCENT,
        ..quiet
    };
    write_text(page, "CarVrooom", brand, MARGIN, PAGE.1 - 40.0);
    write_text(
        page,
        title,
        quiet,
        PAGE.0 - MARGIN - width(title, Face::Regular, 8.0),
        PAGE.1 - 40.0,
    );
    write_text(page, &document.foot, quiet, MARGIN, 32.0);
    let pages = &document.phrases.page;
    let pages = pages.replace("{number}", &number.to_string());
    let pages = pages.replace("{count}", &count.to_string());
    write_text(
        page,
        &pages,
        quiet,
        PAGE.0 - MARGIN - width(&pages, Face::Regular, 8.0),
        32.0,
    );
    for y in [PAGE.1 - 48.0, 44.0] {
        page.set_stroke_rgb(LINE.0, LINE.1, LINE.2);
        page.set_line_width(0.6);
        page.move_to(MARGIN, y);
        page.line_to(PAGE.0 - MARGIN, y);
        page.stroke();
    }
}
