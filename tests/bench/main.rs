//! The parts of a message's way, each by itself: `http`, `turn`, `store`. Each prints microseconds a message. `keys` weighs other
//! keys of the store's rows.
//!
//! `cargo run --release --example bench -- http`, on a quiet machine, in release. Who writes, and what, is the load driver's
//! people (`tests/load/people.rs`), so that the parts add up to what `tests/load/run` measures. What understanding a text
//! costs is in `bench-understand`.
#![expect(clippy::unwrap_used, reason = "a tool that measures stops at the first thing that it cannot do")]
#![expect(clippy::print_stdout, reason = "it prints its report")]

#[path = "../load/client.rs"]
mod client;
mod cpu;
mod crowd;
mod http;
mod keys;
#[path = "../load/people.rs"]
mod people;
#[path = "../load/policies.rs"]
mod policies;
#[path = "../load/process.rs"]
mod process;
mod store;
mod turn;

use clap::{Parser, Subcommand};

/// As the server has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures a part of a message's way by itself.
#[derive(Debug, Parser)]
struct Options {
    #[command(subcommand)]
    bench: Bench,
    /// Prints JSON, a line for each figure.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Bench {
    /// A post through the router and back, with an intake behind it that takes nothing.
    Http {
        #[arg(long, default_value_t = 64)]
        connections: usize,
        #[arg(long, default_value_t = 5)]
        seconds: u64,
    },
    /// Reading and answering a message, with nothing stored.
    Turn {
        /// People whose claims are made one after the other.
        #[arg(long, default_value_t = 200)]
        people: u32,
    },
    /// Storing the turns of many people, a group at a time.
    Store {
        /// `sqlite:PATH` or `postgres://…`; without it SQLite in a folder that is thrown away.
        #[arg(long)]
        url: Option<String>,
        /// How many are stored at the same time.
        #[arg(long, default_value_t = 64)]
        group: usize,
        #[arg(long, default_value_t = 400)]
        groups: u32,
        /// PostgreSQL's first process: the CPU of all that it started is reported.
        #[arg(long)]
        database: Option<u32>,
    },
    /// A turn's rows under keys of 36 characters, of 16 bytes and of integers. Prints a table of its own.
    Keys {
        /// `postgres://…`; without it SQLite in a folder that is thrown away.
        #[arg(long)]
        url: Option<String>,
        /// How many are there before any is measured.
        #[arg(long, default_value_t = 100_000)]
        conversations: u64,
        #[arg(long, default_value_t = 580)]
        groups: u64,
        /// PostgreSQL's first process: its CPU and that of all that it started is what is measured.
        #[arg(long)]
        database: Option<u32>,
    },
}

fn main() {
    let Options { bench, json } = Options::parse();
    let found = match bench {
        Bench::Http { connections, seconds } => http::run(connections, seconds),
        Bench::Turn { people } => turn::run(people),
        Bench::Store { url, group, groups, database } => store::run(url, group, groups, database),
        Bench::Keys { url, conversations, groups, database } => {
            return keys::run(url.as_deref(), conversations, groups, database);
        }
    };
    for (name, microseconds) in found {
        if json {
            println!("{}", serde_json::json!({ "name": name, "microseconds": microseconds }));
        } else {
            println!("{name:<50}{microseconds:>9.1} µs a message");
        }
    }
}

/// What a benchmark found: microseconds a message.
type Found = Vec<(&'static str, f64)>;
