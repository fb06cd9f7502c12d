//! TLS to PostgreSQL: which certificates are trusted.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error as TlsError, RootCertStore, SignatureScheme,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::url::{Proof, Wanted};
use crate::error::Error;

/// What makes TLS streams for the driver.
pub(super) type Tls = MakeRustlsConnect;

/// As wanted; reads the files that are named.
pub(super) fn tls(wanted: &Wanted) -> Result<Tls, Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let failed = |_| Error::BadUrl("TLS cannot be set up as it asks");
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(failed)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Verifier::new(wanted, provider)?));
    let config = match &wanted.ours {
        None => config.with_no_client_auth(),
        Some((certificate, key)) => {
            let key = PrivateKeyDer::from_pem_file(key)
                .map_err(|_| Error::BadUrl("the file of its `sslkey` holds no private key"))?;
            config.with_client_auth_cert(certificates(certificate)?, key).map_err(failed)?
        }
    };
    Ok(MakeRustlsConnect::new(config))
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let bad = || Error::BadUrl("a file of certificates that it names cannot be read");
    let found: Vec<_> = CertificateDer::pem_file_iter(file)
        .map_err(|_| bad())?
        .collect::<Result<_, _>>()
        .map_err(|_| bad())?;
    if found.is_empty() { Err(bad()) } else { Ok(found) }
}

/// Looks at a server's certificate as far as was asked.
#[derive(Debug)]
struct Verifier {
    proof: Proof,
    provider: Arc<CryptoProvider>,
    /// None if nothing has to be proved: then no authorities need to be read.
    chain: Option<Arc<WebPkiServerVerifier>>,
}

impl Verifier {
    fn new(wanted: &Wanted, provider: Arc<CryptoProvider>) -> Result<Self, Error> {
        let proof = wanted.proof;
        if proof == Proof::None {
            return Ok(Self { proof, provider, chain: None });
        }
        let mut roots = RootCertStore::empty();
        let trusted = match &wanted.authorities {
            Some(file) => certificates(file)?,
            None => rustls_native_certs::load_native_certs().certs,
        };
        roots.add_parsable_certificates(trusted);
        let chain = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .map_err(|_| {
                Error::BadUrl("there are no authorities to verify the server with: name `sslrootcert`")
            })?;
        Ok(Self { proof, provider, chain: Some(chain) })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let Some(chain) = &self.chain else { return Ok(ServerCertVerified::assertion()) };
        match chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            Err(TlsError::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if self.proof == Proof::Authority => Ok(ServerCertVerified::assertion()),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let known = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let known = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
