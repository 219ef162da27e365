//! Whose conversation a message belongs to: the one that goes on at its address, or the one whose secret it brings.
//!
//! Somebody else's message never joins a conversation: only a secret that was given in it, or an address that is its own.

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

/// The most secrets that are tried from one address in this time: guessing one of a thousand that are good takes it years.
const MAX_TRIES: u32 = 5;
/// The same for one of our accounts, whatever the addresses.
const MAX_TRIES_ON_ACCOUNT: u32 = 200;
const WINDOW: SignedDuration = SignedDuration::from_mins(10);

impl Inner {
    /// The secret that an item brings, unless too many were tried: on all nodes together, and also before a restart.
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
                // Whoever guesses learns nothing: this is a message like any other.
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
            self.conversations.get(id).is_some_and(|conversation| conversation.row.moves == *moves)
        };
        match self.endpoints.get(endpoint).filter(holds) {
            Some((id, _)) => Ok(Some(id)),
            None => Ok(self.store.conversation_at(endpoint).await?),
        }
    }

    /// Where a secret leads, and how the item goes there instead of the way that it would go without. A secret that opens
    /// nothing changes nothing, unless it was meant as one.
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

    /// What it means for an item's way that it names a conversation. Who is known there by the same address, at another
    /// account of ours, goes on there; anybody else stays where they are, and a handler learns of it.
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

/// How an item goes on.
pub(super) struct Route {
    /// None opens a conversation.
    pub(super) to: Option<ConversationId>,
    pub(super) input: Input,
    pub(super) context: InboundContext,
}
