//! Finds the types that are pages of lists.

use crate::api::{Api, Paging, TypeId, TypeRef};

/// The pages among the types: the id of each, and how its list goes on.
pub(super) fn pages(api: &Api) -> impl Iterator<Item = (&TypeId, &Paging)> {
    api.operations.values().filter_map(|operation| {
        let mut content = operation.responses.values().flat_map(|r| r.content.values());
        let (id, _) = api.resolve(content.find_map(TypeRef::named)?)?;
        Some((id, operation.paging.as_ref()?))
    })
}
