//! The people who declare a water damage: each with a policy, a name, a birth date, an address and a telephone of their own,
//! who read the question that comes and give an answer that fits.

use std::fmt::Write as _;

use jiff::{ToSpan as _, civil::date};

/// How many there are: as many as policy numbers of seven digits leave.
const MOST: u32 = 8_000_000;

const BEGINNINGS: [&str; 17] = [
    "Bar", "Cor", "Del", "Fau", "Gar", "Jol", "Lam", "Mar", "Nor", "Per", "Quen", "Rou", "Sav", "Tal", "Ver", "Yvon",
    "Zel",
];
const MIDDLES: [&str; 19] =
    ["ba", "ce", "di", "fe", "ga", "ji", "la", "mo", "ne", "pi", "ra", "se", "ti", "ve", "li", "no", "ru", "sa", "to"];
const ENDS: [&str; 11] = ["beau", "cier", "gnon", "lier", "mont", "nault", "rand", "sin", "teau", "val", "zac"];
const STREETS: [&str; 11] = [
    "rue des Lilas",
    "rue Victor Hugo",
    "avenue Jean Jaurès",
    "rue de la Paix",
    "boulevard Voltaire",
    "rue Pasteur",
    "place de la République",
    "rue du Moulin",
    "chemin des Vignes",
    "avenue Foch",
    "rue des Écoles",
];
const TOWNS: [(&str, &str); 23] = [
    ("69003", "Lyon"),
    ("69007", "Lyon"),
    ("75011", "Paris"),
    ("75018", "Paris"),
    ("13005", "Marseille"),
    ("13008", "Marseille"),
    ("31000", "Toulouse"),
    ("44000", "Nantes"),
    ("33000", "Bordeaux"),
    ("59000", "Lille"),
    ("35000", "Rennes"),
    ("67000", "Strasbourg"),
    ("38000", "Grenoble"),
    ("21000", "Dijon"),
    ("49000", "Angers"),
    ("29200", "Brest"),
    ("37000", "Tours"),
    ("87000", "Limoges"),
    ("57000", "Metz"),
    ("14000", "Caen"),
    ("45000", "Orléans"),
    ("76000", "Rouen"),
    ("54000", "Nancy"),
];

