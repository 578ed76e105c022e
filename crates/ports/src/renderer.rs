use serde_json::Value;

/// The sources of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sources<'a> {
    /// of the headline, if there is one
    pub subject: Option<&'a str>,
    /// of the text
    pub text: &'a str,
    /// of the page, if there is one
    pub html: Option<&'a str>,
}

/// What a template came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rendered {
    /// the headline, on one line
    pub subject: Option<String>,
    /// the text
    pub text: String,
    /// the page, in which every value is escaped
    pub html: Option<String>,
}

/// Why a template came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{part}: {detail}")]
pub struct RenderError {
    /// which part: `subject`, `text` or `html`
    pub part: &'static str,
    /// what is wrong, and where
    pub detail: String,
}

/// Fills templates in.
///
/// A template reads the variables that it is given, and nothing else: no file, no clock, no setting. It
/// ends soon, and comes to no more than 256 KiB, whatever it says. What is not there is empty.
pub trait Renderer: Send + Sync + 'static {
    /// Whether the sources are templates.
    fn check(&self, sources: Sources<'_>) -> Result<(), RenderError>;

    /// Fills them in with the members of an object.
    fn render(&self, sources: Sources<'_>, variables: &Value) -> Result<Rendered, RenderError>;
}
