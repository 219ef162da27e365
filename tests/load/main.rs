//! The load driver: many people who declare a water damage at the same time, through the generic webhook.
//!
//! `tests/load/run` builds and starts a server on a core of its own and points this at it; by hand:
//! `cargo run --release --example load -- --url http://127.0.0.1:8480 --account load --secret …`.
//!
//! Closed loop by default: each connection sends its next message when the last one was answered. With `--rate` the
//! messages have their time, and a late answer counts from the time at which its message was due.
#![expect(clippy::unwrap_used, reason = "a tool that measures stops at the first thing that it cannot do")]
#![expect(clippy::print_stdout, reason = "it prints its report")]

mod client;
mod person;
mod report;

use std::time::{Duration, Instant};

use clap::Parser;

use client::Client;
use person::Person;
use report::{Measured, Report, Server};

/// What of an answer the driver reads.
#[derive(serde::Deserialize)]
struct Received {
    replies: Vec<String>,
}

/// Sends messages to Guichet's generic webhook and reports how it does.
#[derive(Debug, Parser)]
struct Options {
    /// Where Guichet listens.
    #[arg(long, default_value = "http://127.0.0.1:8480")]
    url: String,
    /// The webhook's account, as in the configuration.
    #[arg(long, default_value = "load")]
    account: String,
    /// The account's secret.
    #[arg(long, default_value = "load")]
    secret: String,
    #[arg(long, default_value_t = 64)]
    connections: usize,
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Seconds at the start that are not measured.
    #[arg(long, default_value_t = 2)]
    warmup: u64,
    /// Messages a second over all connections; as many as are answered when it is not given.
    #[arg(long)]
    rate: Option<f64>,
    /// People who are in conversation at the same time; one a connection when it is not given.
    #[arg(long)]
    people: Option<usize>,
    /// Messages that a person sends before another one takes the place.
    #[arg(long, default_value_t = 40)]
    messages: usize,
    /// The server's process: its CPU and memory are reported. May be given several times.
    #[arg(long)]
    pid: Vec<u32>,
    /// Prints JSON in place of the table.
    #[arg(long)]
    json: bool,
    /// Prints one person's conversation and stops: to see that the load is a real one.
    #[arg(long)]
    show: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let options = Options::parse();
    if options.show {
        return show(&options).await;
    }
    let start = Instant::now() + Duration::from_secs(options.warmup);
    let end = start + Duration::from_secs(options.seconds);
    let connections: Vec<_> = (0..options.connections)
        .map(|number| {
            let client = Client::new(&options.url, &options.account, &options.secret);
            let people = (options.people.unwrap_or(options.connections) / options.connections).max(1);
            let interval = options
                .rate
                .map(|rate| Duration::from_secs_f64(f64::from(u32::try_from(options.connections).unwrap()) / rate));
            let people = (0..people).map(|place| Person::new(&format!("{number}-{place}"), options.messages)).collect();
            tokio::spawn(converse(client, people, interval, start, end))
        })
        .collect();
    tokio::time::sleep_until(start.into()).await;
    let before: Vec<_> = options.pid.iter().map(|pid| Server::read(*pid)).collect();
    tokio::time::sleep_until(end.into()).await;
    let after: Vec<_> = options.pid.iter().map(|pid| Server::read(*pid)).collect();
    let mut measured = Measured::default();
    for connection in connections {
        measured.add(connection.await.unwrap());
    }
    let report = Report::new(measured, options.seconds, &before, &after);
    if options.json {
        println!("{}", serde_json::to_string_pretty(&report).unwrap());
    } else {
        print!("{report}");
    }
}

/// One connection, which serves its people in turn.
async fn converse(
    mut client: Client,
    mut people: Vec<Person>,
    interval: Option<Duration>,
    start: Instant,
    end: Instant,
) -> Measured {
    let mut measured = Measured::default();
    let mut due = Instant::now();
    for turn in 0.. {
        if let Some(interval) = interval {
            due += interval;
            tokio::time::sleep_until(due.into()).await;
        } else {
            due = Instant::now();
        }
        if due >= end {
            break;
        }
        let places = people.len();
        let person = &mut people[turn % places];
        let answer = client.send::<Received>(&person.message()).await;
        let late = due.elapsed();
        match answer {
            Ok(received) => {
                person.hear(&received.replies);
                if due >= start {
                    measured.answered(late);
                }
            }
            Err(error) => {
                // The same message again, as a provider would.
                person.was_not_heard();
                if due >= start {
                    measured.failed(error);
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
    measured
}

async fn show(options: &Options) {
    let mut client = Client::new(&options.url, &options.account, &options.secret);
    let mut person = Person::new("show", options.messages);
    for _ in 0..options.messages {
        let message = person.message();
        println!("> {}", message.text);
        let received: Received = client.send(&message).await.unwrap();
        for reply in &received.replies {
            println!("< {}", reply.replace('\n', "\n  "));
        }
        person.hear(&received.replies);
    }
}
