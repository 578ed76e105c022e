//! A server that is somewhere else, for the commands that talk to one.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Error, Result, anyhow, bail};
use clap::Args;
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::plain::plain;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How long an answer may take.
pub(super) const ANSWER: Duration = Duration::from_secs(30);

/// Where the server is, and who asks
#[derive(Args)]
pub(super) struct Remote {
    /// Where the server is
    #[arg(long, env = "HERALD_URL", default_value = "http://127.0.0.1:8000")]
    url: Url,
    /// An access token or an API key; others on this machine may see it here
    #[arg(long, env = "HERALD_TOKEN", hide_env_values = true)]
    token: Option<SecretString>,
    /// A file with the token, instead; read again when the token ends
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

/// That it may well work later: the server is not there, or cannot at the moment.
#[derive(Debug)]
pub(crate) struct NotNow;

impl fmt::Display for NotNow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not now")
    }
}

/// Talks to the server.
pub(super) struct Client {
    http: reqwest::Client,
    remote: Remote,
}

impl Client {
    pub(super) fn new(remote: Remote) -> Result<Self> {
        if !matches!(remote.url.scheme(), "http" | "https") {
            bail!("url must begin with http:// or https://");
        }
        // another one can only be there if this was called before
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().connect_timeout(CONNECT).build()?;
        Ok(Self { http, remote })
    }

    /// The server's address, as it was given.
    pub(super) fn url(&self) -> &str {
        self.remote.url.as_str().trim_end_matches('/')
    }

    /// The token as it is now.
    pub(super) fn token(&self) -> Result<SecretString> {
        let token = match (&self.remote.token_file, &self.remote.token) {
            (Some(file), _) => {
                let text = std::fs::read_to_string(file);
                let text = text.with_context(|| format!("cannot read {}", file.display()))?;
                SecretString::from(text.trim())
            }
            (None, Some(token)) => token.clone(),
            (None, None) => bail!("a token is needed: --token, --token-file or HERALD_TOKEN"),
        };
        if token.expose_secret().is_empty() {
            bail!("the token is empty");
        }
        Ok(token)
    }

    /// A request with the token, to a path that begins with `/`.
    pub(super) fn request(&self, method: Method, path: &str) -> Result<RequestBuilder> {
        let url = format!("{}{path}", self.url());
        Ok(self.http.request(method, url).bearer_auth(self.token()?.expose_secret()))
    }

    /// The answer, if it has a status of success or of a switch to another protocol.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Response> {
        let answer = tokio::time::timeout(ANSWER, request.send()).await;
        let answer = answer.map_err(|_| anyhow!("no answer").context(NotNow))?;
        // the address is told by us; the library's text would repeat it
        let answer = answer.map_err(|error| {
            Error::new(error.without_url())
                .context(format!("cannot reach {}", self.url()))
                .context(NotNow)
        })?;
        let status = answer.status();
        if status.is_success() || status == StatusCode::SWITCHING_PROTOCOLS {
            return Ok(answer);
        }
        let body = tokio::time::timeout(ANSWER, answer.json()).await;
        let body = body.ok().and_then(Result::ok).unwrap_or_default();
        let refused = anyhow!(describe(status, &body));
        let later = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
        Err(if later { refused.context(NotNow) } else { refused })
    }
}

/// A problem (RFC 9457) for people: what it is, each broken rule, and the request's id in the log.
fn describe(status: StatusCode, problem: &Value) -> String {
    let text = |value: &Value| value.as_str().map(plain);
    let Some(title) = text(&problem["title"]) else {
        return format!("the server answered {status}, without a reason");
    };
    let mut told = format!("{title} ({})", status.as_u16());
    let errors = problem["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    if errors.is_empty() {
        told.extend(text(&problem["detail"]).map(|detail| format!(": {detail}")));
    }
    for error in errors {
        let part = |name: &str| text(&error[name]).unwrap_or_default();
        told.push_str(&format!("\n  {}: {}", part("field"), part("detail")));
    }
    told.extend(text(&problem["request_id"]).map(|id| format!("\n  request {id}")));
    told
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_problem_is_told_with_every_broken_rule() {
        let problem = json!({
            "title": "request not valid", "detail": "message: must not be empty",
            "errors": [{"field": "message", "rule": "required", "detail": "must not be empty"},
                       {"field": "to.user", "rule": "format", "detail": "must be an \u{1b}[31mid"}],
            "request_id": "77"
        });
        let told = describe(StatusCode::UNPROCESSABLE_ENTITY, &problem);
        assert_eq!(
            told,
            "request not valid (422)\n  message: must not be empty\n  \
             to.user: must be an \u{fffd}[31mid\n  request 77"
        );
    }

    #[test]
    fn an_answer_that_is_no_problem_is_told_by_its_status() {
        let told = describe(StatusCode::BAD_GATEWAY, &Value::Null);
        assert_eq!(told, "the server answered 502 Bad Gateway, without a reason");
    }
}
