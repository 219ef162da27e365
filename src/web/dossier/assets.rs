//! `GET /d/assets/{revision}/{file}`: the style and the script of these pages, embedded in the program, and a style with an
//! insurer's colour.

use std::sync::LazyLock;

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

use crate::web::problem::Problem;

const STYLE: &str = include_str!("static/dossier.css");
const SCRIPT: &str = include_str!("static/dossier.js");

/// The revision for the pages' links: a hash of the files, so that a browser may keep them for ever.
pub(super) fn revision() -> &'static str {
    static REVISION: LazyLock<String> = LazyLock::new(|| {
        let mut hash = Sha256::new();
        hash.update(STYLE);
        hash.update(SCRIPT);
        hex::encode(&hash.finalize()[..6])
    });
    &REVISION
}

/// The figures of a colour `#rrggbb`.
pub(super) fn colour(written: &str) -> Option<&str> {
    written.strip_prefix('#').filter(|figures| is_colour(figures))
}

fn is_colour(figures: &str) -> bool {
    figures.len() == 6 && figures.bytes().all(|byte| byte.is_ascii_hexdigit())
}

pub(super) async fn get(Path((asked, file)): Path<(String, String)>) -> Result<Response, Problem> {
    let accent = file.strip_prefix("accent-").and_then(|rest| rest.strip_suffix(".css"));
    let (content, media_type) = match (file.as_str(), accent) {
        ("dossier.css", _) => (STYLE.to_owned(), "text/css; charset=utf-8"),
        ("dossier.js", _) => (SCRIPT.to_owned(), "text/javascript; charset=utf-8"),
        (_, Some(figures)) if is_colour(figures) => {
            (format!(":root {{ --brand: #{figures}; }}\n"), "text/css; charset=utf-8")
        }
        _ => return Err(Problem::not_found()),
    };
    // An open page of another release gets the current files, which it must not keep under its revision.
    let cache = if asked == revision() { "public, max-age=31536000, immutable" } else { "no-cache" };
    Ok(([(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, cache)], content).into_response())
}
