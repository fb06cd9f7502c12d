//! What a route takes: tokens bound to their URL, or context tokens.

use super::{Claims, Place, Refusal};
use crate::qsh::{CONTEXT, Incoming};

/// The class of tokens that a route takes. It belongs to the route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Tokens whose hash is that of the request: pages, webhooks, lifecycle.
    UrlBound,
    /// Tokens that a page got from `AP.context.getToken`, for calls of its script to our server. They come in the header
    /// only.
    Context,
}

impl Class {
    /// Whether the token is of this class, and for this request.
    pub(crate) fn check(self, claims: &Claims, request: &Incoming, place: Place) -> Result<(), Refusal> {
        let is_context = claims.qsh == CONTEXT;
        match self {
            Self::Context if !is_context => Err(Refusal::Class),
            Self::Context if place != Place::Header => Err(Refusal::Places),
            Self::UrlBound if is_context => Err(Refusal::Class),
            Self::UrlBound if !request.matches(&claims.qsh) => {
                let forms = request.forms().iter().map(|form| form.as_str().to_owned()).collect();
                Err(Refusal::Hash { claim: claims.qsh.clone(), forms })
            }
            Self::Context | Self::UrlBound => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::qsh::BasePath;

    #[test]
    fn neither_class_is_taken_for_the_other() {
        let request = Incoming::parse(&Method::GET, "/page?a=1", &BasePath::default()).unwrap();
        let hash = request.forms()[0].qsh();
        let claims = |qsh: &str| {
            let text = format!(r#"{{"iss":"key","iat":1,"exp":2,"qsh":"{qsh}"}}"#);
            Claims::parse(text.as_bytes()).unwrap()
        };
        let (bound, context, other) = (claims(hash.as_str()), claims(CONTEXT), claims(&"0".repeat(64)));
        let check = |class: Class, claims, place| class.check(claims, &request, place);
        assert_eq!(check(Class::UrlBound, &bound, Place::Query), Ok(()));
        assert_eq!(check(Class::UrlBound, &bound, Place::Header), Ok(()));
        assert_eq!(check(Class::UrlBound, &context, Place::Header), Err(Refusal::Class));
        assert!(matches!(check(Class::UrlBound, &other, Place::Query), Err(Refusal::Hash { .. })));
        assert_eq!(check(Class::Context, &context, Place::Header), Ok(()));
        assert_eq!(check(Class::Context, &context, Place::Query), Err(Refusal::Places));
        assert_eq!(check(Class::Context, &bound, Place::Header), Err(Refusal::Class));
        assert_eq!(check(Class::Context, &other, Place::Header), Err(Refusal::Class));
    }
}
