//! Carries out what a form of the page asks for, and leads the browser back.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::form::Form;
use super::render::Page;
use super::rule;
use crate::WebhookTarget;
use crate::frame::control::clock::{self, Change, Instant};
use crate::frame::faults::rule::Rule;
use crate::frame::world::{House, World};

/// Does it. Afterwards the browser gets the page that the form was on, so that reloading does not do it again.
pub(super) async fn carry_out<W: World>(State(house): State<Arc<House<W>>>, body: Bytes) -> Response {
    let form = Form::read(&body);
    let back = back(form.get("back"));
    match act(&house, &form) {
        Ok(()) => (StatusCode::SEE_OTHER, [(LOCATION, format!("page{back}"))]).into_response(),
        Err(why) => {
            Page::wrong(StatusCode::BAD_REQUEST, "That cannot be done", &why, &back).show(&house, "page")
        }
    }
}

/// Where the form was, below the page; nowhere else, whatever the form says.
fn back(given: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_/".contains(&byte);
    if given.is_empty() || !given.bytes().all(plain) || given.contains("//") {
        return String::new();
    }
    format!("/{}", given.trim_matches('/'))
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn act<W: World>(house: &House<W>, form: &Form) -> Result<(), String> {
    let to = form.get("to");
    match to {
        "clock" | "advance" | "set" | "speed" => clock::apply(&house.frame.clock, change(to, form)?),
        "snapshot" | "unsnapshot" | "restore" => snapshot(house, to, form),
        "fault" | "fault-form" | "unfault" | "mend" => fault(house, to, form),
        "forget" | "block" | "release" | "again" => traffic(house, to, form),
        "create" | "edit" | "delete" => house.write(|world| edit(world, to, form)),
        "setting" | "deny" => {
            let change = if to == "setting" { read(form.get("body"))? } else { denial(form) };
            house.write(|world| world.set(&change)).map(drop)
        }
        "target" => {
            let target = form.given("url").map(|url| WebhookTarget {
                url: url.to_owned(),
                secret: form.given("secret").map(str::to_owned),
                jql: form.given("jql").map(str::to_owned),
                ..WebhookTarget::default()
            });
            house.write(|world| world.target(target))
        }
        _ => Err(format!("'{to}' is nothing that can be done here")),
    }
}

fn change(to: &str, form: &Form) -> Result<Change, String> {
    Ok(match to {
        "advance" => Change::Advance(form.get("period").to_owned()),
        "set" => Change::Set(Instant::Text(form.get("at").to_owned())),
        "speed" => Change::Speed(form.number("speed")?.ok_or("say how fast")?),
        _ => read(form.get("body"))?,
    })
}

fn snapshot<W: World>(house: &House<W>, to: &str, form: &Form) -> Result<(), String> {
    if to == "snapshot" {
        return house.keep(form.get("name")).map(drop).map_err(|unfit| unfit.to_string());
    }
    let name = form.get("body");
    if to == "unsnapshot" {
        return house.snapshots.delete(Some(name)).map(drop).map_err(|unfit| unfit.to_string());
    }
    let kept = house.snapshots.get(name).ok_or_else(|| format!("there is no snapshot '{name}'"))?;
    house.restore(&kept);
    Ok(())
}

fn fault<W: World>(house: &House<W>, to: &str, form: &Form) -> Result<(), String> {
    let frame = &house.frame;
    match to {
        "fault" => frame.faults.put(vec![read::<Rule>(form.get("body"))?], false),
        "fault-form" => frame.faults.put(vec![rule::read(form)?], false),
        _ => {
            // One that was removed meanwhile is removed.
            frame.faults.remove(if to == "unfault" { Some(read(form.get("body"))?) } else { None });
            frame.delivery.release();
        }
    }
    Ok(())
}

fn traffic<W: World>(house: &House<W>, to: &str, form: &Form) -> Result<(), String> {
    let frame = &house.frame;
    match to {
        "forget" => frame.recorder.forget_requests(),
        "block" => frame.delivery.block(read(form.get("body"))?),
        "release" => frame.delivery.release(),
        _ => {
            let sent = frame.recorder.find_webhook(read(form.get("body"))?);
            let sent = sent.ok_or("this webhook is not remembered any more")?;
            frame.delivery.again(sent.outgoing);
        }
    }
    Ok(())
}

fn edit<W: World>(world: &mut W, to: &str, form: &Form) -> Result<(), String> {
    let mut edit = Map::from_iter([("as".to_owned(), json!(form.get("as")))]);
    let mut put = |name: &str, value: Value| drop(edit.insert(name.to_owned(), value));
    if to == "create" {
        let draft = world.draft(form.get("project"), form.get("kind"), form.get("title"));
        put("create", draft);
    } else {
        put("item", json!(form.get("item")));
    }
    if to == "delete" {
        put("delete", json!(true));
    }
    if to == "edit" {
        if let Some(title) = form.given("title") {
            put("fields", world.retitled(title));
        }
        for name in ["state", "comment"] {
            if let Some(text) = form.given(name) {
                put(name, json!(text));
            }
        }
    }
    world.edit(&Value::Object(edit)).map(drop)
}

fn denial(form: &Form) -> Value {
    json!({
        "user": form.get("user"), "project": form.get("project"), "right": form.get("right"), "allowed": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_never_leaves_the_page() {
        for (given, leads) in [
            ("", ""),
            ("items/ACME-1", "/items/ACME-1"),
            ("/faults", "/faults"),
            ("//attacker.example", ""),
            ("https://attacker.example", ""),
            ("..", ""),
            ("items?x=1", ""),
        ] {
            assert_eq!(back(given), leads);
        }
    }
}
