use std::time::Duration;

use anyhow::{Context, Result, bail};
use herald_application::Limits;
use herald_domain::{Channel, RetryPolicy};
use herald_outbound::Reach;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{Raw, contents, secret};

/// The ways out of Herald. What is not configured is the sandbox's.
pub(crate) struct Outlets {
    /// where people find this server; without a slash at its end
    pub(crate) public_url: String,
    /// certificates in PEM of authorities that are trusted beside those of the machine
    pub(crate) extra_roots: Vec<u8>,
    /// how far requests to addresses of users may go
    pub(crate) reach: Reach,
    pub(crate) email: Option<Email>,
    pub(crate) sms: Option<herald_sms::Account>,
    pub(crate) push: Option<Push>,
    /// whom push services may write to
    pub(crate) web_push: Option<String>,
    pub(crate) webhook: bool,
    limits: Vec<(Channel, Limits)>,
}

/// Who takes mail, and whom it comes from.
pub(crate) struct Email {
    pub(crate) server: herald_email::Server,
    pub(crate) from: herald_email::Sender,
}

/// Who takes push messages.
pub(crate) struct Push {
    /// the text of a service account's file
    pub(crate) account: SecretString,
    pub(crate) base: String,
}

/// Whether users' servers are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Webhooks {
    /// they are
    On,
    /// the sandbox is
    Sandbox,
}

/// What is asked of one provider, where something is set.
struct Set {
    channel: Channel,
    attempts: Option<u32>,
    concurrency: Option<usize>,
    timeout: Option<u64>,
}

impl Outlets {
    /// The sandbox for everything.
    pub(crate) fn sandbox(public_url: String) -> Self {
        Self {
            public_url,
            extra_roots: Vec::new(),
            reach: Reach::default(),
            email: None,
            sms: None,
            push: None,
            web_push: None,
            webhook: false,
            limits: Vec::new(),
        }
    }

    /// Checks what is set.
    pub(super) fn check(raw: &mut Raw) -> Result<Self> {
        let public_url = raw.public_url.take().unwrap_or_else(|| format!("http://{}", raw.listen));
        if !(public_url.starts_with("https://") || public_url.starts_with("http://")) {
            bail!("public_url must be like https://herald.example.com");
        }
        let reach = Reach {
            http: raw.outbound_http,
            networks: parse_all("outbound_networks", &raw.outbound_networks)?,
        };
        Ok(Self {
            public_url: public_url.trim_end_matches('/').to_owned(),
            extra_roots: contents("extra_roots_file", raw.extra_roots_file.as_deref())?
                .unwrap_or_default()
                .into_bytes(),
            reach,
            email: email(raw)?,
            sms: sms(raw)?,
            push: push(raw)?,
            web_push: raw.web_push_contact.take(),
            webhook: raw.webhooks == Webhooks::On,
            limits: limits(raw)?,
        })
    }

    /// How much is asked of the provider of a channel.
    pub(crate) fn limits(&self, channel: Channel) -> Limits {
        let found = self.limits.iter().find(|(known, _)| *known == channel);
        found.map(|(_, limits)| *limits).unwrap_or_default()
    }
}

fn email(raw: &mut Raw) -> Result<Option<Email>> {
    let url = secret("email_url", raw.email_url.take(), raw.email_url_file.as_deref())?;
    match (url, raw.email_from.take()) {
        (None, None) => Ok(None),
        (Some(url), Some(from)) => Ok(Some(Email {
            server: url.expose_secret().parse().context("email_url")?,
            from: from.parse().context("email_from")?,
        })),
        (Some(_), None) => bail!("email_url needs email_from"),
        (None, Some(_)) => bail!("email_from needs email_url or email_url_file"),
    }
}

