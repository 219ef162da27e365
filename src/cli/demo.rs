//! `guichet demo`: everything at once on this machine, with invented insurers, policies, users and some sixty cases, which are
//! played through the service itself.

mod carrier;
mod cast;
mod pictures;
mod stage;
#[cfg(test)]
mod tests;

use clap::Args;

use super::{CliError, import, say, serve};
use crate::{
    config::{Config, Secret, Site, Webhook, WebhookFields},
    contract::read_policies,
    domain::clock::Clock,
    identity::{Reach, Role},
    store::{HandlerRow, StoreError},
    telemetry,
    web::{App, AppParts, console::auth::password},
};

pub(super) use cast::CastError;
use cast::{Cast, People};

/// The demonstration's policies, as CSV.
pub(super) const POLICIES: &str = include_str!("../../flows/demo/policies.csv");
/// The password of everybody in the demonstration, which listens on this machine alone unless `--listen` says
/// otherwise.
const PASSWORD: &str = "guichet-demo";
/// The insurers whose people are invented.
const INSURERS: [&str; 2] = ["demo", "phare"];
/// The secret of the demonstration's webhook.
const SECRET: &str = "guichet-demo";

/// Arguments of `guichet demo`.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:8480")]
    listen: std::net::SocketAddr,
    /// Without the invented cases.
    #[arg(long)]
    empty: bool,
}

impl Demo {
    pub(super) async fn run(self, mut config: Config) -> Result<(), CliError> {
        config.server.listen = self.listen;
        config.server.public_url = format!("http://{}", self.listen);
        telemetry::start(&config.log)?;
        let people = People::read()?;
        let (clock, accounts) = if self.empty {
            (Clock::system(), Vec::new())
        } else {
            (stage::clock(Clock::system()), carrier::all(&INSURERS))
        };
        let (mut parts, sole) = serve::open(config, clock, accounts).await?;
        let insurers: Vec<(String, String)> =
            parts.intake.library().insurers().map(|insurer| (insurer.id.clone(), insurer.name.clone())).collect();
        connect(&mut parts, &insurers);
        let app = App::from(parts);
        seed(&app, &people).await?;
        if !self.empty {
            fill(&app).await?;
        }
        serve::serve(app, sole, |address| welcome(address, &insurers, &people)).await
    }
}

/// Plays the invented cases. One that fails is left where it stands: the others are there.
async fn fill(app: &App) -> Result<(), CliError> {
    let policies = Cast::policies()?;
    app.engine.put_policies(&import::rows(&policies), app.clock.now()).await?;
    for (case, error) in stage::play(app, Cast::read()?, People::read()?, policies).await {
        tracing::warn!(case, %error, "an invented case was not played to its end");
    }
    Ok(())
}

/// Adds a chat and a webhook for each insurer that the configuration does not have.
fn connect(parts: &mut AppParts, insurers: &[(String, String)]) {
    let config = std::sync::Arc::make_mut(&mut parts.config);
    for (id, _) in insurers {
        if config.site(id).is_none() {
            config.chat.sites.push(Site { key: id.clone(), insurer: id.clone(), origins: Vec::new() });
        }
        let account = format!("{id}-sms");
        if !config.sms.webhooks.iter().any(|webhook| webhook.account == account) {
            config.sms.webhooks.push(Webhook {
                account,
                insurer: id.clone(),
                secret: Secret::new(SECRET),
                fields: WebhookFields::default(),
                send: None,
            });
        }
    }
}

async fn seed(app: &App, people: &People) -> Result<(), CliError> {
    let policies = read_policies(POLICIES.as_bytes())?;
    app.engine.put_policies(&import::rows(&policies), app.clock.now()).await?;
    for person in &people.handlers {
        if app.engine.users().handler(&person.login).await?.is_some() {
            continue;
        }
        let password_hash =
            password::hash(PASSWORD.to_owned()).await.map_err(|error| CliError::Demo(error.to_string()))?;
        let reach = |codes: &Option<Vec<String>>| codes.clone().map_or(Reach::All, Reach::from_iter);
        let row = HandlerRow {
            insurers: reach(&person.insurers),
            desks: reach(&person.desks),
            ..HandlerRow::new(&person.login, &person.name, &person.role, &password_hash)
        };
        match app.engine.users().add_handler(&row, app.clock.now()).await {
            Ok(()) | Err(StoreError::Taken) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn welcome(address: std::net::SocketAddr, insurers: &[(String, String)], people: &People) {
    say(
        "Guichet is open. Everything here is invented, and nothing that the invented people are sent leaves this machine; the data is",
    );
    say("in ./data, stop with Ctrl+C.\n");
    for (id, name) in insurers {
        say(format_args!("  Declare a claim ({name}):  http://{address}/chat?site={id}"));
    }
    say("    for instance with policy 7541289 (Julie Moreau, 69003 Lyon)\n");
    say(format_args!("  The handlers' console:  http://{address}/console"));
    for person in &people.handlers {
        let role = Role::named(&person.role).map_or(person.role.as_str(), |role| role.name.en.as_str());
        say(format_args!("    {:<8} {PASSWORD}   {} ({role})", person.login, person.name));
    }
    if let Some((id, _)) = insurers.first() {
        say("\n  A text message:");
        say(format_args!(
            "    curl http://{address}/channels/sms/{id}-sms -H 'Authorization: Bearer {SECRET}' \\\n      \
             -H 'Content-Type: application/json' -d '{{\"id\":\"1\",\"from\":\"+33639980101\",\"text\":\"bonjour\"}}'"
        ));
    }
}
