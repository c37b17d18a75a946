//! Finds the style in which all places that use a type write its values.

use std::collections::BTreeSet;

use super::Walk;
use crate::api::{Api, Parameter, Style, TypeId, TypeRef};

/// The style of a parameter's values, if they are text.
pub(in crate::diff) fn text(parameter: &Parameter) -> Option<Style> {
    Some(parameter.style).filter(|style| !matches!(style, Style::Json | Style::Whole))
}

/// The types that are used in several ways.
pub(super) struct TypeUses<'a> {
    /// Those of values that are not text.
    values: BTreeSet<&'a TypeId>,
    /// Those of text that does not have a pair for each item.
    single: BTreeSet<&'a TypeId>,
}

impl<'a> TypeUses<'a> {
    fn of(api: &'a Api) -> Self {
        let parameters = |is: fn(Option<Style>) -> bool| {
            let all = api.operations.values().flat_map(|operation| &operation.parameters);
            all.filter(move |p| is(text(p))).flat_map(Parameter::types).filter_map(TypeRef::named)
        };
        let webhooks = api.info.webhooks.values().filter_map(TypeRef::named);
        let calls = api.operations.values().flat_map(|operation| operation.uses_of_bodies());
        let calls = calls.chain(api.info.calls.values().flat_map(|call| call.uses()));
        let values = calls.chain(webhooks).chain(parameters(|style| style.is_none()));
        let single = parameters(|style| style.is_some_and(|style| style != Style::Repeat));
        Self { values: api.closure(values), single: api.closure(single) }
    }
}

impl Walk<'_> {
    /// The style of two types, one of whose users writes them in `style`: none where another user does not write text.
    pub(super) fn common_style(&self, style: Style, types: &[TypeRef; 2]) -> Option<Style> {
        let sides = self.apis.into_iter().zip(&self.uses).zip(types);
        let sides = sides.filter_map(|((api, uses), ty)| {
            let uses = uses.get_or_init(|| TypeUses::of(api));
            let id = ty.as_named()?;
            Some([uses.values.contains(id), uses.single.contains(id)])
        });
        let [is_value, is_single] = sides.fold([false, false], |[a, b], [one, other]| [a || one, b || other]);
        let style = if is_single { Style::Comma } else { style };
        (!is_value).then_some(style)
    }
}
