//! How long a search takes in a database that `fill` made, asked of the store itself: by everybody's user, and by one of the smallest
//! insurer's.

use std::{sync::Arc, time::Instant};

use guichet::{
    domain::clock::Clock,
    dossier::Search,
    finding::Finding,
    flow::{Library, built_in},
    identity::{Reach, Scope},
    store::Engine,
};

/// What handlers type: whole, half typed, common, rare, wrong, nowhere.
const SEARCHES: [&str; 16] = [
    "martin",
    "mar",
    "ma",
    "jeanne martin",
    "jea mar",
    "zoe petit",
    "le goff",
    "dupr",
    "06 39 98",
    "lyon",
    "69003 lilas",
    "fuite",
    "fuite cuisine",
    "matrin jeanne",
    "expert photos parquet",
    "nobody at all",
];

#[derive(Debug, clap::Args)]
pub(crate) struct Find {
    #[arg(long)]
    store: String,
    #[arg(long, default_value_t = 20)]
    rounds: u32,
}

/// Indexes all dossiers of a database; returns how many.
pub(crate) async fn index(store: &Engine) -> usize {
    let library = Arc::new(Library::from_sources(built_in()).unwrap());
    Finding { store: store.clone(), library, clock: Clock::system() }.sweep().await.unwrap()
}

pub(crate) async fn find(options: &Find) {
    let store = Engine::open(&options.store).await.unwrap();
    let begun = Instant::now();
    let indexed = index(&store).await;
    println!("{indexed} dossiers were indexed in {:.0} s", begun.elapsed().as_secs_f64());
    let scopes = [
        ("all insurers", Scope::everything()),
        ("the smallest", Scope::of("handler", "load", ["ile"].into_iter().collect(), Reach::none())),
    ];
    for (whose, scope) in &scopes {
        for text in SEARCHES {
            let (mut took, mut found) = (Vec::new(), 0);
            for round in 0..=options.rounds {
                let begun = Instant::now();
                let hits = store.cases(scope).find(&Search::of(text), 50).await.unwrap();
                // The first fills the caches.
                if round > 0 {
                    took.push(begun.elapsed().as_secs_f64() * 1e3);
                }
                found = hits.hits.len();
            }
            took.sort_by(f64::total_cmp);
            let (half, most) = (took[took.len() / 2], took[took.len() - 1]);
            println!("{whose:<13} {text:<22} {found:>3} found, half within {half:>6.1} ms, all within {most:>6.1} ms");
        }
    }
    store.close().await;
}
