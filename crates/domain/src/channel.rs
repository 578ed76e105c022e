crate::choice::choice! {
    /// A way by which a notification reaches somebody.
    Channel {
        /// the inbox, and every open device
        #[default]
        InApp = "in_app",
        /// mail, by SMTP
        Email = "email",
        /// short messages to a telephone
        Sms = "sms",
        /// push to an application on a device
        Push = "push",
        /// push to a browser (RFC 8030)
        WebPush = "web_push",
        /// a request to a server of the user's
        Webhook = "webhook",
    }
}

impl Channel {
    /// Those that lead out of Herald.
    pub const EXTERNAL: [Self; 5] =
        [Self::Email, Self::Sms, Self::Push, Self::WebPush, Self::Webhook];

    /// Whether it leads out of Herald.
    pub fn is_external(self) -> bool {
        self != Self::InApp
    }
}
