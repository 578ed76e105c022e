use std::cell::Cell;
use std::collections::VecDeque;

/// What goes out to one device: the frames of one moment, or what the device does not take as fast
/// as it comes.
///
/// Exists only while something waits; an idle socket has no buffer.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    bytes: Vec<u8>,
    /// how much of `bytes` has been sent
    sent: usize,
    /// where each frame ends
    ends: VecDeque<usize>,
    /// whether the first of them was sent in part
    begun: bool,
}

thread_local! {
    /// A buffer that is free, so that writing to one socket after the other allocates nothing.
    static SPARE: Cell<Option<Box<Outgoing>>> = const { Cell::new(None) };
}

impl Outgoing {
    /// Nothing live is added to more than this.
    pub(super) const LIMIT: usize = 256 * 1024;
    /// A buffer that has grown larger is given back.
    const MOST_SPARE: usize = 64 * 1024;

    /// An empty one.
    pub(super) fn get() -> Box<Self> {
        SPARE.take().unwrap_or_default()
    }

    /// With the rest of a frame of which the beginning was sent.
    pub(super) fn of_rest(rest: &[u8]) -> Box<Self> {
        let mut outgoing = Self::get();
        outgoing.push(|bytes| bytes.extend_from_slice(rest));
        outgoing.begun = true;
        outgoing
    }

    /// Keeps the buffer for whoever needs one next.
    pub(super) fn put_back(mut self: Box<Self>) {
        if self.bytes.capacity() <= Self::MOST_SPARE {
            self.bytes.clear();
            self.ends.clear();
            (self.sent, self.begun) = (0, false);
            SPARE.set(Some(self));
        }
    }

    /// How many bytes of live messages may be added.
    pub(super) fn room(&self) -> usize {
        Self::LIMIT.saturating_sub(self.bytes.len() - self.sent)
    }

    /// Adds one frame.
    pub(super) fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.bytes);
        self.ends.push_back(self.bytes.len());
    }

    /// What is to be sent next.
    pub(super) fn rest(&self) -> &[u8] {
        &self.bytes[self.sent..]
    }

    /// So much was sent.
    pub(super) fn advance(&mut self, sent: usize) {
        self.sent += sent;
        self.begun |= sent > 0;
        while let Some(end) = self.ends.front().copied().filter(|end| *end <= self.sent) {
            self.ends.pop_front();
            self.begun = end < self.sent;
        }
    }

    /// Drops every frame of which nothing has been sent.
    pub(super) fn drop_unsent(&mut self) {
        let keep = self.ends.front().copied().filter(|_| self.begun).unwrap_or(self.sent);
        self.bytes.truncate(keep);
        self.ends.clear();
        self.ends.push_back(keep);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame_of(byte: u8, len: usize) -> impl FnOnce(&mut Vec<u8>) {
        move |out| out.extend(vec![byte; len])
    }

    #[test]
    fn a_begun_frame_is_finished_and_the_others_dropped() {
        let mut outgoing = Outgoing::of_rest(b"aaaa");
        outgoing.push(frame_of(b'b', 4));
        outgoing.push(frame_of(b'c', 4));
        outgoing.advance(2);
        outgoing.drop_unsent();
        assert_eq!(outgoing.rest(), b"aa");
    }

    #[test]
    fn a_begun_frame_is_finished_although_nothing_was_taken_since() {
        let mut outgoing = Outgoing::of_rest(b"aaaa");
        outgoing.push(frame_of(b'b', 4));
        outgoing.drop_unsent();
        assert_eq!(outgoing.rest(), b"aaaa");
    }

    #[test]
    fn nothing_is_finished_that_was_not_begun() {
        let mut outgoing = Outgoing::of_rest(b"aaaa");
        outgoing.push(frame_of(b'b', 4));
        outgoing.advance(4);
        outgoing.drop_unsent();
        assert_eq!(outgoing.rest(), b"");
    }

    #[test]
    fn a_whole_frame_may_follow_what_was_sent() {
        let mut outgoing = Outgoing::of_rest(b"aaaa");
        outgoing.push(frame_of(b'b', 4));
        outgoing.advance(6);
        outgoing.drop_unsent();
        assert_eq!(outgoing.rest(), b"bb");
    }

    #[test]
    fn a_buffer_is_used_again_as_if_it_were_new() {
        let mut outgoing = Outgoing::of_rest(b"aaaa");
        outgoing.advance(2);
        outgoing.put_back();
        let mut next = Outgoing::get();
        assert_eq!(next.rest(), b"");
        next.push(frame_of(b'b', 4));
        next.drop_unsent();
        assert_eq!(next.rest(), b"");
    }

    #[test]
    fn what_waits_is_bounded() {
        let mut outgoing = Outgoing::of_rest(&vec![0; Outgoing::LIMIT]);
        assert_eq!(outgoing.room(), 0);
        outgoing.advance(1);
        assert_eq!(outgoing.room(), 1);
    }
}
