//! Where a request comes from: its peer or, behind one of the configured proxies, whom that proxy names.

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request},
    http::{HeaderMap, request::Parts},
};

/// The client's address. A client can write any `X-Forwarded-For`, so that only a known proxy's is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ClientAddress(pub IpAddr);

/// Notes the client's address for whoever asks for it below.
pub(super) fn note(mut request: Request, proxies: &[IpAddr]) -> Request {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    if let Some(peer) = peer {
        let client = ClientAddress(client(peer, request.headers(), proxies));
        request.extensions_mut().insert(client);
    }
    request
}

/// The last address of the chain that is no proxy of ours.
fn client(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    let mut client = peer.to_canonical();
    let named = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let chain: Vec<&str> = named.flat_map(|value| value.split(',')).collect();
    for named in chain.into_iter().rev() {
        if !proxies.contains(&client) {
            break;
        }
        let Ok(before) = named.trim().parse::<IpAddr>() else { break };
        client = before.to_canonical();
    }
    client
}

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().copied().unwrap_or(Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_known_proxy_is_believed() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let ours = [ip("127.0.0.1"), ip("10.0.0.2")];
        for (peer, forwarded, found) in [
            ("203.0.113.7", "", "203.0.113.7"),
            ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
            ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("127.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
            ("127.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
            ("127.0.0.1", "nonsense", "127.0.0.1"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
            assert_eq!(client(ip(peer), &headers, &ours), ip(found), "{peer} {forwarded}");
        }
    }
}
