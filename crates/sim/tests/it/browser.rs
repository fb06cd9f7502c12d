//! A browser without a screen: cookies, redirects within one origin, and forms filled in by their names.

use bytes::Bytes;
use http::Method;

use crate::client::{Client, Reply};

pub(crate) struct Browser {
    base: String,
    cookie: Option<String>,
}

/// Where a browser ended: a page, or an address outside.
pub(crate) enum Place {
    Page(String, Reply),
    Outside(String),
}

impl Place {
    /// The page's text.
    #[track_caller]
    pub(crate) fn page(&self) -> String {
        match self {
            Self::Page(_, reply) => String::from_utf8_lossy(&reply.body).into_owned(),
            Self::Outside(url) => panic!("no page, but {url}"),
        }
    }

    /// The address outside.
    #[track_caller]
    pub(crate) fn outside(&self) -> &str {
        match self {
            Self::Outside(url) => url,
            Self::Page(path, reply) => {
                panic!("still at {path}: {} {}", reply.status, String::from_utf8_lossy(&reply.body))
            }
        }
    }

    /// A value in the query of the address outside, decoded.
    #[track_caller]
    pub(crate) fn value(&self, name: &str) -> Option<String> {
        let (_, query) = self.outside().split_once('?')?;
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(key, _)| *key == name).map(|(_, value)| decode(value)).next()
    }
}

impl Browser {
    pub(crate) fn new(base: &str) -> Self {
        Self { base: base.to_owned(), cookie: None }
    }

    /// Opens a path or an address and follows where it leads.
    pub(crate) async fn open(&mut self, to: &str) -> Place {
        self.go(Method::GET, to.to_owned(), String::new()).await
    }

    /// Sends the form of a page, its hidden fields as they are and these others; follows where it leads.
    pub(crate) async fn submit(&mut self, place: &Place, fields: &[(&str, &str)]) -> Place {
        let page = place.page();
        let action = attribute(&page, "action").expect("a form");
        let Place::Page(path, _) = place else { panic!("no page") };
        let to = match action.as_str() {
            to if to.starts_with("http") || to.starts_with('/') => to.to_owned(),
            beside => format!("{}/{beside}", path.rsplit_once('/').map_or("", |(folder, _)| folder)),
        };
        let hidden = page
            .split("<input type=\"hidden\"")
            .skip(1)
            .filter_map(|rest| Some((attribute(rest, "name")?, attribute(rest, "value")?)));
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let body: Vec<String> = hidden
            .chain(fields)
            .map(|(name, value)| {
                format!("{}={}", crate::client::encode(&name), crate::client::encode(&value))
            })
            .collect();
        self.go(Method::POST, to, body.join("&")).await
    }

    async fn go(&mut self, mut method: Method, mut to: String, mut body: String) -> Place {
        for _ in 0..10 {
            let path = match to.strip_prefix(&self.base) {
                Some(path) => path.to_owned(),
                None if to.starts_with('/') => to.clone(),
                None => return Place::Outside(to),
            };
            let mut client = Client::anonymous(&self.base)
                .and("user-agent", "Mozilla/5.0")
                .and("content-type", "application/x-www-form-urlencoded");
            if let Some(cookie) = &self.cookie {
                client = client.and("cookie", cookie);
            }
            if method == Method::POST {
                client = client.and("origin", &self.base);
            }
            let reply = client.send(method, &path, Bytes::from(body)).await.expect("an answer");
            if let Some(cookie) = reply.headers.get("set-cookie") {
                self.cookie = cookie.to_str().unwrap().split(';').next().map(str::to_owned);
            }
            match reply.headers.get("location") {
                Some(location) => to = location.to_str().unwrap().to_owned(),
                None => return Place::Page(path, reply),
            }
            (method, body) = (Method::GET, String::new());
        }
        panic!("redirects without end: {to}");
    }
}

/// The first attribute of this name, with the entities that templates write turned back.
fn attribute(html: &str, name: &str) -> Option<String> {
    let rest = html.split_once(&format!("{name}=\""))?.1;
    let value = rest.split_once('"')?.0;
    let plain =
        [("&#x2f;", "/"), ("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&#x27;", "'"), ("&amp;", "&")];
    Some(plain.into_iter().fold(value.to_owned(), |text, (entity, letter)| text.replace(entity, letter)))
}

fn decode(text: &str) -> String {
    let text = text.replace('+', " ");
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, others)) = rest.split_first() {
        if *first == b'%' {
            let hex = std::str::from_utf8(&others[..2]).unwrap();
            bytes.push(u8::from_str_radix(hex, 16).unwrap());
            rest = &others[2..];
        } else {
            bytes.push(*first);
            rest = others;
        }
    }
    String::from_utf8(bytes).unwrap()
}
