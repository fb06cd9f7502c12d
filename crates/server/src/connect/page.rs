//! `GET /connect/page/issue`: the panel inside an issue. The page is the same for everybody; its script asks for what it
//! shows, each time with a token of the person who looks.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::CONTENT_TYPE;

use super::Held;
use super::gate::UrlBound;
use crate::problem::Problem;

const BODY: &str = include_str!("panel.html");

pub(super) async fn issue(State(held): State<Held>, UrlBound(caller): UrlBound) -> Response {
    let head = "<link rel=\"stylesheet\" href=\"../assets/panel.css\">\n\
                <script src=\"../assets/panel.js\" defer></script>";
    let html = held.connect.pages.html(&held.connect.facts.name, head, BODY);
    match held.connect.pages.headers(caller.installation()) {
        Ok(headers) => (headers, html).into_response(),
        // The address of a site was checked when it was installed.
        Err(_) => Problem::defect().into_response(),
    }
}

pub(super) async fn script() -> Response {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("panel.js")).into_response()
}

pub(super) async fn style() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("panel.css")).into_response()
}
