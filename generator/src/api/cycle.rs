//! Finds the nodes of a graph that reach themselves.

use std::collections::BTreeMap;
use std::hash::Hash;

use foldhash::{HashMap, HashMapExt as _};

/// A node while the graph is walked.
#[derive(Clone, Copy, Default)]
struct State {
    /// Its number in the order of the walk, from 1; 0 before it is reached.
    number: usize,
    /// The lowest number that is reached from it.
    low: usize,
    is_open: bool,
}

/// The nodes that lie on a cycle, each with the number of its strongly connected component.
///
/// Tarjan's algorithm without recursion: a document chooses how deep the graph is.
pub fn cycles<N: Copy + Ord + Hash>(graph: &BTreeMap<N, Vec<N>>) -> HashMap<N, usize> {
    let nodes: Vec<N> = graph.keys().copied().collect();
    let index: HashMap<N, usize> = nodes.iter().enumerate().map(|(at, node)| (*node, at)).collect();
    // Targets without targets of their own are on no cycle.
    let known = |targets: &Vec<N>| targets.iter().filter_map(|target| index.get(target).copied()).collect();
    let edges: Vec<Vec<usize>> = graph.values().map(known).collect();
    let mut states: Vec<State> = vec![State::default(); nodes.len()];
    let mut out = HashMap::new();
    let (mut visited, mut count) = (0, 0);
    let mut open: Vec<usize> = Vec::new();
    let mut path: Vec<(usize, usize)> = Vec::new();
    for root in 0..nodes.len() {
        if states.get(root).is_some_and(|state| state.number == 0) {
            path.push((root, 0));
        }
        while let Some((node, next)) = path.pop() {
            let (Some(targets), Some(state)) = (edges.get(node), states.get_mut(node)) else { continue };
            if next == 0 {
                visited += 1;
                *state = State { number: visited, low: visited, is_open: true };
                open.push(node);
            }
            let own = *state;
            let Some(&target) = targets.get(next) else {
                if own.number == own.low {
                    let start = open.iter().rposition(|other| *other == node).unwrap_or_default();
                    let group = open.split_off(start);
                    let is_cycle = group.len() > 1 || targets.contains(&node);
                    for member in group {
                        states.get_mut(member).into_iter().for_each(|state| state.is_open = false);
                        out.extend(nodes.get(member).filter(|_| is_cycle).map(|node| (*node, count)));
                    }
                    count += 1;
                }
                if let Some(parent) = path.last().and_then(|(parent, _)| states.get_mut(*parent)) {
                    parent.low = parent.low.min(own.low);
                }
                continue;
            };
            path.push((node, next + 1));
            let Some(&reached) = states.get(target) else { continue };
            if reached.number == 0 {
                path.push((target, 0));
            } else if reached.is_open {
                states.get_mut(node).into_iter().for_each(|state| state.low = state.low.min(reached.number));
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
