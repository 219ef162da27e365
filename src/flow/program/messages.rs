//! The engine's own sentences, from `messages.yaml`. Each is required, so that none is missing when it is needed.

use std::collections::HashMap;

use super::{
    diagnostics::Diagnostics,
    template::{Template, Texts},
    yaml::{Fields, Node, text},
};
use crate::domain::{language::Text, message::Input};

const KEYS: &[&str] = &[
    "not_understood",
    "not_understood_human",
    "noted",
    "questions_together",
    "which_of_two",
    "declare_offer",
    "door_closed",
    "request_again",
    "unknown_not_allowed",
    "skip_not_allowed",
    "help_general",
    "language_changed",
    "flow_loop",
    "hint_text",
    "hint_yes_no",
    "hint_choice",
    "hint_choices",
    "hint_number",
    "hint_amount",
    "hint_date",
    "hint_date_time",
    "hint_duration",
    "hint_address",
    "address_town",
    "address_postcode",
    "hint_phone",
    "hint_email",
    "hint_policy_number",
    "hint_plate",
    "hint_photos",
    "hint_document",
    "hint_location",
    "hint_consent",
    "too_small",
    "too_large",
    "too_early",
    "too_late",
    "too_short",
    "too_long",
    "wrong_format",
    "danger",
    "danger_injury",
    "danger_fire",
    "danger_gas",
    "danger_electricity",
    "danger_intruder",
    "danger_waiting",
    "danger_over",
    "automatic",
    "alerted",
    "alerted_closed",
    "alert_urgent",
    "alert_overdue",
    "human_asked",
    "human_asked_late",
    "closed_now",
    "crossing_which",
    "crossing_sms",
    "crossing_email",
    "crossing_telegram",
    "crossing_web",
    "crossing_none",
    "crossed",
    "closed_which",
    "reopened",
    "closed",
    "satisfaction_ask",
    "satisfaction_why",
    "satisfaction_thanks",
    "waiting",
    "waiting_again",
    "ways_out",
    "ways_out_person",
    "passed_over",
    "told_already",
    "peril_changed",
    "insured_address",
    "handed_back",
    "correct_which",
    "correct_nothing",
    "correct_ask",
    "corrected",
    "summary",
    "summary_sms",
    "sms_examples",
    "summary_empty",
    "confirm_value",
    "confirm_again",
    "cancel_confirm",
    "cancelled",
    "restart_confirm",
    "restarted",
    "kept",
    "later",
    "welcome_back",
    "reminder",
    "ended",
    "completed",
    "complete_later",
    "button_complete",
    "documents_received",
    "documents_missing",
    "documents_welcome",
    "documents_later",
    "files_which",
    "files_supposed",
    "files_sorted",
    "files_unknown",
    "button_files_right",
    "button_files_wrong",
    "document_wanted",
    "visit_offer_field",
    "visit_offer_visio",
    "visit_offer_tele",
    "visit_move",
    "visit_as_wished",
    "visit_nearest",
    "visit_taken",
    "visit_which",
    "visit_when",
    "visit_not_offered",
    "visit_booked_field",
    "visit_booked_visio",
    "visit_booked_tele",
    "visit_stands",
    "visit_cancelled",
    "visit_cancelled_by_you",
    "visit_withdrawn",
    "visit_reminder_field",
    "visit_reminder_visio",
    "visit_reminder_tele",
    "visit_slot",
    "visit_none_words",
    "visit_not_words",
    "button_no_slot",
    "button_other_slot",
    "button_yes",
    "button_no",
    "button_unknown",
    "button_skip",
    "button_send",
    "button_correct",
    "button_done",
    "button_later",
    "button_cancel",
    "button_restart",
    "button_keep",
    "button_safe",
    "button_resume",
    "button_human",
    "button_by_sms",
    "button_by_email",
    "button_by_telegram",
    "button_by_web",
    "button_declare",
    "button_neither",
    "button_satisfied_yes",
    "button_satisfied_no",
    "button_why_delay",
    "button_why_clarity",
    "button_why_amount",
    "button_why_other",
    "button_same_claim",
    "button_another_claim",
    "value_yes",
    "value_no",
    "value_unknown",
    "value_files",
    "weekday_1",
    "weekday_2",
    "weekday_3",
    "weekday_4",
    "weekday_5",
    "weekday_6",
    "weekday_7",
    "month_1",
    "month_2",
    "month_3",
    "month_4",
    "month_5",
    "month_6",
    "month_7",
    "month_8",
    "month_9",
    "month_10",
    "month_11",
    "month_12",
    "part_night",
    "part_morning",
    "part_noon",
    "part_afternoon",
    "part_evening",
    "moment_minute",
    "moment_hour",
    "moment_part_of_day",
    "moment_day",
    "moment_days",
    "moment_week",
    "moment_month",
    "moment_year",
    "duration_minutes",
    "duration_hours",
    "duration_days",
];

