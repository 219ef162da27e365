//! How long the console's pages take: the inbox in each order, filtered, page by page, what is closed, searches, dossiers.

use std::{collections::BTreeMap, time::Instant};

use guichet::{
    domain::{clock::Clock, token::hash},
    store::{Engine, HandlerRow, SessionRow},
};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// The columns by which the inbox is sorted.
const SORTS: [&str; 10] =
    ["priority", "waiting", "reference", "holder", "peril", "status", "orientation", "insurer", "missing", "updated"];
const FILTERS: [&str; 6] = [
    "insurer=demo",
    "insurer=ile",
    "peril=drought&insurer=midi",
    "orientation=none",
    "orientation=tele&peril=fire",
    "waiting=1",
];
const SEARCHES: [&str; 8] =
    ["martin", "jeanne+martin", "mar", "dupr", "marie+claire", "Zo%C3%A9+petit", "le+goff", "nobody+at+all"];
/// Pages of a list that are walked.
const PAGES: usize = 4;
/// Dossiers that are opened.
const DOSSIERS: usize = 40;

#[derive(Debug, clap::Args)]
pub(crate) struct Lists {
    #[arg(long, default_value = "http://127.0.0.1:8480")]
    url: String,
    /// The server's database, in which somebody is logged in.
    #[arg(long)]
    store: String,
    /// How often each page is asked for.
    #[arg(long, default_value_t = 10)]
    rounds: u32,
    /// Prints JSON in place of the table.
    #[arg(long)]
    json: bool,
}

/// What one kind of page took.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Took {
    pub(crate) kind: String,
    pub(crate) pages: usize,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    /// The page that took longest.
    pub(crate) slowest: String,
}

pub(crate) async fn lists(options: &Lists) {
    let cookie = log_in(&options.store).await;
    let mut browser =
        Browser { address: options.url.trim_start_matches("http://").to_owned(), cookie, took: BTreeMap::new() };
    for round in 0..options.rounds {
        // The first round fills the caches, as the first minutes of a day do.
        if round == 1 {
            browser.took.clear();
        }
        browser.walk().await;
    }
    let took: Vec<Took> = browser.took.into_iter().map(|(kind, times)| summary(kind, times)).collect();
    if options.json {
        println!("{}", serde_json::to_string(&took).unwrap());
    } else {
        for Took { kind, pages, p50_ms, p99_ms, slowest } in took {
            println!(
                "{kind:<22} {pages:>6} pages, half within {p50_ms:>6.1} ms, 99 of 100 within {p99_ms:>6.1} ms; the slowest: {slowest}"
            );
        }
    }
}

fn summary(kind: &str, mut times: Vec<(f64, String)>) -> Took {
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)].0;
    let slowest = times.last().map(|(_, page)| page.clone()).unwrap_or_default();
    Took { kind: kind.to_owned(), pages: times.len(), p50_ms: at(50), p99_ms: at(99), slowest }
}

/// Makes a session past the console: what passwords cost is not measured here. Returns its cookie.
async fn log_in(store: &str) -> String {
    let store = Engine::open(store).await.unwrap();
    let (now, token) = (Clock::system().now(), "a-session-of-the-load-driver");
    let handler = HandlerRow::new("load", "Load", "handler", "");
    if store.users().handler("load").await.unwrap().is_none() {
        store.users().add_handler(&handler, now).await.unwrap();
    }
    let expires_at = now + SignedDuration::from_hours(12);
    store.users().end_session(&hash(token)).await.unwrap();
    let session = SessionRow {
        token_hash: hash(token),
        login: "load".to_owned(),
        csrf: "00".repeat(16),
        expires_at,
        opened_at: None,
        seen_at: None,
        origin: String::new(),
        browser: String::new(),
    };
    store.users().add_session(&session).await.unwrap();
    store.close().await;
    format!("guichet={token}")
}

struct Browser {
    address: String,
    cookie: String,
    /// Milliseconds and page, by kind.
    took: BTreeMap<&'static str, Vec<(f64, String)>>,
}

impl Browser {
    /// Asks for every page once.
    async fn walk(&mut self) {
        let first = self.get("inbox", "/console").await;
        let mut dossiers = of_list(&first);
        let mut references: Vec<String> = Vec::new();
        for sort in SORTS {
            for dir in ["", "&dir=desc"] {
                self.pages("inbox, each order", &format!("/console?sort={sort}{dir}")).await;
                let closed = self.pages("closed", &format!("/console?status=closed&sort={sort}{dir}")).await;
                dossiers.extend(of_list(&closed));
                references.extend(
                    between(&closed, "class=\"reference\"", "</a>")
                        .filter_map(|link| link.rsplit_once('>').map(|(_, reference)| reference.to_owned())),
                );
            }
        }
        for (place, filter) in FILTERS.iter().enumerate() {
            for sort in ["priority", "updated", SORTS[place]] {
                self.pages("inbox, filtered", &format!("/console?{filter}&sort={sort}")).await;
                self.pages("closed, filtered", &format!("/console?status=closed&{filter}&sort={sort}")).await;
            }
        }
        for (words, sort) in SEARCHES.iter().zip(SORTS) {
            self.get("search", &format!("/console?q={words}&sort={sort}")).await;
            self.get("find", &format!("/console/search?q={words}")).await;
            self.get("closed, search", &format!("/console?status=closed&q={words}&sort={sort}")).await;
        }
        let step = (references.len() / SEARCHES.len()).max(1);
        for reference in references.iter().step_by(step) {
            self.get("closed, search", &format!("/console?status=closed&q={reference}")).await;
        }
        let step = (dossiers.len() / DOSSIERS).max(1);
        for id in dossiers.iter().step_by(step) {
            self.get("dossier", &format!("/console/dossiers/{id}")).await;
        }
    }

    /// The first pages of a list; returns the last of them.
    async fn pages(&mut self, kind: &'static str, path: &str) -> String {
        let mut page = self.get(kind, path).await;
        for _ in 1..PAGES {
            let next = between(&page, "<a href=\"", "\" rel=\"next\"").last().map(|link| link.replace("&#38;", "&"));
            let Some(next) = next else { break };
            page = self.get(kind, &next).await;
        }
        page
    }

    async fn get(&mut self, kind: &'static str, path: &str) -> String {
        let begun = Instant::now();
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nConnection: close\r\n\r\n",
            self.address, self.cookie
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let took = begun.elapsed().as_secs_f64() * 1e3;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {}", answer.lines().next().unwrap_or_default());
        self.took.entry(kind).or_default().push((took, path.to_owned()));
        answer
    }
}

/// The identifiers of a list's dossiers.
fn of_list(page: &str) -> Vec<String> {
    between(page, "href=\"/console/dossiers/", "\"").map(str::to_owned).collect()
}

/// What stands between two marks, each time.
fn between<'a>(page: &'a str, before: &'a str, after: &'a str) -> impl Iterator<Item = &'a str> {
    page.split(before).skip(1).filter_map(move |rest| rest.split_once(after).map(|(found, _)| found))
}
