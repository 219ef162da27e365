//! The load driver: many people who declare a water damage at the same time, through the generic webhook.
//!
//! `tests/load/run` builds and starts a server on a core of its own and points this at it; by hand:
//! `cargo run --release --example load -- drive --url http://127.0.0.1:8480 --account load --secret …`.
//!
//! Closed loop by default: each connection sends its next message when the last one was answered. With `--rate` the
//! messages have their time, one connection after the other, and a late answer counts from the time at which its message
//! was due.
#![expect(clippy::unwrap_used, reason = "a tool that measures stops at the first thing that it cannot do")]
#![expect(clippy::print_stdout, reason = "it prints its report")]

mod client;
mod fill;
mod find;
mod flame;
mod growth;
mod idle;
mod lists;
mod people;
mod policies;
mod process;
mod record;
mod report;
mod speed;
mod versus;

use std::{
    io::Write as _,
    path::PathBuf,
    time::{Duration, Instant},
};

use clap::Parser;

use client::Client;
use fill::Fill;
use find::Find;
use idle::IdleLines;
use lists::Lists;
use people::Place;
use record::Record;
use report::{Measured, Report};
use speed::Page;
use versus::Versus;

/// What of an answer the driver reads.
#[derive(serde::Deserialize)]
struct Received {
    replies: Vec<String>,
}

#[derive(Debug, Parser)]
enum Command {
    /// Sends messages to Guichet's generic webhook, or to the prototype's, and reports how it does.
    #[command(args_override_self = true)]
    Drive(Drive),
    /// Prints one person's conversation: to see that the load is a real one.
    Show {
        #[command(flatten)]
        webhook: Webhook,
        /// Which person.
        #[arg(long, default_value_t = 0)]
        person: u32,
    },
    /// Prints `tests/load/replies.json`, what the prototype answers and writes, made of one person's claim.
    Record(Record),
    /// Prints the people's policies, for `guichet import policies`.
    Policies { people: u32 },
    /// Fills a database with dossiers as years of work leave them. Nothing else may write it meanwhile.
    Fill(Fill),
    /// Measures the console's pages of a running server.
    Lists(Lists),
    /// Indexes what is not, and measures searches in a database that `fill` made.
    Find(Find),
    /// Prints the section of `docs/speed.md` on growth: see `tests/load/grow`.
    Growth { folder: PathBuf },
    /// Compares runs of the server and of the prototype that took turns.
    Versus {
        /// A file with a report of each kind a line: the reports of `drive --json`.
        server: PathBuf,
        prototype: PathBuf,
        /// The reports at a tenth of the server's rate: the server's and the prototype's.
        #[arg(long)]
        tenth: Option<PathBuf>,
        /// Prints JSON in place of the table.
        #[arg(long)]
        json: bool,
        /// Prints a tenth of the server's rate, and nothing else.
        #[arg(long)]
        print_tenth: bool,
    },
    /// Prints a flame graph of what `perf script` prints: see `tests/load/flamegraph`.
    Flame {
        /// What stands above it.
        title: String,
    },
    /// Prints `docs/speed.md`: see `tests/load/report`.
    Speed {
        /// Where the runs and benchmarks left what they found.
        folder: PathBuf,
        #[arg(long)]
        commit: String,
    },
}

/// Where messages are posted.
#[derive(Debug, clap::Args)]
struct Webhook {
    #[arg(long, default_value = "http://127.0.0.1:8480")]
    url: String,
    /// The webhook's account, as in the configuration.
    #[arg(long, default_value = "load")]
    account: String,
    /// The account's secret.
    #[arg(long, default_value = "load")]
    secret: String,
}

impl Webhook {
    fn client(&self) -> Client {
        Client::new(&self.url, &self.account, &self.secret)
    }
}

