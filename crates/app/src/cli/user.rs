use std::io::{BufRead, IsTerminal};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use herald_application::Accounts;
use herald_domain::{Prefix, Role, User, UserFilter};
use herald_ports::{Position, UserChange};

use super::Settings;
use super::plain::plain;
use crate::queue::Messaging;
use crate::wire::{Storage, UseCases};

#[derive(Subcommand)]
pub(super) enum UserCommand {
    /// Add a user
    Create(Create),
    /// List users: id, login name, role, company, e-mail address, and whether they are disabled
    List(List),
    /// Say what a user is; a running server takes notice within a second
    SetRole(SetRole),
    /// Say where a user belongs; a running server takes notice within a second
    SetCompany(SetCompany),
    /// Let a user do nothing any more; a running server takes notice within a second
    Disable(Named),
    /// Let a user who was disabled act again; a running server takes notice within a second
    Enable(Named),
    /// Delete a user; a running server takes notice within a second, and erases the inbox
    Delete(Named),
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
pub(super) struct List {
    /// Those whose id, login name or e-mail address begins with this, in any case
    #[arg(long)]
    search: Option<Prefix>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Args)]
pub(super) struct Named {
    /// The user's login name or id
    name: String,
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
            UserCommand::List(list) => list_users(list).await,
            UserCommand::SetRole(SetRole { name, role, settings }) => {
                let change = UserChange { role: Some(role), ..UserChange::default() };
                change_user(&settings, &name, change).await
            }
            UserCommand::SetCompany(SetCompany { name, company, settings }) => {
                let change = UserChange { company: Some(Some(company)), ..UserChange::default() };
                change_user(&settings, &name, change).await
            }
            UserCommand::Disable(named) => disable_user(&named, true).await,
            UserCommand::Enable(named) => disable_user(&named, false).await,
            UserCommand::Delete(named) => delete_user(&named).await,
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

async fn list_users(List { search, settings }: List) -> Result<()> {
    let (storage, cases) = open(&settings).await?;
    let filter = UserFilter { search, ..UserFilter::default() };
    let mut after = None;
    loop {
        let position = Position::Cursor(after);
        let page = cases.accounts.list(filter.clone(), position, Accounts::MAX_LIMIT).await?;
        page.users.iter().for_each(|user| super::say(&line(user)));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    storage.close().await;
    Ok(())
}

/// A user on one line, with a dash for what is not there.
fn line(user: &User) -> String {
    let or_dash = |text: Option<&str>| text.map_or_else(|| "-".to_owned(), plain);
    [
        user.id.to_string(),
        or_dash(user.username.as_ref().map(|name| name.as_str())),
        user.role.to_string(),
        or_dash(user.company.as_ref().map(|company| company.as_str())),
        or_dash(user.email.as_ref().map(|email| email.as_str())),
        if user.disabled_at.is_some() { "disabled" } else { "active" }.to_owned(),
    ]
    .join("\t")
}

async fn change_user(settings: &Settings, name: &str, change: UserChange) -> Result<()> {
    let user = change_one(settings, name, change).await?;
    let company = user.company.map_or_else(String::new, |company| format!(" of {company}"));
    super::say(&format!("user {name} is now {}{company}", user.role));
    Ok(())
}

async fn disable_user(Named { name, settings }: &Named, disabled: bool) -> Result<()> {
    let change = UserChange { disabled: Some(disabled), ..UserChange::default() };
    change_one(settings, name, change).await?;
    super::say(&format!("user {name} is {}", if disabled { "disabled" } else { "enabled" }));
    Ok(())
}

async fn change_one(settings: &Settings, name: &str, change: UserChange) -> Result<User> {
    let (storage, cases) = open(settings).await?;
    let about = || format!("user {name}");
    let user = cases.accounts.find(name).await.with_context(about)?;
    let user = cases.accounts.change(&user.id, change).await.with_context(about)?;
    storage.close().await;
    Ok(user)
}

async fn delete_user(Named { name, settings }: &Named) -> Result<()> {
    let (storage, cases) = open(settings).await?;
    let about = || format!("user {name}");
    let user = cases.accounts.find(name).await.with_context(about)?;
    cases.accounts.delete(&user.id).await.with_context(about)?;
    storage.close().await;
    super::say(&format!("user {name} is deleted; a server erases the inbox when it runs"));
    Ok(())
}

async fn open(settings: &Settings) -> Result<(Storage, UseCases)> {
    let config = settings.load()?;
    if config.is_in_memory() {
        bail!("database_url is memory: nothing would be kept; use HERALD_ADMIN_USERNAME instead");
    }
    let storage = Storage::open(&config)?;
    // servers read in the database what was revoked
    let messaging = Messaging::within_this_process();
    let cases = UseCases::build(&config, &storage, &messaging).await?;
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
