//! Client certificates and authorities as people hand them over: PEM, as openssl writes it.

use bowline_core::Timestamp;
use bowline_core::secret::Secret;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

/// Longer than any chain with its key: ten certificates of 8192 bit.
const LONGEST: usize = 64 << 10;

/// What is known of a client certificate that can be used.
#[derive(Debug)]
pub struct Read {
    /// Chain and key in one text, to be sealed.
    pub pem: Secret,
    /// Whom the first certificate names.
    pub subject: String,
    /// From when it counts.
    pub begins_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
}

/// Why a certificate cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCertificate {
    /// There is none.
    #[error("there is no certificate in PEM")]
    NoCertificate,
    /// It cannot be read.
    #[error("the certificate cannot be read")]
    Unreadable,
    /// There is no key, or it is locked by a passphrase.
    #[error("there is no private key in PEM, or it is locked by a passphrase")]
    NoKey,
    /// Certificate and key are of two pairs, or the key is of a kind that TLS does not know.
    #[error("the private key does not belong to the certificate")]
    OtherKey,
    /// Too long.
    #[error("it is longer than 64 KiB")]
    TooLong,
}

/// Reads a chain, the client's own certificate first, and its key.
pub fn client(chain: &str, key: &str) -> Result<Read, BadCertificate> {
    if chain.len() + key.len() > LONGEST {
        return Err(BadCertificate::TooLong);
    }
    let chain = authorities_of(chain)?;
    let leaf = chain.first().ok_or(BadCertificate::NoCertificate)?;
    let leaf = Certificate::from_der(leaf).map_err(|_| BadCertificate::Unreadable)?;
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| BadCertificate::NoKey)?;
    let label = match key {
        PrivateKeyDer::Pkcs1(_) => "RSA PRIVATE KEY",
        PrivateKeyDer::Sec1(_) => "EC PRIVATE KEY",
        _ => "PRIVATE KEY",
    };
    let mut pem: Vec<u8> =
        chain.iter().flat_map(|der| crate::pem::print("CERTIFICATE", der).as_bytes().to_vec()).collect();
    // The key comes last and fits, so that growing leaves no copy of it.
    let key = crate::pem::print(label, key.secret_der());
    pem.reserve_exact(key.len());
    pem.extend_from_slice(key.as_bytes());
    let validity = leaf.tbs_certificate.validity;
    let instant = |time: x509_cert::time::Time| {
        i64::try_from(time.to_unix_duration().as_secs())
            .ok()
            .and_then(|seconds| Timestamp::from_second(seconds).ok())
            .ok_or(BadCertificate::Unreadable)
    };
    let pem = Secret::new(pem);
    if !bowline_net::is_pair(&pem) {
        return Err(BadCertificate::OtherKey);
    }
    Ok(Read {
        pem,
        subject: leaf.tbs_certificate.subject.to_string(),
        begins_at: instant(validity.not_before)?,
        ends_at: instant(validity.not_after)?,
    })
}

/// Reads certificate authorities and gives them back as PEM without anything else.
pub fn authorities(pem: &str) -> Result<String, BadCertificate> {
    if pem.len() > LONGEST {
        return Err(BadCertificate::TooLong);
    }
    let all = authorities_of(pem)?;
    for der in &all {
        Certificate::from_der(der).map_err(|_| BadCertificate::Unreadable)?;
    }
    if all.is_empty() {
        return Err(BadCertificate::NoCertificate);
    }
    Ok(all.iter().map(|der| crate::pem::print("CERTIFICATE", der).to_string()).collect())
}

fn authorities_of(pem: &str) -> Result<Vec<CertificateDer<'static>>, BadCertificate> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    all.map_err(|_| BadCertificate::Unreadable)
}
