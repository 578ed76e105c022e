use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use herald_domain::PushSubscription;
use web_push_native::p256::PublicKey;
use web_push_native::{Auth, Error, encrypt};

/// Browsers leave the padding out, and some libraries put it in.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a browser can be written to with.
pub(crate) struct Keys {
    public: PublicKey,
    auth: Auth,
}

impl Keys {
    /// Those of a subscription; nothing, if they are none.
    pub(crate) fn of(subscription: &PushSubscription) -> Option<Self> {
        let public = BASE64URL.decode(&*subscription.p256dh).ok()?;
        // the short form of a point is none that a browser gives
        if public.len() != 65 {
            return None;
        }
        let public = PublicKey::from_sec1_bytes(&public).ok()?;
        let auth: [u8; 16] = BASE64URL.decode(&*subscription.auth).ok()?.try_into().ok()?;
        Some(Self { public, auth: Auth::from(auth) })
    }

    /// A message that only the browser can read (RFC 8291, `aes128gcm`).
    pub(crate) fn encrypt(&self, message: Vec<u8>) -> Result<Vec<u8>, Error> {
        encrypt(message, &self.public, &self.auth)
    }
}

#[cfg(test)]
mod tests {
    use web_push_native::decrypt;
    use web_push_native::p256::SecretKey;

    use super::*;

    /// RFC 8291, section 5 and appendix A.
    const PRIVATE: &str = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";
    const PUBLIC: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";
    const MESSAGE: &str = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
    const TEXT: &[u8] = b"When I grow up, I want to be a watermelon";

    fn keys(p256dh: &str, auth: &str) -> Option<Keys> {
        let endpoint = "https://push.example.net/x".parse().unwrap();
        Keys::of(&PushSubscription { endpoint, p256dh: p256dh.into(), auth: auth.into() })
    }

    #[test]
    fn the_library_reads_the_message_of_the_rfc_and_so_ours() {
        let private = SecretKey::from_slice(&BASE64URL.decode(PRIVATE).unwrap()).unwrap();
        let auth: [u8; 16] = BASE64URL.decode(AUTH).unwrap().try_into().unwrap();
        let auth = Auth::from(auth);
        let read = |message| decrypt(message, &private, &auth).unwrap();
        assert_eq!(read(BASE64URL.decode(MESSAGE).unwrap()), TEXT);

        let keys = keys(PUBLIC, AUTH).unwrap();
        let ours = keys.encrypt(TEXT.to_vec()).unwrap();
        assert_eq!(read(ours.clone()), TEXT);
        assert_ne!(ours, keys.encrypt(TEXT.to_vec()).unwrap(), "no two messages look alike");
    }

    #[test]
    fn what_cannot_be_written_to_is_known() {
        assert!(keys(&format!("{PUBLIC}="), &format!("{AUTH}==")).is_some(), "with padding");
        let off_the_curve = PUBLIC.replace('7', "8");
        for (p256dh, auth) in [
            ("", AUTH),
            ("key", AUTH),
            (&*off_the_curve, AUTH),
            (AUTH, AUTH),
            (PUBLIC, ""),
            (PUBLIC, "auth"),
            (PUBLIC, PRIVATE),
        ] {
            assert!(keys(p256dh, auth).is_none(), "{p256dh} {auth}");
        }
    }
}
