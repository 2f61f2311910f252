//! The slides: a deck has the same slides in both languages, an hour of them, each with notes;
//! they fit a terminal, and their commands run.

use std::collections::HashSet;

use tests::markdown::{Part, parts};
use tests::{read, recorded};

/// The languages of the decks, with the three kinds of a note: a question, what to show,
/// and what to know.
const LANGUAGES: [(&str, [&str; 3]); 2] =
    [("ru", ["Спросить", "Показать", "Заметка"]), ("en", ["Ask", "Demo", "Note"])];

/// The decks, each with its marks and minutes.
const DECKS: [(&str, [(&str, u32); 8]); 2] =
    [("sockets", SECTIONS), ("many-clients", MANY_CLIENTS)];

/// Part two, whose marks are the minutes of the hour themselves.
const MANY_CLIENTS: [(&str, u32); 8] = [
    ("00:00:00", 6),
    ("00:06:00", 8),
    ("00:14:00", 9),
    ("00:23:00", 13),
    ("00:36:00", 9),
    ("00:45:00", 8),
    ("00:53:00", 7),
    ("01:00:00", 0),
];

/// The marks of the original lecture, and the minutes that each part takes here: listen and
/// accept get more of them.
const SECTIONS: [(&str, u32); 8] = [
    ("00:00:00", 8),
    ("00:15:43", 8),
    ("00:27:03", 7),
    ("00:36:00", 5),
    ("00:40:39", 8),
    ("00:48:57", 9),
    ("00:51:38", 15),
    ("01:00:00", 0),
];

#[derive(Default)]
struct Slide {
    title: String,
    /// Lines outside blocks and comments.
    text: Vec<String>,
    /// Points of the speaker notes.
    notes: Vec<String>,
    blocks: Vec<Block>,
}

struct Block {
    /// What stands behind the fence: `sh +exec`.
    info: String,
    /// The comment above it.
    marker: Option<String>,
    lines: Vec<String>,
}

impl Block {
    fn is_run(&self) -> bool {
        self.info.contains("+exec")
    }

    /// The command of a block that is run, without what only the terminal needs.
    fn command(&self) -> &str {
        self.lines[0].trim_end_matches(" 2>&1")
    }
}

fn deck(name: &str, language: &str) -> Vec<Slide> {
    read(format!("slides/{name}.{language}.md")).split("\n---\n").map(slide).collect()
}

