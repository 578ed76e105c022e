use anyhow::{Context, Result, bail};
use clap::{Args, builder::PossibleValuesParser};
use herald_domain::{Kind, Priority};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::remote::{Client, Remote};

/// Sends one notification and prints the receipt.
///
/// Ends with 0 when it is in every inbox, 1 when it was refused, 2 when the command is wrong, 75 when
/// the server cannot be reached or cannot take it now: then try again, best with the same
/// --idempotency-key.
#[derive(Args)]
pub(super) struct Send {
    /// What to say
    message: String,
    /// The id of who should know; more than once for several
    #[arg(long, value_name = "USER", required = true)]
    to: Vec<String>,
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

pub(super) fn run(send: Send) -> Result<()> {
    super::block_on(deliver(send))
}

async fn deliver(send: Send) -> Result<()> {
    let to = match send.to.as_slice() {
        [user] => json!({"user": user}),
        users => json!({"users": users}),
    };
    let body = json!({
        "to": to, "message": send.message, "title": send.title, "kind": send.kind,
        "priority": send.priority, "category": send.category, "data": send.data,
        "action_url": send.action_url, "collapse_key": send.collapse_key,
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