fn sms(raw: &mut Raw) -> Result<Option<herald_sms::Account>> {
    let token = secret("sms_token", raw.sms_token.take(), raw.sms_token_file.as_deref())?;
    let (sid, from): (_, Option<String>) = (raw.sms_account.take(), raw.sms_from.take());
    let (sid, token, from): (String, SecretString, String) = match (sid, token, from) {
        (None, None, None) => return Ok(None),
        (Some(sid), Some(token), Some(from)) => (sid, token, from),
        _ => bail!("sms_account, sms_token (or sms_token_file) and sms_from go together"),
    };
    let account = herald_sms::Account::new(&sid, token.expose_secret(), &from).context("sms")?;
    let account = match &raw.sms_url {
        Some(base) => account.at(base).context("sms_url")?,
        None => account,
    };
    Ok(Some(account))
}

fn push(raw: &Raw) -> Result<Option<Push>> {
    let key = "fcm_service_account_file";
    let Some(account) = contents(key, raw.fcm_service_account_file.as_deref())? else {
        return Ok(None);
    };
    let base = raw.fcm_url.clone().unwrap_or_else(|| herald_fcm::FCM.to_owned());
    account.parse::<herald_fcm::ServiceAccount>().context(key)?;
    Ok(Some(Push { account: account.into(), base }))
}

fn limits(raw: &Raw) -> Result<Vec<(Channel, Limits)>> {
    let set = [
        Set {
            channel: Channel::Email,
            attempts: raw.email_attempts,
            concurrency: raw.email_concurrency,
            timeout: raw.email_timeout,
        },
        Set {
            channel: Channel::Sms,
            attempts: raw.sms_attempts,
            concurrency: raw.sms_concurrency,
            timeout: raw.sms_timeout,
        },
        Set {
            channel: Channel::Push,
            attempts: raw.push_attempts,
            concurrency: raw.push_concurrency,
            timeout: raw.push_timeout,
        },
        Set {
            channel: Channel::WebPush,
            attempts: raw.web_push_attempts,
            concurrency: raw.web_push_concurrency,
            timeout: raw.web_push_timeout,
        },
        Set {
            channel: Channel::Webhook,
            attempts: raw.webhook_attempts,
            concurrency: raw.webhook_concurrency,
            timeout: raw.webhook_timeout,
        },
    ];
    set.into_iter().map(|set| Ok((set.channel, set.limits(raw)?))).collect()
}

impl Set {
    fn limits(&self, raw: &Raw) -> Result<Limits> {
        let default = Limits::default();
        let attempts = self.attempts.or(raw.delivery_attempts).unwrap_or(default.retry.attempts);
        let concurrency = self.concurrency.unwrap_or(default.concurrency);
        let timeout = self.timeout.unwrap_or(default.timeout.as_secs());
        let name = self.channel.as_str();
        for (key, value, most) in [
            ("attempts", u64::from(attempts), 100),
            ("concurrency", concurrency as u64, 1_024),
            ("timeout", timeout, 300),
        ] {
            if !(1..=most).contains(&value) {
                bail!("{name}_{key} must be between 1 and {most}");
            }
        }
        let (base, cap) = (raw.delivery_retry_base, raw.delivery_retry_cap);
        if !(base > 0.0 && base <= cap && cap <= 86_400.0) {
            bail!("delivery_retry_base must be above 0, and at most delivery_retry_cap");
        }
        let [base, cap] = [base, cap].map(Duration::from_secs_f64);
        let retry = RetryPolicy { attempts, base, cap };
        if !(1..=3_600).contains(&raw.delivery_grace) {
            bail!("delivery_grace must be between 1 and 3600");
        }
        let [timeout, grace] = [timeout, raw.delivery_grace].map(Duration::from_secs);
        Ok(Limits { concurrency, timeout, retry, grace })
    }
}

fn parse_all<T: std::str::FromStr>(key: &str, texts: &[String]) -> Result<Vec<T>> {
    let parse = |text: &String| match text.parse() {
        Ok(parsed) => Ok(parsed),
        Err(_) => bail!("{key} must be networks such as 10.0.0.0/8, not {text}"),
    };
    texts.iter().map(parse).collect()
}
