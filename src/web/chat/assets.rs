//! `GET /chat/assets/{revision}/{file}` and `GET /widget.js`: the page's scripts and styles, embedded in the program.
//!
//! The modules are written as browsers and `tsc` read them. They are served as one file without comments: one request
//! instead of eight, and half the size. What the first screen does not need is a second file, loaded when somebody begins.
//! There is no other build step.

use std::{collections::BTreeSet, sync::LazyLock};

use axum::{
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use regex::Regex;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use crate::web::problem::Problem;

#[derive(RustEmbed)]
#[folder = "src/web/chat/static"]
struct Files;

/// The modules of both pages, each after those that it imports; those of the slots, which the chat loads when it asks for
/// photos; those of the chat alone; and the module of each page.
const MODULES: [&str; 7] = ["strings.js", "dom.js", "api.js", "memory.js", "keeping.js", "files.js", "view.js"];
const SLOTS: [&str; 2] = ["quality.js", "slots.js"];
const CHAT_MODULES: [&str; 7] =
    ["question.js", "pictures.js", "start.js", "frame.js", "transcript.js", "copier.js", "choices.js"];
const PAGES: [&str; 2] = ["chat.js", "upload.js"];
/// The modules that the chat loads when somebody begins: they are served as `talk.js`, which imports the chat's.
const TALK_MODULES: [&str; 11] = [
    "icons.js",
    "dates.js",
    "fields.js",
    "sheet.js",
    "summary.js",
    "danger.js",
    "menu.js",
    "standing.js",
    "asking.js",
    "resuming.js",
    "talk.js",
];
/// Modules that a page loads when it needs them. They are served as they are, and import nothing.
const LAZY: [&str; 4] = ["strings-fr.js", "strings-en.js", "strings-ar.js", "lighten.js"];

/// The files that are served.
struct Served {
    /// A hash of these files, so that a browser may cache them for ever.
    revision: String,
    chat: String,
    talk: String,
    /// The upload page's script.
    upload: String,
    /// The slots' script and style.
    slots: String,
    slots_style: String,
    /// The style of the first screen, which its words wait for.
    start_style: String,
    style: String,
    /// The style of what `talk.js` draws.
    talk_style: String,
    icon: String,
    widget: String,
    /// In the order of [`LAZY`].
    lazy: Vec<String>,
}

static SERVED: LazyLock<Served> = LazyLock::new(|| {
    let together = |names: &[&str]| -> String { names.iter().map(|name| script(&text(name))).collect() };
    let [chat, upload] = PAGES.map(|name| script(&text(name)));
    let (shared, slots) = (together(&MODULES), together(&SLOTS));
    let talk = together(&TALK_MODULES);
    let words: BTreeSet<&str> = talk.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    // The chat gives what the other file names.
    let given = MODULES.iter().chain(&CHAT_MODULES).flat_map(|name| exported(&text(name)));
    let given = given.filter(|name| words.contains(name.as_str())).collect::<Vec<_>>().join(", ");
    let chat = format!("{shared}{}{chat}export {{ {given} }};\n", together(&CHAT_MODULES));
    let upload = format!("{shared}{slots}{upload}");
    let slots = format!("{slots}export {{ Slots }};\n");
    let talk = format!("import {{ {given} }} from \"./chat.js\";\n{talk}export {{ talk }};\n");
    let lazy: Vec<String> = LAZY.iter().map(|name| without_comments(&text(name), "/**")).collect();
    let [start_style, style, talk_style, slots_style] =
        ["start.css", "chat.css", "talk.css", "slots.css"].map(|name| without_comments(&text(name), "/*"));
    let icon = text("icon.svg");
    let mut hash = Sha256::new();
    let styles = [&start_style, &style, &talk_style, &slots_style];
    for part in [&chat, &talk, &upload, &slots, &icon].into_iter().chain(styles).chain(&lazy) {
        hash.update(part);
    }
    Served {
        revision: hex::encode(&hash.finalize()[..6]),
        widget: script(&text("widget.js")),
        chat,
        talk,
        upload,
        slots,
        slots_style,
        start_style,
        style,
        talk_style,
        icon,
        lazy,
    }
});

/// The revision for the page's links.
pub(in crate::web) fn revision() -> &'static str {
    &SERVED.revision
}

pub(super) async fn get(Path((revision, file)): Path<(String, String)>) -> Result<Response, Problem> {
    let (content, media_type) = match file.as_str() {
        "chat.js" => (&SERVED.chat, "text/javascript; charset=utf-8"),
        "talk.js" => (&SERVED.talk, "text/javascript; charset=utf-8"),
        "upload.js" => (&SERVED.upload, "text/javascript; charset=utf-8"),
        "slots.js" => (&SERVED.slots, "text/javascript; charset=utf-8"),
        "slots.css" => (&SERVED.slots_style, "text/css; charset=utf-8"),
        "start.css" => (&SERVED.start_style, "text/css; charset=utf-8"),
        "chat.css" => (&SERVED.style, "text/css; charset=utf-8"),
        "talk.css" => (&SERVED.talk_style, "text/css; charset=utf-8"),
        "icon.svg" => (&SERVED.icon, "image/svg+xml"),
        name => match LAZY.iter().position(|known| *known == name) {
            Some(at) => (&SERVED.lazy[at], "text/javascript; charset=utf-8"),
            None => return Err(Problem::not_found()),
        },
    };
    // An open page of another release gets the current files, which it must not cache under its revision.
    let cache = if revision == SERVED.revision { "public, max-age=31536000, immutable" } else { "no-cache" };
    Ok((
        [
            (header::CONTENT_TYPE, media_type),
            (header::CACHE_CONTROL, cache),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ],
        content.as_str(),
    )
        .into_response())
}

/// The widget's loader. Its address never changes: sites copy it into their pages.
pub(super) async fn widget(headers: HeaderMap) -> Response {
    static TAG: LazyLock<String> =
        LazyLock::new(|| format!("\"{}\"", hex::encode(&Sha256::digest(&SERVED.widget)[..6])));
    let caching = [(header::CACHE_CONTROL, "public, max-age=300"), (header::ETAG, TAG.as_str())];
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|known| known.contains(TAG.as_str())) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    let about = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // The page that embeds it has another origin.
        (header::HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ];
    (caching, about, SERVED.widget.as_str()).into_response()
}

fn text(name: &str) -> String {
    Files::get(name).map(|file| String::from_utf8_lossy(&file.data).into_owned()).unwrap_or_default()
}

/// A module as a part of the one script: without comments, `import` and `export`.
fn script(module: &str) -> String {
    without_comments(module, "/**")
        .lines()
        .filter(|line| !line.starts_with("import ") && !line.starts_with("//"))
        .flat_map(|line| [line.strip_prefix("export ").unwrap_or(line), "\n"])
        .collect()
}

/// The names that a module gives to others.
fn exported(module: &str) -> Vec<String> {
    let Ok(export) = Regex::new(r"(?m)^export (?:async )?(?:const|let|function|class) (\w+)") else {
        return Vec::new();
    };
    export.captures_iter(module).map(|found| found[1].to_owned()).collect()
}

/// `text` without comments that begin with `opening`, indentation and empty lines.
fn without_comments(text: &str, opening: &str) -> String {
    let Ok(comment) = Regex::new(&format!(r"(?s){}.*?\*/", regex::escape(opening))) else { return text.to_owned() };
    let text = comment.replace_all(text, "");
    text.lines().map(str::trim).filter(|line| !line.is_empty()).flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests;
