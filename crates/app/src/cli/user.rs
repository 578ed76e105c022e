use std::io::{BufRead, IsTerminal};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use herald_domain::Role;
use herald_ports::UserChange;

use super::Settings;
use crate::wire::{Storage, UseCases};

#[derive(Subcommand)]
pub(super) enum UserCommand {
    /// Add a user
    Create(Create),
    /// Say what a user is; a running server takes notice within a second
    SetRole(SetRole),
    /// Say where a user belongs; a running server takes notice within a second
    SetCompany(SetCompany),
}

#[derive(Args)]
pub(super) struct Create {
    /// The name to log in with
    #[arg(long)]
    username: String,
    /// Make the user an administrator
    #[arg(long)]
    admin: bool,
    /// The password; asked for, or read from standard input, if not given
    #[arg(long)]
    password: Option<String>,
    /// Where mail goes
    #[arg(long)]
    email: Option<String>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Args)]
pub(super) struct SetRole {
    /// The user's login name or id
    name: String,
    /// The role; only `admin` has rights
    role: Role,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Args)]
pub(super) struct SetCompany {
    /// The user's login name or id
    name: String,
    /// The company
    company: herald_domain::Company,
    #[command(flatten)]
    settings: Settings,
}

pub(super) fn run(command: UserCommand) -> Result<()> {
    super::block_on(async {
        match command {
            UserCommand::Create(create) => create_user(create).await,
            UserCommand::SetRole(SetRole { name, role, settings }) => {
                let change = UserChange { role: Some(role), ..UserChange::default() };
                change_user(&settings, &name, change).await
            }
            UserCommand::SetCompany(SetCompany { name, company, settings }) => {
                let change = UserChange { company: Some(company), ..UserChange::default() };
                change_user(&settings, &name, change).await
            }
        }
    })
}

async fn create_user(create: Create) -> Result<()> {
    let (storage, cases) = open(&create.settings).await?;
    let role = if create.admin { Role::admin() } else { Role::user() };
    let password = create.password.map_or_else(ask_password, Ok)?;
    let user = cases.accounts.create(&create.username, password, create.email.as_deref(), role);
    let user = user.await?;
    storage.close().await;
    super::say(&format!(
        "user {} has the id {} and the role {}",
        create.username, user.id, user.role
    ));
    Ok(())
}

async fn change_user(settings: &Settings, name: &str, change: UserChange) -> Result<()> {
    let (storage, cases) = open(settings).await?;
    let user = cases.accounts.find(name).await.with_context(|| format!("user {name}"))?;
    let user = cases.accounts.change(&user.id, change).await?;
    storage.close().await;
    let company = user.company.map_or_else(String::new, |company| format!(" of {company}"));
    super::say(&format!("user {name} is now {}{company}", user.role));
    Ok(())
}

async fn open(settings: &Settings) -> Result<(Storage, UseCases)> {
    let config = settings.load()?;
    if config.is_in_memory() {
        bail!("database_url is memory: nothing would be kept; use HERALD_ADMIN_USERNAME instead");
    }
    let storage = Storage::open(&config)?;
    let cases = UseCases::build(&config, &storage).await?;
    Ok((storage, cases))
}

/// Asks on the terminal, or reads one line where there is none.
fn ask_password() -> Result<String> {
    if std::io::stdin().is_terminal() {
        return Ok(rpassword::prompt_password("Password: ")?);
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
