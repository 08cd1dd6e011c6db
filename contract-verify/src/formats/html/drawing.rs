//! The graph of contracts, drawn: functions, what they call, and contracts on contracts.
//!
//! The picture repeats what the table beside it says, so a reader who hears the page misses
//! nothing; it has a title and a description. What would be too large to be read is not drawn,
//! and said.

use super::layout::{Part, Place, parts};
use super::page::{Page, put};

/// A part with more nodes than this is no picture any more.
const MOST_NODES: usize = 60;
/// So many nodes are drawn in all.
const MOST_DRAWN: usize = 240;
/// So many letters of a name fit a box.
const MOST_LETTERS: usize = 30;

// Pixels.
const WIDTH: usize = 240;
const HEIGHT: usize = 44;
const GAP_X: usize = 90;
const GAP_Y: usize = 14;
const MARGIN: usize = 8;

/// A function, or an interface.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) name: &'a str,
    /// What stands under the name: an interface's kind, or what is shown of a function.
    pub(super) remark: &'a str,
    /// How it is coloured: a verdict, or nothing for an interface.
    pub(super) class: &'static str,
}

/// A call, with the least that is shown of its failures.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) verdict: &'static str,
}

/// Whether something of the graph would be left out.
pub(super) fn is_too_large(nodes: usize, calls: &[Call]) -> bool {
    let parts = parts(nodes, &edges(calls));
    parts.iter().any(|part| part.nodes.len() > MOST_NODES)
}

fn edges(calls: &[Call]) -> Vec<(usize, usize)> {
    calls.iter().map(|call| (call.from, call.to)).collect()
}