/// The names of the values that the engine gives to its sentences.
const NAMES: &[&str] = &[
    "list", "limit", "label", "value", "count", "document", "weekday", "day", "month", "year", "hour", "minute",
    "part", "from", "to", "hours", "opens", "at", "code", "expert", "place", "alerted",
];

/// The engine's sentences by key.
#[derive(Debug)]
pub(crate) struct Messages {
    templates: HashMap<String, Template>,
    /// The texts as they are written: for the labels of buttons, which are also understood as words, and for the
    /// sentences of other rooms, which have no placeholders.
    pub(crate) texts: HashMap<String, Text>,
}

impl Messages {
    /// Reads the file. `shipped` are the sentences that came with this program: they replace those that a stored
    /// revision lacks.
    pub(crate) fn read(
        file: &str,
        root: &Node,
        shipped: Option<&Node>,
        texts: &mut Texts,
        problems: &mut Diagnostics,
    ) -> Self {
        let mut templates = HashMap::new();
        let mut sources = HashMap::new();
        let mut fields = Fields::of(file, root, problems);
        let mut shipped = shipped.map(|root| Fields::of(file, root, problems));
        for key in KEYS {
            let stand_in = shipped.as_mut().and_then(|fields| fields.take(key));
            let own = fields.take(key);
            if own.is_none() {
                problems.outdated(file, root.place, format!("the sentence `{key}` is missing"));
            }
            let Some(node) = own.or(stand_in) else { continue };
            let source = text(file, node, problems);
            templates.insert((*key).to_owned(), texts.compile(file, node.place, source.clone(), NAMES, problems));
            sources.insert((*key).to_owned(), source);
        }
        // The sentences that other rooms say stand in the same file; the engine does not know their keys.
        let of_host = shipped.map(|mut fields| fields.rest()).unwrap_or_default();
        for (key, _, node) in of_host.into_iter().chain(fields.rest()) {
            let source = text(file, node, problems);
            sources.insert(key.to_owned(), source);
        }
        Self { templates, texts: sources }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Template> {
        self.templates.get(key)
    }
}

/// The key of the sentence that says how to answer.
pub(crate) fn hint(input: Input) -> &'static str {
    match input {
        Input::Text => "hint_text",
        Input::YesNo => "hint_yes_no",
        Input::Choice => "hint_choice",
        Input::Choices => "hint_choices",
        Input::Number => "hint_number",
        Input::Amount => "hint_amount",
        Input::Date => "hint_date",
        Input::DateTime => "hint_date_time",
        Input::Duration => "hint_duration",
        Input::Address => "hint_address",
        Input::Phone => "hint_phone",
        Input::Email => "hint_email",
        Input::PolicyNumber => "hint_policy_number",
        Input::Plate => "hint_plate",
        Input::Photos => "hint_photos",
        Input::Document => "hint_document",
        Input::Location => "hint_location",
        Input::Consent => "hint_consent",
    }
}
