//! Pictures, drawn from recordings: each as text and as SVG.

mod queue;
mod states;
mod svg;
mod text;
mod time_line;

use crate::recording::Recording;
use time_line::{Style, lines};

/// A picture in its two forms.
pub struct Picture {
    /// The name of its files, in the folder `pictures`.
    pub name: String,
    /// For a terminal: at most 100 columns.
    pub text: String,
    /// For a browser: light or dark, as the reader's system is.
    pub svg: String,
}

/// What is said of a recording, and how it is drawn.
struct About {
    name: &'static str,
    title: &'static str,
    style: Style,
}

const WHOLE: Style = Style { brief: false, queue: false, steps: usize::MAX };
const BRIEF: Style = Style { brief: true, ..WHOLE };

/// The recordings, in the order of the lessons.
const RECORDINGS: [About; 11] = [
    About { name: "conversation", title: "A whole conversation", style: WHOLE },
    About { name: "refused", title: "Nobody listens on the port", style: WHOLE },
    About {
        name: "connect_before_accept",
        title: "connect returns before accept is called",
        style: Style { queue: true, ..WHOLE },
    },
    About {
        name: "full_backlog",
        title: "The queue of the listening socket is full",
        style: Style { queue: true, steps: 6, ..BRIEF },
    },
    About { name: "half_close", title: "A half-close", style: BRIEF },
    About { name: "eof_or_reset", title: "End of file, or reset", style: BRIEF },
    About {
        name: "nagle",
        title: "Nagle's algorithm and a delayed acknowledgement",
        style: BRIEF,
    },
    About { name: "datagram", title: "A datagram is answered", style: WHOLE },
    About {
        name: "datagram_refused",
        title: "A datagram for a port that is closed",
        style: WHOLE,
    },
    About {
        name: "threads_two_clients",
        title: "Two clients, a thread for each",
        style: BRIEF,
    },
    About {
        name: "poll_two_clients",
        title: "Two clients, one thread: poll",
        style: BRIEF,
    },
];

/// The names of the recordings.
pub fn recordings() -> impl Iterator<Item = &'static str> {
    RECORDINGS.iter().map(|about| about.name)
}

/// Draws all pictures: a time line for each recording, the states of all of them, and the queue
/// of a listening socket.
///
/// # Panics
///
/// One of the recordings is missing.
pub fn pictures(recordings: &[Recording]) -> Vec<Picture> {
    let find = |name: &str| {
        let found = recordings.iter().find(|recording| recording.name == name);
        found.unwrap_or_else(|| panic!("no recording {name}"))
    };
    let time_line = |about: &About| {
        let lines = lines(find(about.name), &about.style);
        let clients = find(about.name).events.iter().any(|event| event.side == "client 2");
        Picture {
            name: about.name.into(),
            text: text::time_line(&lines, clients),
            svg: svg::time_line(about.title, &lines, clients),
        }
    };
    let mut pictures: Vec<Picture> = RECORDINGS.iter().map(time_line).collect();
    pictures.push(states::picture(recordings));
    pictures.push(queue::picture(find("full_backlog")));
    pictures
}
