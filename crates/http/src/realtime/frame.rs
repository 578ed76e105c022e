//! Unmasked WebSocket frames, as a server sends them (RFC 6455 section 5.2).

use herald_realtime::CloseCode;

const FINAL_TEXT: u8 = 0x81;
const FINAL_CLOSE: u8 = 0x88;
const FINAL_PING: u8 = 0x89;
const FINAL_PONG: u8 = 0x8a;

/// The longest header of a frame.
const MAX_HEADER: usize = 10;

/// Puts a text frame of two parts behind what `out` holds.
pub(super) fn text(out: &mut Vec<u8>, head: &str, tail: &[u8]) {
    out.reserve(MAX_HEADER + head.len() + tail.len());
    header(out, FINAL_TEXT, head.len() + tail.len());
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(tail);
}

/// Puts a Close frame behind what `out` holds.
pub(super) fn close(out: &mut Vec<u8>, code: CloseCode) {
    let reason = code.reason();
    header(out, FINAL_CLOSE, 2 + reason.len());
    out.extend_from_slice(&code.number().to_be_bytes());
    out.extend_from_slice(reason.as_bytes());
}

/// Puts an empty ping behind what `out` holds.
pub(super) fn ping(out: &mut Vec<u8>) {
    header(out, FINAL_PING, 0);
}

/// Puts the answer to a ping behind what `out` holds.
pub(super) fn pong(out: &mut Vec<u8>, payload: &[u8]) {
    header(out, FINAL_PONG, payload.len());
    out.extend_from_slice(payload);
}

fn header(out: &mut Vec<u8>, kind: u8, len: usize) {
    out.push(kind);
    match (u8::try_from(len), u16::try_from(len)) {
        (Ok(short @ 0..126), _) => out.push(short),
        (_, Ok(medium)) => {
            out.push(126);
            out.extend_from_slice(&medium.to_be_bytes());
        }
        _ => {
            out.push(127);
            out.extend_from_slice(&(len as u64).to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_takes_as_many_bytes_as_it_needs() {
        for (len, header) in [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10)] {
            let mut out = Vec::new();
            text(&mut out, "", &vec![b'x'; len]);
            assert_eq!(out.len(), header + len, "{len}");
            assert_eq!(out[0], 0x81);
        }
    }

    #[test]
    fn every_close_reason_fits_a_control_frame() {
        for code in CloseCode::ALL {
            let mut out = Vec::new();
            close(&mut out, *code);
            assert!(out.len() <= 2 + 125, "{code:?}");
        }
    }
}
