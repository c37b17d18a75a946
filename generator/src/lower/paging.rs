//! Reads an operation's paging rule, `x-paging`.

use std::collections::BTreeMap;

use openapiv3::Operation as OasOperation;

use super::Lowering;
use crate::api::{In, NextPage, Operation, Paging, Shape, TypeId, TypeRef};
use crate::diagnostic::{Code, Diagnostic, Pointer};

impl Lowering<'_> {
    /// Reads `x-paging`, which the overlay writes: no OpenAPI keyword says how pages follow each other.
    pub(super) fn paging(
        &mut self,
        operation: &OasOperation,
        lowered: &Operation,
        at: &Pointer,
    ) -> Option<Paging> {
        let value = operation.extensions.get("x-paging")?;
        let problem = match serde_json::from_value::<Paging>(value.clone()) {
            Err(error) => error.to_string(),
            Ok(paging) => match self.paging_problem(&paging, lowered) {
                None => return Some(paging),
                Some(problem) => problem,
            },
        };
        self.unfit_paging(at, &problem);
        None
    }

    fn unfit_paging(&mut self, at: &Pointer, problem: &str) {
        let at = self.spec.origin(&at.child("x-paging"));
        let message = format!("`x-paging` does not fit: {problem}");
        let help = "docs/overlay.md, \"Paging\", lists the rules and their members";
        self.out.push(Diagnostic::notice(Code::InvalidDocument, &at, message).help(help));
    }

    /// A type is a page of one list: that of the first operation, by its id.
    pub(super) fn one_list_each(&mut self, operations: &mut BTreeMap<String, Operation>) {
        let mut lists: BTreeMap<TypeId, Option<String>> = BTreeMap::new();
        for operation in operations.values_mut() {
            let Some(Paging { items, .. }) = &operation.paging else { continue };
            let page = operation.responses.values().flat_map(|r| r.content.values()).next();
            let Some(TypeRef::Named(id)) = page.map(|page| self.behind(page)) else { continue };
            let known = lists.entry(id.clone()).or_insert_with(|| items.clone());
            if known != items {
                let known = known.as_deref().unwrap_or_default();
                let problem = format!("the list of `{id}` is `{known}` in another operation");
                self.unfit_paging(&operation.pointer(), &problem);
                operation.paging = None;
            }
        }
    }

    fn paging_problem(&self, paging: &Paging, operation: &Operation) -> Option<String> {
        let mut content = operation.responses.values().flat_map(|r| r.content.values());
        let Some(page) = content.next() else { return Some("the response has no body".to_owned()) };
        let page = self.behind(page);
        let items = match (&paging.items, page) {
            (None, TypeRef::List(item)) => item,
            (None, _) => return Some("the response is not a list: `items` names the list in it".to_owned()),
            (Some(name), page) => match self.member(page, name) {
                Some(TypeRef::List(item)) => item,
                _ => return Some(format!("the response has no list `{name}`")),
            },
        };
        let text = |name: &String| Some(name.clone());
        let (member, flags, parameter) = match &paging.step {
            NextPage::Url { member } => (text(member), vec![], None),
            NextPage::Link => (None, vec![], None),
            NextPage::Token { member, parameter } => (text(member), vec![], Some(parameter)),
            NextPage::Last { member, parameter, more } => {
                if self.member(self.behind(items), member).is_none() {
                    return Some(format!("the items have no `{member}`"));
                }
                (None, vec![more], Some(parameter))
            }
            NextPage::Skip { parameter, total, more } => (None, vec![total, more], Some(parameter)),
            NextPage::Page { parameter, first: _, pages, more } => (None, vec![pages, more], Some(parameter)),
        };
        let mut members = flags.into_iter().flatten().chain(&member);
        if let Some(name) = members.find(|name| self.member(page, name).is_none()) {
            return Some(format!("the response has no `{name}`"));
        }
        let is_sent =
            |name: &String| operation.parameters.iter().any(|p| p.place == In::Query && p.name == *name);
        if let Some(name) = parameter.filter(|name| !is_sent(name)) {
            return Some(format!("the operation has no query parameter `{name}`"));
        }
        None
    }

    /// The type behind aliases.
    pub(super) fn behind<'t>(&'t self, mut ty: &'t TypeRef) -> &'t TypeRef {
        // Invariant: `end_cycles` has run, so aliases end.
        loop {
            match ty {
                TypeRef::Nullable(inner) => ty = inner,
                TypeRef::Named(id) => match self.types.get(id).map(|t| &t.shape) {
                    Some(Shape::Alias(next)) => ty = next,
                    _ => return ty,
                },
                _ => return ty,
            }
        }
    }

    /// The type of the member at a path with dots; a name may have dots itself.
    fn member<'t>(&'t self, ty: &'t TypeRef, path: &str) -> Option<&'t TypeRef> {
        match self.behind(ty) {
            TypeRef::Any => Some(&TypeRef::Any),
            TypeRef::Map(value) => Some(value),
            TypeRef::Named(id) => {
                let Shape::Struct(object) = &self.types.get(id)?.shape else { return None };
                object.fields.iter().find_map(|(name, field)| match path.strip_prefix(name.as_str())? {
                    "" => Some(self.behind(&field.ty)),
                    rest => self.member(&field.ty, rest.strip_prefix('.')?),
                })
            }
            _ => None,
        }
    }
}
