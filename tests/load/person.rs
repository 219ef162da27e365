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
    ("danger électrique", "non, aucun danger"),
    ("que s'est-il passé", "j'ai une fuite d'eau dans la cuisine depuis hier soir"),
    ("coule-t-elle encore", "non"),
    ("touche-t-elle une prise", "non"),
    ("plafond gonfle", "non"),
    ("rester chez vous", "oui"),
    ("qui êtes-vous", "c'est moi l'assurée"),
    ("nom et prénom", "Julie Moreau"),
    ("numéro de contrat", "7541289"),
    ("nom de famille", "Moreau"),
    ("date de naissance", "12/03/1984"),
    ("code postal du logement", "69003"),
    ("quand est-ce arrivé", "hier soir"),
    ("quelle adresse", "12 rue des Lilas 69003 Lyon"),
    ("étage, numéro de porte", "3e étage, porte 12"),
    ("autres logements sont-ils touchés", "non"),
    ("d'où vient l'eau", "de chez moi"),
    ("qu'est-ce qui a fui", "la machine à laver"),
    ("fuite est-elle réparée", "oui"),
    ("qui l'a réparée", "un plombier"),
    ("moins de 10 ans", "non"),
    ("quelles pièces", "la cuisine et le couloir"),
    ("qu'est-ce qui est abîmé", "le parquet et les murs"),
    ("montant", "900 euros"),
    ("envoyez vos photos", "plus tard"),
    ("autre chose à ajouter", "passer"),
    ("recontacte", "ici même"),
    ("en cas d'urgence", "passer"),
    ("voici ce que j'ai noté", "envoyer"),
    ("\n1 ", "1"),
    ("?", "je ne sais pas"),
];
/// What is said when the claim is sent: the person goes.
const SENT: &str = "c'est envoyé";

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
        let Some(question) = replies.last().map(|reply| reply.to_lowercase()) else {
            self.next = "et maintenant ?";
            return;
        };
        if question.contains(SENT) {
            self.sent = self.messages;
        }
        let fits = ANSWERS.iter().find(|(part, _)| question.contains(part));
        self.next = fits.map_or("merci", |(_, answer)| answer);
    }
}
