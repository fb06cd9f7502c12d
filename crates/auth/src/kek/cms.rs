//! Keys in CMS EnvelopedData (RFC 5652 section 6), for one RSA key.
//!
//! We make: RSAES-OAEP with SHA-256 (RFC 3560, RFC 4055), AES-256-CBC, the recipient named by its subject key
//! identifier. We open what `openssl cms -encrypt` makes as well: PKCS#1 v1.5 key transport, which is its default, and
//! OAEP with one hash for both its uses. The structures are the `cms` crate's, the cryptography is aws-lc's.

use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, Algorithm, DecryptionContext, PaddedBlockDecryptingKey,
    PaddedBlockEncryptingKey, UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384, OAEP_SHA512_MGF1SHA512,
    OaepAlgorithm, OaepPrivateDecryptingKey, OaepPublicEncryptingKey, Pkcs1PrivateDecryptingKey,
    PrivateDecryptingKey,
};
use bowline_core::port::SealError;
use bowline_core::secret::Secret;
use cms::content_info::{CmsVersion, ContentInfo};
use cms::enveloped_data::{
    EncryptedContentInfo, EnvelopedData, KeyTransRecipientInfo, RecipientIdentifier, RecipientInfo,
    RecipientInfos,
};
use der::asn1::{ObjectIdentifier, OctetString};
use der::{Any, Decode, Encode, Sequence, Tag};
use spki::AlgorithmIdentifierOwned;
use x509_cert::ext::pkix::SubjectKeyIdentifier;
use zeroize::Zeroizing;

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const ENVELOPED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.3");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const OAEP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.7");
const MGF1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.8");
const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const AES_128_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.2");
const AES_192_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.22");
const AES_256_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.42");

/// How many recipients of one message are tried; a key is wrapped for one or two.
const RECIPIENTS: usize = 16;

/// The parameters of RSAES-OAEP (RFC 4055 section 4.1); what is absent means SHA-1 and an empty label.
#[derive(Sequence)]
struct OaepParameters {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    hash: Option<AlgorithmIdentifierOwned>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    mask: Option<AlgorithmIdentifierOwned>,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    label: Option<AlgorithmIdentifierOwned>,
}

/// Wraps a key for the public half of `recipient`, named by `key_id`. The result is a ContentInfo in DER.
pub(super) fn wrap(
    recipient: &PrivateDecryptingKey,
    key_id: &[u8],
    key: &Secret,
) -> Result<Vec<u8>, SealError> {
    let failed = |_| SealError::Corrupt("CMS could not be made");
    let mut content_key = Zeroizing::new([0; 32]);
    aws_lc_rs::rand::fill(&mut *content_key).map_err(|_| SealError::Corrupt("no randomness"))?;
    let (iv, content) = encrypt(&content_key, key.expose())?;
    let recipient = KeyTransRecipientInfo {
        version: CmsVersion::V2,
        rid: RecipientIdentifier::SubjectKeyIdentifier(SubjectKeyIdentifier(
            OctetString::new(key_id).map_err(failed)?,
        )),
        key_enc_alg: oaep_sha256().map_err(failed)?,
        enc_key: OctetString::new(transport(recipient, &content_key)?).map_err(failed)?,
    };
    let enveloped = EnvelopedData {
        version: CmsVersion::V2,
        originator_info: None,
        recip_infos: RecipientInfos::try_from(vec![RecipientInfo::Ktri(recipient)]).map_err(failed)?,
        encrypted_content: EncryptedContentInfo {
            content_type: DATA,
            content_enc_alg: AlgorithmIdentifierOwned {
                oid: AES_256_CBC,
                parameters: Some(Any::new(Tag::OctetString, iv).map_err(failed)?),
            },
            encrypted_content: Some(OctetString::new(content).map_err(failed)?),
        },
        unprotected_attrs: None,
    };
    let content = Any::encode_from(&enveloped).map_err(failed)?;
    ContentInfo { content_type: ENVELOPED_DATA, content }.to_der().map_err(failed)
}

fn encrypt(content_key: &[u8; 32], plain: &[u8]) -> Result<(Vec<u8>, Vec<u8>), SealError> {
    let failed = |_| SealError::Corrupt("CMS could not be made");
    let key = UnboundCipherKey::new(&AES_256, content_key).map_err(failed)?;
    // Room for the padding, so that growing leaves no copy behind.
    let mut body = Vec::with_capacity(plain.len() + AES_256.block_len());
    body.extend_from_slice(plain);
    let context =
        PaddedBlockEncryptingKey::cbc_pkcs7(key).and_then(|key| key.encrypt(&mut body)).map_err(failed)?;
    match context {
        DecryptionContext::Iv128(iv) => Ok((iv.as_ref().to_vec(), body)),
        _ => Err(SealError::Corrupt("CMS could not be made")),
    }
}

fn transport(recipient: &PrivateDecryptingKey, content_key: &[u8; 32]) -> Result<Vec<u8>, SealError> {
    let failed = |_| SealError::Corrupt("CMS could not be made");
    let public = OaepPublicEncryptingKey::new(recipient.public_key()).map_err(failed)?;
    let mut out = vec![0; public.ciphertext_size()];
    let length = public.encrypt(&OAEP_SHA256_MGF1SHA256, content_key, &mut out, None).map_err(failed)?.len();
    out.truncate(length);
    Ok(out)
}

fn oaep_sha256() -> der::Result<AlgorithmIdentifierOwned> {
    let hash = || AlgorithmIdentifierOwned { oid: SHA256, parameters: Some(Any::null()) };
    let mask = AlgorithmIdentifierOwned { oid: MGF1, parameters: Some(Any::encode_from(&hash())?) };
    let parameters = OaepParameters { hash: Some(hash()), mask: Some(mask), label: None };
    Ok(AlgorithmIdentifierOwned { oid: OAEP, parameters: Some(Any::encode_from(&parameters)?) })
}

