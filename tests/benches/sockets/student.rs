//! What a student waits for: to build and to run, from nothing and once more.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use tests::{read, root};

use crate::results::Results;
use crate::servers::ending_with_us;
use crate::target;

/// Measures builds, this many times, in folders of their own. What cargo loads is there before:
/// the network is not measured.
///
/// # Errors
///
/// Something does not build or run.
pub fn day(results: &mut Results, turns: usize) -> Result<(), String> {
    let cold = target().join("cold");
    let bare = target().join("bare");
    let made = make_bare(&bare).map_err(|error| format!("{}: {error}", bare.display()));
    made?;
    let mut times: [Vec<f64>; 7] = Default::default();
    for _ in 0..turns {
        let mut time = |index: usize, folder: &Path, args: &[&str]| {
            times[index].push(cargo(folder, &cold, args)?);
            Ok::<(), String>(())
        };
        let empty = || {
            let removed = if cold.exists() { fs::remove_dir_all(&cold) } else { Ok(()) };
            removed.map_err(|error| format!("{}: {error}", cold.display()))
        };
        empty()?;
        time(0, &bare, &["run"])?;
        empty()?;
        time(1, root(), &["run", "-p", "step2-bind"])?;
        empty()?;
        time(2, root(), &["run", "-p", "tour"])?;
        time(3, root(), &["run", "-p", "tour"])?;
        empty()?;
        time(4, root(), &["test"])?;
        time(5, root(), &["test"])?;
        empty()?;
    }
    times[6] = times[1].iter().zip(&times[0]).map(|(ours, bare)| ours / bare).collect();
    let names = [
        "s for a bare main with socket2, dns-lookup and clap, built from nothing",
        "s for cargo run -p step2-bind, from nothing",
        "s for cargo run -p tour, from nothing",
        "s for cargo run -p tour, once more",
        "s for cargo test, from nothing",
        "s for cargo test, once more",
        "times as long as the bare main takes cargo run -p step2-bind",
    ];
    results.others.extend(names.map(str::to_owned).into_iter().zip(times));
    Ok(())
}

/// A package with the dependencies of the lessons, in the same versions, and an empty main.
fn make_bare(folder: &Path) -> std::io::Result<()> {
    let workspace = read("Cargo.toml");
    let versions = workspace.lines().filter(|line| {
        ["socket2 =", "dns-lookup =", "clap ="].iter().any(|name| line.starts_with(name))
    });
    let versions: Vec<&str> = versions.collect();
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("src/main.rs"), "fn main() {}\n")?;
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    fs::write(
        folder.join("Cargo.toml"),
        format!(
            "[package]\nname = \"bare\"\nedition = \"2024\"\n\n[dependencies]\n{}\n\n[workspace]\n",
            versions.join("\n")
        ),
    )
}

/// The seconds that a command of cargo takes, with nothing to read.
fn cargo(folder: &Path, target: &Path, args: &[&str]) -> Result<f64, String> {
    let start = Instant::now();
    let mut command = ending_with_us(Path::new(env!("CARGO")));
    command.args(args).current_dir(folder).env("CARGO_TARGET_DIR", target);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let status = command.status().map_err(|error| format!("cargo: {error}"))?;
    match status.success() {
        true => Ok(start.elapsed().as_secs_f64()),
        false => Err(format!("cargo {} in {}: {status}", args.join(" "), folder.display())),
    }
}
