//! An operation's `x-paging` goes in; how its pages follow each other comes out.

use openapiv3::Operation as OasOperation;

use super::Lowering;
use crate::api::{In, Operation, Paging, Shape, Step, TypeRef};
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
        let at = self.spec.origin(&at.child("x-paging"));
        self.out.push(
            Diagnostic::error(Code::InvalidDocument, &at, format!("`x-paging` does not fit: {problem}"))
                .help("`Paging` in generator/src/api.rs says what may stand in it"),
        );
        None
    }

    fn paging_problem(&self, paging: &Paging, operation: &Operation) -> Option<String> {
        let mut content = operation.responses.values().flat_map(|r| r.content.values());
        let Some(Shape::Struct(page)) =
            content.find_map(TypeRef::named).and_then(|id| self.types.get(id)).map(|t| &t.shape)
        else {
            return Some("the answer is no object with a name".to_owned());
        };
        let is_member = |name: &&String| page.fields.contains_key(*name);
        let is_parameter =
            |name: &&String| operation.parameters.iter().any(|p| p.place == In::Query && p.name == **name);
        if !matches!(page.fields.get(&paging.items).map(|f| &f.ty), Some(TypeRef::List(_))) {
            return Some(format!("`{}` is no list in the answer", paging.items));
        }
        let (members, parameters): (Vec<&String>, Vec<&String>) = match &paging.step {
            Step::Url { member } => (vec![member], vec![]),
            Step::Token { member, parameter } => (vec![member], vec![parameter]),
            Step::Skip { parameter, total, more } => (total.iter().chain(more).collect(), vec![parameter]),
        };
        let member =
            members.iter().find(|name| !is_member(name)).map(|name| format!("the answer has no `{name}`"));
        let parameter = parameters.iter().find(|name| !is_parameter(name));
        member.or_else(|| parameter.map(|name| format!("there is no query parameter `{name}`")))
    }
}
