//! A browser, as far as signing in needs one.

use std::collections::BTreeMap;
use std::time::Duration;

use bowline_net::plain::Plain;
use bytes::Bytes;
use http::Request;
use url::Url;

/// A browser: it keeps cookies and fills in forms.
pub(crate) struct Browser {
    plain: Plain,
    cookies: BTreeMap<(String, String), String>,
    pub(crate) at: Url,
    pub(crate) page: String,
}

impl Browser {
    pub(crate) fn new() -> Self {
        bowline_net::start();
        let plain = Plain::new(Duration::from_secs(30)).unwrap();
        Self { plain, cookies: BTreeMap::new(), at: Url::parse("about:blank").unwrap(), page: String::new() }
    }

    /// The value of the only cookie that a place has set.
    pub(crate) fn cookie(&self, place: &str) -> String {
        let origin = Url::parse(place).unwrap().origin().ascii_serialization();
        let mut own =
            self.cookies.iter().filter(|((of, _), _)| *of == origin).map(|(_, value)| value.clone());
        let cookie = own.next().expect("a cookie");
        assert!(own.next().is_none(), "one cookie is enough");
        cookie
    }

    /// Opens an address and follows redirects, however many hosts they lead over.
    pub(crate) async fn open(&mut self, url: &str, form: Option<String>) {
        let (mut url, mut form) = (Url::parse(url).unwrap(), form);
        for _ in 0..10 {
            let origin = url.origin().ascii_serialization();
            let ours = self.cookies.iter().filter(|((of, _), _)| *of == origin);
            let cookies: Vec<String> = ours.map(|((_, name), value)| format!("{name}={value}")).collect();
            let method = if form.is_some() { "POST" } else { "GET" };
            let request = Request::builder()
                .method(method)
                .uri(url.as_str())
                .header("cookie", cookies.join("; "))
                .header("accept", "text/html")
                .header("content-type", "application/x-www-form-urlencoded")
                .body(Bytes::from(form.take().unwrap_or_default()));
            let answer = self.plain.send(request.unwrap()).await.unwrap();
            for line in answer.headers().get_all("set-cookie") {
                let pair = line.to_str().unwrap().split(';').next().unwrap();
                let (name, value) = pair.split_once('=').unwrap();
                self.cookies.insert((origin.clone(), name.to_owned()), value.to_owned());
            }
            self.page = String::from_utf8_lossy(answer.body()).replace("&#x2f;", "/");
            self.at = url.clone();
            let Some(to) = answer.headers().get("location") else { return };
            url = url.join(to.to_str().unwrap()).unwrap();
        }
        panic!("redirected in a circle");
    }

    /// Sends the form on the page: with what is hidden in it, and with these values.
    pub(crate) async fn send(&mut self, values: &[(&str, &str)]) {
        let form =
            self.page.split("<form").nth(1).expect("a form").split("</form>").next().unwrap().to_owned();
        let action = attribute(form.split('>').next().unwrap(), "action").unwrap_or_default();
        let hidden = form.split('<').filter(|tag| tag.starts_with("input") && tag.contains("hidden"));
        let mut fields: BTreeMap<String, String> = hidden
            .map(|tag| (attribute(tag, "name").unwrap(), attribute(tag, "value").unwrap_or_default()))
            .collect();
        fields.extend(values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let to = self.at.join(&action).unwrap();
        self.open(to.as_str(), Some(body)).await;
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split(&format!("{name}=\"")).nth(1)?.split('"').next()?;
    Some(value.replace("&amp;", "&").replace("&#x2f;", "/"))
}
