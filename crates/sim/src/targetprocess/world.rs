//! What the frame asks of a simulated Targetprocess.

use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};
use serde_json::Value;

use crate::WebhookTarget;
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::world::World;
use crate::targetprocess::format::Format;
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::site::Site;
use crate::targetprocess::{access, control, v1};

impl World for Site {
    type Refusal = Refusal;

    fn admit(&self, call: &Call<'_>) -> Result<Option<Person>, Answer> {
        // Whoever logs in may carry a session that is over.
        if call.api == "login" {
            return Ok(None);
        }
        access::admit(self, call.headers, &call.query)
    }

    fn face(&self) -> &'static str {
        "targetprocess"
    }

    fn name(&self, person: Person) -> &str {
        self.catalog.login(person)
    }

    /// Turns refusals of v1 into XML where JSON was not asked for.
    fn dress(&self, call: &Call<'_>, answer: &mut Answer) {
        if call.api != "v1" || answer.status.is_success() || Format::of(call) != Ok(Format::Xml) {
            return;
        }
        let Ok(value) = serde_json::from_slice::<Value>(&answer.body) else { return };
        answer.body = v1::xml::of_json("Error", &value).into();
        answer.headers.retain(|(name, _)| name != CONTENT_TYPE);
        answer.headers.push((CONTENT_TYPE, HeaderValue::from_static("application/xml; charset=utf-8")));
    }

    fn bare(&self, status: StatusCode) -> Answer {
        Refusal::new(status, status.canonical_reason().unwrap_or_default()).into()
    }

    fn hidden(&self, path: &str) -> Answer {
        let id = path.rsplit('/').find(|part| part.parse::<u32>().is_ok()).unwrap_or("0");
        Refusal::missing("Entity", id).into()
    }

    fn count(&self) -> usize {
        self.items.len()
    }

    fn state(&self) -> Value {
        control::state(self)
    }

    fn items(&self) -> Value {
        control::items(self)
    }

    fn item(&self, id: &str) -> Option<Value> {
        control::item(self, id)
    }

    fn edit(&mut self, edit: &Value) -> Result<Value, String> {
        control::edit(self, edit)
    }

    fn target(&mut self, target: Option<WebhookTarget>) -> Result<(), String> {
        self.hook = target;
        Ok(())
    }

    fn set(&mut self, change: &Value) -> Result<Value, String> {
        control::set(self, change).map(|()| serde_json::json!({}))
    }
}
