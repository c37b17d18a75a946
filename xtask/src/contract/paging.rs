//! Makes two pages of a list, and compares the second request and the items with them.

use serde_json::{Value, json};

use super::document::Operation;
use super::plan::{self, Answer, Order};
use super::program::Report;
use super::sample::{Fill, Sampler};
use super::schema::Schemas;
use super::verdict::decode;

/// The request for the second page.
enum Second {
    /// The first page has its URL, in a member or a header.
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

/// Two pages while a rule is applied to them.
struct Draft<'r> {
    rule: Option<&'r Value>,
    first: Value,
    last: Value,
    /// The list of items, as a JSON Pointer.
    list: String,
    /// The header `Link` of the first page.
    link: Option<String>,
}

/// Two pages of the operation's list; none if it has no pages.
pub(super) fn pages<'t>(schemas: Schemas<'t>, operation: &Operation<'t>) -> Option<Pages<'t>> {
    let (status, content) = plan::success(operation)?;
    let (media, schema) = content.iter().find(|(media, _)| media.contains("json"))?;
    let page = |seed| Sampler::new(schemas, Fill::All, false, seed).value(schema);
    let (first, last) = (page(21), page(22));
    let rule = operation.paging;
    let list = match (rule, &first) {
        (Some(rule), first) => match text(rule, "items") {
            Some(name) => pointer(first, name)?,
            None => String::new(),
        },
        (None, Value::Array(_)) => String::new(),
        (None, first) => {
            first.pointer("/links/next")?;
            "/data".to_owned()
        }
    };
    let mut draft = Draft { rule, first, last, list, link: None };
    let second = draft.second(operation)?;
    let Draft { first, last, list, link, .. } = draft;
    let pages = [&first, &last];
    let items = pages.into_iter().filter_map(|page| page.pointer(&list)?.as_array()).flatten();
    let items: Vec<Value> = items.cloned().collect();
    let schema = schema_at(schemas, schema, &first, &list)?;
    let mut order = plan::order(schemas, operation, Fill::All, 23);
    if let Second::Parameter(name, _) = &second {
        order.parameters.shift_remove(name);
    }
    order.media = Some(media.clone());
    let headers = link.map(|link| ("link".to_owned(), link)).into_iter().collect();
    order.answer = Some(Answer { headers, ..Answer::of(status, media, &first) });
    order.last_page = Some(Answer::of(status, media, &last));
    (!items.is_empty()).then_some(Pages { order, items, schema, second })
}

impl Draft<'_> {
    /// Makes the pages follow each other by the rule: `x-paging`, or the links of JSON:API, or those of the header `Link`
    /// for a response that is a list.
    fn second(&mut self, operation: &Operation<'_>) -> Option<Second> {
        // Characters that a client has to keep as they are, and a comma, which also separates links.
        let url = format!("{}/another/path?cursor=a%2Cb,c&limit=2", operation.base);
        let Some(rule) = self.rule else {
            return match self.first.is_array() {
                true => Some(self.by_link(url)),
                false => self.by_url("/links/next", url),
            };
        };
        let member = |first: &Value| pointer(first, text(rule, "member")?);
        let parameter = || text(rule, "parameter").map(str::to_owned);
        let value = match text(rule, "by")? {
            "url" => {
                let member = member(&self.first)?;
                return self.by_url(&member, url);
            }
            "link" => return Some(self.by_link(url)),
            "token" => {
                let member = member(&self.first)?;
                *self.first.pointer_mut(&member)? = json!("token 2&");
                *self.last.pointer_mut(&member)? = json!("");
                "token 2&".to_owned()
            }
            "last" => {
                let item = self.first.pointer(&self.list)?.as_array()?.last()?.clone();
                let value = item.pointer(&pointer(&item, text(rule, "member")?)?)?.clone();
                self.ends(&["more"], &[])?;
                value.as_str().map_or_else(|| value.to_string(), str::to_owned)
            }
            "skip" => {
                let count = |page: &Value| Some(page.pointer(&self.list)?.as_array()?.len());
                let (before, after) = (count(&self.first)?, count(&self.last)?);
                self.ends(&["more"], &[("total", before + after)])?;
                before.to_string()
            }
            "page" => {
                self.ends(&["more"], &[("pages", 2)])?;
                (rule.get("first").and_then(Value::as_i64).unwrap_or(1) + 1).to_string()
            }
            _ => return None,
        };
        Some(Second::Parameter(parameter()?, value))
    }

    /// Gives the first page the URL of the second, and the second none.
    fn by_url(&mut self, member: &str, url: String) -> Option<Second> {
        *self.first.pointer_mut(member)? = json!(url);
        let (around, name) = member.rsplit_once('/')?;
        self.last.pointer_mut(around)?.as_object_mut()?.shift_remove(name);
        Some(Second::Url(url))
    }

    /// The same in the header `Link`, after a link to another page (RFC 8288, section 3.5).
    fn by_link(&mut self, url: String) -> Second {
        self.link =
            Some(format!("<{url}&previous=1>; rel=\"prev\", <{url}>; title=\"a, b\"; rel=\"x next\""));
        Second::Url(url)
    }

    /// Lets the second page be the last by the members that the rule names; without one it has no items.
    fn ends(&mut self, flags: &[&str], numbers: &[(&str, usize)]) -> Option<()> {
        let named = |key: &str| text(self.rule?, key);
        let flags = flags.iter().filter_map(|key| Some((named(key)?, json!(true), json!(false))));
        let numbers =
            numbers.iter().filter_map(|(key, value)| Some((named(key)?, json!(value), json!(value))));
        let members: Vec<(&str, Value, Value)> = flags.chain(numbers).collect();
        if members.is_empty() {
            *self.last.pointer_mut(&self.list)? = json!([]);
        }
        for (name, before, after) in members {
            *self.first.pointer_mut(&pointer(&self.first, name)?)? = before;
            *self.last.pointer_mut(&pointer(&self.last, name)?)? = after;
        }
        Some(())
    }
}

