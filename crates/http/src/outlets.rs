use herald_domain::Channel;

/// How the channels that lead out of Herald were set up.
pub trait Outlets: Send + Sync + 'static {
    /// Whether the sandbox stands in for that channel.
    fn is_in_sandbox(&self, channel: Channel) -> bool;

    /// The public key by which push services know this server (VAPID, RFC 8292): 65 bytes in base64url.
    /// `None` while the sandbox stands in for browser push.
    fn web_push_key(&self) -> Option<&str>;
}
