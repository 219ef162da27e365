//! The client's address: the peer's or, behind one of the configured proxies, the one that the proxy names.

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr},
};

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request},
    http::{HeaderMap, request::Parts},
};

use super::socket::Peer;

/// The client's address. A client can write any `X-Forwarded-For`, so only a known proxy's is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ClientAddress(pub IpAddr);

/// Adds the client's address to the request's extensions.
pub(super) fn note(mut request: Request, proxies: &[IpAddr]) -> Request {
    let peer = request.extensions().get::<ConnectInfo<Peer>>().map(|info| info.0.address.ip());
    if let Some(peer) = peer {
        let client = ClientAddress(client(peer, request.headers(), proxies));
        request.extensions_mut().insert(client);
    }
    request
}

/// The last address of the chain that is not one of our proxies.
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
mod tests;
