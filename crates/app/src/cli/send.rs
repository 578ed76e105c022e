use anyhow::{Context, Result, bail};
use clap::{Args, builder::PossibleValuesParser};
use herald_domain::{Kind, Priority};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::remote::{Client, Remote};

/// Sends one notification and prints the receipt.
///
/// Ends with 0 when it is in every inbox, or stored and on its way there, 1 when it was refused, 2
/// when the command is wrong, 75 when the server cannot be reached or cannot take it now: then try
/// again, best with the same --idempotency-key.
#[derive(Args)]
pub(super) struct Send {
    /// What to say
    message: String,
    #[command(flatten)]
    audience: Audience,
    /// A headline
    #[arg(long)]
    title: Option<String>,
    /// How it looks [default: info]
    #[arg(long, value_parser = PossibleValuesParser::new(Kind::ALL.iter().map(|kind| kind.as_str())))]
    kind: Option<String>,
    /// How much it may disturb [default: medium]
    #[arg(long, value_parser = PossibleValuesParser::new(Priority::ALL.iter().map(|p| p.as_str())))]
    priority: Option<String>,
    /// What it is about
    #[arg(long)]
    category: Option<String>,
    /// A JSON object for the application that shows it
    #[arg(long, value_name = "JSON", value_parser = object)]
    data: Option<Map<String, Value>>,
    /// Where a click leads
    #[arg(long, value_name = "URL")]
    action_url: Option<String>,
    /// When to tell it, such as 2026-11-21T09:00:00Z [default: now]
    #[arg(long, value_name = "TIME")]
    send_at: Option<String>,
    /// Replaces an unread notification that has the same key
    #[arg(long, value_name = "KEY")]
    collapse_key: Option<String>,
    /// However often it is sent under this key, it is sent once
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
    /// Print the receipt as the server wrote it
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: Remote,
}

/// Who should know.
#[derive(Args)]
#[group(required = true, multiple = true)]
struct Audience {
    /// The id of who should know; more than once for several
    #[arg(long, value_name = "USER", conflicts_with_all = ["company", "role", "topic", "everyone"])]
    to: Vec<String>,
    /// Everybody of this company; with --role, who is in that role there
    #[arg(long, conflicts_with_all = ["topic", "everyone"])]
    company: Option<String>,
    /// Everybody who is in this role
    #[arg(long, conflicts_with_all = ["topic", "everyone"])]
    role: Option<String>,
    /// Everybody who subscribes to this topic
    #[arg(long, conflicts_with = "everyone")]
    topic: Option<String>,
    /// Every user there is
    #[arg(long)]
    everyone: bool,
}

impl Audience {
    fn to_json(&self) -> Value {
        match self.to.as_slice() {
            [user] => json!({"user": user}),
            [] if self.everyone => json!({"everyone": true}),
            [] => json!({"company": self.company, "role": self.role, "topic": self.topic}),
            users => json!({"users": users}),
        }
    }
}

pub(super) fn run(send: Box<Send>) -> Result<()> {
    super::block_on(deliver(*send))
}

async fn deliver(send: Send) -> Result<()> {
    let body = json!({
        "to": send.audience.to_json(), "message": send.message, "title": send.title, "kind": send.kind,
        "priority": send.priority, "category": send.category, "data": send.data,
        "action_url": send.action_url, "collapse_key": send.collapse_key, "send_at": send.send_at,
    });
    let client = Client::new(send.remote)?;
    let mut request = client.request(Method::POST, "/api/v1/notifications")?.json(&body);
    if let Some(key) = send.idempotency_key {
        request = request.header("idempotency-key", key);
    }
    let answer = client.send(request).await?;
    let text = answer.text().await.context(super::NotNow)?;
    let receipt: Value = serde_json::from_str(&text).context("the receipt is not JSON")?;
    if send.json {
        super::say(&text);
        return Ok(());
    }
    let (Some(id), Some(recipients)) = (receipt["id"].as_i64(), receipt["recipients"].as_i64())
    else {
        bail!("this is no receipt: {receipt}");
    };
    super::say(&match receipt["state"].as_str() {
        Some("expanding") => format!("accepted as notification {id}, on its way"),
        Some("scheduled") => format!("accepted as notification {id}, waiting for its time"),
        _ if recipients == 1 => format!("sent as notification {id} to 1 user"),
        _ => format!("sent as notification {id} to {recipients} users"),
    });
    Ok(())
}

fn object(text: &str) -> Result<Map<String, Value>, serde_json::Error> {
    serde_json::from_str(text)
}