/// A part of a question, in lower case, and the answers to it, of which a person gives one. The first part that fits is
/// answered. What stands in braces is the person's own.
const ANSWERS: &[(&str, &[&str])] = &[
    // Before all others: they repeat what was asked.
    ("répondez oui pour envoyer", &["oui", "envoyer"]),
    ("voici ce que j'ai noté", &["envoyer"]),
    ("envoyez vos photos", &["plus tard"]),
    ("danger électrique", &["non, aucun danger", "non", "tout va bien"]),
    (
        "que s'est-il passé",
        &[
            "j'ai une fuite d'eau dans la cuisine depuis hier soir",
            "bonjour, dégât des eaux dans ma salle de bain",
            "ma machine à laver a fui, il y a de l'eau partout dans la cuisine",
            "une fuite",
            "bjr g une fuite ds la sdb",
        ],
    ),
    ("de ces cas", &["rien de tout ça", "non, rien", "aucun"]),
    ("champignons ou des insectes", &["non"]),
    ("coule-t-elle encore", &["non", "non, j'ai coupé l'eau", "ça ne coule plus"]),
    ("touche-t-elle une prise", &["non"]),
    ("plafond gonfle", &["non", "non pas du tout"]),
    ("rester chez vous", &["oui"]),
    ("qui êtes-vous", &["c'est moi l'assuré", "moi", "1"]),
    ("numéro de contrat", &["{number}", "c'est le {number}", "{number}", "je ne sais pas"]),
    ("nom de famille", &["{last_name}"]),
    ("date de naissance", &["{birth_date}"]),
    ("code postal du logement", &["{postcode}"]),
    ("quand est-ce arrivé", &["hier soir", "avant-hier", "samedi dernier", "hier vers 18h"]),
    ("quelle adresse", &["{address}"]),
    ("étage, numéro de porte", &["3e étage, porte 12", "passer", "2e étage gauche"]),
    ("autres logements sont-ils touchés", &["non", "non", "oui, la voisine du dessous"]),
    ("combien d'autres logements", &["1"]),
    ("nom du voisin", &["Madame Caron, au 2e", "je ne sais pas"]),
    ("son assureur", &["je ne sais pas", "Phare Assurances"]),
    ("constat amiable", &["pas encore", "oui, signé"]),
    ("nom et l'adresse du syndic", &["je ne sais pas", "Foncia, 4 rue Grenette 69002 Lyon"]),
    ("d'où vient l'eau", &["de chez moi", "de mon logement"]),
    ("qu'est-ce qui a fui", &["la machine à laver", "le tuyau sous l'évier", "le joint de la douche"]),
    ("fuite est-elle réparée", &["oui", "oui, hier", "pas encore"]),
    ("qui l'a réparée", &["un plombier", "moi-même"]),
    ("le logement est", &["une maison", "appartement en copropriété"]),
    ("moins de 10 ans", &["non", "je ne sais pas"]),
    ("vous êtes :", &["propriétaire, j'y habite", "propriétaire", "locataire"]),
    ("votre location est", &["vide"]),
    ("donné ou reçu congé", &["non"]),
    ("autres dégâts des eaux ici", &["non", "non, jamais", "un seul"]),
    ("quelles pièces", &["la cuisine et le couloir", "salle de bain", "cuisine, salon"]),
    // A text message may spell it without its circumflex.
    ("qu'est-ce qui est ab", &["le parquet et les murs", "les murs", "le plafond et la peinture"]),
    ("montant des dégâts", &["900 euros", "environ 450 €", "1500", "je ne sais pas", "entre 2000 et 3000 euros"]),
    ("expert en vidéo", &["oui", "oui pas de problème", "non, je préfère une visite"]),
    ("autre chose à ajouter", &["passer", "non", "je suis joignable le matin"]),
    ("recontacte", &["ici même", "par sms", "par téléphone"]),
    ("à quel numéro", &["{phone}"]),
    ("en cas d'urgence", &["passer"]),
    ("vos disponibilités", &["en semaine après 17 h", "mardi et jeudi matin"]),
    ("\n1 ", &["1"]),
    ("?", &["je ne sais pas"]),
];
/// What is said when the claim is sent: the person goes.
const SENT: &str = "c'est envoyé";
/// What is said besides where a person takes over.
const HANDED_OVER: &str = "un conseiller";

/// Somebody with a policy.
#[derive(Clone, Copy)]
pub(crate) struct Policyholder(u32);

impl Policyholder {
    pub(crate) fn number(number: u32) -> Self {
        assert!(number < MOST, "there are no more than {MOST} people");
        Self(number)
    }

    /// In E.164.
    pub(crate) fn phone(self) -> String {
        format!("+336{:08}", 10_000_000 + self.0)
    }

    pub(crate) fn policy_number(self) -> u32 {
        1_000_000 + self.0
    }

    pub(crate) fn last_name(self) -> String {
        let (beginnings, middles) = (BEGINNINGS.len(), BEGINNINGS.len() * MIDDLES.len());
        format!("{}{}{}", self.one_of(&BEGINNINGS, 1), self.one_of(&MIDDLES, beginnings), self.one_of(&ENDS, middles))
    }

    pub(crate) fn birth_date(self) -> jiff::civil::Date {
        const DAYS: i64 = 22_987;
        date(1941, 1, 1).saturating_add((i64::from(self.0) * 7_919 % DAYS).days())
    }

    pub(crate) fn town(self) -> (&'static str, &'static str) {
        self.one_of(&TOWNS, 1)
    }