#[derive(Debug, clap::Args)]
struct Drive {
    #[command(flatten)]
    webhook: Webhook,
    #[arg(long, default_value_t = 64)]
    connections: u32,
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
    people: Option<u32>,
    /// The first of the people who write. Another run on the same database takes others.
    #[arg(long, default_value_t = 0)]
    first: u32,
    /// Lines of the chat that are open and silent meanwhile: their memory is reported where the process is known.
    #[arg(long, default_value_t = 0)]
    idle_lines: u32,
    /// The server's process: its CPU and memory are reported.
    #[arg(long)]
    pid: Option<u32>,
    /// The database's first process: the CPU of all that it started is reported.
    #[arg(long)]
    database: Option<u32>,
    /// Prints JSON in place of the table.
    #[arg(long)]
    json: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    match Command::parse() {
        Command::Drive(options) => drive(&options).await,
        Command::Show { webhook, person } => show(&webhook, person).await,
        Command::Record(record) => record.run().await,
        Command::Policies { people } => policies(people),
        Command::Fill(options) => fill::fill(&options).await,
        Command::Find(options) => find::find(&options).await,
        Command::Growth { folder } => print!("{}", growth::Section::read(&folder)),
        Command::Lists(options) => lists::lists(&options).await,
        Command::Versus { server, prototype, tenth, json, print_tenth } => {
            let versus = Versus::read(&server, &prototype, tenth.as_deref());
            if print_tenth {
                println!("{:.0}", versus.tenth_of_the_load());
            } else if json {
                println!("{}", serde_json::to_string(&versus).unwrap());
            } else {
                print!("{versus}");
            }
        }
        Command::Flame { title } => {
            let script = std::io::read_to_string(std::io::stdin()).unwrap();
            print!("{}", flame::draw(&title, &script));
        }
        Command::Speed { folder, commit } => print!("{}", Page::read(&folder, commit)),
    }
}

async fn drive(options: &Drive) {
    let idle = match options.idle_lines {
        0 => None,
        count => Some(IdleLines::open(&options.webhook.url, count, options.pid).await),
    };
    let begun = Instant::now();
    let start = begun + Duration::from_secs(options.warmup);
    let end = start + Duration::from_secs(options.seconds);
    let places = (options.people.unwrap_or(options.connections) / options.connections).max(1);
    let connections: Vec<_> = (0..options.connections)
        .map(|number| {
            let pace = options.rate.map(|rate| Pace {
                first: begun + Duration::from_secs_f64(f64::from(number) / rate),
                every: Duration::from_secs_f64(f64::from(options.connections) / rate),
            });
            let step = options.connections * places;
            let people = (0..places).map(|place| Place::new(options.first + number * places + place, step)).collect();
            tokio::spawn(converse(options.webhook.client(), people, pace, start, end))
        })
        .collect();
    let look = || (options.pid.map(process::usage), options.database.map(process::usage));
    tokio::time::sleep_until(start.into()).await;
    let before = look();
    tokio::time::sleep_until(end.into()).await;
    let after = look();
    let mut measured = Measured::default();
    for connection in connections {
        measured.add(connection.await.unwrap());
    }
    let mut report = Report::new(measured, options.seconds, &before, &after);
    if let Some(idle) = idle {
        report.idle = Some(idle.close().await);
    }
    if options.json {
        println!("{}", serde_json::to_string(&report).unwrap());
    } else {
        print!("{report}");
    }
}

/// When a connection's messages are due.
struct Pace {
    first: Instant,
    every: Duration,
}

/// One connection, which serves its people in turn.
async fn converse(
    mut client: Client,
    mut people: Vec<Place>,
    pace: Option<Pace>,
    start: Instant,
    end: Instant,
) -> Measured {
    let mut measured = Measured::default();
    for turn in 0.. {
        let sent = match &pace {
            Some(pace) => wait_until(pace.first + pace.every * u32::try_from(turn).unwrap()).await,
            None => Instant::now(),
        };
        if sent >= end {
            break;
        }
        let places = people.len();
        let place = &mut people[turn % places];
        let answer = client.send::<Received>(&place.message()).await;
        let took = sent.elapsed();
        let counts = sent >= start;
        match answer {
            Ok(received) => {
                let ended = place.hear(&received.replies);
                if counts {
                    measured.answered(took);
                }
                if let (true, Some((end, messages))) = (counts, ended) {
                    measured.ended(end, messages);
                }
            }
            // The same message comes again, as from a provider.
            Err(error) => {
                if counts {
                    measured.failed(error);
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
    measured
}

/// Waits until a message is due. Returns the instant from which its answer counts: the one at which it was due where that is
/// over, so that a server that keeps a connection waiting does not make its next messages later, and look fast.
async fn wait_until(due: Instant) -> Instant {
    if due < Instant::now() {
        return due;
    }
    tokio::time::sleep_until(due.into()).await;
    // The timer's own millisecond is nobody's fault.
    Instant::now()
}

async fn show(webhook: &Webhook, person: u32) {
    let mut client = webhook.client();
    let mut place = Place::new(person, 1);
    loop {
        println!("> {}", place.message().text);
        let received: Received = client.send(&place.message()).await.unwrap();
        for reply in &received.replies {
            println!("< {}", reply.replace('\n', "\n  "));
        }
        if place.hear(&received.replies).is_some() {
            return;
        }
    }
}

fn policies(people: u32) {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    writeln!(out, "{}", policies::COLUMNS).unwrap();
    for number in 0..people {
        writeln!(out, "{}", policies::line(number)).unwrap();
    }
    out.flush().unwrap();
}
