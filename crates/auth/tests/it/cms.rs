//! Wrapped keys and openssl: it opens what we make, and we open what it makes.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bowline_auth::folder::Folder as KeyFolder;
use bowline_auth::kek::{Form, Kek, rsa};
use bowline_core::port::Seal as _;
use bowline_core::secret::{Purpose, Secret};

use crate::memory::{Folder, Memory, ring, sealer_with};
use crate::turner::{rotation, tenants};

/// Runs openssl in a folder; it must succeed.
pub(crate) fn openssl(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let mut command = Command::new("openssl");
    command.current_dir(folder).args(arguments).stdin(Stdio::null());
    let output = command.output().expect("openssl is installed (Debian: apt-get install openssl)");
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// A key made by openssl, with a certificate for its public half.
fn given(bits: &str) -> (Folder, rsa::Rsa) {
    let folder = Folder::new();
    openssl(folder.path(), &["genrsa", "-out", "kek.pem", bits]);
    let subject = ["-subj", "/CN=bowline", "-days", "30", "-out", "kek.crt"];
    openssl(folder.path(), &[&["req", "-new", "-x509", "-key", "kek.pem"][..], &subject].concat());
    openssl(folder.path(), &["rand", "-out", "plain", "32"]);
    let kek = rsa::load(&folder.file("kek.pem")).unwrap();
    (folder, kek)
}

#[tokio::test]
async fn openssl_opens_a_wrapped_key() {
    for bits in ["2048", "3072"] {
        let (folder, kek) = given(bits);
        let key = Secret::new(fs::read(folder.file("plain")).unwrap());
        let wrapping = kek.wrap("context", &key).await.unwrap();
        assert_eq!(Form::of(&wrapping).unwrap().0, Form::Cms);
        fs::write(folder.file("wrapped"), Form::foreign(&wrapping).unwrap()).unwrap();
        for more in [&[][..], &["-recip", "kek.crt"]] {
            let ask = ["cms", "-decrypt", "-binary", "-inform", "DER", "-in", "wrapped", "-inkey", "kek.pem"];
            assert_eq!(openssl(folder.path(), &[&ask, more].concat()), key.expose());
        }
        let shown = openssl(
            folder.path(),
            &["cms", "-cmsout", "-print", "-noout", "-inform", "DER", "-in", "wrapped"],
        );
        let shown = String::from_utf8_lossy(&shown);
        for word in ["pkcs7-envelopedData", "rsaesOaep", "sha256", "aes-256-cbc", "subjectKeyIdentifier"] {
            assert!(shown.contains(word), "{word}: {shown}");
        }
    }
}

#[tokio::test]
async fn what_openssl_wraps_is_opened_in_every_form_it_has() {
    let (folder, kek) = given("2048");
    let key = fs::read(folder.file("plain")).unwrap();
    let oaep = ["-recip", "kek.crt", "-keyopt", "rsa_padding_mode:oaep"];
    let oaep256 = [&oaep[..], &["-keyopt", "rsa_oaep_md:sha256"]].concat();
    let mixed = [&oaep256[..], &["-keyopt", "rsa_mgf1_md:sha1"]].concat();
    for (cipher, recipient, opens) in [
        ("-aes256", vec!["kek.crt"], true),
        ("-aes128", vec!["kek.crt"], true),
        ("-aes256", vec!["-keyid", "kek.crt"], true),
        ("-aes256", oaep.to_vec(), true),
        ("-aes256", oaep256, true),
        ("-aes256", mixed, false),
        ("-des3", vec!["kek.crt"], false),
        ("-aes-256-gcm", vec!["kek.crt"], false),
    ] {
        let ask = ["cms", "-encrypt", "-binary", cipher, "-in", "plain", "-outform", "DER", "-out", "cms"];
        openssl(folder.path(), &[&ask[..], &recipient].concat());
        match kek.open_cms(&fs::read(folder.file("cms")).unwrap()).await {
            Ok(opened) => assert!(opens && opened.expose() == key, "{cipher} {recipient:?}"),
            Err(error) => assert!(!opens && error.to_string().contains("CMS"), "{recipient:?}: {error}"),
        }
    }
}

#[tokio::test]
async fn a_key_for_somebody_else_and_no_cms_at_all_are_told_apart() {
    let ((folder, _), (_, other)) = (given("2048"), given("2048"));
    let ask = [
        "cms", "-encrypt", "-binary", "-aes256", "-in", "plain", "-outform", "DER", "-out", "cms", "kek.crt",
    ];
    openssl(folder.path(), &ask);
    let error = other.open_cms(&fs::read(folder.file("cms")).unwrap()).await.unwrap_err().to_string();
    assert!(error.contains("another RSA key"), "{error}");
    let error = other.open_cms(b"MIME-Version: 1.0").await.unwrap_err().to_string();
    assert!(error.contains("-outform DER"), "{error}");
}

/// What is made with the public half alone, and put into a row, is not taken for one of ours.
#[tokio::test]
async fn cms_made_with_the_public_half_does_not_pass_for_a_row() {
    let (folder, kek) = given("2048");
    let ask = [
        "cms", "-encrypt", "-binary", "-aes256", "-in", "plain", "-outform", "DER", "-out", "cms", "kek.crt",
    ];
    openssl(folder.path(), &ask);
    let cms = fs::read(folder.file("cms")).unwrap();
    let genuine = kek.wrap("context", &Secret::new(vec![1; 32])).await.unwrap();
    for tag in [&genuine[1..33], &[0; 32]] {
        let forged = [&[Form::Cms as u8], tag, &cms].concat();
        assert!(kek.unwrap("context", &forged).await.is_err());
    }
}

/// The whole way of a key made by hand: by openssl, into the folder, into use.
#[tokio::test]
async fn a_data_key_wrapped_by_hand_and_laid_in_the_folder_is_used() {
    let (folder, kek) = given("3072");
    let memory = Arc::new(Memory::default());
    tenants(&memory, 2);
    let keyring = ring(&memory, Arc::new(kek), Vec::new()).await.unwrap();
    let sealer = sealer_with(&memory, &keyring);
    let owners = memory.tenants.lock().unwrap().clone();
    let seal = async |index: usize| {
        let plain = Secret::from("plain".to_owned());
        sealer.seal(owners[index].id, Purpose::Credential, "row", &plain).await.unwrap()
    };
    // The first tenant has keys already, so its next one has version 2; the second gets its first one by hand.
    let old = seal(0).await;
    fs::create_dir(folder.file("keys")).unwrap();
    for (name, form, key) in
        [("tenant-1.2.cms", "DER", "plain"), (&format!("{}.1.cms", owners[1].id), "PEM", "plain")]
    {
        let path = format!("keys/{name}");
        let ask = ["cms", "-encrypt", "-binary", "-aes256", "-in", key, "-outform", form, "-out", &path];
        openssl(folder.path(), &[&ask[..], &["kek.crt"]].concat());
    }
    fs::write(folder.file("keys/tenant-1.7.cms"), "x").unwrap();
    fs::write(folder.file("keys/nobody.1.cms"), "x").unwrap();
    let rotation = rotation(&memory, &keyring, &sealer, Some(KeyFolder::new(folder.file("keys"))));
    let done = rotation.pass().await.unwrap();
    assert_eq!(done.taken_in, 2, "{done:?}");
    assert!(done.problems[0].contains("nobody") && done.problems[1].contains("is 3"), "{done:?}");
    assert_eq!(rotation.pass().await.unwrap().taken_in, 0, "once");

    for (index, version) in [(0, 2), (1, 1)] {
        let sealed = seal(index).await;
        assert_eq!(sealed.version(), Some(version));
        // Opened here with the key that openssl made: nonce after five bytes, tag at the end (`docs/data-at-rest.md`).
        let key = fs::read(folder.file("plain")).unwrap();
        assert_eq!(opened_by_hand(&key, owners[index].id.to_string().as_str(), &sealed.0), b"plain");
    }
    assert!(sealer.open(owners[0].id, Purpose::Credential, "row", &old).await.is_ok());
    // It is in the database now, as CMS again, and the file may go.
    fs::remove_dir_all(folder.file("keys")).unwrap();
    let again = sealer_with(&memory, &keyring);
    assert!(again.open(owners[0].id, Purpose::Credential, "row", &old).await.is_ok());
    let exported = rotation.export(&owners).await.unwrap();
    let second = exported.iter().find(|key| key.version == 2).unwrap();
    fs::write(folder.file("wrapped"), STANDARD.decode(second.foreign.as_ref().unwrap()).unwrap()).unwrap();
    let ask = ["cms", "-decrypt", "-binary", "-inform", "DER", "-in", "wrapped", "-inkey", "kek.pem"];
    assert_eq!(openssl(folder.path(), &ask), fs::read(folder.file("plain")).unwrap());
}

fn opened_by_hand(key: &[u8], tenant: &str, sealed: &[u8]) -> Vec<u8> {
    use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
    let mut aad = sealed[..5].to_vec();
    for part in ["bowline/value", "credential", tenant, "row"] {
        aad.extend_from_slice(&(part.len() as u64).to_be_bytes());
        aad.extend_from_slice(part.as_bytes());
    }
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).unwrap());
    let mut body = sealed[17..].to_vec();
    let nonce = Nonce::try_assume_unique_for_key(&sealed[5..17]).unwrap();
    key.open_in_place(nonce, Aad::from(aad), &mut body).unwrap().to_vec()
}

#[tokio::test]
async fn a_key_of_the_wrong_length_is_refused_with_the_way_to_make_one() {
    let (folder, kek) = given("2048");
    let memory = Arc::new(Memory::default());
    tenants(&memory, 1);
    let keyring = ring(&memory, Arc::new(kek), Vec::new()).await.unwrap();
    let sealer = sealer_with(&memory, &keyring);
    fs::write(folder.file("plain"), [7; 31]).unwrap();
    let out = ["-outform", "DER", "-out", "tenant-1.1.cms", "kek.crt"];
    openssl(folder.path(), &[&["cms", "-encrypt", "-binary", "-aes256", "-in", "plain"][..], &out].concat());
    let rotation = rotation(&memory, &keyring, &sealer, Some(KeyFolder::new(folder.path().to_owned())));
    let done = rotation.pass().await.unwrap();
    assert!(done.taken_in == 0 && done.problems[0].contains("openssl rand 32"), "{done:?}");
    assert!(memory.keys.lock().unwrap().is_empty());
}
