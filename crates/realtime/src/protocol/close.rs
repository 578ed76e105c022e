/// Why the server closes a socket: the code of the Close frame (RFC 6455 section 7.4).
///
/// From 4000 to 4499, and for the codes of the RFC, a client reconnects, after a random wait of 0.5
/// to 30 s that doubles each time; from 4500 on it must not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloseCode {
    /// the client closed, and the server agrees
    Normal,
    /// the server stops
    Stopping,
    /// a frame that RFC 6455 does not allow
    ProtocolError,
    /// a text frame was not UTF-8
    NotUtf8,
    /// a message was longer than 16 KiB
    TooBig,
    /// the server restarts
    Restarting,
    /// the store does not answer
    TryAgainLater,
    /// no valid token, or the token or its login has ended
    Unauthorized,
    /// nothing was heard for too long
    Timeout,
    /// the client reads too slowly
    Slow,
    /// too many sockets or too many messages
    Limit,
    /// a message that is none
    BadMessage,
    /// the token is another user's
    Forbidden,
}

impl CloseCode {
    /// Every code.
    pub const ALL: &'static [Self] = &[
        Self::Normal,
        Self::Stopping,
        Self::ProtocolError,
        Self::NotUtf8,
        Self::TooBig,
        Self::Restarting,
        Self::TryAgainLater,
        Self::Unauthorized,
        Self::Timeout,
        Self::Slow,
        Self::Limit,
        Self::BadMessage,
        Self::Forbidden,
    ];

    /// The number on the wire.
    pub fn number(self) -> u16 {
        match self {
            Self::Normal => 1000,
            Self::Stopping => 1001,
            Self::ProtocolError => 1002,
            Self::NotUtf8 => 1007,
            Self::TooBig => 1009,
            Self::Restarting => 1012,
            Self::TryAgainLater => 1013,
            Self::Unauthorized => 4401,
            Self::Timeout => 4408,
            Self::Slow => 4410,
            Self::Limit => 4429,
            Self::BadMessage => 4500,
            Self::Forbidden => 4503,
        }
    }

    /// The reason on the wire.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Normal => "closed",
            Self::Stopping => "server stops",
            Self::ProtocolError => "frame is not allowed by rfc 6455",
            Self::NotUtf8 => "text is not utf-8",
            Self::TooBig => "message is longer than 16384 bytes",
            Self::Restarting => "server restarts",
            Self::TryAgainLater => "store does not answer",
            Self::Unauthorized => "token is missing, not valid, or has ended",
            Self::Timeout => "nothing heard for too long",
            Self::Slow => "client reads too slowly",
            Self::Limit => "too many sockets or messages",
            Self::BadMessage => "message is not one of herald.v1",
            Self::Forbidden => "token is another user's",
        }
    }
}
