use std::sync::Arc;

use minijinja::Environment;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// How long the sources of one part are together that are remembered, in bytes.
const CAPACITY: u64 = 1024 * 1024;

/// Templates of one part that were compiled, by their source.
pub(crate) struct Compiled {
    by_source: Cache<Box<str>, Arc<Environment<'static>>, Length>,
}

/// A template takes memory as its source is long, and a little more.
#[derive(Clone)]
struct Length;

impl Weighter<Box<str>, Arc<Environment<'static>>> for Length {
    fn weight(&self, source: &Box<str>, _: &Arc<Environment<'static>>) -> u64 {
        source.len() as u64 + 256
    }
}

impl Compiled {
    /// Remembers none yet.
    pub(crate) fn new() -> Self {
        Self { by_source: Cache::with_weighter(128, CAPACITY, Length) }
    }

    /// The template of a source, compiled by whoever asks first. Who asks in the same moment may compile it,
    /// too: nobody waits for somebody else.
    pub(crate) fn get<E>(
        &self,
        source: &str,
        compile: impl FnOnce() -> Result<Environment<'static>, E>,
    ) -> Result<Arc<Environment<'static>>, E> {
        if let Some(known) = self.by_source.get(source) {
            return Ok(known);
        }
        let compiled = Arc::new(compile()?);
        self.by_source.insert(source.into(), Arc::clone(&compiled));
        Ok(compiled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_compiled_once() {
        let compiled = Compiled::new();
        let mut times = 0;
        for _ in 0..3 {
            let get = compiled.get("a", || {
                times += 1;
                Ok::<_, ()>(Environment::empty())
            });
            get.unwrap();
        }
        assert_eq!(times, 1);
        assert_eq!(compiled.get("b", || Err("broken")).unwrap_err(), "broken");
        assert_eq!(compiled.by_source.len(), 1);
    }

    #[test]
    fn it_is_bounded() {
        let compiled = Compiled::new();
        for number in 0..1_000 {
            let source = format!("{number:08}").repeat(1_000);
            compiled.get(&source, || Ok::<_, ()>(Environment::empty())).unwrap();
        }
        assert!(compiled.by_source.weight() <= CAPACITY);
        assert!(compiled.by_source.len() > 50, "{}", compiled.by_source.len());
        // the shortest of all count, too
        for number in 0..10_000 {
            compiled.get(&number.to_string(), || Ok::<_, ()>(Environment::empty())).unwrap();
        }
        assert!(compiled.by_source.len() <= 4_096);
    }
}
