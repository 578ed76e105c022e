use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Binary, Text};
use herald_ports::Idempotency;

/// Keeps the answers of requests under keys that are new, in the order of the keys; those that are not
/// new after all are passed over. On PostgreSQL.
#[derive(Debug)]
pub(crate) struct KeepAnswers<'a> {
    keys: Vec<&'a [u8]>,
    fingerprints: Vec<&'a [u8]>,
    outcomes: Vec<&'a str>,
    created: Vec<i64>,
}

impl<'a> KeepAnswers<'a> {
    /// Each request with its answer and when it was made.
    pub(crate) fn of(answers: &'a [(&Idempotency, String, i64)]) -> Self {
        Self {
            keys: answers.iter().map(|(one, ..)| one.key.as_slice()).collect(),
            fingerprints: answers.iter().map(|(one, ..)| one.fingerprint.as_slice()).collect(),
            outcomes: answers.iter().map(|(_, answer, _)| answer.as_str()).collect(),
            created: answers.iter().map(|(.., created_at)| *created_at).collect(),
        }
    }
}

impl<C> RunQueryDsl<C> for KeepAnswers<'_> {}

impl QueryId for KeepAnswers<'_> {
    type QueryId = KeepAnswers<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Pg> for KeepAnswers<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "INSERT INTO idempotency_keys (key, fingerprint, outcomes, created_at) \
             SELECT * FROM unnest(",
        );
        out.push_bind_param::<Array<Binary>, _>(&self.keys)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Binary>, _>(&self.fingerprints)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.outcomes)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.created)?;
        out.push_sql(") ON CONFLICT DO NOTHING");
        Ok(())
    }
}
