//! Records the moves of the overlay and of the dialects, and traces a location back to the vendor's document.

use foldhash::HashMap;

use crate::diagnostic::Pointer;

/// One change that moved places.
#[derive(Debug, Clone)]
enum Edit {
    /// Items of `list` were removed, so those after them moved down: their indexes before the first removal, in order.
    Removed { list: Pointer, indexes: Vec<usize> },
    /// Something that the vendor does not have was put here.
    Inserted(Pointer),
    /// The value at `to` came from `from`.
    Copied { from: Pointer, to: Pointer },
    /// All of this came from another file, or from one value at `origin`.
    Collapsed { at: Pointer, origin: Pointer },
    /// A `$ref` with siblings became the first item of an `allOf`.
    Wrapped(Pointer),
}

/// Every move, in order. Locations are traced on demand.
#[derive(Debug, Clone, Default)]
pub struct Origins {
    edits: Vec<Edit>,
    /// The edits of each location, so that a trace looks only at those of its ancestors.
    by_place: HashMap<String, Vec<usize>>,
}

impl Origins {
    pub(super) fn removed(&mut self, list: Pointer, index: usize) {
        // A list that loses many items is one edit.
        if let Some(Edit::Removed { list: last, indexes }) = self.edits.last_mut()
            && *last == list
        {
            let index = original(index, indexes);
            let at = indexes.partition_point(|known| *known < index);
            return indexes.insert(at, index);
        }
        self.push(Edit::Removed { list, indexes: vec![index] });
    }

    fn push(&mut self, edit: Edit) {
        let place = match &edit {
            Edit::Removed { list: place, .. }
            | Edit::Inserted(place)
            | Edit::Copied { to: place, .. }
            | Edit::Collapsed { at: place, .. }
            | Edit::Wrapped(place) => place.as_str().to_owned(),
        };
        self.by_place.entry(place).or_default().push(self.edits.len());
        self.edits.push(edit);
    }

    pub(super) fn inserted(&mut self, at: Pointer) {
        self.push(Edit::Inserted(at));
    }

    pub(super) fn copied(&mut self, from: Pointer, to: Pointer) {
        self.push(Edit::Copied { from, to });
    }

    pub(super) fn collapsed(&mut self, at: Pointer, origin: Pointer) {
        self.push(Edit::Collapsed { at, origin });
    }

    pub(super) fn wrapped(&mut self, at: Pointer) {
        self.push(Edit::Wrapped(at));
    }

    /// The place in the vendor's file; of something that the overlay added, the place that it was added to.
    pub fn origin(&self, at: &Pointer) -> Pointer {
        let (mut at, mut end) = (at.clone(), self.edits.len());
        while let Some(index) = self.last(at.as_str(), end) {
            let moved = self.edits.get(index).and_then(|edit| before(edit, &at));
            (at, end) = (moved.unwrap_or(at), index);
        }
        at
    }

    /// The last edit before `end` of a location or one of its ancestors.
    fn last(&self, at: &str, end: usize) -> Option<usize> {
        let ancestors = std::iter::successors(Some(at), |at| at.rfind('/').and_then(|slash| at.get(..slash)));
        let own = ancestors.filter_map(|at| self.by_place.get(at));
        own.filter_map(|edits| edits.get(..edits.partition_point(|edit| *edit < end))?.last().copied()).max()
    }
}

/// The index that an item had before those at `removed` were removed.
fn original(now: usize, removed: &[usize]) -> usize {
    let (mut low, mut high) = (0, removed.len());
    // The number of removed items in front of it.
    while low < high {
        let middle = usize::midpoint(low, high);
        match removed.get(middle).is_some_and(|index| index - middle <= now) {
            true => low = middle + 1,
            false => high = middle,
        }
    }
    now + low
}

/// The location of `at` before the edit; `None` if the edit did not move it.
fn before(edit: &Edit, at: &Pointer) -> Option<Pointer> {
    match edit {
        Edit::Removed { list, indexes } => {
            let rest = at.below(list)?.strip_prefix('/')?;
            let (token, tail) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let now: usize = token.parse().ok()?;
            Some(Pointer::new(format!("{list}/{}{tail}", original(now, indexes))))
        }
        Edit::Inserted(added) => {
            at.below(added)?;
            added.parent()
        }
        Edit::Copied { from, to } => Some(Pointer::new(format!("{from}{}", at.below(to)?))),
        Edit::Collapsed { at: place, origin } => at.below(place).map(|_| origin.clone()),
        Edit::Wrapped(place) => {
            let rest = at.below(place)?.strip_prefix("/allOf")?;
            Some(Pointer::new(format!("{place}{}", rest.strip_prefix("/0").unwrap_or(rest))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removed_items_are_counted_wherever_they_were() {
        // Removes items of 0..12 in an odd order; each item then is where the list says.
        for order in [[3, 3, 0, 5], [7, 6, 5, 4], [0, 0, 0, 0], [8, 0, 6, 2]] {
            let (mut list, mut origins): (Vec<usize>, _) = ((0..12).collect(), Origins::default());
            for index in order {
                list.remove(index);
                origins.removed(Pointer::new("/l"), index);
            }
            assert_eq!(origins.edits.len(), 1);
            for (now, before) in list.iter().enumerate() {
                let found = origins.origin(&Pointer::new(format!("/l/{now}/x")));
                assert_eq!(found.as_str(), format!("/l/{before}/x"), "{order:?}");
            }
        }
    }

    #[test]
    fn edits_are_undone_from_the_last_to_the_first() {
        let mut origins = Origins::default();
        origins.copied(Pointer::new("/a"), Pointer::new("/b"));
        origins.removed(Pointer::new("/b"), 1);
        origins.copied(Pointer::new("/b/1"), Pointer::new("/c"));
        origins.removed(Pointer::new("/b"), 0);
        origins.wrapped(Pointer::new("/c/d"));
        for (at, from) in
            [("/c/d/allOf/0/e", "/a/2/d/e"), ("/b/0", "/a/2"), ("/c", "/a/2"), ("/d", "/d"), ("", "")]
        {
            assert_eq!(origins.origin(&Pointer::new(at)).as_str(), from, "{at}");
        }
    }
}