/// Each deck in each language: its path, its slides, the words of its notes.
fn decks() -> Vec<(String, Vec<Slide>, [&'static str; 3])> {
    let all = DECKS.iter().flat_map(|(name, _)| LANGUAGES.map(|language| (name, language)));
    all.map(|(name, (language, words))| {
        (format!("slides/{name}.{language}.md"), deck(name, language), words)
    })
    .collect()
}

fn slide(source: &str) -> Slide {
    let mut slide = Slide::default();
    for part in parts(source) {
        match part {
            Part::Heading(_, title) => slide.title = title.into(),
            Part::Comment(lines) => {
                let points = lines.iter().skip_while(|line| **line != "speaker_note: |");
                slide.notes.extend(points.skip(1).map(|line| line.trim_start().to_owned()));
            }
            Part::Block(block) => slide.blocks.push(Block {
                info: block.info.into(),
                marker: block.marker.map(str::to_owned),
                lines: block.lines.into_iter().map(str::to_owned).collect(),
            }),
            Part::Line(line) => slide.text.push(line.into()),
        }
    }
    slide
}

/// The section that begins with this slide: "`00:36:00` · 5 minutes, from minute 23".
fn section(slide: &Slide) -> Option<(&str, u32)> {
    let (mark, rest) = slide.text.first()?.strip_prefix('`')?.split_once('`')?;
    if mark.len() != 8 || mark.matches(':').count() != 2 {
        return None;
    }
    let minutes = rest.trim_start_matches(" · ").split(' ').next()?;
    Some((mark, minutes.parse().unwrap_or_default()))
}

#[test]
fn both_languages_have_the_same_slides() {
    DECKS.iter().for_each(|(name, _)| same_slides(name));
}

fn same_slides(name: &str) {
    let [russian, english] = LANGUAGES.map(|(language, _)| deck(name, language));
    assert_eq!(russian.len(), english.len());
    assert!((45..=80).contains(&russian.len()), "{} slides", russian.len());
    for (russian, english) in russian.iter().zip(&english) {
        let title = format!("{} / {}", russian.title, english.title);
        assert_eq!(section(russian), section(english), "{title}");
        assert_eq!(russian.text.len(), english.text.len(), "{title}: lines of text");
        assert_eq!(
            kinds(russian, &LANGUAGES[0].1),
            kinds(english, &LANGUAGES[1].1),
            "{title}: notes"
        );
        let infos = |slide: &Slide| -> Vec<String> {
            slide.blocks.iter().map(|block| block.info.clone()).collect()
        };
        assert_eq!(infos(russian), infos(english), "{title}: blocks");
        assert_eq!(commands(russian), commands(english), "{title}: commands in the notes");
    }
    for (_, slides) in [("ru", &russian), ("en", &english)] {
        let titles: HashSet<&str> =
            slides.iter().map(|slide| slide.title.as_str()).collect();
        assert_eq!(titles.len(), slides.len(), "each title is there once");
    }
}

/// The kinds of the notes, by their number.
fn kinds(slide: &Slide, kinds: &[&str; 3]) -> Vec<Option<usize>> {
    let kind = |note: &String| {
        let (word, _) = note.split_once(": ")?;
        kinds.iter().position(|kind| *kind == word)
    };
    slide.notes.iter().map(kind).collect()
}

/// Packages and examples that the notes name, in order.
fn commands(slide: &Slide) -> Vec<&str> {
    let words: Vec<&str> = slide.notes.iter().flat_map(|note| note.split(' ')).collect();
    let flags = ["-p", "--example", "--test"];
    let named = words.windows(2).filter(|pair| flags.contains(&pair[0]));
    named.map(|pair| pair[1].trim_end_matches([')', '.', ',', ';', ':'])).collect()
}

#[test]
fn every_slide_has_a_title_and_notes() {
    for (path, slides, words) in decks() {
        for slide in slides {
            assert!(!slide.title.is_empty(), "{path}: {:?}", slide.text);
            let kinds = kinds(&slide, &words);
            assert!(!kinds.is_empty(), "{}: no notes", slide.title);
            assert!(
                kinds.iter().all(Option::is_some),
                "{}: {:?}",
                slide.title,
                slide.notes
            );
        }
    }
}

#[test]
fn the_sections_are_an_hour() {
    for (path, slides, _) in decks() {
        let is_of = |(name, _): &&(&str, _)| path.starts_with(&format!("slides/{name}."));
        let (_, expected) = DECKS.iter().find(is_of).expect("a deck");
        let sections: Vec<(&str, u32)> = slides.iter().filter_map(section).collect();
        assert_eq!(sections, *expected, "{path}");
        // Each section says when it begins, and so does the plan, the only table whose first
        // column is a mark; where the mark is no time of this hour, a number beside it.
        let rows = slides.iter().flat_map(|slide| &slide.text);
        let plan: Vec<(&str, u32, u32)> = rows
            .filter_map(|row| {
                let (mark, rest) = row.strip_prefix("| `")?.split_once("` | ")?;
                if mark.len() != 8 || mark.matches(':').count() != 2 {
                    return None;
                }
                let begin = rest.split(' ').next()?;
                let minutes = rest.trim_end_matches([' ', '|']).rsplit(' ').next()?;
                let begin = begin.parse().unwrap_or(seconds(mark) / 60);
                Some((mark, begin, minutes.parse().ok()?))
            })
            .collect();
        let mut begin = 0;
        let expected = expected[..7].iter().map(|&(mark, minutes)| {
            begin += minutes;
            (mark, begin - minutes, minutes)
        });
        assert_eq!(plan, expected.collect::<Vec<_>>(), "{path}: the plan of the hour");
        let starts =
            slides.iter().filter(|slide| section(slide).is_some_and(|(_, m)| m > 0));
        for (slide, (mark, begin, _)) in starts.zip(plan) {
            let says = slide.text[0].ends_with(&format!(" {begin}"));
            assert!(
                says || seconds(mark) == begin * 60,
                "{path}: {} begins in minute {begin}",
                slide.text[0]
            );
        }
    }
    for (name, sections) in DECKS {
        assert_eq!(sections.iter().map(|(_, minutes)| minutes).sum::<u32>(), 60, "{name}");
        for pair in sections.windows(2) {
            assert!(seconds(pair[0].0) < seconds(pair[1].0), "{name}: {}", pair[1].0);
        }
    }
}

fn seconds(mark: &str) -> u32 {
    mark.split(':').fold(0, |sum, part| sum * 60 + part.parse::<u32>().expect("a number"))
}

/// Columns of a block in a terminal of 100: presenterm folds what is longer, and says nothing.
const COLUMNS: usize = 96;

/// At most seven lines of text, or one block and a word about it.
#[test]
fn a_slide_has_one_idea() {
    for (path, slides, _) in decks() {
        for slide in slides {
            let place = format!("{path}: {}", slide.title);
            let table = slide.text.iter().filter(|line| line.starts_with('|')).count();
            // The head of a table and the line under it are no lines of text.
            let lines = slide.text.len() - table.min(2);
            let shown: Vec<&Block> =
                slide.blocks.iter().filter(|block| !block.info.starts_with("sh")).collect();
            assert!(lines <= 7, "{place}: {lines} lines");
            assert!(shown.len() <= 1, "{place}: {} blocks", shown.len());
            for line in slide.blocks.iter().flat_map(|block| &block.lines) {
                assert!(line.chars().count() <= COLUMNS, "{place}: too long: {line}");
            }
            if let Some(block) = shown.first() {
                assert!(lines <= 2, "{place}: {lines} lines beside a block");
                assert!(
                    block.lines.len() <= 20,
                    "{place}: {} lines of code",
                    block.lines.len()
                );
            }
        }
    }
}

/// What the snapshot that a marker names has recorded.
fn output(block: &Block) -> Option<String> {
    let name = block.marker.as_ref()?.strip_prefix("output ")?.split(' ').next()?;
    Some(recorded(name))
}

/// What is run on a slide: the slide, its block, and the recorded output that follows it.
fn runs(slides: &[Slide]) -> Vec<(&Slide, &Block, String)> {
    let mut runs = Vec::new();
    for (index, slide) in slides.iter().enumerate() {
        for block in slide.blocks.iter().filter(|block| block.is_run()) {
            assert_eq!(block.lines.len(), 1, "{}: one command", slide.title);
            let next = slides[index + 1..].iter().take(2).flat_map(|slide| &slide.blocks);
            let output = next
                .filter_map(|next| match next.lines.first() {
                    Some(line) if line.starts_with("$ ") => {
                        Some(next.lines.join("\n") + "\n")
                    }
                    _ => output(next),
                })
                .find(|output| {
                    let shown =
                        output.lines().next().and_then(|line| line.strip_prefix("$ "));
                    shown.is_some_and(|shown| block.command().starts_with(shown))
                });
            let output = output.unwrap_or_else(|| panic!("{}: no output", slide.title));
            runs.push((slide, block, output));
        }
    }
    runs
}

#[test]
fn a_command_has_its_question_and_its_output() {
    for (path, slides, _) in decks() {
        let runs = runs(&slides);
        assert!(runs.len() > 5, "{path}: {} commands", runs.len());
        for (slide, _, _) in runs {
            let asks = slide.title.contains('?')
                || slide.text.iter().any(|line| line.contains('?'));
            assert!(asks, "{path}: {}: no question", slide.title);
        }
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::path::Path;
    use std::thread;
    use std::time::Instant;

    use tests::{Namespace, PATIENCE, Program, Running, executable, root, stable};

    use super::{DECKS, Slide, deck, decks, runs};

    /// What Ctrl+E does: the command runs in the folder of the deck, and prints what was
    /// recorded.
    #[test]
    #[ignore = "needs a network namespace"]
    fn commands_run() {
        // They are built before the first one is waited for.
        executable("client");
        let slides: Vec<Slide> =
            DECKS.iter().flat_map(|(name, _)| deck(name, "ru")).collect();
        for (slide, block, recorded) in runs(&slides) {
            let namespace = Namespace::new();
            namespace.replace("/etc/hosts", "127.0.0.1 localhost\n");
            let _server: Option<Running> =
                server(slide).map(|server| namespace.inside(server).serve().0);
            let script = format!("cd slides && {}", block.lines[0]);
            let shown = namespace.inside(Program::other("sh", &["-c", &script])).run();
            let shown = shown.exited(i32::from(recorded.contains("\n✗")));
            let (_, shown) = shown.split_once('\n').expect("the command and its output");
            let (command, recorded) = recorded.split_once('\n').expect("as there");
            // A reply and the call after it may change places.
            if command.ends_with(block.command()) {
                assert_eq!(stable(shown), stable(recorded), "{}", slide.title);
            }
        }
    }

    /// The server that a slide starts in the second terminal: `cargo run -q -p step4-accept`.
    fn server(slide: &Slide) -> Option<Program> {
        let mut commands = slide.blocks.iter().filter(|block| !block.is_run());
        let lesson = commands.find_map(|block| block.command().rsplit_once("-p "))?.1;
        Some(Program::lesson(lesson, &[]))
    }

    /// A terminal of 100 columns and 28 rows with presenterm in it. Its server is a program
    /// of the test, and its socket lies in a folder that only the namespace has.
    struct Terminal {
        namespace: Namespace,
        _server: Running,
    }

    impl Terminal {
        fn present(deck: &str, theme: &str) -> Self {
            let namespace = Namespace::new();
            let server = Program::other("tmux", &[&TMUX[..], &["-D"]].concat());
            let terminal = Self { _server: namespace.inside(server).start(), namespace };
            terminal.namespace.shell("until test -S /mnt/tmux; do sleep 0.01; done");
            let command =
                format!("XDG_CONFIG_HOME=slides presenterm --theme {theme} '{deck}'; cat");
            let root = root().to_str().expect("UTF-8");
            let size = ["new-session", "-d", "-x", "100", "-y", "28", "-c", root];
            terminal.tmux(&[&size[..], &[&command]].concat());
            terminal
        }

        fn tmux(&self, args: &[&str]) -> String {
            let tmux = Program::other("tmux", &[&TMUX, args].concat());
            self.namespace.inside(tmux).run().succeeded()
        }

        /// Waits until a line is on the screen, and returns the screen.
        fn until(&self, found: impl Fn(&str) -> bool) -> String {
            let deadline = Instant::now() + PATIENCE;
            loop {
                let screen = self.tmux(&["capture-pane", "-p"]);
                if screen.lines().any(|line| found(line.trim())) {
                    return screen;
                }
                assert!(Instant::now() < deadline, "no end of waiting for\n{screen}");
                thread::yield_now();
            }
        }
    }

    const TMUX: [&str; 4] = ["-f", "/dev/null", "-S", "/mnt/tmux"];

    #[test]
    #[ignore = "needs presenterm"]
    fn no_slide_overflows_a_terminal() {
        for (path, slides, _) in decks() {
            for theme in ["sockets-light", "sockets-dark"] {
                let terminal = Terminal::present(&path, theme);
                for (index, slide) in slides.iter().enumerate() {
                    let foot = format!("{} / {}", index + 1, slides.len());
                    let screen = terminal
                        .until(|line| line.ends_with(&foot) || line.contains("overflows"));
                    assert!(!screen.contains("overflows"), "{path}\n{screen}");
                    let title = slide.title.replace('`', "");
                    assert!(screen.contains(&title), "{path}: {title}\n{screen}");
                    terminal.tmux(&["send-keys", "l"]);
                }
            }
        }
    }

    /// The test above can fail.
    #[test]
    #[ignore = "needs presenterm"]
    fn a_slide_that_overflows_is_refused() {
        let deck = Path::new(env!("CARGO_TARGET_TMPDIR")).join("overflow.md");
        let high = "a line\n".repeat(40);
        fs::write(&deck, format!("# High\n\n```text\n{high}```\n")).expect("a file");
        let terminal = Terminal::present(deck.to_str().expect("UTF-8"), "sockets-dark");
        terminal.until(|line| line.contains("overflows vertically on slide 1"));
    }
}
