use anyhow::Result;

/// Prints the document that `/openapi.json` serves.
pub(super) fn run() -> Result<()> {
    super::say(&serde_json::to_string_pretty(&herald_http::openapi())?);
    Ok(())
}
