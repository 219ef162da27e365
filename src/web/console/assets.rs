//! Styles and scripts, embedded in the binary. What is vendored is pinned by `static/vendor/SHA256SUMS`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::{
    extract::{Path, Query},
    http::header,
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;

use super::error::ConsoleError;

#[derive(RustEmbed)]
#[folder = "src/web/console/static"]
struct Assets;

/// The version of each asset, a hash that stands in its address, so that a browser may cache it for ever.
static VERSIONS: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    Assets::iter()
        .filter_map(|path| {
            let hash = Assets::get(&path)?.metadata.sha256_hash();
            Some((path.into_owned(), hex::encode(&hash[..6])))
        })
        .collect()
});

/// The address of an asset, for templates.
pub(super) fn address(path: &str) -> String {
    let version = VERSIONS.get(path).map_or("", String::as_str);
    format!("/console/assets/{path}?v={version}")
}

/// The version in an asset's address.
#[derive(serde::Deserialize)]
pub(super) struct Version {
    v: Option<String>,
}

pub(super) async fn get(Path(path): Path<String>, Query(asked): Query<Version>) -> Result<Response, ConsoleError> {
    let file = Assets::get(&path).ok_or(ConsoleError::NotFound)?;
    let kind = match path.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    };
    let is_current = asked.v.is_some() && asked.v.as_ref() == VERSIONS.get(&path);
    let cache = if is_current { "public, max-age=31536000, immutable" } else { "no-cache" };
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, cache)], file.data.into_owned()).into_response())
}

#[cfg(test)]
mod tests;
