//! Who runs the code between two .awaits, and who knows when to go on?
//!
//! An executor by hand: a queue of tasks that can go on, and poll(2) when none can. Every
//! runtime is this, only faster. The echo at the end is the one of the lesson.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{ErrorKind, Read, Write};
use std::pin::{Pin, pin};
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::task::{Context, Poll, Wake, Waker};

use common::{Error, address, log, strace};
use rustix::event::{PollFd, PollFlags, poll};
use socket2::{Domain, Socket, Type};

type Task = Pin<Box<dyn Future<Output = ()>>>;

thread_local! {
    /// Tasks that were spawned and have not been polled yet.
    static NEW: RefCell<Vec<Task>> = RefCell::default();
    /// Who is to be woken when something happens to a socket.
    static WAITING: RefCell<Vec<(Rc<Socket>, PollFlags, Waker)>> = RefCell::default();
}

/// What a future leaves behind when it has to wait: to wake a task is to put its number into
/// the queue of those that can go on.
struct Number(usize, Sender<usize>);

impl Wake for Number {
    fn wake(self: Arc<Self>) {
        let _ = self.1.send(self.0); // It fails when the executor has ended.
    }
}

/// Runs a future to its end, and with it the tasks that it spawns.
fn block_on<T>(main: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let mut main = pin!(main); // From here on it stays where it is in memory.
    let mut tasks: HashMap<usize, Task> = HashMap::new();
    let (queue, ready) = mpsc::channel();
    let mut last = 0;
    Waker::from(Arc::new(Number(0, queue.clone()))).wake();
    loop {
        for number in ready.try_iter() {
            let waker = Waker::from(Arc::new(Number(number, queue.clone())));
            let mut context = Context::from_waker(&waker);
            if number == 0 {
                if let Poll::Ready(result) = main.as_mut().poll(&mut context) {
                    return result;
                }
            } else if let Some(task) = tasks.get_mut(&number)
                && task.as_mut().poll(&mut context).is_ready()
            {
                tasks.remove(&number);
            }
            for task in NEW.take() {
                last += 1;
                tasks.insert(last, task);
                Waker::from(Arc::new(Number(last, queue.clone()))).wake();
            }
        }
        // No task can go on. The kernel knows which socket is ready first.
        let waiting = WAITING.take();
        let fds = waiting.iter().map(|(socket, events, _)| PollFd::new(&**socket, *events));
        let mut fds: Vec<PollFd> = fds.collect();
        strace!(blocking: poll(&mut fds, None))?;
        let ready: Vec<bool> = fds.iter().map(|fd| !fd.revents().is_empty()).collect();
        for ((socket, events, waker), ready) in waiting.into_iter().zip(ready) {
            if ready {
                waker.wake();
            } else {
                WAITING.with_borrow_mut(|waiting| waiting.push((socket, events, waker)));
            }
        }
    }
}

fn spawn(task: impl Future<Output = ()> + 'static) {
    NEW.with_borrow_mut(|new| new.push(Box::pin(task)));
}

/// The future at the bottom of every .await: it says for what it waits, and stands still.
struct Ready<'a> {
    socket: &'a Rc<Socket>,
    events: PollFlags,
    asked: bool,
}

impl Future for Ready<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.asked {
            return Poll::Ready(());
        }
        self.asked = true;
        let entry = (self.socket.clone(), self.events, context.waker().clone());
        WAITING.with_borrow_mut(|waiting| waiting.push(entry));
        Poll::Pending
    }
}

/// Makes a call until it does not say EAGAIN any more.
async fn until_ready<T>(
    socket: &Rc<Socket>,
    events: PollFlags,
    mut call: impl FnMut(&Socket) -> Result<T, Error>,
) -> Result<T, Error> {
    loop {
        match call(socket) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => (),
            result => return result,
        }
        Ready { socket, events, asked: false }.await;
    }
}

async fn accept(socket: Rc<Socket>) {
    let call = |socket: &Socket| strace!(socket.accept());
    while let Ok((client, _)) = until_ready(&socket, PollFlags::IN, call).await {
        spawn(serve(Rc::new(client)));
    }
}

async fn serve(client: Rc<Socket>) {
    let _ = echo(&client).await; // What fails has been shown.
    log::close(client);
}

async fn echo(client: &Rc<Socket>) -> Result<(), Error> {
    strace!(client.set_nonblocking(true))?;
    let mut buf = vec![0; 65536];
    loop {
        let read = |mut client: &Socket| strace!(client.read(&mut buf));
        let length = until_ready(client, PollFlags::IN, read).await?;
        let mut rest = &buf[..length];
        if rest.is_empty() {
            return Ok(());
        }
        while !rest.is_empty() {
            let write = |mut client: &Socket| strace!(client.write(rest));
            rest = &rest[until_ready(client, PollFlags::OUT, write).await?..];
        }
    }
}

fn run() -> Result<(), Error> {
    log::ask("Who runs the code between two .awaits, and who knows when to go on?");
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    strace!(server.set_nonblocking(true))?;
    let address = strace!(server.local_addr())?;
    block_on(async {
        spawn(accept(Rc::new(server)));
        let silent = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
        strace!(silent.connect(&address))?;
        let client = Rc::new(strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?);
        strace!(client.connect(&address))?;
        strace!(client.send(b"Hello!\n"))?;
        strace!(client.set_nonblocking(true))?;
        let mut buf = [0; 16];
        let read = |mut client: &Socket| strace!(client.read(&mut buf));
        let length = until_ready(&client, PollFlags::IN, read).await?;
        log::info(format!("The reply is \"{}\".", buf[..length].escape_ascii()));
        Ok(())
    })?;
    log::info(
        "The executor runs it: a loop that polls each task until it stands at an .await where a \
         call said EAGAIN. There the task leaves its waker with the socket. When no task can go \
         on, poll waits for all these sockets, and wakes the tasks of those that are ready. \
         There is no magic: the compiler makes the state machine, and the rest is step 7.",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
