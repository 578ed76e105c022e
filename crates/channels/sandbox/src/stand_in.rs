use herald_domain::{Address, Channel, PushSubscription, SigningSecret, UserId, Webhook};

/// An address for whoever has none, by which nobody can be reached: under a name that will never exist (RFC 2606),
/// or a number of a country that there is not. `None` for the inbox, which has no addresses.
pub fn stand_in(channel: Channel, user: &UserId) -> Option<Address> {
    let name: String = user
        .as_str()
        .chars()
        .map(|c| if matches!(c, '@' | ':') { '.' } else { c })
        .take(64)
        .collect();
    let url = || format!("https://sandbox.invalid/{name}").parse().ok();
    Some(match channel {
        Channel::InApp => return None,
        Channel::Email => Address::Email(format!("{name}@sandbox.invalid").parse().ok()?),
        Channel::Sms => Address::Sms("+9990000000".parse().ok()?),
        Channel::Push => Address::Push(format!("sandbox-{name}").parse().ok()?),
        Channel::WebPush => {
            let (p256dh, auth) = (Box::default(), Box::default());
            Address::WebPush(PushSubscription { endpoint: url()?, p256dh, auth })
        }
        Channel::Webhook => {
            let secrets =
                vec![SigningSecret::new(format!("{}c2FuZGJveA==", SigningSecret::PREFIX))];
            Address::Webhook(Webhook { url: url()?, secrets })
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_an_address() {
        for user in ["alice", "a@b.example", "urn:x:1", &"x".repeat(128)] {
            let user: UserId = user.parse().unwrap();
            for channel in Channel::EXTERNAL {
                let address = stand_in(channel, &user).unwrap();
                assert_eq!(address.channel(), channel);
            }
            assert_eq!(stand_in(Channel::InApp, &user), None);
        }
    }
}
