//! The worked examples of RFC 5849, with its verified erratum 2550, and signatures that openssl made.

use bowline_auth::oauth1::{Attempt, Call, Credential, Extra, Hash, Method, Signed, Token};
use bowline_core::secret::Secret;
use http::{Method as Verb, Uri};

use super::key;

fn secret(text: &str) -> Secret {
    Secret::from(text.to_owned())
}

fn attempt(nonce: &str, timestamp: i64) -> Attempt {
    Attempt { nonce: nonce.to_owned(), timestamp }
}

fn token(key: &str, text: &str) -> Token {
    Token { key: key.to_owned(), secret: secret(text) }
}

/// The printing service of section 1.2.
fn printer() -> Credential {
    let method = Method::Hmac(Hash::Sha1, secret("kd94hf93k423kf44"));
    Credential::new("dpf43f3p2l4k3l03".into(), method).with_realm("Photos".into()).without_version()
}

fn sign(credential: &Credential, verb: &Verb, url: &str, extra: Option<Extra>, attempt: &Attempt) -> Signed {
    let url: Uri = url.parse().unwrap();
    let call = Call::new(verb, &url);
    let call = match extra {
        Some(extra) => call.with(extra),
        None => call,
    };
    credential.sign(&call, attempt).unwrap()
}

#[test]
fn section_1_2_asks_for_temporary_credentials() {
    let callback = Extra::Callback("http://printer.example.com/ready".into());
    let url = "https://photos.example.net/initiate";
    let signed = sign(&printer(), &Verb::POST, url, Some(callback), &attempt("wIjqoS", 137_131_200));
    assert_eq!(signed.signature, "74KNZJeDHnMBp0EMJ9ZHt/XKycU=");
    assert_eq!(
        *signed.authorization,
        "OAuth realm=\"Photos\", oauth_consumer_key=\"dpf43f3p2l4k3l03\", \
         oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"137131200\", oauth_nonce=\"wIjqoS\", \
         oauth_callback=\"http%3A%2F%2Fprinter.example.com%2Fready\", \
         oauth_signature=\"74KNZJeDHnMBp0EMJ9ZHt%2FXKycU%3D\""
    );
}

#[test]
fn section_1_2_asks_for_token_credentials() {
    let credential = printer().with_token(token("hh5s93j4hdidpola", "hdhd0244k9j7ao03"));
    let verifier = Extra::Verifier("hfdp7dh39dks9884".into());
    let url = "https://photos.example.net/token";
    let signed = sign(&credential, &Verb::POST, url, Some(verifier), &attempt("walatlh", 137_131_201));
    assert_eq!(signed.signature, "gKgrFCywp7rO0OXSjdot/IHF7IU=");
    assert!(signed.authorization.contains("oauth_token=\"hh5s93j4hdidpola\""));
    assert!(signed.authorization.contains("oauth_verifier=\"hfdp7dh39dks9884\""));
}

#[test]
fn section_1_2_asks_for_the_photo() {
    let credential = printer().with_token(token("nnch734d00sl2jdk", "pfkkdhi9sl3r4s00"));
    let url = "http://photos.example.net/photos?file=vacation.jpg&size=original";
    let signed = sign(&credential, &Verb::GET, url, None, &attempt("chapoH", 137_131_202));
    assert_eq!(signed.signature, "MdpQcU8iPSUjWoN/UDMsK2sui9I=");
}

/// Section 3.4.1.1 prints the base string; the signature of its request was wrong and is put right by erratum 2550.
#[test]
fn section_3_4_1_1_reproduces_with_its_erratum() {
    let method = Method::Hmac(Hash::Sha1, secret("j49sk3j29djd"));
    let credential = Credential::new("9djdj82h48djs9d2".into(), method)
        .with_token(token("kkk9d7dh3k39sjv7", "dh893hdasih9"))
        .with_realm("Example".into())
        .without_version();
    let url: Uri = "http://example.com/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b".parse().unwrap();
    let call = Call::new(&Verb::POST, &url).with_form(b"c2&a3=2+q");
    let signed = credential.sign(&call, &attempt("7d8f3e4a", 137_131_201)).unwrap();
    assert_eq!(
        signed.base_string,
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D\
         %26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a\
         %26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
    );
    assert_eq!(signed.signature, "r6/TJjbCOr97/+UU0NsvSne7s5g=");
    assert_eq!(
        *signed.authorization,
        "OAuth realm=\"Example\", oauth_consumer_key=\"9djdj82h48djs9d2\", oauth_token=\"kkk9d7dh3k39sjv7\", \
         oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"137131201\", oauth_nonce=\"7d8f3e4a\", \
         oauth_signature=\"r6%2FTJjbCOr97%2F%2BUU0NsvSne7s5g%3D\""
    );
}

/// `printf %s BASE | openssl dgst -sha1 -sign pkcs1.pem | base64`, and with `-sha256`. The scheme has no randomness.
#[test]
fn rsa_signatures_are_the_ones_that_openssl_makes() {
    let expected = [
        (
            Hash::Sha1,
            "vZ4bjONv4ddw17Z/iNAL4zoCr/CfJx/a/gkwV+UW2RFwD0VDK/iiqkY+348CGK4urxCjOYELT1N5IamuZoU3Q9\
             lDHFzH7qU4ZxN823S1OAmVMv0EFKPfWiBCQD81Eu2vanw47xM8GXEB9YcEefNpFhj0Ioddmal1KoyFz58dZJrt\
             6iFQ5xkr1Hr4Jpg0UM6CigWzugH5hq66BKJcA0QdS68rPq+Ry6P54Xyz4lN8tlKMbdGnqmz0Vc525sza4E3QtL\
             2agO45RCZMnlkrzqLfqLLIjuj8siEE12KBMRyfKE5j5xbHMi1X93AuT8GEx1u8g2bUWvvfF42hA+Y0B+QEbw==",
        ),
        (
            Hash::Sha256,
            "KMgEAah8fm55sv5fxEixMzKDHjmfT5oK/lrF5sU2PDhBM8qb5C/D1l53obAD6cPsjMhI1jNUW//FPbzAr4/mI5\
             NdngaLOmijIysCsslEMRf9R3+Y2lbe+42o0v1OFSDIeF8BWhNsh3pmbL70V/g2ualYqmy98tC0A/BaO6Db3dD0\
             JPkfOKn/7rbGRmK57fLTKrdyTGpFdgZ+PdWIMGB2RMCCxjU242S+ZherolUgWA/a7qBYU8ScRApC+xIaqo0SxR\
             L7TG3FRyt0iNSwGljQQB+hayb+Y4lxVuURsg5F3YojGU6Vk1SlcBVg/dGqTYU5vXxahomBjRnWIHsQF3Se0Q==",
        ),
    ];
    for (hash, expected) in expected {
        let credential = Credential::new("dpf43f3p2l4k3l03".into(), Method::Rsa(hash, key()))
            .with_token(token("nnch734d00sl2jdk", "not used"))
            .without_version();
        let url = "http://photos.example.net/photos?file=vacation.jpg&size=original";
        let signed = sign(&credential, &Verb::GET, url, None, &attempt("chapoH", 137_131_202));
        assert_eq!(signed.signature, expected);
    }
}
