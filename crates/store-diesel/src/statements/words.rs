//! What statements that are written by hand say differently to each backend, side by side.

use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::AstPass;
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use diesel::sqlite::Sqlite;

use super::List;

/// A backend, as far as these statements care.
pub(crate) trait Words: Backend + Sized {
    /// How adding many rows begins. Whoever writes undoes a failed write as a whole, so SQLite need not
    /// copy each page to be able to undo this statement alone.
    const INSERT: &'static str;
    /// How what stands after it is looked up for each row of what stands before it. SQLite is told the
    /// order by that word; PostgreSQL knows it from the length of lists.
    const LOOK_UP: &'static str;

    /// How heads `h` that are read in order stay as they are until the end of the transaction. Where one
    /// writes at a time, they do.
    const HOLDING: &'static str;
    /// The same for decisions `d`, one after the other.
    const HOLDING_DECISIONS: &'static str;
    /// How adding from a list passes over what another process has added in the same moment, having
    /// waited for it in an order in which none waits for the other. Where one writes at a time, nobody
    /// can.
    const UNLESS_THERE_BY_NOW: &'static str;

    fn push_number<'b>(out: &mut AstPass<'_, 'b, Self>, value: &'b i64) -> QueryResult<()>;
    fn push_text<'b>(out: &mut AstPass<'_, 'b, Self>, value: &'b str) -> QueryResult<()>;
    fn push_optional_number<'b>(
        out: &mut AstPass<'_, 'b, Self>,
        value: &'b Option<i64>,
    ) -> QueryResult<()>;
    fn push_optional_text<'b>(
        out: &mut AstPass<'_, 'b, Self>,
        value: &'b Option<&'b str>,
    ) -> QueryResult<()>;

    /// A table `list` with rows as its column `value`, each a JSON array.
    fn push_rows<'b>(out: &mut AstPass<'_, 'b, Self>, rows: &'b str) -> QueryResult<()>;

    /// A table `list` with the numbers as its column `value`.
    fn push_numbers<'b>(out: &mut AstPass<'_, 'b, Self>, list: &'b List<i64>) -> QueryResult<()>;

    /// A table `list` with the texts as its column `value`, and their places, from 0, as `key`.
    fn push_texts<'b, 'a: 'b>(
        out: &mut AstPass<'_, 'b, Self>,
        list: &'b List<&'a str>,
    ) -> QueryResult<()>;

    /// A table `list` of texts, and as many numbers, as its columns `name` and `number`.
    fn push_pairs<'b, 'a: 'b>(
        out: &mut AstPass<'_, 'b, Self>,
        names: &'b List<&'a str>,
        numbers: &'b List<i64>,
    ) -> QueryResult<()>;
}

impl Words for Sqlite {
    const INSERT: &'static str = "INSERT OR FAIL INTO ";
    const LOOK_UP: &'static str = " CROSS JOIN ";
    const HOLDING: &'static str = "";
    const HOLDING_DECISIONS: &'static str = "";
    const UNLESS_THERE_BY_NOW: &'static str = "";

    fn push_number<'b>(out: &mut AstPass<'_, 'b, Self>, value: &'b i64) -> QueryResult<()> {
        out.push_bind_param::<BigInt, _>(value)
    }

    fn push_text<'b>(out: &mut AstPass<'_, 'b, Self>, value: &'b str) -> QueryResult<()> {
        out.push_bind_param::<Text, _>(value)
    }

    fn push_optional_number<'b>(
        out: &mut AstPass<'_, 'b, Self>,
        value: &'b Option<i64>,
    ) -> QueryResult<()> {
        out.push_bind_param::<Nullable<BigInt>, _>(value)
    }

    fn push_optional_text<'b>(
        out: &mut AstPass<'_, 'b, Self>,
        value: &'b Option<&'b str>,
    ) -> QueryResult<()> {
        out.push_bind_param::<Nullable<Text>, _>(value)
    }

    fn push_rows<'b>(out: &mut AstPass<'_, 'b, Self>, rows: &'b str) -> QueryResult<()> {
        push_json(out, rows)
    }

    fn push_numbers<'b>(out: &mut AstPass<'_, 'b, Self>, list: &'b List<i64>) -> QueryResult<()> {
        push_json(out, list.as_json())
    }

    fn push_texts<'b, 'a: 'b>(
        out: &mut AstPass<'_, 'b, Self>,
        list: &'b List<&'a str>,
    ) -> QueryResult<()> {
        push_json(out, list.as_json())
    }

    fn push_pairs<'b, 'a: 'b>(
        out: &mut AstPass<'_, 'b, Self>,
        names: &'b List<&'a str>,
        numbers: &'b List<i64>,
    ) -> QueryResult<()> {
        out.push_sql("(SELECT one.value AS name, other.value AS number FROM json_each(");
        out.push_bind_param::<Text, _>(names.as_json())?;
        out.push_sql(") AS one CROSS JOIN json_each(");
        out.push_bind_param::<Text, _>(numbers.as_json())?;
        out.push_sql(") AS other ON other.key = one.key) AS list");
        Ok(())
    }
}

