//! Messages of a conversation, whatever the channel.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{fact_name::FactName, id::DocumentId, link::LinkPurpose};

/// The ways in which people reach us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    Sms,
    Email,
    Telegram,
    Web,
}

impl Channel {
    /// The name in the store, in metrics and in URLs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Email => "email",
            Self::Telegram => "telegram",
            Self::Web => "web",
        }
    }

    /// Whether what is said there stays with the person, unchanged, for as long as they need it: a durable medium in the
    /// sense of directive 2011/83/EU, article 2(10). What a chat shows can be taken away.
    pub fn is_durable(self) -> bool {
        matches!(self, Self::Sms | Self::Email)
    }
}

impl std::str::FromStr for Channel {
    type Err = UnknownChannel;

    fn from_str(name: &str) -> Result<Self, UnknownChannel> {
        [Self::Sms, Self::Email, Self::Telegram, Self::Web]
            .into_iter()
            .find(|channel| channel.name() == name)
            .ok_or(UnknownChannel)
    }
}

/// A channel's name that is none of ours.
#[derive(Debug, thiserror::Error)]
#[error("unknown channel; the channels are sms, email, telegram and web")]
pub struct UnknownChannel;

/// Stands behind the address of a sender who is not believed: the receiving server found it to be forged, or found nothing and
/// it is a known person's. No address holds a space: it is nobody else's.
pub const UNVERIFIED: &str = " (unverified)";

/// Where a person is: a channel, our account on it, and their address there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Endpoint {
    pub channel: Channel,
    pub account: String,
    pub address: String,
}

impl Endpoint {
    /// Whether whoever writes from here may be somebody else than the address's owner, who is not written to by a machine then.
    pub fn is_unverified(&self) -> bool {
        self.address.ends_with(UNVERIFIED)
    }
}

/// Who wrote a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    Policyholder,
    Guichet,
    /// A handler, by login and the name that the person sees.
    Handler {
        login: String,
        name: String,
    },
}

/// The actor of the timeline when the flow acts.
pub const GUICHET: &str = "guichet";
/// The actor of the timeline when the person acts.
pub const POLICYHOLDER: &str = "policyholder";

impl Author {
    /// As the log names whoever acts: `policyholder`, `guichet`, or a handler's login.
    pub fn actor(&self) -> &str {
        match self {
            Self::Policyholder => POLICYHOLDER,
            Self::Guichet => GUICHET,
            Self::Handler { login, .. } => login,
        }
    }

    /// Who an actor of the log is; a handler wrote under a name.
    pub fn of(actor: &str, name: Option<String>) -> Self {
        match (actor, name) {
            (_, Some(name)) => Self::Handler { login: actor.to_owned(), name },
            (POLICYHOLDER, None) => Self::Policyholder,
            (_, None) => Self::Guichet,
        }
    }
}

/// What a message holds. Kept as JSON; every optional part is left out when it is empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Body {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The payload of the button that was pressed (inbound).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// The answers that fit, shown as buttons or numbered lines (outbound).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quick_replies: Vec<QuickReply>,
    /// What kind of answer is awaited, so that a channel can offer the fitting control (outbound).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Input>,
    /// The control that a page offers for the awaited answer, and where the question stands in the text (outbound).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awaited: Option<Box<Awaited>>,
    /// What was understood without a question, as lines that can be mended, in place of the sentence that says it (outbound).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recap: Vec<SummaryLine>,
    /// "Encore 4 questions": how many are left before the claim is sent, with this one (outbound).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<u32>,
    /// The language of the text, as an ISO 639-1 code, where it is none in which stories are told (outbound).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Box<str>>,
    /// The answers so far, each of which can be changed (outbound, in a summary).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub summary: Vec<SummaryLine>,
    /// Urgent advice: shown so that it cannot be missed (outbound).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub urgent: bool,
    /// The fact that this inbound message answered, so that "Modifier" can stand beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<FactName>,
    /// The day on which its sender says it was sent: the date of a letter (inbound).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Date>,
    /// What came instead of words (inbound).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared: Option<Shared>,
    /// A link or a code that goes with it (outbound).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<MessageLink>,
}

