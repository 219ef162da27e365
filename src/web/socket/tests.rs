use std::{sync::Arc, time::Duration};

use axum::{Router, response::IntoResponse as _, routing::get};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader},
    sync::mpsc::{self, UnboundedSender},
};

use tokio_util::sync::CancellationToken;

use super::*;
use crate::{
    config::Config,
    telemetry::Metrics,
    web::{ConnectionLimits, Server},
};

/// A server with one event stream, which says what it is given.
struct Trial {
    address: SocketAddr,
    say: UnboundedSender<&'static str>,
}

/// Dropped with the stream.
struct Alive(#[expect(dead_code, reason = "it is counted")] Arc<()>);

async fn start(alive: Arc<()>) -> Trial {
    let sockets = Sockets::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = sockets.local_addr().unwrap();
    let (say, said) = mpsc::unbounded_channel::<&'static str>();
    let said = Arc::new(Mutex::new(Some((said, Alive(alive)))));
    let events = move |way_out: WayOut| async move {
        let state = said.lock().unwrap().take().unwrap();
        let words = stream::unfold(state, async |(mut said, alive)| {
            let word = said.recv().await?;
            Some((Ok::<_, io::Error>(Bytes::from(word)), (said, alive)))
        });
        detach(Body::from_stream(words).into_response(), way_out)
    };
    let router = Router::new().route("/events", get(events)).route("/", get(|| async { "hello" }));
    let config = Config::load(None, []).unwrap().server;
    let server = Server::new(router, &config, ConnectionLimits::new(&config, None), Metrics::default());
    tokio::spawn(async move { server.serve(sockets, &CancellationToken::new(), PATIENCE).await });
    Trial { address, say }
}

/// The lines of a head.
async fn head(peer: &mut BufReader<TcpStream>) -> Vec<String> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        peer.read_line(&mut line).await.unwrap();
        if line == "\r\n" {
            return lines;
        }
        lines.push(line.trim_end().to_owned());
    }
}

async fn read(peer: &mut BufReader<TcpStream>, expected: &str) {
    let mut found = vec![0; expected.len()];
    timeout(PATIENCE, peer.read_exact(&mut found)).await.unwrap().unwrap();
    assert_eq!(String::from_utf8(found).unwrap(), expected);
}

/// Asks on a connection that served something else before.
async fn connect(trial: &Trial, version: &str) -> (BufReader<TcpStream>, Vec<String>) {
    let mut peer = BufReader::new(TcpStream::connect(trial.address).await.unwrap());
    if version == "1.1" {
        peer.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        assert_eq!(head(&mut peer).await[0], "HTTP/1.1 200 OK");
        read(&mut peer, "hello").await;
    }
    peer.write_all(format!("GET /events HTTP/{version}\r\nHost: x\r\n\r\n").as_bytes()).await.unwrap();
    let head = head(&mut peer).await;
    assert_eq!(head[0], format!("HTTP/{version} 200 OK"));
    (peer, head)
}

#[tokio::test]
async fn a_stream_goes_on_without_http_and_ends_as_it_would_with_it() {
    let alive = Arc::new(());
    let trial = start(Arc::clone(&alive)).await;
    trial.say.send("said before the head was written").unwrap();
    let (mut peer, head) = connect(&trial, "1.1").await;
    for line in ["transfer-encoding: chunked", "connection: close"] {
        assert!(head.iter().any(|known| known == line), "{line} is not in {head:?}");
    }
    read(&mut peer, "20\r\nsaid before the head was written\r\n").await;
    trial.say.send("and after").unwrap();
    read(&mut peer, "9\r\nand after\r\n").await;
    drop(trial.say);
    read(&mut peer, "0\r\n\r\n").await;
    assert_eq!(peer.read(&mut [0]).await.unwrap(), 0);
    assert_eq!(Arc::strong_count(&alive), 1);
}

#[tokio::test]
async fn a_stream_ends_with_its_peer() {
    let alive = Arc::new(());
    let trial = start(Arc::clone(&alive)).await;
    trial.say.send("hello").unwrap();
    let (mut peer, _) = connect(&trial, "1.1").await;
    read(&mut peer, "5\r\nhello\r\n").await;
    assert_eq!(Arc::strong_count(&alive), 2);
    drop(peer);
    let gone = async {
        while Arc::strong_count(&alive) > 1 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, gone).await.expect("the stream outlives its peer");
}

#[tokio::test]
async fn a_client_that_knows_no_chunks_is_answered_by_the_library() {
    let trial = start(Arc::default()).await;
    trial.say.send("hello").unwrap();
    let (mut peer, _) = connect(&trial, "1.0").await;
    read(&mut peer, "hello").await;
    drop(trial.say);
    assert_eq!(peer.read(&mut [0]).await.unwrap(), 0);
}
