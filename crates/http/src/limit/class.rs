/// What is limited together. Each class has one quota, and counts one kind of caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// registering, logging in and refreshing, by address
    Login,
    /// logging in with the name of one account, wherever from
    Account,
    /// sending, by user
    Send,
    /// other reading, by user
    Read,
    /// other changing, by user
    Write,
    /// tickets, and handshakes of sockets and streams, by user
    Realtime,
    /// whatever an API key does, by key
    ApiKey,
    /// whatever shows no valid credential, by address
    Anonymous,
}

impl Class {
    /// Every class, in the order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::Login,
        Self::Account,
        Self::Send,
        Self::Read,
        Self::Write,
        Self::Realtime,
        Self::ApiKey,
        Self::Anonymous,
    ];

    /// The name in headers, figures and the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Account => "account",
            Self::Send => "send",
            Self::Read => "read",
            Self::Write => "write",
            Self::Realtime => "realtime",
            Self::ApiKey => "api_key",
            Self::Anonymous => "anonymous",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_in_the_order_of_numbers() {
        for (place, class) in Class::ALL.into_iter().enumerate() {
            assert_eq!(class as usize, place);
        }
    }
}
