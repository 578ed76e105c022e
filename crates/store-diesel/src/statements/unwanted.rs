//! Who does not want something in the inbox.

use diesel::prelude::*;
use diesel::query_builder::AstPass;
use herald_domain::{Category, Content};

use super::Words;

/// In the place of a category: all that the user has not chosen for.
pub(crate) const OTHERS: &str = "*";

static ALL_OTHERS: Option<&str> = Some(OTHERS);
static NONE: Option<&str> = None;

/// Of which category those are asked who may not want it: of none (`""`), if it has none. `None` if it is
/// critical, for then nobody is asked.
pub(crate) fn asked_of(content: &Content) -> Option<&str> {
    (!content.is_critical()).then(|| content.category.as_ref().map_or("", Category::as_str))
}

/// Whether the user of that key has turned the inbox off for what is [asked of](asked_of); never null.
/// Two looks into a table that is nearly always empty.
pub(super) fn push_hidden<'b, DB: Words>(
    out: &mut AstPass<'_, 'b, DB>,
    key: &str,
    category: &'b Option<&'b str>,
) -> QueryResult<()> {
    let others = if category.is_some() { &ALL_OTHERS } else { &NONE };
    out.push_sql("coalesce(");
    for category in [category, others] {
        out.push_sql("(SELECT c.hidden FROM inbox_choices AS c WHERE c.category = ");
        DB::push_optional_text(out, category)?;
        out.push_sql(" AND c.usr = ");
        out.push_sql(key);
        out.push_sql("), ");
    }
    out.push_sql("FALSE)");
    Ok(())
}
