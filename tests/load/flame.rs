//! A flame graph of what `perf script` prints: where the time of a core went, as an SVG that a browser shows by itself.
//!
//! Each box is a function; below it stands who called it, and it is as wide as the share of the samples in which it was on the
//! stack. Boxes that are too narrow to be seen are left out, until the picture is small enough to be kept beside the text.

use std::{collections::BTreeMap, fmt::Write as _};

/// The most bytes of a picture.
const MOST_BYTES: usize = 280 * 1024;
/// The share of all samples that a box must have at first.
const SHARE: f64 = 0.001;
const WIDTH: f64 = 1200.0;
const LINE: usize = 16;
/// A letter's width.
const LETTER: f64 = 6.6;
const NAME: usize = 120;
/// What only hands a call on, and what nothing is known of: left out between two others.
const HANDS_ON: [&str; 18] = [
    "core::",
    "std::",
    "alloc::",
    "<core::",
    "<std::",
    "<alloc::",
    "<F as ",
    "<T as ",
    "<&",
    "<axum::",
    "<futures_util::",
    "<tower::",
    "tokio::runtime::",
    "__rust_",
    "[unknown]",
    "clone3",
    "start_thread",
    "__libc_start_",
];

/// A function on the stack, what it calls, and the samples in which it was there.
#[derive(Default)]
struct Frame {
    samples: u64,
    calls: BTreeMap<String, Frame>,
}

/// Draws what `perf script --fields comm,ip,sym` printed.
pub(crate) fn draw(title: &str, script: &str) -> String {
    let mut root = Frame::default();
    for sample in script.split("\n\n") {
        let mut lines = sample.lines().filter(|line| !line.trim().is_empty());
        let Some(thread) = lines.next().map(str::trim) else { continue };
        let names: Vec<String> =
            lines.map(|line| short(line.trim().split_once(' ').map_or("?", |(_, name)| name))).collect();
        let leaf = names.first().cloned();
        let calls = names.into_iter().rev().filter(|name| !HANDS_ON.iter().any(|part| name.starts_with(part)));
        let mut stack: Vec<String> = std::iter::once(thread.to_owned()).chain(calls).collect();
        if let Some(leaf) = leaf.filter(|leaf| stack.last() != Some(leaf)) {
            stack.push(leaf);
        }
        stack.dedup();
        root.add(&stack);
    }
    let mut share = SHARE;
    loop {
        let drawn = root.svg(title, share);
        if drawn.len() <= MOST_BYTES {
            return drawn;
        }
        share *= 1.3;
    }
}

/// A function's name without its hash and without the types that it is made for.
fn short(name: &str) -> String {
    let name = name.split_once("+0x").map_or(name, |(name, _)| name);
    let name = name.rsplit_once("::h").filter(|(_, hash)| hash.len() == 16).map_or(name, |(name, _)| name);
    let name = name.replace("::{{closure}}", "").replace("::{closure#0}", "");
    if name.chars().count() <= NAME { name } else { name.chars().take(NAME).chain(['…']).collect() }
}

impl Frame {
    fn add(&mut self, stack: &[String]) {
        self.samples += 1;
        if let Some((first, rest)) = stack.split_first() {
            self.calls.entry(first.clone()).or_default().add(rest);
        }
    }

    fn depth(&self, least: f64) -> usize {
        let deepest = self.calls.values().filter(|call| call.is_seen(least)).map(|call| call.depth(least)).max();
        deepest.map_or(0, |deepest| deepest + 1)
    }

    #[expect(clippy::cast_precision_loss, reason = "no run takes so many samples")]
    fn width(&self) -> f64 {
        self.samples as f64
    }

    fn is_seen(&self, least: f64) -> bool {
        self.width() >= least
    }

    fn svg(&self, title: &str, share: f64) -> String {
        let least = self.width() * share;
        let height = LINE * (self.depth(least) + 3);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"monospace\" \
             font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n<text x=\"4\" y=\"13\">{}; {} samples, boxes \
             of {:.1} % and more</text>\n",
            escaped(title),
            self.samples,
            share * 100.0
        );
        self.boxes(&mut svg, WIDTH / self.width(), least, 0.0, height - LINE);
        svg.push_str("</svg>\n");
        svg
    }

    fn boxes(&self, svg: &mut String, scale: f64, least: f64, left: f64, bottom: usize) {
        let mut x = left;
        for (name, call) in &self.calls {
            if !call.is_seen(least) {
                continue;
            }
            let width = call.width() * scale;
            let _ = write!(
                svg,
                "<g><title>{} {:.1} %</title><rect x=\"{x:.1}\" y=\"{}\" width=\"{width:.1}\" height=\"{}\" fill=\"{}\"/>",
                escaped(name),
                width / WIDTH * 100.0,
                bottom - LINE,
                LINE - 1,
                colour(name)
            );
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a box has room for few letters"
            )]
            let room = ((width - 4.0) / LETTER) as usize;
            if room >= 4 {
                let shown: String = name.chars().take(room).collect();
                let _ = write!(svg, "<text x=\"{:.1}\" y=\"{}\">{}</text>", x + 2.0, bottom - 4, escaped(&shown));
            }
            svg.push_str("</g>\n");
            call.boxes(svg, scale, least, x, bottom - LINE);
            x += width;
        }
    }
}

/// Whose the function is.
fn colour(name: &str) -> &'static str {
    if name.contains("guichet::store") {
        "#7fb2e5"
    } else if name.contains("guichet") {
        "#8fd18f"
    } else if name.contains("sqlite3") || name.contains("pcache") || name.contains("wal") {
        "#9aa7e8"
    } else if name.contains("::") {
        "#f3cf7a"
    } else {
        "#f0a58f"
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
