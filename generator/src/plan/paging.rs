//! Finds the types that are pages of lists.

use crate::api::{Api, TypeId, TypeRef};

/// The pages among the types: the id of each, and the member that is its list.
pub(super) fn pages(api: &Api) -> impl Iterator<Item = (&TypeId, &str)> {
    api.operations.values().filter_map(|operation| {
        let items = operation.paging.as_ref()?.items.as_deref()?;
        let mut content = operation.responses.values().flat_map(|r| r.content.values());
        let (id, _) = api.resolve(content.find_map(TypeRef::named)?)?;
        Some((id, items))
    })
}