fn text<'r>(rule: &'r Value, key: &str) -> Option<&'r str> {
    rule.get(key).and_then(Value::as_str)
}

/// The JSON Pointer of a member whose path has dots between names; a name may have dots itself.
fn pointer(value: &Value, path: &str) -> Option<String> {
    value.as_object()?.iter().find_map(|(name, member)| {
        let inner = match path.strip_prefix(name.as_str())? {
            "" => String::new(),
            rest => pointer(member, rest.strip_prefix('.')?)?,
        };
        Some(format!("/{}{inner}", name.replace('~', "~0").replace('/', "~1")))
    })
}

/// The schema of the part of a value at a JSON Pointer.
fn schema_at<'t>(schemas: Schemas<'t>, schema: &'t Value, value: &Value, at: &str) -> Option<&'t Value> {
    let (mut schema, mut value) = (schema, value);
    for name in at.split('/').skip(1) {
        let name = name.replace("~1", "/").replace("~0", "~");
        schema = schemas.member(&schemas.parts(schema, value), &name).first()?;
        value = value.get(&name)?;
    }
    Some(schema)
}

impl Pages<'_> {
    /// The errors of the items or of the second request.
    pub(super) fn judge(
        &self,
        schemas: Schemas<'_>,
        operation: &Operation<'_>,
        report: &Report,
    ) -> Vec<String> {
        let mut out = Vec::new();
        let Some(exchange) = &report.exchange else { return vec!["no page was asked for".to_owned()] };
        let sent = format!("{}{}", exchange.origin, exchange.target);
        let is_right = match &self.second {
            Second::Url(url) => sent == *url,
            Second::Parameter(name, value) => {
                let query = sent.split_once('?').map_or("", |(_, query)| query);
                let pairs: Vec<(String, String)> = query
                    .split('&')
                    .filter_map(|pair| pair.split_once('='))
                    .map(|(name, value)| (decode(name), decode(value)))
                    .collect();
                let is_sent = |name: &str| pairs.iter().any(|(sent, _)| sent == name);
                let mut asked = operation.parameters.iter().filter(|parameter| {
                    parameter.place == "query" && self.order.parameters.contains_key(parameter.name)
                });
                pairs.contains(&(name.clone(), value.clone())) && asked.all(|one| is_sent(one.name))
            }
        };
        if !is_right {
            out.push(format!("pages: the second request is {sent}"));
        }
        match (&report.answered, &report.failed) {
            (Some(read), _) => {
                let items = Value::Array(self.items.clone());
                schemas.compare(&[self.schema], &items, &read.read, "pages: ", &mut out);
            }
            (_, Some(failed)) => out.push(format!("pages: {}", failed.message)),
            (None, None) => out.push("pages: no report".to_owned()),
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_found_by_its_path() {
        let value = json!({ "a": { "b": 1 }, "@odata.next": "x", "a/b": 2 });
        assert_eq!(pointer(&value, "a.b").as_deref(), Some("/a/b"));
        assert_eq!(pointer(&value, "@odata.next").as_deref(), Some("/@odata.next"));
        assert_eq!(pointer(&value, "a/b").as_deref(), Some("/a~1b"));
        assert_eq!(pointer(&value, "a.c"), None);
    }
}
