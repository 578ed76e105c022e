//! What holds of every template, and of the built-in ones.

mod defaults;
mod language;
mod limits;

use herald_ports::{RenderError, Rendered, Renderer, Sources};
use serde_json::Value;

use crate::JinjaRenderer;

fn render_text(source: &str, variables: &Value) -> Result<String, RenderError> {
    let sources = Sources { subject: None, text: source, html: None };
    JinjaRenderer::new().render(sources, variables).map(|rendered| rendered.text)
}

fn render_html(source: &str, variables: &Value) -> Result<String, RenderError> {
    let sources = Sources { subject: None, text: "", html: Some(source) };
    JinjaRenderer::new().render(sources, variables).map(|rendered| rendered.html.unwrap())
}

fn render_all(source: &str, variables: &Value) -> Rendered {
    let sources = Sources { subject: Some(source), text: source, html: Some(source) };
    JinjaRenderer::new().render(sources, variables).unwrap()
}
