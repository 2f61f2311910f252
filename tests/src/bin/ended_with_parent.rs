//! Becomes another program, which ends with the thread that has started it, also when the
//! tests are killed: `ended_with_parent PARENT PROGRAM ARGS`.

#[cfg(target_os = "linux")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    use std::os::unix::process::{CommandExt, parent_id};
    use std::process::Command;

    use rustix::process::{Signal, set_parent_process_death_signal};

    set_parent_process_death_signal(Some(Signal::KILL))?;
    let mut args = std::env::args_os().skip(1);
    let parent = args.next().ok_or("no PARENT")?;
    // It may have ended before the line above.
    if parent != *parent_id().to_string() {
        return Err("the parent has ended".into());
    }
    let program = args.next().ok_or("no PROGRAM")?;
    Err(Command::new(program).args(args).exec().into())
}

#[cfg(not(target_os = "linux"))]
fn main() {}