fn push_json<'b>(out: &mut AstPass<'_, 'b, Sqlite>, json: &'b str) -> QueryResult<()> {
    out.push_sql("json_each(");
    out.push_bind_param::<Text, _>(json)?;
    out.push_sql(") AS list");
    Ok(())
}

impl Words for Pg {
    const INSERT: &'static str = "INSERT INTO ";
    const LOOK_UP: &'static str = " JOIN ";
    const HOLDING: &'static str = " FOR UPDATE OF h";
    const HOLDING_DECISIONS: &'static str = " ORDER BY d.notification, d.usr FOR UPDATE OF d";
    const UNLESS_THERE_BY_NOW: &'static str = " ORDER BY list.value ON CONFLICT DO NOTHING";

    fn push_number<'b>(out: &mut AstPass<'_, 'b, Self>, value: &'b i64) -> QueryResult<()> {
        out.push_bind_param::<BigInt, _>(value)
    }

    fn push_text<'b>(out: &mut AstPass<'_, 'b, Self>, value: &'b str) -> QueryResult<()> {
        out.push_bind_param::<Text, _>(value)
    }

    fn push_optional_number<'b>(
        out: &mut AstPass<'_, 'b, Self>,
        value: &'b Option<i64>,
    ) -> QueryResult<()> {
        out.push_bind_param::<Nullable<BigInt>, _>(value)
    }

    fn push_optional_text<'b>(
        out: &mut AstPass<'_, 'b, Self>,
        value: &'b Option<&'b str>,
    ) -> QueryResult<()> {
        out.push_bind_param::<Nullable<Text>, _>(value)
    }

    fn push_rows<'b>(out: &mut AstPass<'_, 'b, Self>, rows: &'b str) -> QueryResult<()> {
        out.push_sql("jsonb_array_elements(CAST(");
        out.push_bind_param::<Text, _>(rows)?;
        out.push_sql(" AS jsonb)) AS list (value)");
        Ok(())
    }

    fn push_numbers<'b>(out: &mut AstPass<'_, 'b, Self>, list: &'b List<i64>) -> QueryResult<()> {
        out.push_sql("unnest(");
        out.push_bind_param::<Array<BigInt>, _>(list.as_vec())?;
        out.push_sql(") AS list (value)");
        Ok(())
    }

    fn push_texts<'b, 'a: 'b>(
        out: &mut AstPass<'_, 'b, Self>,
        list: &'b List<&'a str>,
    ) -> QueryResult<()> {
        out.push_sql("(SELECT value, place - 1 AS key FROM unnest(");
        out.push_bind_param::<Array<Text>, _>(list.as_vec())?;
        out.push_sql(") WITH ORDINALITY AS all_of_it (value, place)) AS list");
        Ok(())
    }

    fn push_pairs<'b, 'a: 'b>(
        out: &mut AstPass<'_, 'b, Self>,
        names: &'b List<&'a str>,
        numbers: &'b List<i64>,
    ) -> QueryResult<()> {
        out.push_sql("unnest(");
        out.push_bind_param::<Array<Text>, _>(names.as_vec())?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(numbers.as_vec())?;
        out.push_sql(") AS list (name, number)");
        Ok(())
    }
}
