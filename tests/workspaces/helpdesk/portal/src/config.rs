//! What the environment says.

use std::env;

use anyhow::{Context, Result};

/// Where everything is.
#[derive(Clone, Debug)]
pub struct Config {
    pub services: Services,
    pub help_pages: String,
}

/// The other services.
#[derive(Clone, Debug)]
pub struct Services {
    pub tickets: String,
    pub accounts: String,
    pub search: String,
}

impl Config {
    pub fn from_env() -> Result<Self> {
        Ok(Self {
            services: Services {
                tickets: required("TICKETS_URL")?,
                accounts: required("ACCOUNTS_URL")?,
                search: env::var("SEARCH_URL").unwrap_or_else(|_| "http://localhost:7700".into()),
            },
            help_pages: "https://help.example.com".to_owned(),
        })
    }
}

fn required(name: &str) -> Result<String> {
    env::var(name).with_context(|| format!("{name} is not set"))
}
