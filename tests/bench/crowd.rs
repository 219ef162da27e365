//! People at different points of their claims, whose turns are made as the intake makes them.

use std::sync::Arc;

use guichet::{
    contract::{Calendar, name_key, number_key, read_policies},
    conversation::{Accounts, Conversation, InboundContext, Input, Services, Turn, files::Files},
    domain::{
        clock::Clock,
        language::Language,
        message::{Author, Body, Channel, Endpoint},
    },
    flow::{Library, built_in},
    store::{Commit, Engine, PolicyRow},
};

use crate::{
    people::Place,
    policies::{self, COLUMNS, INSURER},
};

/// The account at which people write.
const ACCOUNT: &str = "load";

/// What turns are made with.
pub(crate) struct Desk {
    pub(crate) store: Engine,
    services: Services,
    library: Arc<Library>,
    clock: Clock,
}

impl Desk {
    /// Opens the database at `url`, and imports the policies of so many people.
    pub(crate) async fn open(url: &str, people: u32) -> Self {
        let (store, clock) = (Engine::open(url).await.unwrap(), Clock::system());
        store.put_policies(&rows(people), clock.now()).await.unwrap();
        let library = Arc::new(Library::from_sources(built_in()).unwrap());
        library.intents().classifier().train();
        let calendar = Calendar::from_yaml(library.sources().get("holidays.yaml").unwrap()).unwrap();
        let experts = Arc::clone(library.experts());
        let services =
            Services::new(Arc::new(store.clone()), calendar, experts, Accounts::default(), "http://127.0.0.1:8480");
        Self { store, services, library, clock }
    }
}

/// The policies of so many people, as they are imported.
fn rows(people: u32) -> Vec<PolicyRow> {
    let lines = (0..people).map(policies::line);
    let file = [COLUMNS.to_owned()].into_iter().chain(lines).collect::<Vec<_>>().join("\n");
    let row = |policy: guichet::contract::Policy| PolicyRow {
        insurer: policy.insurer.clone(),
        number_key: number_key(&policy.number),
        name_key: name_key(&policy.last_name),
        birth_date: policy.birth_date.map(|date| date.to_string()),
        postcode: policy.postcode.clone(),
        policy: serde_json::to_value(policy).unwrap(),
    };
    read_policies(file.as_bytes()).unwrap().into_iter().map(row).collect()
}

/// A place with the conversation of the person who is there.
pub(crate) struct Seat {
    place: Place,
    conversation: Option<Conversation>,
}

/// A turn that is made and not yet stored.
pub(crate) struct Made {
    pub(crate) commit: Commit,
    pub(crate) conversation: Conversation,
}

impl Seat {
    pub(crate) fn new(first: u32, step: u32) -> Self {
        Self { place: Place::new(first, step), conversation: None }
    }

    /// The conversation as it stands, as the intake takes it from its cache.
    pub(crate) fn conversation(&self, desk: &Desk) -> Conversation {
        self.conversation.clone().unwrap_or_else(|| {
            let address = self.place.message().from;
            let endpoint = Endpoint { channel: Channel::Sms, account: ACCOUNT.to_owned(), address };
            let ids = desk.services.look_ups().ids();
            let library = Arc::clone(&desk.library);
            Conversation::open(endpoint, INSURER, Language::Fr, library, &ids, desk.clock.now())
        })
    }

    /// What the person sends.
    pub(crate) fn input(&self) -> Input {
        let message = self.place.message();
        let body = Body { text: message.text.to_owned(), ..Body::default() };
        Input::Message { body, client_id: Some(message.id), files: Files::default(), settle: false }
    }

    /// The key by which a redelivery of it is known.
    pub(crate) fn context(&self) -> InboundContext {
        let message = self.place.message();
        let key = format!("sms|{ACCOUNT}|{}|{}", message.from, message.id);
        InboundContext { key: Some(key), ..InboundContext::default() }
    }

    /// The person hears what the turn says, and another one takes the place of who is done. Returns whether that is so.
    pub(crate) fn hear(&mut self, made: Made) -> bool {
        let said = made.commit.rows.messages.iter().filter(|message| message.author != Author::Policyholder);
        let replies: Vec<String> = said.map(|message| guichet::channel::sms::render::plain(&message.body)).collect();
        let ended = self.place.hear(&replies).is_some();
        self.conversation = (!ended).then_some(made.conversation);
        ended
    }
}

/// Makes the turn of `input`.
pub(crate) async fn make(desk: &Desk, conversation: Conversation, input: Input) -> Turn {
    Turn::make(conversation, input, &desk.services, desk.clock.now()).await.unwrap()
}

/// What the store must keep of it.
pub(crate) fn finish(turn: Turn, context: InboundContext) -> Made {
    let (commit, conversation) = turn.finish(context).unwrap();
    Made { commit, conversation }
}
