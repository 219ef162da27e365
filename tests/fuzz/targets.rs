//! What strangers send and editors write, as any bytes: no target may panic or hang on any of them.
//!
//! cargo-fuzz drives them by coverage (`tests/fuzz/README.md`); [`tests`] mutates each corpus by a seed.

use std::{collections::BTreeMap, sync::LazyLock};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};
use jiff::civil;
use sha2::{Digest as _, Sha256};

use crate::{
    channel::{
        Post, Provider as _, email,
        sms::{self, webhook},
        telegram::Telegram,
    },
    config::{Bot, Receive, Secret, Webhook},
    document,
    domain::language::Language,
    flow::{Library, Strictness, built_in},
    understanding::{Listening, Vocabulary},
};

#[cfg(test)]
mod tests;

const TOKEN: &str = "1:TOKEN";
const URL: &str = "https://guichet.example/channels/telegram/bot";

/// A letter, and the same bytes as a text of HTML.
pub fn mail(data: &[u8]) {
    email::fuzz(data);
}

/// A post of JSON, and of a form.
pub fn form(data: &[u8]) {
    static ACCOUNT: LazyLock<Webhook> = LazyLock::new(|| {
        toml::from_str("account = 'a'\ninsurer = 'demo'\nsecret = 's'").unwrap_or_else(|error| panic!("{error}"))
    });
    for content_type in ["application/json", "application/x-www-form-urlencoded"] {
        let _ = webhook::decode(&ACCOUNT, content_type, data);
    }
}

/// An update of Telegram's.
pub fn telegram(data: &[u8]) {
    static BOT: LazyLock<Telegram> = LazyLock::new(|| {
        let bot = Bot {
            account: "bot".to_owned(),
            insurer: "demo".to_owned(),
            token: Secret::new(TOKEN),
            receive: Receive::Webhook,
            api_url: "http://127.0.0.1:9".to_owned(),
            messages_per_second: 30,
            chat_pause_ms: 1000,
        };
        let http = crate::channel::http::client().unwrap_or_else(|error| panic!("{error}"));
        Telegram::new(bot, "https://guichet.example/", http).unwrap_or_else(|error| panic!("{error}"))
    });
    let secret = hex::encode(Sha256::digest(format!("guichet telegram webhook {TOKEN}")));
    let mut headers = HeaderMap::new();
    if let Ok(secret) = HeaderValue::from_str(&secret) {
        headers.insert("x-telegram-bot-api-secret-token", secret);
    }
    let post = Post { method: &Method::POST, url: URL, headers: &headers, body: &Bytes::copy_from_slice(data) };
    let _ = BOT.decode(&post);
}

/// What a carrier's connection brings.
pub fn smpp(data: &[u8]) {
    sms::fuzz_smpp(data);
}

/// A flow's file, beside the facts and the documents that came with this program.
pub fn flow(data: &[u8]) {
    compile("claims/fuzzed/fuzzed.yaml", String::from_utf8_lossy(data).into_owned());
}

/// The condition of a step, as it stands in a flow's file.
pub fn condition(data: &[u8]) {
    let written = String::from_utf8_lossy(data);
    let written = written.replace(['\n', '\r'], " ");
    compile(
        "claims/fuzzed/fuzzed.yaml",
        format!(
            "flow: fuzzed\ntitle: {{ fr: a, en: a }}\nsteps:\n  - say: one\n    when: {{ {written} }}\n    text: {{ fr: a, en: a }}\n"
        ),
    );
}

fn compile(path: &str, source: String) {
    static BESIDE: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
        let is_beside = |path: &String| ["facts.yaml", "documents.yaml"].contains(&path.as_str());
        built_in().into_iter().filter(|(path, _)| is_beside(path)).collect()
    });
    let mut sources = BESIDE.clone();
    sources.insert(path.to_owned(), source);
    let _ = Library::compile(sources, Strictness::Files);
}

/// What a person writes, read for dates, amounts, names and all else.
pub fn dates(data: &[u8]) {
    static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
        let text = built_in().remove("vocabulary.yaml").unwrap_or_default();
        Vocabulary::from_yaml(&text).unwrap_or_else(|error| panic!("{error}"))
    });
    let listening = Listening { now: civil::date(2026, 11, 20).at(10, 0, 0, 0), language: Language::Fr };
    let text = String::from_utf8_lossy(data);
    let parsed = VOCABULARY.read(&text, &listening);
    for found in parsed.values() {
        assert!(text.get(found.span.clone()).is_some(), "{found:?} lies outside of the text");
    }
}

/// What a camera wrote into a photo.
pub fn exif(data: &[u8]) {
    document::fuzz(data);
}