/// A link or a code that goes with a message. It is made when the message leaves, and only its hash is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageLink {
    /// The page that shows how the claim stands.
    Status,
    /// The code by which the person proves on that page who they are.
    Code,
}

/// What came instead of words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shared {
    /// The sender's own number, in E.164: the channel vouches for it.
    Number(String),
    /// A place on the map, in degrees (WGS 84).
    Place { latitude: f64, longitude: f64 },
    /// Somebody else's name and number, which stand in the text.
    Contact,
    /// A picture that says nothing by itself; its emoji stands in the text.
    Sticker,
    /// Something of a form that is not read.
    Unreadable,
}

impl Body {
    /// Whether it asks for files, which a channel may not carry.
    pub fn asks_for_files(&self) -> bool {
        matches!(self.input, Some(Input::Photos | Input::Document))
    }

    /// What the link is for that goes with it, where the channel needs one.
    pub fn leads_to(&self) -> Option<LinkPurpose> {
        if self.asks_for_files() {
            return Some(LinkPurpose::Upload);
        }
        (self.link == Some(MessageLink::Status)).then_some(LinkPurpose::Status)
    }

    /// Says `next` in the same message: the texts one below the other, `between` them, and the answers that are awaited in
    /// the end.
    pub fn append(&mut self, mut next: Self, between: &str) {
        next.precede(&self.text, between);
        self.text = next.text;
        self.urgent |= next.urgent;
        self.attachments.extend(next.attachments);
        self.summary.extend(next.summary);
        (self.quick_replies, self.input, self.awaited) = (next.quick_replies, next.input, next.awaited);
        self.left = next.left.or(self.left);
        self.recap.extend(next.recap);
        self.link = next.link.or(self.link);
    }

    /// Says `text` first, and `between` what was to be said and it.
    pub fn precede(&mut self, text: &str, between: &str) {
        self.text = [text, &self.text].join(between);
        if let Some(awaited) = &mut self.awaited {
            awaited.question += utf16_length(text) + utf16_length(between);
        }
    }
}

/// A file that came with a message. The bytes are in the object store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    pub document: DocumentId,
    pub name: String,
    pub media_type: String,
    pub bytes: u64,
    /// Words for the person about this file's quality, when it should be sent again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// The kind of document whose slot the person put it into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<String>,
}

/// A button: what it sends and what it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuickReply {
    pub payload: String,
    pub label: String,
}

/// The kind of answer awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    Text,
    YesNo,
    Choice,
    Choices,
    Number,
    Amount,
    Date,
    DateTime,
    Duration,
    Address,
    Phone,
    Email,
    PolicyNumber,
    Plate,
    Photos,
    Document,
    Location,
    Consent,
}

/// The answer that is awaited, for a page that shows the question above a control of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awaited {
    /// Where the question begins in the message's text, in UTF-16 units, as browsers count. What stands before it answers
    /// the message before.
    pub question: u32,
    /// How to answer, or why it is asked, in the flow's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
    #[serde(flatten)]
    pub control: Control,
}

/// The control by which a question is answered, with what it needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Control {
    Text,
    YesNo,
    /// One of the buttons.
    Choice,
    /// Any number of the buttons.
    Several,
    Number,
    /// The amounts in euros at which another decision begins, rising.
    Amount {
        limits: Vec<u32>,
    },
    /// The first and the last day that is accepted.
    Date {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Date>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Date>,
    },
    Duration,
    /// Whether the insured address is known, which is not shown here.
    Place {
        insured: bool,
    },
    Phone,
    Email,
    PolicyNumber,
    Plate,
    Photo,
    /// Whether all is sent that was said.
    Review,
}

/// How many UTF-16 units a text has.
pub fn utf16_length(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}

/// One line of a summary: the fact, its name and its value in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryLine {
    pub fact: FactName,
    pub label: String,
    pub value: String,
    /// The section of the flow in which it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// Whether it was read with low certainty, and is asked about before it counts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unconfirmed: bool,
}

impl SummaryLine {
    pub fn new(fact: FactName, label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { fact, label: label.into(), value: value.into(), section: None, unconfirmed: false }
    }
}
