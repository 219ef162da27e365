//! What a page shows beside a question: where it stands in the message, the control for its answer, how many are left, and
//! what was understood without a question.

use super::{effect::Effect, interpreter::Interpreter};
use crate::{
    domain::{
        fact::Value,
        fact_name::FactName,
        message::{Awaited, Body, Channel, Control, Input, SummaryLine},
    },
    flow::program::{
        condition::{DateBound, Slot},
        steps::Question,
    },
};

/// How many amounts part the bands that are offered for one.
const LIMITS: usize = 3;
/// The bands where no threshold of the insurer's is in question, and the first of them where one is.
const COMMON_LIMITS: [u32; LIMITS] = [500, 2_000, 5_000];

impl Interpreter<'_> {
    pub(super) fn by_web(&self) -> bool {
        self.state.channel == Some(Channel::Web)
    }

    /// Says a question after the sentences that were kept for it, with the control for its answer where a page offers one.
    pub(super) fn say_question(&mut self, text: String, help: String, control: Control, body: Body) {
        let before = self.with_preface(String::new());
        let awaited = self.by_web().then(|| Box::new(Awaited { question: 0, help, control }));
        let mut body = Body { text, awaited, ..body };
        if !before.is_empty() {
            body.precede(&before, "\n");
        }
        self.effects.push(Effect::Say { body });
    }

    /// The control for the answer to a question.
    pub(super) fn control_of(&self, question: &Question) -> Control {
        match question.input {
            Input::Text => Control::Text,
            Input::YesNo | Input::Consent => Control::YesNo,
            Input::Choice => Control::Choice,
            Input::Choices => Control::Several,
            Input::Number => Control::Number,
            Input::Amount => Control::Amount { limits: self.amount_limits(&question.fact) },
            Input::Date | Input::DateTime => {
                let today = self.local.date();
                let on = |bound: Option<DateBound>| bound.map(|bound| bound.on(today));
                Control::Date { from: on(question.validate.from), to: on(question.validate.to) }
            }
            Input::Duration => Control::Duration,
            Input::Address | Input::Location => Control::Place { insured: self.state.found_policy().is_some() },
            Input::Phone => Control::Phone,
            Input::Email => Control::Email,
            Input::PolicyNumber => Control::PolicyNumber,
            Input::Plate => Control::Plate,
            Input::Photos | Input::Document => Control::Photo,
        }
    }

    /// The amounts at which another decision begins: the insurer's thresholds with which this fact is still compared.
    fn amount_limits(&self, fact: &FactName) -> Vec<u32> {
        if !self.by_web() {
            return Vec::new();
        }
        let outlook = self.outlook();
        let slot: Option<Slot> = self.library.slots().of(fact);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
        let limits = slot.into_iter().flat_map(|slot| outlook.limits(slot)).map(|limit| limit.get() as u32);
        bands(limits.filter(|limit| *limit > 0).collect())
    }

    /// How many questions are left before the claim is sent: those that are put in any case, and a third of those that
    /// depend on other answers. None once it is sent.
    pub(super) fn left(&self) -> Option<u32> {
        if !self.by_web() || self.state.qualified || self.is_completing() || self.state.peril.is_none() {
            return None;
        }
        let left = self.outlook().left();
        Some(left.surely + left.perhaps.div_ceil(3))
    }

    /// Gives the lines of what was understood to the message that says it.
    pub(super) fn attach_recap(&mut self) {
        let lines = std::mem::take(&mut self.recap);
        let language = self.state.language;
        let noted = |line: &SummaryLine| language.named(&line.label, &line.value);
        let Some(first) = lines.iter().find(|line| !line.unconfirmed).map(noted) else { return };
        let said = self.effects.iter_mut().find_map(|effect| match effect {
            Effect::Say { body } if body.text.contains(&first) => Some(body),
            _ => None,
        });
        if let Some(body) = said {
            body.recap = lines;
        }
    }

    /// Notes what was understood without a question, to be shown as lines where a page shows them.
    pub(super) fn note_recap(&mut self, found: &[(FactName, Value, bool)]) {
        if !self.by_web() {
            return;
        }
        let words = self.words();
        let found = found.iter().filter(|(fact, value, _)| self.says_back(fact, value));
        let lines: Vec<SummaryLine> = found
            .map(|(fact, value, unconfirmed)| SummaryLine {
                unconfirmed: *unconfirmed,
                ..self.summary_line(fact, words.value(fact, value))
            })
            .collect();
        self.recap.extend(lines);
    }
}

/// The lowest three of these amounts that are well apart. Where there are fewer, round ones part the widest band.
fn bands(mut limits: Vec<u32>) -> Vec<u32> {
    limits.sort_unstable();
    limits.dedup_by(|high, low| *high < low.saturating_add(*low / 2));
    limits.truncate(LIMITS);
    if limits.is_empty() {
        return COMMON_LIMITS.to_vec();
    }
    while limits.len() < LIMITS {
        let widest = limits.windows(2).map(|pair| (pair[0], pair[1])).max_by(|one, other| {
            let ratio = |(low, high): &(u32, u32)| f64::from(*high) / f64::from(*low);
            ratio(one).total_cmp(&ratio(other))
        });
        let round = match widest {
            Some((low, high)) if high / low >= 3 => rounded(f64::from(low) * f64::from(high)),
            _ => limits[limits.len() - 1].saturating_mul(3),
        };
        if limits.contains(&round) {
            break;
        }
        limits.push(round);
        limits.sort_unstable();
    }
    limits
}

/// The square root of `product`, to one figure.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it lies between two amounts")]
fn rounded(product: f64) -> u32 {
    let root = product.sqrt();
    let unit = 10_f64.powf(root.log10().floor());
    ((root / unit).round() * unit) as u32
}

#[cfg(test)]
mod tests;
