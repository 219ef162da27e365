//! A person who declares a water damage: reads the question and gives an answer that fits.

use serde::Serialize;

/// What is posted.
#[derive(Debug, Serialize)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) from: String,
    pub(crate) text: &'static str,
}

/// A part of a question, in lower case, and the answer to it. The first that fits is given.
const ANSWERS: &[(&str, &str)] = &[
    ("que se passe-t-il", "Bonjour, j'ai une fuite d'eau dans la salle de bain depuis hier soir"),
    ("que vous est-il arrivé", "Bonjour, j'ai une fuite d'eau dans la salle de bain depuis hier soir"),
    ("numéro de contrat", "je ne sais pas"),
    ("nom", "Martin"),
    ("naissance", "12/03/1980"),
    ("téléphone", "06 39 98 00 01"),
    ("e-mail", "camille.martin@example.org"),
    ("adresse", "12 rue des Lilas 44000 Nantes"),
    ("code postal", "44000"),
    ("quand", "hier soir vers 20h"),
    ("date", "hier soir vers 20h"),
    ("combien", "2"),
    ("montant", "800 euros"),
    ("coût", "800 euros"),
    ("photo", "plus tard"),
    ("décri", "Le plafond du salon est taché et le parquet gondole près de la fenêtre"),
    ("?", "je ne sais pas"),
];

/// One person after another at one place.
pub(crate) struct Person {
    place: String,
    /// How many people stood here before.
    number: usize,
    messages: usize,
    /// How many this one has sent.
    sent: usize,
    next: &'static str,
}

impl Person {
    pub(crate) fn new(place: &str, messages: usize) -> Self {
        // Another run of the driver is other people.
        let place = format!("{}-{place}", std::process::id());
        Self { place, number: 0, messages, sent: 0, next: "Bonjour" }
    }

    pub(crate) fn message(&mut self) -> Message {
        if self.sent == self.messages {
            (self.sent, self.next) = (0, "Bonjour");
            self.number += 1;
        }
        self.sent += 1;
        let from = format!("+33-{}-{}", self.place, self.number);
        Message { id: format!("{}", self.sent), from, text: self.next }
    }

    /// The last message comes again, under the same identifier.
    pub(crate) fn was_not_heard(&mut self) {
        self.sent -= 1;
    }

    pub(crate) fn hear(&mut self, replies: &[String]) {
        let Some(question) = replies.last() else {
            self.next = "et maintenant ?";
            return;
        };
        // Numbered lines are choices: the first is taken.
        if question.contains("\n1 ") {
            self.next = "1";
            return;
        }
        let question = question.to_lowercase();
        let fits = ANSWERS.iter().find(|(part, _)| question.contains(part));
        self.next = fits.map_or("merci", |(_, answer)| answer);
    }
}
