//! A line to PostgreSQL that is cut, stands still, or refuses, as lines do.

use std::{path::PathBuf, sync::Arc};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
};
use url::Url;

pub(crate) struct Line {
    pub(crate) url: String,
    state: watch::Sender<State>,
}

#[derive(Clone, Copy, Default)]
struct State {
    /// Grows with each cut: what was connected before it carries nothing more.
    cuts: u32,
    stands: bool,
    refuses: bool,
}

impl Line {
    pub(crate) async fn to(url: &str) -> Self {
        let mut url = Url::parse(url).unwrap();
        let socket = url.query_pairs().find(|(name, _)| name == "host").map(|(_, folder)| folder.into_owned());
        let server = match socket {
            Some(folder) => Server::Socket(PathBuf::from(folder).join(".s.PGSQL.5432")),
            None => Server::Port(format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432))),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        url.set_query(None);
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        let state = watch::Sender::new(State::default());
        tokio::spawn(serve(listener, Arc::new(server), state.clone()));
        Self { url: url.into(), state }
    }

    /// Half open: what is connected stays so and carries nothing more, and nobody is told. New connections are carried.
    pub(crate) fn cut(&self) {
        self.state.send_modify(|state| state.cuts += 1);
    }

    /// Carries nothing until it goes on; nothing is lost.
    pub(crate) fn stand(&self, stands: bool) {
        self.state.send_modify(|state| state.stands = stands);
    }

    /// Ends all connections and takes no new ones, as a server that is stopped.
    pub(crate) fn refuse(&self, refuses: bool) {
        self.state.send_modify(|state| state.refuses = refuses);
    }
}

enum Server {
    Socket(PathBuf),
    Port(String),
}

async fn serve(listener: TcpListener, server: Arc<Server>, state: watch::Sender<State>) {
    loop {
        let (client, _) = listener.accept().await.unwrap();
        let (server, state) = (Arc::clone(&server), state.subscribe());
        tokio::spawn(async move {
            if state.borrow().refuses {
                return;
            }
            match &*server {
                Server::Socket(path) => carry(client, UnixStream::connect(path).await.unwrap(), state).await,
                Server::Port(address) => carry(client, TcpStream::connect(address).await.unwrap(), state).await,
            }
        });
    }
}

async fn carry(client: TcpStream, server: impl AsyncRead + AsyncWrite, state: watch::Receiver<State>) {
    let (from_client, to_client) = split(client);
    let (from_server, to_server) = split(server);
    // With the first that ends both connections are closed.
    tokio::select! {
        () = pump(from_client, to_server, state.clone()) => {}
        () = pump(from_server, to_client, state) => {}
    }
}

async fn pump(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, mut state: watch::Receiver<State>) {
    let cuts = state.borrow_and_update().cuts;
    let mut buffer = vec![0; 64 * 1024];
    let mut waiting = 0;
    loop {
        let now = *state.borrow_and_update();
        if now.refuses {
            return;
        }
        if now.cuts != cuts {
            // Both ends stay open, and hear nothing.
            std::future::pending::<()>().await;
        }
        if waiting > 0 && !now.stands {
            if to.write_all(&buffer[..waiting]).await.is_err() {
                return;
            }
            waiting = 0;
        }
        tokio::select! {
            changed = state.changed() => {
                if changed.is_err() {
                    return;
                }
            }
            read = from.read(&mut buffer), if waiting == 0 => match read {
                Ok(0) | Err(_) => return,
                Ok(read) => waiting = read,
            },
        }
    }
}
