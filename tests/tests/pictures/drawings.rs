//! The pictures are those that the stored recordings give.

use std::fs;

use tests::picture::{Picture, pictures, recordings};
use tests::recording::Recording;
use tests::{read, root};

fn stored() -> Vec<Recording> {
    recordings()
        .map(|name| Recording::from_json(&read(format!("tests/recordings/{name}.json"))))
        .collect()
}

/// `UPDATE_DOCUMENTS=1` writes them anew.
#[test]
fn pictures_equal_their_recordings() {
    let folder = root().join("pictures");
    let mut names = Vec::new();
    for Picture { name, text, svg } in pictures(&stored()) {
        for (drawing, kind) in [(text, "txt"), (svg, "svg")] {
            let file = format!("{name}.{kind}");
            if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
                fs::create_dir_all(&folder).expect("a folder");
                fs::write(folder.join(&file), &drawing).expect("it can be written");
            }
            assert!(read(format!("pictures/{file}")) == drawing, "{file} is another one");
            names.push(file);
        }
    }
    let mut found: Vec<String> = fs::read_dir(&folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    // The plots of the bench have a name in each language.
    found.retain(|file| !file.ends_with(".en.svg") && !file.ends_with(".ru.svg"));
    found.sort();
    names.sort();
    assert_eq!(found, names, "a picture of nothing");
}

#[test]
fn texts_fit_a_terminal() {
    for Picture { name, text, .. } in pictures(&stored()) {
        for line in text.lines() {
            assert!(line.chars().count() <= 100, "{name}: {line}");
        }
    }
}

/// What is stored is what is read: nothing gets lost.
#[test]
fn recordings_are_read_as_they_were_written() {
    for recording in stored() {
        let text = recording.to_json();
        assert_eq!(Recording::from_json(&text), recording);
        assert_eq!(text, read(format!("tests/recordings/{}.json", recording.name)));
    }
}
