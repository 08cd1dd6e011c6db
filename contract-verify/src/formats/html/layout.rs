//! Where the nodes of a graph stand: in columns by who calls whom, each part of the graph that
//! hangs together by itself. Knows numbers, and nothing of what they stand for.
//!
//! The same graph gives the same places: nothing here depends on chance or on time.

/// Where a node stands in its part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) column: usize,
    pub(super) row: usize,
}

/// Nodes that hang together.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// The nodes and their places, in the order of the nodes.
    pub(super) nodes: Vec<(usize, Place)>,
    pub(super) columns: usize,
    /// Of the longest column.
    pub(super) rows: usize,
}

/// The parts of a graph of `nodes`, by `edges` from callers to callees, in the order of their
/// first nodes.
pub(super) fn parts(nodes: usize, edges: &[(usize, usize)]) -> Vec<Part> {
    let together = together(nodes, edges);
    let columns = columns(nodes, edges);
    let mut firsts: Vec<usize> = together.clone();
    firsts.sort_unstable();
    firsts.dedup();
    let of = |first: usize| (0..nodes).filter(|node| together[*node] == first).collect();
    firsts
        .into_iter()
        .map(|first| part(of(first), &columns, edges))
        .collect()
}

/// For each node the first one that it hangs together with.
fn together(nodes: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut first: Vec<usize> = (0..nodes).collect();
    // The lowest number spreads until nothing changes.
    loop {
        let before = first.clone();
        for (from, to) in edges {
            let lower = first[*from].min(first[*to]);
            (first[*from], first[*to]) = (lower, lower);
        }
        if first == before {
            return first;
        }
    }
}

/// For each node how many calls the longest way to it has; a call back to a caller adds none.
fn columns(nodes: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut column = vec![0; nodes];
    let mut placed = vec![false; nodes];
    let mut waiting: Vec<usize> = vec![0; nodes];
    for (from, to) in edges {
        if from != to {
            waiting[*to] += 1;
        }
    }
    let mut left: Vec<usize> = (0..nodes).collect();
    while !left.is_empty() {
        // Of nodes that call each other in a ring, the first begins it.
        let at = left
            .iter()
            .position(|node| waiting[*node] == 0)
            .unwrap_or(0);
        let node = left.remove(at);
        placed[node] = true;
        for (from, to) in edges {
            if *from == node && from != to && !placed[*to] {
                waiting[*to] = waiting[*to].saturating_sub(1);
                column[*to] = column[*to].max(column[node] + 1);
            }
        }
    }
    column
}

fn part(nodes: Vec<usize>, column: &[usize], edges: &[(usize, usize)]) -> Part {
    let columns = nodes
        .iter()
        .map(|node| column[*node] + 1)
        .max()
        .unwrap_or(0);
    let mut placed: Vec<(usize, Place)> = Vec::new();
    for at in 0..columns {
        // A node stands about as high as those that call it, so that fewer lines cross.
        let mut here: Vec<(usize, usize)> = nodes
            .iter()
            .filter(|node| column[**node] == at)
            .map(|node| (height(*node, &placed, edges), *node))
            .collect();
        here.sort_unstable();
        let rows = here.into_iter().enumerate();
        placed.extend(rows.map(|(row, (_, node))| (node, Place { column: at, row })));
    }
    placed.sort_unstable_by_key(|(node, _)| *node);
    let rows = placed.iter().map(|(_, place)| place.row + 1).max();
    Part {
        nodes: placed,
        columns,
        rows: rows.unwrap_or(0),
    }
}

/// The mean row of those that call a node, in hundredths.
fn height(node: usize, placed: &[(usize, Place)], edges: &[(usize, usize)]) -> usize {
    let callers = edges.iter().filter(|(_, to)| *to == node);
    let rows: Vec<usize> = callers
        .filter_map(|(from, _)| placed.iter().find(|(node, _)| node == from))
        .map(|(_, place)| place.row)
        .collect();
    (100 * rows.iter().sum::<usize>())
        .checked_div(rows.len())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(part: &Part) -> Vec<(usize, usize, usize)> {
        let nodes = part.nodes.iter();
        nodes
            .map(|(node, place)| (*node, place.column, place.row))
            .collect()
    }

    #[test]
    fn callees_stand_behind_the_longest_way_to_them_and_beside_their_callers() {
        // 0 calls 1 and 2, and 1 calls 2; 3 calls 4, and 5 is alone.
        let parts = parts(6, &[(0, 2), (0, 1), (1, 2), (3, 4)]);
        assert_eq!(parts.len(), 3);
        assert_eq!(places(&parts[0]), [(0, 0, 0), (1, 1, 0), (2, 2, 0)]);
        assert_eq!(places(&parts[1]), [(3, 0, 0), (4, 1, 0)]);
        assert_eq!(places(&parts[2]), [(5, 0, 0)]);
        assert_eq!((parts[0].columns, parts[0].rows), (3, 1));
    }

    #[test]
    fn lines_do_not_cross_where_they_need_not() {
        let parts = parts(4, &[(0, 3), (1, 2)]);
        assert_eq!(parts.len(), 2);
        let joined = super::parts(5, &[(4, 0), (4, 1), (0, 3), (1, 2)]);
        assert_eq!(
            places(&joined[0]),
            [(0, 1, 0), (1, 1, 1), (2, 2, 1), (3, 2, 0), (4, 0, 0)]
        );
    }

    #[test]
    fn who_calls_itself_or_in_a_ring_stands_somewhere() {
        let parts = parts(3, &[(0, 0), (0, 1), (1, 2), (2, 0)]);
        assert_eq!(places(&parts[0]), [(0, 0, 0), (1, 1, 0), (2, 2, 0)]);
    }

    #[test]
    fn nothing_is_no_part() {
        assert_eq!(parts(0, &[]), []);
    }
}
