//! Where providers hand over what they decoded: files first, then the message with its answer, then the acknowledgement.

use super::{DeskError, Event, Provider};
use crate::intake::Intake;

/// The one way from a provider into the house. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Desk {
    intake: Intake,
}

impl Desk {
    pub fn new(intake: Intake) -> Self {
        Self { intake }
    }

    /// Stores an event with all that follows from it. Only when this returns may `provider` acknowledge.
    pub async fn take(&self, provider: &dyn Provider, event: Event) -> Result<(), DeskError> {
        match event {
            Event::Message(received) => {
                self.intake.receive(received.inbound).await?;
            }
            Event::Report(report) => {
                tracing::debug!(account = provider.account(), fate = ?report.fate, "a delivery report");
            }
        }
        Ok(())
    }
}
