use herald_ports::{RenderError, Rendered, Renderer, Sources};
use minijinja::{Environment, Value};
use serde_json::Value as Json;

use crate::cache::Compiled;
use crate::environment::environment;
use crate::fault::Fault;
use crate::filters::{cut, one_line};
use crate::judge::judge;
use crate::output::Bounded;
use crate::part::Part;
use crate::variables::variables;

/// How long the parts may be together, in bytes.
const LONGEST: usize = 256 * 1024;

/// How long a subject may be, in characters.
const LONGEST_SUBJECT: usize = 200;

/// Templates by minijinja. The [crate](crate) says what they may.
///
/// What was compiled is remembered by its source, up to 1 MiB of sources for each part.
pub struct JinjaRenderer {
    subject: Engine,
    text: Engine,
    html: Engine,
}

impl JinjaRenderer {
    /// Remembers no template yet.
    pub fn new() -> Self {
        let [subject, text, html] = [Part::Subject, Part::Text, Part::Html].map(Engine::new);
        Self { subject, text, html }
    }
}

impl Default for JinjaRenderer {
    fn default() -> Self {
        Self::new()
    }
}

impl Renderer for JinjaRenderer {
    fn check(&self, sources: Sources<'_>) -> Result<(), RenderError> {
        if let Some(subject) = sources.subject {
            self.subject.check(subject)?;
        }
        self.text.check(sources.text)?;
        if let Some(html) = sources.html {
            self.html.check(html)?;
        }
        Ok(())
    }

    fn render(&self, sources: Sources<'_>, values: &Json) -> Result<Rendered, RenderError> {
        let values = variables(values);
        let mut room = LONGEST;
        let subject = sources.subject.map(|source| self.subject.render(source, &values, room));
        let subject = subject.transpose()?.map(|subject| one_line(&subject));
        let subject = subject.filter(|subject| !subject.is_empty());
        let subject = subject.map(|subject| cut(&subject, LONGEST_SUBJECT, "…"));
        room -= subject.as_ref().map_or(0, String::len);
        let text = self.text.render(sources.text, &values, room)?;
        let text = text.trim_end().to_owned();
        room -= text.len();
        let html =
            sources.html.map(|source| self.html.render(source, &values, room)).transpose()?;
        Ok(Rendered { subject, text, html })
    }
}

/// Compiles and fills in templates of one part.
struct Engine {
    part: Part,
    environment: Environment<'static>,
    compiled: Compiled,
}

impl Engine {
    fn new(part: Part) -> Self {
        Self { part, environment: environment(part), compiled: Compiled::new() }
    }

    /// Compiled, but not remembered: what is checked may never be used.
    fn check(&self, source: &str) -> Result<(), RenderError> {
        self.compile(source).map(drop)
    }

    fn compile(&self, source: &str) -> Result<Environment<'static>, RenderError> {
        judge(source, self.part).map_err(|fault| self.error(&fault))?;
        let mut environment = self.environment.clone();
        environment
            .add_template_owned(self.part.name(), source.to_owned())
            .map_err(|error| self.error(&error.into()))?;
        Ok(environment)
    }

    fn render(&self, source: &str, values: &Value, room: usize) -> Result<String, RenderError> {
        let environment = self.compiled.get(source, || self.compile(source))?;
        let mut output = Bounded::new(room);
        environment
            .get_template(self.part.name())
            .and_then(|template| template.render_captured_to(values, &mut output).map(drop))
            .map_err(|error| self.error(&error.into()))?;
        Ok(output.into_text())
    }

    fn error(&self, fault: &Fault) -> RenderError {
        RenderError { part: self.part.name(), detail: fault.to_string() }
    }
}
