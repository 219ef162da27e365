//! `guichet demo`: everything at once on this machine, with invented insurers, policies and handlers.

use clap::Args;

use super::{CliError, say, serve};
use crate::{config::Config, telemetry};

/// Arguments of `guichet demo`.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:8480")]
    listen: std::net::SocketAddr,
}

impl Demo {
    pub(super) async fn run(self, mut config: Config) -> Result<(), CliError> {
        config.server.listen = self.listen;
        config.server.public_url = format!("http://{}", self.listen);
        telemetry::start(&config.log)?;
        let app = serve::open(config).await?;
        serve::serve(app, |address| say(format_args!("Guichet listens on http://{address}"))).await
    }
}
