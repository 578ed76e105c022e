//! What the file of a service account must be.

use herald_fcm::{FCM, FcmChannel, NotABase, ServiceAccount, WrongServiceAccount};
use herald_outbound::{Settings, client};
use rsa::RsaPrivateKey;
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey, LineEnding};
use serde_json::{Value, json};

use crate::google::{Google, KEY};

#[tokio::test]
async fn what_is_no_service_account_is_refused() {
    let google = Google::start().await;
    let weak = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 1024).unwrap();
    let weak = weak.to_pkcs8_pem(LineEnding::LF).unwrap().to_string();
    let key = <RsaPrivateKey as rsa::pkcs8::DecodePrivateKey>::from_pkcs8_pem(&KEY.0).unwrap();
    let older = key.to_pkcs1_pem(LineEnding::LF).unwrap().to_string();
    let damaged = KEY.0.replace("MII", "MIX");
    for (other, wrong) in [
        (json!({"type": "authorized_user"}), WrongServiceAccount::Type),
        (json!({"type": 5}), WrongServiceAccount::Form),
        (json!({"project_id": null}), WrongServiceAccount::Form),
        (json!({"project_id": ""}), WrongServiceAccount::Form),
        (json!({"client_email": ""}), WrongServiceAccount::Form),
        (json!({"private_key": "hunter2"}), WrongServiceAccount::Key),
        (json!({"private_key": KEY.1}), WrongServiceAccount::Key),
        (json!({"private_key": weak}), WrongServiceAccount::Key),
        (json!({"private_key": older}), WrongServiceAccount::Key),
        (json!({"private_key": damaged}), WrongServiceAccount::Key),
        (json!({"token_uri": "oauth2.googleapis.com/token"}), WrongServiceAccount::TokenUri),
        (json!({"token_uri": "http://oauth2.googleapis.com/token"}), WrongServiceAccount::TokenUri),
        (json!({"token_uri": "file:///token"}), WrongServiceAccount::TokenUri),
    ] {
        let error = google.file(other.clone()).parse::<ServiceAccount>().unwrap_err();
        assert_eq!(error, wrong, "{other}");
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
    for text in ["", "hunter2", "[]", "{}", &KEY.0] {
        assert_eq!(text.parse::<ServiceAccount>().unwrap_err(), WrongServiceAccount::Form);
    }
}

#[tokio::test]
async fn a_key_is_never_shown() {
    let google = Google::start().await;
    let other = json!({"private_key_id": Value::Null, "x": 1});
    let account: ServiceAccount = google.file(other).parse().unwrap();
    let shown = "herald@herald-test.iam.gserviceaccount.com in herald-test";
    assert_eq!(format!("{account:?}"), shown);
    let channel = FcmChannel::new(account, FCM, client(&Settings::default()).unwrap()).unwrap();
    let url = "https://fcm.googleapis.com/v1/projects/herald-test/messages:send";
    assert_eq!(format!("{channel:?}"), format!("FcmChannel({url:?})"));
}

#[tokio::test]
async fn what_stands_in_for_fcm_has_an_address() {
    let google = Google::start().await;
    let account = || google.file(json!({})).parse::<ServiceAccount>().unwrap();
    let client = client(&Settings::default()).unwrap();
    for base in ["", "fcm.example.com", "https://a:b@fcm.example.com"] {
        let channel = FcmChannel::new(account(), base, client.clone());
        assert_eq!(channel.err(), Some(NotABase), "{base}");
    }
}
