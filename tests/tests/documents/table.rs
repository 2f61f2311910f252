//! The table of `tests/README.md`: every sentence of the lecture has a row, and every test
//! in it exists.

use tests::read;

/// The sentences of the lecture's notes, as they stand there, each with its subject.
const SENTENCES: &[(u32, &str)] = &[
    (1, "интерфейс программирования приложений (API)"),
    (1, "библиотека для разработки приложений (языки C, Python и другие)"),
    (1, "\"Обёртка\" над стандартной библиотекой UNIX для работы с сетью"),
    (1, "стандарт абстракции для сетевых сокетов, применяемый в компьютерных сетях"),
    (
        2,
        "применяется для межпроцессорного взаимодействия (IPC: Inter Process Communications)",
    ),
    (3, "Процессы могут выполняться на одной машине или на разных."),
    (4, "Допускаются разные ОС, разные ЯП."),
    (5, "установка соединения: UDP нет, TCP да"),
    (5, "надёжная передача: UDP нет, TCP да"),
    (5, "упорядоченная доставка: UDP нет, TCP да"),
    (5, "неупорядоченная доставка: UDP да, TCP нет"),
    (6, "IP_ADDRESS:PORT и состояние LISTEN"),
    (6, "$ ss -nltp или netstat -nltp # TCP"),
    (6, "команда ss = socket status"),
    (6, "$ ss -nlup # UDP"),
    (7, "/etc/services - в этом файле содержится соответствие tcp/udp портов службам"),
    (8, "socket.gethostbyname('URL') # возвращает IP-адрес сервера по его URL"),
    (8, "socket.gethostbyname('ya.ru') → '87.250.250.242'"),
    (9, "socket.socket(family=AF_INET, type=SOCK_STREAM, proto=0, fileno=None)"),
    (9, "AF_INET - для сетевого протокола IPv4"),
    (9, "AF_INET6 - для сетевого протокола IPv6"),
    (9, "SOCK_STREAM - надёжная потокоориентированная служба TCP"),
    (9, "SOCK_DGRAM - служба дэйтаграмм или датаграммный сокет UDP"),
    (10, "address_and_port = (LOCALHOST, 4444)"),
    (11, "можем биндить на порты выше 1023"),
    (11, "Порты до 1024 - привелегированные порты"),
    (12, "socket.listen([BACKLOG]) # BACKLOG - количество подключений в очереди"),
    (
        13,
        "возвращает новый объект socket, который можно использовать для чтения/записи данных",
    ),
    (14, "сервер готов принимать соединения от клиента"),
];

/// Both languages of the table.
const TABLES: [&str; 2] = ["tests/README.md", "tests/README.ru.md"];

struct Row {
    subject: u32,
    sentence: String,
    /// File and name of each test.
    tests: Vec<(String, String)>,
}

fn rows(table: &str) -> Vec<Row> {
    let text = read(table);
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<&str> = line.split(" | ").collect();
        let subject = cells[0].strip_prefix("| ")?.parse().ok()?;
        let tests = cells[3].split("<br>").map(test).collect();
        Some(Row { subject, sentence: cells[1].to_owned(), tests })
    });
    rows.collect()
}

/// The test of a command: `cargo test -p tests --test claims FILE::NAME`.
fn test(command: &str) -> (String, String) {
    let words: Vec<&str> = command.trim_matches('`').split(' ').collect();
    let ["cargo", "test", "-p", "tests", "--test", binary, name] = words[..] else {
        panic!("no command for one test: {command}")
    };
    let (file, name) = name.split_once("::").expect("the file of the test");
    (format!("tests/tests/{binary}/{file}.rs"), name.into())
}

/// Whether a file has a test of this name.
fn exists(file: &str, name: &str) -> bool {
    let text = read(file);
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let function = format!("fn {name}() {{");
    lines.iter().position(|line| *line == function).is_some_and(|at| {
        let attributes = lines[..at].iter().rev().take_while(|line| line.starts_with("#["));
        attributes.clone().any(|line| *line == "#[test]")
    })
}

#[test]
fn every_sentence_has_a_row() {
    for table in TABLES {
        let rows = rows(table);
        assert_eq!(rows.len(), SENTENCES.len(), "{table}");
        for (row, (subject, sentence)) in rows.iter().zip(SENTENCES) {
            assert_eq!(row.subject, *subject, "{table}: {sentence}");
            assert!(row.sentence.contains(sentence), "{table}: {sentence}");
            assert!(!row.tests.is_empty(), "{table}: {sentence}");
        }
    }
    let subjects: Vec<u32> = (1..=14).collect();
    let mut found: Vec<u32> = SENTENCES.iter().map(|(subject, _)| *subject).collect();
    found.dedup();
    assert_eq!(found, subjects);
}

#[test]
fn every_test_exists() {
    for table in TABLES {
        for row in rows(table) {
            for (file, name) in row.tests {
                assert!(exists(&file, &name), "{table}: no test {name} in {file}");
            }
        }
    }
    assert!(
        !exists("tests/tests/documents/table.rs", "every_sentence"),
        "part of a name is no name"
    );
    assert!(
        !exists("tests/tests/documents/table.rs", "rows"),
        "a function without #[test] is no test"
    );
}

/// Both languages name the same tests for the same sentence.
#[test]
fn both_languages_agree() {
    let [english, russian] = TABLES.map(rows);
    for (english, russian) in english.iter().zip(&russian) {
        assert_eq!(english.tests, russian.tests, "{}", english.sentence);
    }
}