    pub(crate) fn street(self) -> &'static str {
        self.one_of(&STREETS, TOWNS.len())
    }

    pub(crate) fn house(self) -> u32 {
        1 + self.0 % 197
    }

    /// One of `all`, the next for every `step` people.
    pub(crate) fn one_of<T: Copy>(self, all: &[T], step: usize) -> T {
        all[self.0 as usize / step % all.len()]
    }

    /// What this person says in place of `answer`.
    fn says(self, answer: &str) -> String {
        let mut said = String::with_capacity(answer.len() + 32);
        let mut rest = answer;
        while let Some((before, (name, after))) =
            rest.split_once('{').and_then(|(before, after)| Some((before, after.split_once('}')?)))
        {
            said.push_str(before);
            rest = after;
            let written = match name {
                "number" => write!(said, "{}", self.policy_number()),
                "last_name" => write!(said, "{}", self.last_name()),
                "birth_date" => write!(said, "{}", self.birth_date().strftime("%d/%m/%Y")),
                "postcode" => write!(said, "{}", self.town().0),
                "phone" => write!(said, "0{}", &self.phone()[3..]),
                "address" => {
                    write!(said, "{} {} {} {}", self.house(), self.street(), self.town().0, self.town().1)
                }
                other => panic!("people have no {other}"),
            };
            written.unwrap();
        }
        said.push_str(rest);
        said
    }
}

/// How a person's claim ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// "C'est envoyé": by the flow, to its end.
    Finished,
    /// A handler takes over: so it was said where it was sent, or nothing was answered any more.
    HandedOver,
    /// Not sent after as many messages as anybody has patience for.
    GaveUp,
}

/// One person after another at one place. Each declares a claim, and goes when it is sent.
pub(crate) struct Place {
    who: Policyholder,
    /// After how many others the next one comes.
    step: u32,
    /// How many messages were answered.
    heard: u32,
    next: String,
}

/// In small letters, with the plain marks that a text message has.
fn plain(text: &str) -> String {
    text.to_lowercase().replace('’', "'").replace('\u{a0}', " ")
}

impl Place {
    /// The most messages that a person sends.
    const PATIENCE: u32 = 60;

    /// The place of the person with the number `first`; each that follows has a number that is larger by `step`.
    pub(crate) fn new(first: u32, step: u32) -> Self {
        Self { who: Policyholder::number(first), step, heard: 0, next: "Bonjour".to_owned() }
    }

    /// What the person sends next: the same until an answer is heard, as a provider would send it again.
    pub(crate) fn message(&self) -> Message<'_> {
        Message { id: (self.heard + 1).to_string(), from: self.who.phone(), text: &self.next }
    }

    /// The person reads what was answered. Returns how the claim ended, and after how many messages, when it did.
    pub(crate) fn hear(&mut self, replies: &[String]) -> Option<(End, u32)> {
        self.heard += 1;
        let question = replies.last().map(|reply| plain(reply)).unwrap_or_default();
        let end = if question.contains(SENT) && !question.contains(HANDED_OVER) {
            End::Finished
        } else if question.contains(SENT) || question.is_empty() {
            End::HandedOver
        } else if self.heard == Self::PATIENCE {
            End::GaveUp
        } else {
            let fits = ANSWERS.iter().enumerate().find(|(_, (part, _))| question.contains(part));
            self.next = match fits {
                // Each question divides the people in another way.
                Some((at, (_, answers))) => self.who.says(answers[self.who.0 as usize / (at + 1) % answers.len()]),
                None => "et maintenant".to_owned(),
            };
            return None;
        };
        let messages = self.heard;
        *self = Self::new(self.who.0 + self.step, self.step);
        Some((end, messages))
    }
}

/// What is posted.
#[derive(serde::Serialize)]
pub(crate) struct Message<'p> {
    pub(crate) id: String,
    pub(crate) from: String,
    pub(crate) text: &'p str,
}
