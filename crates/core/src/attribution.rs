//! Whom an answer blames when the way in is not in order: the words for it.
//!
//! A call passes up to three layers that each may want to know who we are: the transport (a client certificate, a
//! proxy), a gateway in front of the tool, and the tool itself, the application. Reading an answer for it is the
//! business of `auth`, acting on it that of `net` and of whatever renews tokens. Answers without any such trouble have
//! no attribution; what a 404 or a 400 means is the adapter's to judge.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::code::{self, Code};
use crate::port::OutboundAnswer;

/// Which layer of the way in refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// Certificates and proxies.
    Transport,
    /// What stands in front of the tool.
    Gateway,
    /// The tool itself.
    Application,
}

impl Layer {
    /// Which layer a code blames; `None` if it blames none of them.
    pub fn of(code: &Code) -> Option<Self> {
        let name = code.as_str();
        if name.starts_with("auth.certificate_") || [code::AUTH_PROXY_REFUSED, code::NET_TLS].contains(code) {
            Some(Self::Transport)
        } else if name.starts_with("auth.gateway_") || *code == code::NET_NOT_JSON {
            Some(Self::Gateway)
        } else if name.starts_with("auth.") {
            Some(Self::Application)
        } else {
            None
        }
    }

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Transport => "transport",
            Self::Gateway => "gateway",
            Self::Application => "application",
        }
    }
}

/// What kind of refusal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Asked to wait; nothing is wrong with the credential.
    Throttled,
    /// No answer in time, or a failure of the other side's own; nothing is wrong with the credential.
    Transient,
    /// A token that ends by itself has probably ended.
    StaleToken,
    /// The credential is not accepted.
    Rejected,
    /// Wrong passwords brought a CAPTCHA.
    Captcha,
    /// The credential is good, but not for this operation.
    ScopeMissing,
    /// The call was taken as an anonymous visitor's.
    Anonymous,
    /// The account may not use the API at all.
    Forbidden,
    /// What a person once consented to has ended or was taken back.
    GrantEnded,
    /// A person has not finished consenting, or said no.
    ConsentIncomplete,
    /// The provider does not know our application, or not by this key or secret.
    AppMisconfigured,
    /// The signature does not fit the request as the provider sees it.
    SignatureInvalid,
    /// The provider does not understand how the request was signed.
    ProtocolRefused,
    /// Our clock and the provider's are too far apart.
    ClockSkew,
    /// The provider has seen this very signature before.
    NonceUsed,
    /// A client certificate is missing or not accepted.
    Certificate,
    /// A proxy on the way wants to know who we are.
    Proxy,
    /// Something else answered: a page, or the way to one.
    Elsewhere,
    /// There is no such service at this address.
    WrongAddress,
}

/// What to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// Try again later, as late as the answer says.
    Later,
    /// Get a new token for the layer, once, and send the call again.
    Renew,
    /// Sign again, once, with a new nonce and the clock corrected by so much.
    SignAnew(SignedDuration),
    /// Ask who we are with what still works. Only if that fails as well it takes a person.
    Probe,
    /// Stop until the connection's owner has done something.
    Owner,
    /// Stop until whoever runs Bowline has done something: it is no fault of the connection's owner.
    Operator,
}

/// Whom an answer blames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribution {
    /// Which layer refused.
    pub layer: Layer,
    /// What kind of refusal it is.
    pub class: Class,
    /// What to do.
    pub reaction: Reaction,
    /// The entry of the registry that tells a person.
    pub code: Code,
    /// What the registry cannot know: the address to sign in at, the scope that is missing. Safe to show: nothing in it
    /// was taken over from the answer unchecked.
    pub told: Option<String>,
}

impl Attribution {
    /// With the code that belongs to layer and class.
    pub fn new(layer: Layer, class: Class, reaction: Reaction) -> Self {
        let code = match class {
            Class::Throttled => code::NET_THROTTLED,
            Class::Transient => code::NET_SERVER_ERROR,
            Class::StaleToken if layer == Layer::Gateway => code::AUTH_GATEWAY_TOKEN_STALE,
            Class::StaleToken => code::AUTH_TOKEN_STALE,
            Class::Rejected | Class::Forbidden if layer == Layer::Gateway => code::AUTH_GATEWAY_REFUSED,
            Class::Rejected => code::AUTH_REJECTED,
            Class::Captcha => code::AUTH_CAPTCHA_REQUIRED,
            Class::ScopeMissing if layer == Layer::Gateway => code::AUTH_GATEWAY_SCOPE_MISSING,
            Class::ScopeMissing => code::AUTH_SCOPE_MISSING,
            Class::Anonymous => code::AUTH_ANONYMOUS,
            Class::Forbidden => code::AUTH_FORBIDDEN,
            Class::GrantEnded => code::AUTH_GRANT_ENDED,
            Class::ConsentIncomplete => code::AUTH_CONSENT_INCOMPLETE,
            Class::AppMisconfigured => code::AUTH_APP_MISCONFIGURED,
            Class::SignatureInvalid => code::AUTH_SIGNATURE_INVALID,
            Class::ProtocolRefused => code::AUTH_PROTOCOL_REFUSED,
            Class::ClockSkew => code::AUTH_CLOCK_SKEW,
            Class::NonceUsed => code::AUTH_NONCE_USED,
            Class::Certificate => code::AUTH_CERTIFICATE_REFUSED,
            Class::Proxy => code::AUTH_PROXY_REFUSED,
            Class::Elsewhere => code::NET_NOT_JSON,
            Class::WrongAddress => code::NET_WRONG_ADDRESS,
        };
        Self { layer, class, reaction, code, told: None }
    }

    /// The same under another code of the registry.
    #[must_use]
    pub fn under(mut self, code: Code) -> Self {
        self.code = code;
        self
    }

    /// The same, with something to tell.
    #[must_use]
    pub fn telling(mut self, told: Option<String>) -> Self {
        self.told = told;
        self
    }
}

/// An answer, and what is known about the call it answers.
#[derive(Clone, Copy, Debug)]
pub struct Heard<'a> {
    /// What came back.
    pub answer: &'a OutboundAnswer,
    /// The absolute URL that was called.
    pub url: &'a str,
    /// Whether JSON was asked for: an attachment may well be an HTML page, or a redirect to another host.
    pub json_due: bool,
    /// When it came.
    pub at: Timestamp,
}
