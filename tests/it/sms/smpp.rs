//! The real program bound to a carrier that is node-smpp's server.

use std::process::{Command, Stdio};

use guichet::{
    domain::message::{Author, Channel, Endpoint},
    store::{Delivery, Store},
};
use serde_json::{Value as Json, json};

use crate::support::{Database, Process, Server, on_both_engines};

on_both_engines! {
    a_claim_goes_to_and_fro_in_parts_past_a_throttle_and_a_carrier_that_dies,
}

const PERSON: &str = "33639980001";

struct Carrier {
    process: Process,
    /// What it told that nobody waited for yet.
    told: Vec<Json>,
}

impl Carrier {
    /// On a port, or any; returns it.
    fn start(port: u64) -> (Self, u64) {
        let mut command = Command::new("node");
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/carrier.mjs")).arg(port.to_string());
        let mut carrier = Self { process: Process::start(command.stdin(Stdio::piped())), told: Vec::new() };
        let port = carrier.wait_for("listening")["listening"].as_u64().unwrap();
        (carrier, port)
    }

    /// The next event of this name; others keep their turn.
    fn wait_for(&mut self, name: &str) -> Json {
        loop {
            if let Some(at) = self.told.iter().position(|event| !event[name].is_null()) {
                return self.told.remove(at);
            }
            self.told.push(serde_json::from_str(&self.process.line()).unwrap());
        }
    }

    fn deliver(&mut self, fields: &Json) {
        let mut fields = fields.clone();
        fields["source_addr"] = PERSON.into();
        self.process.tell(&json!({ "deliver": fields }).to_string());
    }

    /// The next message that was submitted: the last part's identifier, and the whole text.
    fn message(&mut self) -> (String, String) {
        let mut text = String::new();
        loop {
            let part = self.wait_for("submitted")["submitted"].take();
            assert_eq!((part["from"].as_str(), part["to"].as_str()), (Some("38123"), Some(PERSON)));
            text.push_str(part["message"].as_str().unwrap());
            // 05 00 03, reference, total, number.
            let header = part["udh"][0].as_str().map(|header| hex::decode(header).unwrap());
            let place = header.as_deref().map(|header| (header[header.len() - 2], header[header.len() - 1]));
            let is_last = place.is_none_or(|(total, number)| total == number);
            assert_eq!(part["report"], u8::from(is_last));
            if is_last {
                return (part["id"].as_str().unwrap().to_owned(), text);
            }
        }
    }
}

async fn said(store: &Store, author: impl Fn(&Author) -> bool) -> Vec<String> {
    let endpoint = Endpoint { channel: Channel::Sms, account: "carrier".into(), address: format!("+{PERSON}") };
    let id = store.conversation_at(&endpoint).await.unwrap().unwrap();
    let messages = store.messages(id, 0, 1000).await.unwrap();
    messages.into_iter().filter(|message| author(&message.author)).map(|message| message.body.text).collect()
}

async fn a_claim_goes_to_and_fro_in_parts_past_a_throttle_and_a_carrier_that_dies(db: Database) {
    let (mut carrier, port) = Carrier::start(0);
    let account = format!(
        "[[sms.smpp]]\naccount = 'carrier'\ninsurer = 'demo'\nurl = 'smpp://127.0.0.1:{port}'\nsystem_id = 'guichet'\n\
         password = 'p4ss'\nsource = '38123'\nenquire_link_seconds = 1\n"
    );
    let _server = Server::start_with(&db.url, &account);
    let store = db.store().await;
    assert_eq!(carrier.wait_for("bound"), json!({ "bound": true, "version": 0x34 }));

    // Two parts, the second first: each is acknowledged for itself, and they make one message.
    carrier.deliver(&json!({ "udh": "050003070202", "message": " dans la salle de bain" }));
    assert_eq!(carrier.wait_for("acknowledged")["status"], 0);
    carrier.deliver(&json!({ "udh": "050003070201", "message": "Bonjour, j'ai une fuite" }));
    assert_eq!(carrier.wait_for("acknowledged")["status"], 0);
    let (id, first) = carrier.message();
    let by_person = |author: &Author| *author == Author::Policyholder;
    assert_eq!(said(&store, by_person).await, ["Bonjour, j'ai une fuite dans la salle de bain"]);
    assert!(!first.is_empty());
    // The last part again: its acknowledgement was lost. Nothing happens twice.
    carrier.deliver(&json!({ "udh": "050003070201", "message": "Bonjour, j'ai une fuite" }));
    assert_eq!(carrier.wait_for("acknowledged")["status"], 0);
    assert_eq!(said(&store, by_person).await.len(), 1);

    // The report reaches the message.
    let report = format!("id:{id} sub:001 dlvrd:001 submit date:2611211000 done date:2611211001 stat:DELIVRD err:000");
    carrier.deliver(&json!({ "esm_class": 4, "message": report }));
    assert_eq!(carrier.wait_for("acknowledged")["status"], 0);
    let row = store.outbox_by_provider_id(Channel::Sms, "carrier", &id).await.unwrap().unwrap();
    assert_eq!(row.delivery, Delivery::Delivered);

    // A carrier that throttles gets the same message again, a little later.
    carrier.process.tell(&json!({ "throttle": 1 }).to_string());
    carrier.deliver(&json!({ "message": "oui" }));
    carrier.wait_for("throttled");
    let (_, again) = carrier.message();
    assert!(!again.is_empty());

    // The line is watched, and bound again when the carrier comes back.
    carrier.wait_for("enquired");
    drop(carrier);
    let (mut carrier, _) = Carrier::start(port);
    carrier.wait_for("bound");
    carrier.deliver(&json!({ "message": "STOP" }));
    // What the first carrier did not take any more may come before.
    while !carrier.message().1.contains("ne recevrez plus de SMS") {}
    assert_eq!(said(&store, by_person).await[1..], ["oui", "STOP"]);
}
