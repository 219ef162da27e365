//! Writes a document of headings, paragraphs and tables as a PDF that a screen reader reads: tagged in reading order, with a language,
//! a title and an outline (PDF/UA-1). The fonts are in the file.

use std::{collections::HashMap, num::NonZeroU16, sync::LazyLock};

use krilla::{
    Document, SerializeSettings,
    color::rgb,
    configure::{Accessibility, ConfigurationBuilder},
    destination::XyzDestination,
    geom::Point,
    metadata::{DateTime, Metadata},
    outline::{Outline, OutlineNode},
    page::PageSettings,
    paint::Fill,
    tagging::{
        Artifact, ArtifactType, ContentTag, Identifier, Node, SpanTag, TableHeaderScope, Tag, TagGroup, TagKind,
        TagTree,
    },
    text::{Font, TextDirection},
};
use skrifa::{
    FontRef, MetadataProvider as _,
    instance::{LocationRef, Size},
};

/// A4 in points, and what is left white.
const WIDTH: f32 = 595.0;
const HEIGHT: f32 = 842.0;
const MARGIN: f32 = 56.0;
/// The width of a table's heads, and what stands between them and the cells.
const HEADS: f32 = 190.0;
const GAP: f32 = 14.0;

static REGULAR: &[u8] = include_bytes!("fonts/DejaVuSans.ttf");
static BOLD: &[u8] = include_bytes!("fonts/DejaVuSans-Bold.ttf");

/// What is written.
#[derive(Debug)]
pub(in crate::web) struct Written {
    /// Of the document's properties.
    pub(in crate::web) title: String,
    pub(in crate::web) author: String,
    /// The code of its language.
    pub(in crate::web) language: &'static str,
    pub(in crate::web) made: jiff::civil::DateTime,
    pub(in crate::web) blocks: Vec<Block>,
    /// "1 / 2", from the number of a page and of all.
    pub(in crate::web) page_number: fn(&str, usize, usize) -> String,
    /// The pattern that `page_number` fills.
    pub(in crate::web) numbering: String,
}

/// A part of it.
#[derive(Debug)]
pub(in crate::web) enum Block {
    Heading(u16, String),
    Paragraph(String),
    /// Small print.
    Note(String),
    /// What follows begins on a page of its own.
    NewPage,
    /// Rows of a head and a cell.
    Table(Vec<(String, String)>),
}

/// Why no PDF was made.
#[derive(Debug, thiserror::Error)]
pub(in crate::web) enum PdfError {
    #[error("the fonts of the PDF cannot be read")]
    Font,
    #[error("the settings of the PDF do not go together: {0}")]
    Settings(String),
    #[error("the PDF cannot be written: {0}")]
    Unwritable(String),
}

/// How a line looks.
#[derive(Clone, Copy, Debug)]
struct Style {
    is_bold: bool,
    size: f32,
    leading: f32,
    is_soft: bool,
}

const TITLE: Style = Style { is_bold: true, size: 19.0, leading: 25.0, is_soft: false };
const HEADING: Style = Style { is_bold: true, size: 12.5, leading: 17.0, is_soft: false };
const BODY: Style = Style { is_bold: false, size: 10.5, leading: 15.0, is_soft: false };
const STRONG: Style = Style { is_bold: true, ..BODY };
const HEAD: Style = Style { is_soft: true, ..BODY };
const NOTE: Style = Style { is_bold: false, size: 9.0, leading: 13.0, is_soft: true };

/// A font that measures what it writes.
struct Typeface {
    font: Font,
    face: FontRef<'static>,
}

impl Typeface {
    fn read(data: &'static [u8]) -> Option<Self> {
        Some(Self { font: Font::new(data.into(), 0)?, face: FontRef::new(data).ok()? })
    }

    fn width(&self, text: &str, size: f32) -> f32 {
        let (charmap, metrics) =
            (self.face.charmap(), self.face.glyph_metrics(Size::new(size), LocationRef::default()));
        text.chars().filter_map(|c| metrics.advance_width(charmap.map(c)?)).sum()
    }

    /// The text without what the font cannot show: a picture or a sign of a script that it lacks.
    fn showable(&self, text: &str) -> String {
        let charmap = self.face.charmap();
        let shown = |c: char| match c {
            c if c.is_whitespace() && c != '\u{a0}' && c != '\u{202f}' => ' ',
            c if charmap.map(c).is_some_and(|glyph| glyph.to_u32() != 0) => c,
            _ => '\u{b7}',
        };
        text.chars().filter(|c| !c.is_control() || c.is_whitespace()).map(shown).collect()
    }
}

