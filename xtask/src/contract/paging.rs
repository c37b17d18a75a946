//! Makes two pages of a list, and compares the second request and the items with them.

use serde_json::{Value, json};

use super::document::Operation;
use super::plan::{self, Answer, Order};
use super::program::Report;
use super::sample::{Fill, Sampler};
use super::schema::Schemas;

/// The request for the second page.
enum Second {
    /// The first page has its URL.
    Url(String),
    /// The same request with this query parameter.
    Parameter(String, String),
}

/// Two pages of a list.
pub(super) struct Pages<'t> {
    pub(super) order: Order,
    items: Vec<Value>,
    schema: &'t Value,
    second: Second,
}

/// Two pages of the operation's list; none if it has no pages, or their rule is one that none of the three APIs has in its
/// overlay.
pub(super) fn pages<'t>(schemas: Schemas<'t>, operation: &Operation<'t>) -> Option<Pages<'t>> {
    let (status, content) = plan::success(operation)?;
    let (media, schema) = content.iter().find(|(media, _)| media.contains("json"))?;
    let page = |seed| Sampler::new(schemas, Fill::All, false, seed).value(schema);
    let (mut first, mut last) = (page(21), page(22));
    let text = |key: &str| operation.paging.and_then(|paging| paging.get(key)).and_then(Value::as_str);
    let member = |key: &str| text(key).map(|name| format!("/{name}"));
    let (list, second) = match text("by") {
        None => {
            let next = "/links/next".to_owned();
            first.pointer(&next)?;
            ("/data".to_owned(), url(operation, next, &mut first, &mut last)?)
        }
        Some("url") => (member("items")?, url(operation, member("member")?, &mut first, &mut last)?),
        Some("token") => {
            let token = member("member")?;
            *first.pointer_mut(&token)? = json!("token 2&");
            *last.pointer_mut(&token)? = json!("");
            (member("items")?, Second::Parameter(text("parameter")?.to_owned(), "token 2&".to_owned()))
        }
        Some("skip") => {
            let list = member("items")?;
            let count = first.pointer(&list)?.as_array()?.len();
            let all = count + last.pointer(&list)?.as_array()?.len();
            for (key, [before, after]) in
                [("total", [json!(all), json!(all)]), ("more", [json!(true), json!(false)])]
            {
                if let Some(member) = member(key) {
                    *first.pointer_mut(&member)? = before;
                    *last.pointer_mut(&member)? = after;
                }
            }
            (list, Second::Parameter(text("parameter")?.to_owned(), count.to_string()))
        }
        Some(_) => return None,
    };
    let items = [&first, &last].into_iter().filter_map(|page| page.pointer(&list)?.as_array()).flatten();
    let items: Vec<Value> = items.cloned().collect();
    let parts = schemas.parts(schema, &first);
    let list = list.trim_start_matches('/');
    let schema = parts.iter().find_map(|part| part.get("properties")?.get(list))?;
    let mut order = plan::order(schemas, operation, Fill::Required, 23);
    order.media = Some(media.clone());
    order.answer = Some(Answer::of(status, media, &first));
    order.last_page = Some(Answer::of(status, media, &last));
    (!items.is_empty()).then_some(Pages { order, items, schema, second })
}

/// Gives the first page the URL of the second, and the second none.
fn url(operation: &Operation<'_>, next: String, first: &mut Value, last: &mut Value) -> Option<Second> {
    let url = format!("{}/another/path?cursor=a%2Cb&limit=2", operation.base);
    *first.pointer_mut(&next)? = json!(url);
    if let Some((around, name)) = next.rsplit_once('/') {
        last.pointer_mut(around)?.as_object_mut()?.shift_remove(name);
    }
    Some(Second::Url(url))
}

impl Pages<'_> {
    /// The errors of the items or of the second request.
    pub(super) fn judge(&self, schemas: Schemas<'_>, report: &Report) -> Vec<String> {
        let mut out = Vec::new();
        let Some(exchange) = &report.exchange else { return vec!["no page was asked for".to_owned()] };
        let sent = format!("{}{}", exchange.origin, exchange.target);
        let is_right = match &self.second {
            Second::Url(url) => sent == *url,
            Second::Parameter(name, value) => {
                let query = sent.split_once('?').map_or("", |(_, query)| query);
                let decoded = |text: &str| super::verdict::decode(text);
                query
                    .split('&')
                    .filter_map(|pair| pair.split_once('='))
                    .any(|(n, v)| decoded(n) == *name && decoded(v) == *value)
            }
        };
        if !is_right {
            out.push(format!("pages: the second request is {sent}"));
        }
        match (&report.answered, &report.failed) {
            (Some(read), _) => {
                schemas.compare(
                    &[self.schema],
                    &Value::Array(self.items.clone()),
                    &read.read,
                    "pages: ",
                    &mut out,
                );
            }
            (_, Some(failed)) => out.push(format!("pages: {}", failed.message)),
            (None, None) => out.push("pages: no report".to_owned()),
        }
        out
    }
}
