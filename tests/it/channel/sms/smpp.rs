//! The real program bound to a carrier that is node-smpp's server.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use guichet::{
    domain::message::{Author, Channel, Endpoint},
    store::{Delivery, Engine},
};
use serde_json::{Value as Json, json};

use crate::support::{Database, Process, Server, on_both_engines, run};

on_both_engines! {
    a_claim_goes_to_and_fro_in_parts_past_a_throttle_and_a_carrier_that_dies,
    a_carrier_is_believed_by_its_authority_and_counts_in_its_own_base,
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
        Self::start_with(port, &[])
    }

    /// The same, with the files of its key and its certificate.
    fn start_with(port: u64, files: &[PathBuf]) -> (Self, u64) {
        let mut command = Command::new("node");
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/carrier.mjs")).arg(port.to_string()).args(files);
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

async fn said(store: &Engine, author: impl Fn(&Author) -> bool) -> Vec<String> {
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

/// An authority, and the key and the certificate that it gave to 127.0.0.1: three files in `folder`.
fn certify(folder: &Path) -> (PathBuf, [PathBuf; 2]) {
    let file = |name: &str| folder.join(name);
    let [authority, authority_key, key, request, certificate, extensions] =
        ["ca.pem", "ca.key", "key.pem", "request.pem", "certificate.pem", "extensions"].map(file);
    let path = |file: &Path| file.to_str().unwrap().to_owned();
    let new_key = ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"];
    let made = |more: &[&str], key: &Path, out: &Path| {
        run(&[&new_key, more, &["-keyout", &path(key), "-out", &path(out)]].concat());
    };
    made(&["-x509", "-subj", "/CN=An authority of the tests"], &authority_key, &authority);
    made(&["-subj", "/CN=carrier"], &key, &request);
    std::fs::write(&extensions, "subjectAltName = IP:127.0.0.1\nbasicConstraints = CA:FALSE\n").unwrap();
    let (request, out) = (path(&request), path(&certificate));
    let signed = ["openssl", "x509", "-req", "-in", &request, "-days", "1", "-out", &out];
    let by = ["-CA", &path(&authority), "-CAkey", &path(&authority_key), "-extfile", &path(&extensions)];
    run(&[&signed[..], &by].concat());
    (authority, [key, certificate])
}

async fn a_carrier_is_believed_by_its_authority_and_counts_in_its_own_base(db: Database) {
    let folder = tempfile::tempdir().unwrap();
    let (authority, files) = certify(folder.path());
    let (mut carrier, port) = Carrier::start_with(0, &files);
    let account = format!(
        "[[sms.smpp]]\naccount = 'carrier'\ninsurer = 'demo'\nurl = 'smpps://127.0.0.1:{port}'\nsystem_id = 'guichet'\n\
         password = 'p4ss'\nsource = '38123'\nids = 'hex-decimal'\n"
    );
    // Nobody knows who gave this carrier its certificate: it is told nothing, the password least of all.
    let stranger = Server::start_with(&db.url, &account);
    carrier.wait_for("insecure");
    drop(stranger);
    assert!(carrier.told.iter().all(|event| event["bound"].is_null()), "{:?}", carrier.told);

    let _server = Server::start_with(&db.url, &format!("{account}authority = '{}'\n", authority.display()));
    assert_eq!(carrier.wait_for("bound")["bound"], true);
    carrier.deliver(&json!({ "message": "Bonjour, j'ai une fuite" }));
    let (hexadecimal, _) = carrier.message();
    let decimal = u64::from_str_radix(&hexadecimal, 16).unwrap().to_string();
    assert_ne!(hexadecimal, decimal);
    let report =
        format!("id:{decimal} sub:001 dlvrd:001 submit date:2611211000 done date:2611211001 stat:DELIVRD err:000");
    carrier.deliver(&json!({ "esm_class": 4, "message": report }));
    while carrier.wait_for("acknowledged")["acknowledged"] != report {}
    let store = db.store().await;
    // The answer to our own submission may be stored after the report on it.
    let delivery = async || {
        let row = store.outbox_by_provider_id(Channel::Sms, "carrier", &decimal).await.unwrap();
        row.map(|row| row.delivery)
    };
    while delivery().await != Some(Delivery::Delivered) {
        tokio::task::yield_now().await;
    }
}
