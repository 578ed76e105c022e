use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use herald_ports::{Claims, Clock, SystemClock};

use super::people::PEOPLE;
use super::{PASSWORD, USERNAME};
use crate::wire::UseCases;

/// How long the token that is printed lasts.
const TOKEN: Duration = Duration::from_secs(24 * 60 * 60);

/// What can be tried, ready to be pasted.
pub(super) struct Links {
    /// how this program was called
    herald: String,
    url: String,
    key: String,
    token: String,
}

impl Links {
    pub(super) fn new(cases: &UseCases, address: SocketAddr, key: &str) -> Result<Self> {
        let now = SystemClock.now();
        let token = cases.issuer.issue(&Claims {
            subject: PEOPLE[0].0.parse()?,
            session: None,
            issued_at: now,
            expires_at: now.plus(TOKEN),
        });
        let herald = std::env::args().next().unwrap_or_else(|| "herald".to_owned());
        Ok(Self { herald, url: format!("http://{address}"), key: key.to_owned(), token })
    }
}

impl fmt::Display for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { herald, url, key, token } = self;
        let [maya, ..] = PEOPLE.map(|(id, ..)| id);
        writeln!(f, "Herald demo at {url}. All of it is in memory, and ends with Ctrl-C.")?;
        writeln!(
            f,
            "Every few seconds somebody is told something: a build, a deployment, an alarm."
        )?;
        writeln!(f)?;
        for (id, role, company) in PEOPLE {
            writeln!(f, "  {id:<6} {role} at {company}")?;
        }
        writeln!(f, "  {USERNAME:<6} logs in with the password {PASSWORD}")?;
        writeln!(f, "\nRead and try the API:")?;
        writeln!(f, "  {url}/docs  {url}/redoc  {url}/openapi.json")?;
        writeln!(f, "\nWatch {maya}'s inbox, in another terminal:")?;
        writeln!(f, "  {herald} tail --url {url} --since 0 --token {token}")?;
        writeln!(f, "\nSend to {maya}, with the API key of a service:")?;
        writeln!(
            f,
            "  {herald} send --url {url} --token {key} --to {maya} --title 'Lunch?' 'at noon, the usual place'"
        )?;
        writeln!(f, "\nThe same by curl:")?;
        writeln!(f, "  curl -N {url}/api/v1/stream -H 'Authorization: Bearer {token}'")?;
        writeln!(
            f,
            "  curl {url}/api/v1/notifications -H 'Authorization: Bearer {key}' \
             -H 'Content-Type: application/json' -d '{{\"to\": {{\"user\": \"{maya}\"}}, \"message\": \"hello\"}}'"
        )
    }
}
