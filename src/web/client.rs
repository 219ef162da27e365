//! The client's address: the peer's or, behind one of the configured proxies, the one that the proxy names.

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request},
    http::{Extensions, HeaderMap, header, request::Parts},
};

use super::socket::Peer;
use crate::config::{Network, is_in};

/// The client's address. A client can write any `X-Forwarded-For`, so only a known proxy's is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// The client's address, as it was noted.
    pub(crate) fn of(extensions: &Extensions) -> Self {
        extensions.get::<Self>().copied().unwrap_or(Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED)))
    }

    /// What limits count it for.
    pub(crate) fn network(self) -> IpAddr {
        network(self.0)
    }
}

/// Whether a proxy that is not one of ours passed the request on: its client is anybody.
pub(super) fn is_behind_unknown_proxy(headers: &HeaderMap, extensions: &Extensions, proxies: &[Network]) -> bool {
    let is_passed_on = headers.contains_key("x-forwarded-for") || headers.contains_key(header::FORWARDED);
    let peer = extensions.get::<ConnectInfo<Peer>>().map(|info| info.0.address.ip().to_canonical());
    is_passed_on && !peer.is_some_and(|peer| is_in(proxies, peer))
}

/// Adds the client's address to the request's extensions.
pub(super) fn note(mut request: Request, proxies: &[Network]) -> Request {
    let peer = request.extensions().get::<ConnectInfo<Peer>>().map(|info| info.0.address.ip());
    if let Some(peer) = peer {
        let client = ClientAddress(client(peer, request.headers(), proxies));
        request.extensions_mut().insert(client);
    }
    request
}

/// The last address of the chain that is not one of our proxies.
pub(super) fn client(peer: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> IpAddr {
    let mut client = peer.to_canonical();
    let named = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let chain: Vec<&str> = named.flat_map(|value| value.split(',')).collect();
    for named in chain.into_iter().rev() {
        if !is_in(proxies, client) {
            break;
        }
        let Ok(before) = named.trim().parse::<IpAddr>() else { break };
        client = before.to_canonical();
    }
    client
}

/// What limits count an address for: an IPv6 subscriber has a whole /64.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        address @ IpAddr::V4(_) => address,
    }
}

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions))
    }
}

#[cfg(test)]
mod tests;
