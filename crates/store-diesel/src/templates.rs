use async_trait::async_trait;
use diesel::prelude::*;
use herald_domain::{Category, Locale, Timestamp};
use herald_ports::{StoreError, Template, TemplateStore};

use crate::conn::{Conn, on_conn};
use crate::failure::{Failure, column};
use crate::schema::templates;
use crate::store::DieselStore;

#[async_trait]
impl TemplateStore for DieselStore {
    async fn templates(&self) -> Result<Vec<Template>, StoreError> {
        self.read(list).await
    }

    async fn put_template(&self, template: Template) -> Result<Template, StoreError> {
        self.write(move |conn| put(conn, &template)).await
    }

    async fn remove_template(&self, id: i64) -> Result<bool, StoreError> {
        self.write(move |conn| remove(conn, id)).await
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = templates)]
struct TemplateRow {
    id: i64,
    channel: String,
    category: String,
    locale: String,
    subject: Option<String>,
    text: String,
    html: Option<String>,
    updated_at: i64,
}

impl TryFrom<TemplateRow> for Template {
    type Error = Failure;

    fn try_from(row: TemplateRow) -> Result<Self, Failure> {
        let some = |text: String| (!text.is_empty()).then_some(text);
        let category = some(row.category).map(Category::try_from).transpose();
        let locale = some(row.locale).map(Locale::try_from).transpose();
        Ok(Self {
            id: row.id,
            channel: column("templates", "channel", row.channel.parse())?,
            category: column("templates", "category", category)?,
            locale: column("templates", "locale", locale)?,
            subject: row.subject,
            text: row.text,
            html: row.html,
            updated_at: Timestamp::from_micros(row.updated_at),
        })
    }
}

/// All of them, which are few; in the order of the domain, which is not that of the texts.
fn list(conn: &mut Conn) -> Result<Vec<Template>, Failure> {
    let rows: Vec<TemplateRow> = on_conn!(conn, c => templates::table
        .select(TemplateRow::as_select())
        .load(c))?;
    let mut found = rows.into_iter().map(Template::try_from).collect::<Result<Vec<_>, _>>()?;
    let place = |one: &Template| (one.channel, one.category.clone(), one.locale.clone());
    found.sort_by_cached_key(place);
    Ok(found)
}

fn put(conn: &mut Conn, new: &Template) -> Result<Template, Failure> {
    let columns = (
        templates::subject.eq(new.subject.as_ref()),
        templates::text.eq(&new.text),
        templates::html.eq(new.html.as_ref()),
        templates::updated_at.eq(new.updated_at.as_micros()),
    );
    let row = (
        templates::channel.eq(new.channel.as_str()),
        templates::category.eq(new.category.as_ref().map_or("", Category::as_str)),
        templates::locale.eq(new.locale.as_ref().map_or("", Locale::as_str)),
        columns,
    );
    let id: i64 = on_conn!(conn, c => diesel::insert_into(templates::table)
        .values(row)
        .on_conflict((templates::channel, templates::category, templates::locale))
        .do_update()
        .set(columns)
        .returning(templates::id)
        .get_result(c))?;
    Ok(Template { id, ..new.clone() })
}

fn remove(conn: &mut Conn, id: i64) -> Result<bool, Failure> {
    let removed = on_conn!(conn, c => diesel::delete(templates::table.find(id)).execute(c))?;
    Ok(removed > 0)
}
