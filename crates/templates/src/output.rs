use std::io::{self, Write};

/// What a template writes to, and where it ends.
pub(crate) struct Bounded {
    written: Vec<u8>,
    room: usize,
}

impl Bounded {
    /// Takes so many bytes.
    pub(crate) fn new(room: usize) -> Self {
        Self { written: Vec::new(), room }
    }

    /// What was written.
    pub(crate) fn into_text(self) -> String {
        // writers write whole characters; should one not, nothing of it is lost but that
        String::from_utf8_lossy(&self.written).into_owned()
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(room) = self.room.checked_sub(bytes.len()) else {
            return Err(io::ErrorKind::FileTooLarge.into());
        };
        self.room = room;
        self.written.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
