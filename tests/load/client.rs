//! HTTP/1.1 over one connection that is kept, with as little work as possible: the driver must not be what is measured.

use serde::{Serialize, de::DeserializeOwned};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// A connection to the webhook of one account.
pub(crate) struct Client {
    address: String,
    head: String,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

impl Client {
    pub(crate) fn new(url: &str, account: &str, secret: &str) -> Self {
        let address = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let head = format!(
            "POST /channels/sms/{account} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {secret}\r\n\
             Content-Type: application/json\r\nContent-Length: "
        );
        Self { address, head, stream: None, buffer: Vec::with_capacity(8192) }
    }

    /// Sends a message and returns the answer; or what went wrong, in a word or two that can be counted.
    pub(crate) async fn send<T: DeserializeOwned>(&mut self, message: &impl Serialize) -> Result<T, String> {
        let body = serde_json::to_string(message).unwrap();
        let request = format!("{}{}\r\n\r\n{body}", self.head, body.len());
        let answer = self.exchange(request.as_bytes()).await.map_err(|error| error.kind().to_string());
        if answer.is_err() {
            self.stream = None;
        }
        let (status, body) = answer?;
        if status != 200 {
            return Err(format!("status {status}"));
        }
        serde_json::from_slice(&body).map_err(|error| error.to_string())
    }

    async fn exchange(&mut self, request: &[u8]) -> std::io::Result<(u16, Vec<u8>)> {
        let stream = if let Some(stream) = &mut self.stream {
            stream
        } else {
            let stream = TcpStream::connect(&self.address).await?;
            stream.set_nodelay(true)?;
            self.stream.insert(stream)
        };
        stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(std::io::ErrorKind::ConnectionReset.into());
            }
            let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let head = std::str::from_utf8(&self.buffer[..end]).map_err(|_| std::io::ErrorKind::InvalidData)?;
            let status = head.get(9..12).and_then(|code| code.parse().ok()).ok_or(std::io::ErrorKind::InvalidData)?;
            let length: usize = head
                .lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .and_then(|(_, value)| value.trim().parse().ok())
                .ok_or(std::io::ErrorKind::InvalidData)?;
            let whole = end + 4 + length;
            while self.buffer.len() < whole {
                if stream.read_buf(&mut self.buffer).await? == 0 {
                    return Err(std::io::ErrorKind::ConnectionReset.into());
                }
            }
            return Ok((status, self.buffer[end + 4..whole].to_vec()));
        }
    }
}