/// The two fonts.
struct Typefaces {
    regular: Typeface,
    bold: Typeface,
}

static TYPEFACES: LazyLock<Option<Typefaces>> =
    LazyLock::new(|| Some(Typefaces { regular: Typeface::read(REGULAR)?, bold: Typeface::read(BOLD)? }));

impl Typefaces {
    fn of(&self, style: Style) -> &Typeface {
        if style.is_bold { &self.bold } else { &self.regular }
    }
}

/// A line at its place on a page.
struct Line {
    number: usize,
    at: Point,
    style: Style,
    text: String,
}

/// What the lines of a block mean, by their numbers.
enum Meaning {
    Heading { level: u16, title: String, page: usize, top: f32, lines: Vec<usize> },
    Paragraph(Vec<usize>),
    Table(Vec<(Vec<usize>, Vec<usize>)>),
}

/// The document on its pages.
struct Layout<'a> {
    fonts: &'a Typefaces,
    pages: Vec<Vec<Line>>,
    /// Where the next line stands.
    y: f32,
    lines: usize,
}

impl Layout<'_> {
    /// Goes to the next page where there is no room.
    fn make_room(&mut self, height: f32) {
        if self.pages.is_empty() || self.y + height > HEIGHT - MARGIN {
            self.pages.push(Vec::new());
            self.y = MARGIN;
        }
    }

    /// Puts a line; returns its number.
    fn put(&mut self, x: f32, style: Style, text: &str) -> usize {
        let number = self.lines;
        self.lines += 1;
        let line = Line { number, at: Point::from_xy(x, self.y + style.size), style, text: text.to_owned() };
        if let Some(page) = self.pages.last_mut() {
            page.push(line);
        }
        number
    }

    /// A text in lines of at most this width, broken at spaces, or where a word is longer than a line.
    fn broken(&self, text: &str, style: Style, width: f32) -> Vec<String> {
        let typeface = self.fonts.of(style);
        let (mut lines, mut line) = (Vec::new(), String::new());
        for word in typeface.showable(text).split(' ').filter(|word| !word.is_empty()) {
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if typeface.width(&longer, style.size) <= width {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            for c in word.chars() {
                line.push(c);
                if typeface.width(&line, style.size) > width {
                    line.pop();
                    lines.push(std::mem::replace(&mut line, c.to_string()));
                }
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
        lines
    }

    fn paragraph(&mut self, text: &str, style: Style) -> Vec<usize> {
        let mut numbers = Vec::new();
        for line in self.broken(text, style, WIDTH - 2.0 * MARGIN) {
            self.make_room(style.leading);
            numbers.push(self.put(MARGIN, style, &line));
            self.y += style.leading;
        }
        numbers
    }

    fn row(&mut self, head: &str, cell: &str) -> (Vec<usize>, Vec<usize>) {
        let heads = self.broken(head, HEAD, HEADS);
        let cells = self.broken(cell, STRONG, WIDTH - 2.0 * MARGIN - HEADS - GAP);
        let (mut of_head, mut of_cell) = (Vec::new(), Vec::new());
        for at in 0..heads.len().max(cells.len()) {
            self.make_room(BODY.leading);
            if let Some(line) = heads.get(at) {
                of_head.push(self.put(MARGIN, HEAD, line));
            }
            if let Some(line) = cells.get(at) {
                of_cell.push(self.put(MARGIN + HEADS + GAP, STRONG, line));
            }
            self.y += BODY.leading;
        }
        self.y += 3.0;
        (of_head, of_cell)
    }

    fn block(&mut self, block: &Block) -> Meaning {
        match block {
            Block::Heading(level, title) => {
                let style = if *level == 1 { TITLE } else { HEADING };
                if *level > 1 {
                    self.y += 12.0;
                }
                // A heading does not stand alone at the end of a page.
                self.make_room(style.leading + 3.0 * BODY.leading);
                let (page, top) = (self.pages.len().saturating_sub(1), self.y);
                let lines = self.paragraph(title, style);
                self.y += 3.0;
                Meaning::Heading { level: *level, title: title.clone(), page, top, lines }
            }
            Block::Paragraph(text) => Meaning::Paragraph(self.paragraph(text, BODY)),
            Block::NewPage => {
                self.y = HEIGHT;
                Meaning::Paragraph(Vec::new())
            }
            Block::Note(text) => {
                self.y += 8.0;
                Meaning::Paragraph(self.paragraph(text, NOTE))
            }
            Block::Table(rows) => Meaning::Table(rows.iter().map(|(head, cell)| self.row(head, cell)).collect()),
        }
    }
}

/// Writes it.
///
/// # Errors
///
/// When it does not become what PDF/UA asks for.
pub(in crate::web) fn write(written: &Written) -> Result<Vec<u8>, PdfError> {
    let fonts = TYPEFACES.as_ref().ok_or(PdfError::Font)?;
    let mut layout = Layout { fonts, pages: Vec::new(), y: MARGIN, lines: 0 };
    let meanings: Vec<Meaning> = written.blocks.iter().map(|block| layout.block(block)).collect();

    let configuration = ConfigurationBuilder::new().with_accessibility_validator(Accessibility::UA1).finish();
    let configuration = configuration.map_err(|error| PdfError::Settings(format!("{error:?}")))?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let settings = PageSettings::from_wh(WIDTH, HEIGHT).ok_or_else(|| PdfError::Settings("the size".to_owned()))?;
    let mut marks: HashMap<usize, Identifier> = HashMap::new();
    let count = layout.pages.len();
    for (number, lines) in layout.pages.iter().enumerate() {
        let mut page = document.start_page_with(settings.clone());
        let mut surface = page.surface();
        let draw = |surface: &mut krilla::surface::Surface<'_>, at: Point, style: Style, text: &str| {
            let colour = if style.is_soft { rgb::Color::new(84, 94, 99) } else { rgb::Color::new(20, 24, 26) };
            surface.set_fill(Some(Fill { paint: colour.into(), ..Fill::default() }));
            let font = fonts.of(style).font.clone();
            surface.draw_text(at, font, style.size, text, false, TextDirection::LeftToRight);
        };
        for Line { number, at, style, text } in lines {
            marks.insert(*number, surface.start_tagged(ContentTag::Span(SpanTag::empty())));
            draw(&mut surface, *at, *style, text);
            surface.end_tagged();
        }
        surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)));
        let numbered = (written.page_number)(&written.numbering, number + 1, count);
        draw(&mut surface, Point::from_xy(MARGIN, HEIGHT - MARGIN / 2.0), NOTE, &fonts.regular.showable(&numbered));
        surface.end_tagged();
        surface.finish();
        page.finish();
    }

    let mut tree = TagTree::new().with_lang(Some(written.language.to_owned()));
    let mut outline = Outline::new();
    let mut tagged = |tag: TagKind, lines: &[usize]| {
        let marks = lines.iter().filter_map(|line| marks.remove(line)).map(Node::from).collect();
        TagGroup::with_children(tag, marks)
    };
    for meaning in meanings {
        match meaning {
            Meaning::Heading { level, title, page, top, lines } => {
                let level = NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
                tree.push(tagged(Tag::Hn(level, Some(title.clone())).into(), &lines));
                outline.push_child(OutlineNode::new(title, XyzDestination::new(page, Point::from_xy(MARGIN, top))));
            }
            Meaning::Paragraph(lines) if lines.is_empty() => {}
            Meaning::Paragraph(lines) => tree.push(tagged(Tag::P.into(), &lines)),
            Meaning::Table(rows) if rows.is_empty() => {}
            Meaning::Table(rows) => {
                let mut table = TagGroup::new(Tag::Table);
                for (head, cell) in rows {
                    let mut row = TagGroup::new(Tag::TR);
                    row.push(tagged(Tag::TH(TableHeaderScope::Row).into(), &head));
                    row.push(tagged(Tag::TD.into(), &cell));
                    table.push(row);
                }
                tree.push(table);
            }
        }
    }
    document.set_tag_tree(tree);
    document.set_outline(outline);
    document.set_metadata(metadata(written));
    document.finish().map_err(|error| PdfError::Unwritable(format!("{error:?}")))
}

fn metadata(written: &Written) -> Metadata {
    let made = written.made;
    let small = |number: i8| u8::try_from(number).unwrap_or_default();
    let date = DateTime::new(u16::try_from(made.year()).unwrap_or_default())
        .month(small(made.month()))
        .day(small(made.day()))
        .hour(small(made.hour()))
        .minute(small(made.minute()));
    Metadata::new()
        .title(written.title.clone())
        .language(written.language.to_owned())
        .authors(vec![written.author.clone()])
        .creator("Guichet".to_owned())
        .creation_date(date)
}

#[cfg(test)]
mod tests;
