//! What a program inherits from those who run the tests.

/// Numbers descriptors as if the program had inherited none but 0, 1 and 2. Shells keep some
/// from 10 on, and what they start may have that number taken.
pub fn without_inherited(transcript: &str) -> String {
    let shown: Vec<usize> = transcript.lines().flat_map(descriptors).map(number).collect();
    if shown.contains(&10) {
        return transcript.into();
    }
    let renumber = |line: &str| {
        let mut renumbered = String::new();
        let mut rest = line;
        for descriptor in descriptors(line) {
            let start = descriptor.as_ptr().addr() - rest.as_ptr().addr();
            renumbered += &rest[..start];
            let number = number(descriptor);
            renumbered += &if number > 10 { number - 1 } else { number }.to_string();
            rest = &rest[start + descriptor.len()..];
        }
        renumbered + rest + "\n"
    };
    transcript.lines().map(renumber).collect()
}

/// The descriptors in the line of a call: the first argument, that which epoll_ctl(2) is
/// about, and what accept(2) and socket(2) return.
fn descriptors(line: &str) -> Vec<&str> {
    let Some((name, rest)) = line.split_once('(') else { return Vec::new() };
    let digits = |text: &'_ str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mut places = vec![Some(rest)];
    if name == "epoll_ctl" {
        places.push(rest.splitn(3, ", ").nth(2));
    }
    if ["socket", "accept", "accept4", "eventfd2", "epoll_create1"].contains(&name)
        || line.contains("F_DUPFD")
    {
        places.push(line.rsplit_once(" = ").map(|(_, returned)| returned));
    }
    let places = places.into_iter().flatten().map(|place| &place[..digits(place)]);
    places.filter(|digits| !digits.is_empty()).collect()
}

fn number(digits: &str) -> usize {
    digits.parse().expect("digits")
}
