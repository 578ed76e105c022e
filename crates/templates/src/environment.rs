use minijinja::{
    AutoEscape, Environment, Error, Output, State, UndefinedBehavior, Value, escape_formatter,
};

use crate::filters;
use crate::part::Part;

/// How many steps a template may take. The longest of the built-in ones takes a fifth of it.
const FUEL: u64 = 25_000;

/// How deep blocks may be nested.
const DEPTH: usize = 64;

/// The engine for templates of a part. It knows no other template, no global, and only our filters.
pub(crate) fn environment(part: Part) -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(DEPTH);
    environment.set_formatter(write);
    environment.set_auto_escape_callback(move |_| match part {
        Part::Html => AutoEscape::Html,
        Part::Subject | Part::Text => AutoEscape::None,
    });
    filters::add(&mut environment, part);
    environment
}

/// What is `none` is empty, as what is not there.
fn write(output: &mut Output<'_>, state: &State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.is_none() { Ok(()) } else { escape_formatter(output, state, value) }
}
