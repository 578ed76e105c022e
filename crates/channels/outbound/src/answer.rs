use std::time::Duration;

use herald_domain::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Response, StatusCode};

use crate::{one_line, retry_after};

/// The most of a body that is read, in bytes.
const BODY: usize = 16 * 1024;
/// How long a body may take: the status has said what counts.
const TIME: Duration = Duration::from_secs(5);

/// What a provider said.
#[derive(Debug)]
pub struct Answer {
    /// what became of the request
    pub status: StatusCode,
    /// what else was said of it
    pub headers: HeaderMap,
    /// the first 16 KiB of its body; less, if it broke off or took more than 5 s
    pub body: Vec<u8>,
}

impl Answer {
    /// Reads what there is to read.
    pub async fn read(mut response: Response) -> Self {
        let mut body = Vec::new();
        let read = async {
            while let Ok(Some(chunk)) = response.chunk().await {
                let room = BODY - body.len();
                body.extend_from_slice(&chunk[..chunk.len().min(room)]);
                if chunk.len() >= room {
                    break;
                }
            }
        };
        // whatever came until then is what there is
        let _ = tokio::time::timeout(TIME, read).await;
        Self { status: response.status(), headers: std::mem::take(response.headers_mut()), body }
    }

    /// How long the provider asks to be left alone.
    pub fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        retry_after(&self.headers, now)
    }

    /// The answer as one line: the status, and what the body says, but no page and none of the
    /// secrets. Of a redirect, that it is not followed.
    pub fn detail(&self, secrets: &[&str]) -> String {
        let status = self.status.as_str();
        if self.status.is_redirection() {
            return format!("{status}: redirects are not followed");
        }
        let page = self.headers.get(CONTENT_TYPE).is_some_and(|kind| {
            kind.as_bytes().get(..9).is_some_and(|kind| kind.eq_ignore_ascii_case(b"text/html"))
        });
        let body = if page { "".into() } else { String::from_utf8_lossy(&self.body) };
        if body.trim().is_empty() {
            let reason = self.status.canonical_reason().unwrap_or_default();
            return one_line(&format!("{status} {}", reason.to_ascii_lowercase()), &[]);
        }
        one_line(&format!("{status} {body}"), secrets)
    }
}