/// Opens CMS for the private key: what [`wrap`] made, or somebody else with its public half.
pub(super) fn open(private: &PrivateDecryptingKey, der: &[u8]) -> Result<Secret, SealError> {
    let info = ContentInfo::from_der(der).map_err(|_| {
        SealError::Corrupt("no CMS in DER; make it with `openssl cms -encrypt -binary -outform DER`")
    })?;
    if info.content_type != ENVELOPED_DATA {
        return Err(SealError::Corrupt(
            "CMS of another type than EnvelopedData; use `openssl cms -encrypt -aes256`",
        ));
    }
    let enveloped: EnvelopedData =
        info.content.decode_as().map_err(|_| SealError::Corrupt("CMS whose EnvelopedData is damaged"))?;
    let content = &enveloped.encrypted_content;
    let cipher = cipher(&content.content_enc_alg.oid)?;
    let body = content.encrypted_content.as_ref().ok_or(SealError::Corrupt("CMS without its content"))?;
    let iv = content.content_enc_alg.parameters.as_ref().map(Any::value).unwrap_or_default();
    let iv =
        <[u8; 16]>::try_from(iv).map_err(|_| SealError::Corrupt("CMS with a wrong initialisation vector"))?;
    let mut failure = SealError::Corrupt("CMS for no RSA recipient");
    for recipient in enveloped.recip_infos.0.iter().take(RECIPIENTS) {
        let RecipientInfo::Ktri(recipient) = recipient else { continue };
        match content_key(private, recipient).and_then(|key| decrypt(cipher, &key, iv, body.as_bytes())) {
            Ok(key) => return Ok(key),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// AES in any length: what comes from outside need not be ours.
fn cipher(oid: &ObjectIdentifier) -> Result<&'static Algorithm, SealError> {
    match *oid {
        AES_256_CBC => Ok(&AES_256),
        AES_192_CBC => Ok(&AES_192),
        AES_128_CBC => Ok(&AES_128),
        _ => Err(SealError::Corrupt(
            "CMS with another cipher than AES-CBC; use `openssl cms -encrypt -aes256`",
        )),
    }
}

fn content_key(
    private: &PrivateDecryptingKey,
    recipient: &KeyTransRecipientInfo,
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let wrong = |_| SealError::Corrupt("CMS that was made for another RSA key, or changed");
    let (algorithm, sent) = (&recipient.key_enc_alg, recipient.enc_key.as_bytes());
    let mut out = Zeroizing::new(vec![0; private.key_size_bytes()]);
    let length = match algorithm.oid {
        RSA => {
            let key = Pkcs1PrivateDecryptingKey::new(private.clone()).map_err(wrong)?;
            key.decrypt(sent, &mut out).map_err(wrong)?.len()
        }
        OAEP => {
            let key = OaepPrivateDecryptingKey::new(private.clone()).map_err(wrong)?;
            key.decrypt(oaep(algorithm)?, sent, &mut out, None).map_err(wrong)?.len()
        }
        _ => return Err(SealError::Corrupt("CMS with another key transport than RSA")),
    };
    out.truncate(length);
    Ok(out)
}

/// Which OAEP was used. The library has those with one hash for the label and for the mask.
fn oaep(algorithm: &AlgorithmIdentifierOwned) -> Result<&'static OaepAlgorithm, SealError> {
    let refused = || SealError::Corrupt("CMS with an OAEP that uses two hashes, or a label");
    let parameters: Option<OaepParameters> = match &algorithm.parameters {
        Some(any) => Some(any.decode_as().map_err(|_| refused())?),
        None => None,
    };
    let (hash, mask) = match parameters {
        Some(OaepParameters { label: Some(_), .. }) => return Err(refused()),
        Some(OaepParameters { hash, mask, .. }) => (hash.map_or(SHA1, |hash| hash.oid), masked_by(mask)?),
        None => (SHA1, SHA1),
    };
    match hash {
        _ if hash != mask => Err(refused()),
        SHA1 => Ok(&OAEP_SHA1_MGF1SHA1),
        SHA256 => Ok(&OAEP_SHA256_MGF1SHA256),
        SHA384 => Ok(&OAEP_SHA384_MGF1SHA384),
        SHA512 => Ok(&OAEP_SHA512_MGF1SHA512),
        _ => Err(refused()),
    }
}

fn masked_by(mask: Option<AlgorithmIdentifierOwned>) -> Result<ObjectIdentifier, SealError> {
    let refused = || SealError::Corrupt("CMS with an OAEP mask that is not MGF1");
    let Some(mask) = mask else { return Ok(SHA1) };
    let hash: AlgorithmIdentifierOwned = mask
        .parameters
        .filter(|_| mask.oid == MGF1)
        .ok_or_else(refused)?
        .decode_as()
        .map_err(|_| refused())?;
    Ok(hash.oid)
}

fn decrypt(cipher: &'static Algorithm, key: &[u8], iv: [u8; 16], body: &[u8]) -> Result<Secret, SealError> {
    let wrong = |_| SealError::Corrupt("CMS that was made for another RSA key, or changed");
    let key =
        UnboundCipherKey::new(cipher, key).and_then(PaddedBlockDecryptingKey::cbc_pkcs7).map_err(wrong)?;
    let mut body = Zeroizing::new(body.to_vec());
    let plain = key.decrypt(&mut body, DecryptionContext::Iv128(FixedLength::from(&iv))).map_err(wrong)?;
    Ok(Secret::new(plain.to_vec()))
}
