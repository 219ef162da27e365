//! Which conversation a message belongs to: the one that goes on at its address, or the one whose secret it brings.
//!
//! Nobody else's message joins a conversation: what admits one is a secret that was given in it, or an address that is
//! its own.

use std::sync::Arc;

use jiff::SignedDuration;

use super::{Citation, Inbound, InboundKind, Inner, IntakeError};
use crate::{
    conversation::{InboundContext, Input, Presented, begins_another, presented},
    domain::{
        id::ConversationId,
        message::{Body, Endpoint},
        token,
    },
    store::Binding,
};

/// The most secrets that may be tried from one address within [`WINDOW`]: with a thousand valid ones, guessing one
/// takes years.
const MAX_TRIES: u32 = 5;
/// The most that may be tried at one of our accounts within [`WINDOW`], from all addresses together.
const MAX_TRIES_ON_ACCOUNT: u32 = 200;
const WINDOW: SignedDuration = SignedDuration::from_mins(10);

impl Inner {
    /// The secret that an item brings; none when too many were tried. Tries are counted in the store, so the limit
    /// holds for all nodes together and across restarts.
    pub(super) async fn secret_of(&self, inbound: &Inbound) -> Result<Option<Presented>, IntakeError> {
        let text = match &inbound.kind {
            InboundKind::Message(body) => body.text.as_str(),
            InboundKind::Open => "",
            InboundKind::Edit { .. } | InboundKind::SpeakLanguage(_) => return Ok(None),
        };
        let Some(found) = presented(inbound.endpoint.channel, inbound.token.as_deref(), text) else { return Ok(None) };
        let now = self.clock.now();
        let account = Endpoint { address: String::new(), ..inbound.endpoint.clone() };
        for (place, most) in [(&inbound.endpoint, MAX_TRIES), (&account, MAX_TRIES_ON_ACCOUNT)] {
            if !self.store.may_try(&tried_at(place), most, now, now + WINDOW).await? {
                // Whoever guesses is told nothing: the item is handled like any other message.
                return Ok(None);
            }
        }
        Ok(Some(found))
    }

    /// The conversation that goes on at an address.
    pub(super) async fn known(&self, endpoint: &Endpoint) -> Result<Option<ConversationId>, IntakeError> {
        // An address may have left a conversation, perhaps on another node. One in memory that does not know it yet has an
        // old revision, which its next turn notices; one that does counts one move more.
        let holds = |(id, moves): &(ConversationId, i64)| {
            self.conversations.get(id).is_some_and(|conversation| conversation.fence.moves == *moves)
        };
        match self.endpoints.get(endpoint).filter(holds) {
            Some((id, _)) => Ok(Some(id)),
            None => Ok(self.store.conversation_at(endpoint).await?),
        }
    }

    /// The route of an item that brings the secret `found`; `without` is its route without the secret. A secret that
    /// opens nothing leaves `without` as it is, unless the person clearly meant it as a secret.
    pub(super) async fn route(&self, found: &Presented, without: Route) -> Result<Route, IntakeError> {
        let (body, client_id) = match &without.input {
            Input::Message { body, client_id, .. } => (body.clone(), client_id.clone()),
            _ => (Body::default(), None),
        };
        let away = |sentence| {
            let input = Input::NoWay { body: body.clone(), client_id: client_id.clone(), sentence };
            Route { to: without.to, input, context: InboundContext::default() }
        };
        let Some(to) = self.store.channel_switch(&found.secret_hash, self.clock.now()).await? else {
            return Ok(if found.is_meant { away("crossing_unknown") } else { without });
        };
        let leaves = without.to.filter(|at| *at != to);
        if let Some(left) = leaves
            && !self.may_leave(left).await?
        {
            return Ok(away("crossing_busy"));
        }
        let binding = Binding { spends: Some(found.secret_hash.clone()), leaves, ..Binding::default() };
        let context = InboundContext {
            key: None,
            claims: without.to != Some(to),
            proof: Some(found.proof),
            binding,
            cited: None,
        };
        Ok(Route { to: Some(to), input: Input::SwitchChannel { body, client_id }, context })
    }

    /// The route of an item that cites a conversation. A sender whose address is known there, by another account of
    /// ours, goes on there; anybody else keeps their `route`, and the citation is proposed to a handler.
    pub(super) async fn thread(
        &self,
        cites: &[Citation],
        insurer: &str,
        from: &Endpoint,
        mut route: Route,
    ) -> Result<Route, IntakeError> {
        if route.context.binding.spends.is_some() {
            return Ok(route);
        }
        let mut cited = None;
        for citation in cites {
            cited = match citation {
                Citation::Conversation(id) => match self.store.dossier_of(*id).await? {
                    Some(dossier) => self.store.dossier(dossier).await?,
                    None => None,
                },
                Citation::Reference(reference) => self.store.dossier_by_reference(reference).await?,
            };
            if cited.is_some() {
                break;
            }
        }
        let Some(cited) = cited.filter(|cited| cited.insurer == insurer && !cited.status.is_over()) else {
            return Ok(route);
        };
        match route.to {
            Some(at) if at == cited.conversation => return Ok(route),
            Some(at) if self.store.has_cited(at, cited.conversation).await? => return Ok(route),
            Some(_) => {}
            None => {
                let known = self.store.addresses(cited.conversation).await?;
                let is_same = |at: &Endpoint| at.channel == from.channel && at.address == from.address;
                if known.iter().any(|row| is_same(&row.endpoint)) {
                    route.to = Some(cited.conversation);
                    route.context.claims = true;
                    return Ok(route);
                }
            }
        }
        route.context.cited = Some(Box::new(cited));
        Ok(route)
    }

    /// Whether a message begins another claim at an address whose last one is done.
    pub(super) async fn begins_another(&self, id: ConversationId, input: &Input) -> Result<bool, IntakeError> {
        let Input::Message { body, .. } = input else { return Ok(false) };
        let conversation = if let Some(conversation) = self.conversations.get(&id) {
            conversation
        } else {
            let loaded = Arc::new(self.load(id).await?);
            self.conversations.insert(id, Arc::clone(&loaded));
            loaded
        };
        Ok(begins_another(&conversation, body, self.clock.now()))
    }

    /// Whether nothing is under way in a conversation that its address leaves.
    async fn may_leave(&self, conversation: ConversationId) -> Result<bool, IntakeError> {
        let left = self.load(conversation).await?;
        Ok(left.state.is_over() || left.dossier.is_none_or(|dossier| dossier.status.is_over()))
    }
}

/// The name under which tries at a place are counted: its hash, for an address is personal.
fn tried_at(place: &Endpoint) -> String {
    let Endpoint { channel, account, address } = place;
    token::hash(&format!("{}|{account}|{address}", channel.name()))
}

/// Where an item goes, as which input, and with what context.
pub(super) struct Route {
    /// The conversation that it goes to; none opens one.
    pub(super) to: Option<ConversationId>,
    pub(super) input: Input,
    pub(super) context: InboundContext,
}
