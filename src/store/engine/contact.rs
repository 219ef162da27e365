//! Whose an address is, and how a person goes from one to another.

use jiff::Timestamp;

use super::Engine;
use crate::{
    domain::id::{ContactId, ConversationId},
    store::{
        error::StoreError,
        tables::{channel_switch, contact, conversation::EndpointRow},
        value::args,
    },
};

impl Engine {
    /// Whether a conversation's letters are known already to name another one.
    pub async fn has_cited(&self, conversation: ConversationId, cited: ConversationId) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM citation WHERE conversation = $1 AND cited = $2";
        Ok(self.db.fetch_one(sql, &args![conversation.to_string(), cited.to_string()]).await?.is_some())
    }

    /// The conversation that a secret leads to, while it is good.
    pub async fn channel_switch(
        &self,
        secret_hash: &str,
        now: Timestamp,
    ) -> Result<Option<ConversationId>, StoreError> {
        channel_switch::crossing(&self.db, secret_hash, now).await
    }

    /// The person who wrote from a telephone number, or showed that it is theirs.
    pub async fn person_with(&self, insurer: &str, number: &str) -> Result<Option<ContactId>, StoreError> {
        // That it is no web address is the condition of the index: SQLite does not conclude it from the channel.
        let row = self
            .db
            .fetch_one(
                "SELECT contact, at FROM (SELECT e.contact, e.at FROM endpoint e JOIN conversation c ON c.id = e.conversation \
                 WHERE e.channel = 'sms' AND e.channel <> 'web' AND e.address = $2 AND c.insurer = $1 \
                 UNION ALL SELECT p.contact, p.at FROM proof p JOIN conversation c ON c.id = p.conversation \
                 WHERE p.channel = 'sms' AND p.address = $2 AND c.insurer = $1) known ORDER BY at LIMIT 1",
                &args![insurer, number],
            )
            .await?;
        row.map(|row| row.parse(0)).transpose()
    }

    /// Counts a try under `key` before it is made, so that tries at the same instant count too. False when more than `most`
    /// were made until the time that the first of them set. `key` must hold nobody's address.
    pub async fn may_try(&self, key: &str, most: u32, now: Timestamp, until: Timestamp) -> Result<bool, StoreError> {
        contact::may_try(&self.db, key, most, now, until).await
    }

    /// The addresses at which a conversation goes on, in the order in which they came.
    pub async fn addresses(&self, conversation: ConversationId) -> Result<Vec<EndpointRow>, StoreError> {
        contact::addresses(&self.db, conversation).await
    }
}
