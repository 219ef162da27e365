use rusmpp::pdus::{DeliverSm, SubmitSm, SubmitSmResp};
use tokio::io::DuplexStream;

use super::*;

const SOON: Duration = Duration::from_millis(20);
const LATE: Duration = Duration::from_mins(1);

type Incoming = mpsc::Receiver<Result<Command, ConnectionError>>;

fn connect(enquire_link: Duration, patience: Duration) -> (Client, Incoming, Framed<DuplexStream, CommandCodec>) {
    let (ours, theirs) = tokio::io::duplex(1 << 16);
    let (client, incoming) = open(ours, enquire_link, patience);
    (client, incoming, Framed::new(theirs, CommandCodec::new()))
}

fn named(id: &str) -> Pdu {
    SubmitSmResp::builder().message_id(id.parse().unwrap()).build().into()
}

#[tokio::test]
async fn a_response_finds_its_request_whatever_the_order() {
    let (client, _incoming, mut carrier) = connect(LATE, LATE);
    let other = client.clone();
    let ask = async |client: Client| match client.ask(SubmitSm::default()).await {
        Ok(Some(Pdu::SubmitSmResp(response))) => response.message_id().as_str().to_owned(),
        answer => panic!("{answer:?}"),
    };
    let answer = async {
        let first = carrier.next().await.unwrap().unwrap().sequence_number();
        let second = carrier.next().await.unwrap().unwrap().sequence_number();
        for (number, id) in [(99, "nobody's"), (second, "b"), (first, "a")] {
            carrier.send(Command::new(CommandStatus::EsmeRok, number, named(id))).await.unwrap();
        }
    };
    let (a, b, ()) = tokio::join!(ask(client), ask(other), answer);
    assert_eq!((a.as_str(), b.as_str()), ("a", "b"));
}

#[tokio::test]
async fn a_refusal_and_a_silence_are_told_apart() {
    let (client, _incoming, mut carrier) = connect(LATE, SOON);
    assert!(matches!(client.ask(SubmitSm::default()).await, Err(ConnectionError::TimeOut(_))));
    carrier.next().await.unwrap().unwrap();
    let refuse = async {
        let number = carrier.next().await.unwrap().unwrap().sequence_number();
        carrier.send(Command::new(CommandStatus::EsmeRthrottled, number, named(""))).await.unwrap();
    };
    let (refused, ()) = tokio::join!(client.ask(SubmitSm::default()), refuse);
    assert!(matches!(refused, Err(ConnectionError::Refused(CommandStatus::EsmeRthrottled))), "{refused:?}");
}

#[tokio::test]
async fn what_the_carrier_asks_is_passed_on_and_its_enquiry_is_answered() {
    let (client, mut incoming, mut carrier) = connect(LATE, LATE);
    for (number, pdu) in [(7, Pdu::EnquireLink), (8, DeliverSm::default().into())] {
        carrier.send(Command::new(CommandStatus::EsmeRok, number, pdu)).await.unwrap();
    }
    let enquired = carrier.next().await.unwrap().unwrap();
    assert_eq!((enquired.id(), enquired.sequence_number()), (CommandId::EnquireLinkResp, 7));
    let delivered = incoming.recv().await.unwrap().unwrap();
    assert_eq!((delivered.id(), delivered.sequence_number()), (CommandId::DeliverSm, 8));
    client.answer(8, CommandStatus::EsmeRok, DeliverSmResp::default()).await.unwrap();
    let answered = carrier.next().await.unwrap().unwrap();
    assert_eq!((answered.id(), answered.sequence_number()), (CommandId::DeliverSmResp, 8));
}

#[tokio::test]
async fn more_than_fits_is_refused_and_the_line_goes_on() {
    let (client, mut incoming, mut carrier) = connect(LATE, LATE);
    for number in 0..=u32::try_from(MAX_INCOMING).unwrap() {
        carrier.send(Command::new(CommandStatus::EsmeRok, number, DeliverSm::default())).await.unwrap();
    }
    let refused = carrier.next().await.unwrap().unwrap();
    assert_eq!((refused.status(), refused.sequence_number()), (CommandStatus::EsmeRmsgqful, 1000));
    assert_eq!(incoming.recv().await.unwrap().unwrap().sequence_number(), 0);
    client.answer(0, CommandStatus::EsmeRok, DeliverSmResp::default()).await.unwrap();
    assert_eq!(carrier.next().await.unwrap().unwrap().sequence_number(), 0);
}

#[tokio::test]
async fn a_carrier_that_is_silent_or_gone_ends_the_line() {
    let (client, mut incoming, mut carrier) = connect(SOON, LATE);
    for _ in 0..2 {
        let enquired = carrier.next().await.unwrap().unwrap();
        assert_eq!(enquired.id(), CommandId::EnquireLink);
        let number = enquired.sequence_number();
        carrier.send(Command::new(CommandStatus::EsmeRok, number, Pdu::EnquireLinkResp)).await.unwrap();
    }
    drop(carrier);
    assert!(matches!(incoming.recv().await, Some(Err(_))));
    assert!(matches!(client.ask(SubmitSm::default()).await, Err(ConnectionError::Closed)));

    let (_client, mut incoming, _carrier) = connect(SOON, SOON);
    assert!(matches!(incoming.recv().await, Some(Err(ConnectionError::Silent))));
}

#[tokio::test]
async fn the_line_ends_with_its_last_client() {
    let (client, _incoming, mut carrier) = connect(LATE, LATE);
    drop(client.clone());
    drop(client);
    assert!(carrier.next().await.is_none());
}
