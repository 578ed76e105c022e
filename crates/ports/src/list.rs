/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position<P> {
    /// after this place (exclusive); at the beginning of the list, if `None`
    Cursor(Option<P>),
    /// after so many that match
    Offset(u64),
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<T, P> {
    /// in the order of the list
    pub items: Vec<T>,
    /// the place of the last item, after which the next part begins; `None` if there is no more
    pub next: Option<P>,
}

impl<T, P> Part<T, P> {
    /// Of what was read: one item more than the `limit` asks for, if there is more.
    pub fn of(mut items: Vec<T>, limit: usize, place: impl FnOnce(&T) -> P) -> Self {
        let more = items.len() > limit;
        items.truncate(limit);
        Self { next: items.last().filter(|_| more).map(place), items }
    }
}
