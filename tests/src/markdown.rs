//! Markdown, as far as the documents and the decks use it.

use std::collections::HashSet;

/// A part of a text.
pub enum Part<'a> {
    /// Its level, 1 for `#`, and its title.
    Heading(usize, &'a str),
    /// The lines of a comment.
    Comment(Vec<&'a str>),
    /// What stands between fences.
    Block(Block<'a>),
    /// Any other line that is not empty.
    Line(&'a str),
}

/// A fenced block.
pub struct Block<'a> {
    /// What stands after the fence: the language, `sh +exec`.
    pub info: &'a str,
    /// The source that a comment on the line above names: `<!-- // output NAME -->`.
    pub marker: Option<&'a str>,
    /// The line of the opening fence, counted from 0.
    pub start: usize,
    /// The lines between the fences.
    pub lines: Vec<&'a str>,
}

/// The parts of a text, in order. A block or a comment without an end goes up to that of the
/// text.
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut above = None;
    let mut lines = text.lines().enumerate();
    while let Some((start, line)) = lines.next() {
        let marker = above.take();
        let mut until = |end: &str| {
            let inside = lines.by_ref().map(|(_, line)| line);
            inside.take_while(|line| line.trim() != end).collect()
        };
        if let Some(info) = line.trim_start().strip_prefix("```") {
            parts.push(Part::Block(Block { info, marker, start, lines: until("```") }));
        } else if line == "<!--" {
            parts.push(Part::Comment(until("-->")));
        } else if let Some(comment) = line.trim_start().strip_prefix("<!-- ") {
            let comment = comment.trim_end_matches(" -->");
            above = comment.strip_prefix("// ");
            parts.push(Part::Comment(vec![comment]));
        } else if let Some((marks, title)) = line.split_once("# ")
            && marks.chars().all(|c| c == '#')
        {
            parts.push(Part::Heading(marks.len() + 1, title.trim()));
        } else if !line.is_empty() {
            parts.push(Part::Line(line));
        }
    }
    parts
}

/// The fenced blocks of a text.
pub fn blocks(text: &str) -> Vec<Block<'_>> {
    let block = |part| match part {
        Part::Block(block) => Some(block),
        _ => None,
    };
    parts(text).into_iter().filter_map(block).collect()
}

/// The targets of the links of a text, `[text](target)`, with their lines, counted from 0.
pub fn links(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().flat_map(|(number, line)| {
        let targets = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        targets.map(move |target| (number, target))
    })
}

/// The anchors that GitHub gives the headings of a text.
pub fn anchors(text: &str) -> HashSet<String> {
    let anchor = |part| match part {
        Part::Heading(_, title) => Some(title.to_lowercase()),
        _ => None,
    };
    let kept = |c: &char| c.is_alphanumeric() || " -_".contains(*c);
    let titles = parts(text).into_iter().filter_map(anchor);
    titles
        .map(|title| title.chars().filter(kept).collect::<String>().replace(' ', "-"))
        .collect()
}
