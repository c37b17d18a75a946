//! Finds the nodes of a graph that reach themselves.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// The nodes that lie on a cycle, each with the number of its strongly connected component.
///
/// Tarjan's algorithm without recursion: a document chooses how deep the graph is.
pub fn cycles<N: Copy + Ord + Hash>(graph: &BTreeMap<N, Vec<N>>) -> HashMap<N, usize> {
    let mut out = HashMap::new();
    let mut visited: HashMap<N, usize> = HashMap::new();
    let mut low: HashMap<N, usize> = HashMap::new();
    let mut open: Vec<N> = Vec::new();
    let mut is_open: HashMap<N, bool> = HashMap::new();
    let mut count = 0;
    for root in graph.keys() {
        let mut path: Vec<(N, usize)> = Vec::new();
        if !visited.contains_key(root) {
            path.push((*root, 0));
        }
        while let Some((node, next)) = path.pop() {
            if next == 0 {
                let number = visited.len();
                visited.insert(node, number);
                low.insert(node, number);
                open.push(node);
                is_open.insert(node, true);
            }
            let Some(target) = graph.get(&node).and_then(|targets| targets.get(next)) else {
                let own = low.get(&node).copied().unwrap_or_default();
                if visited.get(&node) == Some(&own) {
                    let start = open.iter().rposition(|other| *other == node).unwrap_or_default();
                    let group = open.split_off(start);
                    let itself = graph.get(&node).is_some_and(|targets| targets.contains(&node));
                    for member in &group {
                        is_open.insert(*member, false);
                        if group.len() > 1 || itself {
                            out.insert(*member, count);
                        }
                    }
                    count += 1;
                }
                if let Some((parent, _)) = path.last() {
                    low.entry(*parent).and_modify(|low| *low = own.min(*low));
                }
                continue;
            };
            path.push((node, next + 1));
            match visited.get(target) {
                None if graph.contains_key(target) => path.push((*target, 0)),
                Some(number) if is_open.get(target) == Some(&true) => {
                    let number = *number;
                    low.entry(node).and_modify(|low| *low = number.min(*low));
                }
                _ => {}
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_reaches_itself_is_on_a_cycle() {
        let graph = BTreeMap::from([
            ("a", vec!["b", "x"]),
            ("b", vec!["c"]),
            ("c", vec!["a", "d"]),
            ("d", vec!["e", "missing"]),
            ("e", vec![]),
            ("f", vec!["f", "a"]),
            ("g", vec!["h"]),
            ("h", vec!["g", "f"]),
        ]);
        let found = cycles(&graph);
        let mut names: Vec<&str> = found.keys().copied().collect();
        names.sort_unstable();
        assert_eq!(names, ["a", "b", "c", "f", "g", "h"]);
        assert!(found["a"] == found["b"] && found["b"] == found["c"] && found["g"] == found["h"]);
        assert!(found["a"] != found["f"] && found["f"] != found["g"]);
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let names: Vec<String> = (0..200_000).map(|n| n.to_string()).collect();
        let mut graph: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (index, name) in names.iter().enumerate() {
            graph.insert(name, vec![&names[(index + 1) % names.len()]]);
        }
        let found = cycles(&graph);
        assert_eq!(found.len(), names.len());
        assert!(found.values().all(|number| *number == found["0"]));
    }
}