/// Draws each part that hangs together.
pub(super) fn draw(page: &mut Page, nodes: &[Node<'_>], calls: &[Call]) {
    // Who calls nothing that is known, and is called by nobody, is in the table of functions.
    let of_some = |part: &Part| part.nodes.len() > 1;
    let (mut drawn, mut left) = (0, 0);
    for (number, part) in parts(nodes.len(), &edges(calls))
        .iter()
        .filter(|part| of_some(part))
        .enumerate()
    {
        let here = part.nodes.len();
        if here > MOST_NODES || drawn + here > MOST_DRAWN {
            left += here;
            continue;
        }
        drawn += here;
        picture(page, number, part, nodes, calls);
    }
    if left > 0 {
        put!(page; "<p class=\"muted\">" (left) " functions and interfaces are not drawn, as too many hang together \
            to be read: the table has them all.</p>\n");
    }
}

fn picture(page: &mut Page, number: usize, part: &Part, nodes: &[Node<'_>], calls: &[Call]) {
    let place = |node: usize| {
        part.nodes
            .iter()
            .find(|(of, _)| *of == node)
            .map(|(_, place)| *place)
    };
    let width = 2 * MARGIN + part.columns * WIDTH + part.columns.saturating_sub(1) * GAP_X;
    let height = 2 * MARGIN + part.rows * HEIGHT + part.rows.saturating_sub(1) * GAP_Y;
    let first = part.nodes.first().map_or("", |(node, _)| nodes[*node].name);
    put!(page; "<div class=\"drawn\" tabindex=\"0\" role=\"group\" aria-label=\"Drawing " (number + 1) ": what "
        (first) " calls\">\n<svg role=\"img\" aria-labelledby=\"drawn-" (number) "-title drawn-" (number)
        "-desc\" width=\"" (width) "\" height=\"" (height) "\" viewBox=\"0 0 " (width) " " (height) "\">\n<title id=\"drawn-"
        (number) "-title\">Who calls what: " (first) " and what hangs together with it</title>\n<desc id=\"drawn-"
        (number) "-desc\">" (part.nodes.len()) " functions and interfaces. The table above says the same.</desc>\n");
    for call in calls {
        if let (Some(from), Some(to)) = (place(call.from), place(call.to)) {
            line(page, part, (from, to), call.verdict);
        }
    }
    for (node, place) in &part.nodes {
        label(page, part, *place, &nodes[*node]);
    }
    put!(page; "</svg>\n</div>\n");
}

fn left(place: Place) -> usize {
    MARGIN + place.column * (WIDTH + GAP_X)
}

/// A shorter column stands in the middle of the part's height.
fn top(part: &Part, place: Place) -> usize {
    let nodes = part.nodes.iter();
    let here = nodes
        .filter(|(_, other)| other.column == place.column)
        .count();
    MARGIN + place.row * (HEIGHT + GAP_Y) + (part.rows - here) * (HEIGHT + GAP_Y) / 2
}

/// From the right of the caller to the left of what it calls.
fn line(page: &mut Page, part: &Part, (from, to): (Place, Place), verdict: &str) {
    let (x1, y1) = (left(from) + WIDTH, top(part, from) + HEIGHT / 2);
    let (x2, y2) = (left(to), top(part, to) + HEIGHT / 2);
    // A call back to where it came from bends the other way.
    let (c1, c2) = (x1 + GAP_X / 2, x2.saturating_sub(GAP_X / 2));
    put!(page; "<path class=\"" (verdict) "\" d=\"M" (x1) " " (y1) " C" (c1) " " (y1) " " (c2) " " (y2) " " (x2) " "
        (y2) "\"/>\n");
}

fn label(page: &mut Page, part: &Part, place: Place, node: &Node<'_>) {
    let (x, y) = (left(place), top(part, place));
    put!(page; "<g class=\"" (node.class) "\"><title>" (node.name) ": " (node.remark) "</title><rect x=\"" (x) "\" y=\""
        (y) "\" width=\"" (WIDTH) "\" height=\"" (HEIGHT) "\" rx=\"7\"/><text x=\"" (x + 12) "\" y=\"" (y + 18) "\">"
        (short(node.name)) "</text><text class=\"under\" x=\"" (x + 12) "\" y=\"" (y + 35) "\">" (short(node.remark))
        "</text></g>\n");
}

/// The end of a long name says more than its beginning.
fn short(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    match letters.len().checked_sub(MOST_LETTERS) {
        None | Some(0) => name.to_owned(),
        Some(over) => std::iter::once('…')
            .chain(letters[over + 1..].iter().copied())
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawing(functions: usize, interfaces: usize) -> String {
        let names: Vec<String> = (0..functions + interfaces)
            .map(|n| format!("service.handle_{n}"))
            .collect();
        let nodes: Vec<Node<'_>> = names
            .iter()
            .map(|name| Node {
                name,
                remark: "http",
                class: "",
            })
            .collect();
        let calls: Vec<Call> = (0..functions)
            .map(|from| Call {
                from,
                to: functions + from % interfaces,
                verdict: "proven",
            })
            .collect();
        let mut page = Page::default();
        draw(&mut page, &nodes, &calls);
        page.into_html()
    }

    #[test]
    fn many_parts_are_drawn_each_by_itself_and_what_is_left_is_counted() {
        let html = drawing(100, 20);
        assert_eq!(html.matches("<svg").count(), 20);
        assert_eq!(html.matches("<rect").count(), 120);
        assert_eq!(html.matches("<path").count(), 100);
        assert!(!html.contains("not drawn"), "{html}");
        let html = drawing(300, 60);
        assert_eq!(html.matches("<rect").count(), MOST_DRAWN);
        assert!(
            html.contains("120 functions and interfaces are not drawn"),
            "{html}"
        );
    }

    #[test]
    fn what_is_too_large_to_be_read_is_not_drawn_and_what_is_alone_neither() {
        let html = drawing(100, 1);
        assert!(!html.contains("<svg"), "{html}");
        assert!(
            html.contains("101 functions and interfaces are not drawn"),
            "{html}"
        );
        let mut page = Page::default();
        draw(
            &mut page,
            &[Node {
                name: "a",
                remark: "b",
                class: "",
            }],
            &[],
        );
        assert_eq!(page.into_html(), "");
    }

    #[test]
    fn long_names_keep_their_ends() {
        assert_eq!(short("payments.charge"), "payments.charge");
        let name = format!("{}.charge", "ü".repeat(40));
        assert_eq!(short(&name).chars().count(), MOST_LETTERS);
        assert!(short(&name).starts_with('…') && short(&name).ends_with("ü.charge"));
    }
}
