use herald_domain::Channel;
use herald_ports::Sources;

/// E-mail: the headline is the subject, the rest a text and a page.
const EMAIL: Sources<'static> = Sources {
    subject: Some(include_str!("defaults/email.subject.txt")),
    text: include_str!("defaults/email.txt"),
    html: Some(include_str!("defaults/email.html")),
};

/// A short message: one line, and the link.
const SMS: Sources<'static> =
    Sources { subject: None, text: include_str!("defaults/sms.txt"), html: None };

/// What a device or browser shows: a title and a body.
const PUSH: Sources<'static> = Sources {
    subject: Some(include_str!("defaults/push.subject.txt")),
    text: include_str!("defaults/push.txt"),
    html: None,
};

/// What a server gets in words, besides the fields of the notification.
const WEBHOOK: Sources<'static> = Sources {
    subject: Some(include_str!("defaults/push.subject.txt")),
    text: include_str!("defaults/webhook.txt"),
    html: None,
};

/// The built-in template of a channel. The inbox, which shows the fields themselves, has that of push.
///
/// Its variables are
///
/// - `notification`: an object of `id`, `title`, `message`, `kind`, `priority`, `category`, `topic`, `data`,
///   `action_url` (absolute), `sender` and `created_at` (RFC 3339)
/// - `notifications`: a list of the same; that one, or those of a digest, oldest first
/// - `is_digest`: whether it is a digest
/// - `user`: an object of `id`
/// - `locale`, `unsubscribe_url` and `public_url`
///
/// Whatever is missing or `null` is left out. A digest shows the newest 30 in an e-mail, and says how many more there are.
pub fn defaults(channel: Channel) -> Sources<'static> {
    match channel {
        Channel::Email => EMAIL,
        Channel::Sms => SMS,
        Channel::Push | Channel::WebPush | Channel::InApp => PUSH,
        Channel::Webhook => WEBHOOK,
    }
}
