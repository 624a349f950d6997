//! Operations in the order they were recorded, one after the other, each parallel inside.
//!
//! With workers, a task starts as soon as those before it are done, on the workers, while the caller goes on. Where there
//! is one worker, who waits for a task that it has not begun runs it: waking up takes longer than a small task. Several
//! workers are not spared: a task that divides its work again and again would have to wake them each time from outside.
//! Without (the feature `parallel` is off, or in the browser) tasks run when somebody waits for a result, on that thread.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use bytemuck::Pod;

use super::{Cpu, HostBuffer, Workers};
use crate::error::{Error, panic_message};
use crate::job::Job;
use crate::memory::within;

/// How often who waits looks whether the job was cancelled.
const LOOK: Duration = Duration::from_millis(10);

/// What a recorded task makes: an array, or an index over one.
pub(crate) struct Deferred<T = HostBuffer>(OnceLock<Result<Arc<T>, Error>>);

impl<T> Default for Deferred<T> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<T> Deferred<T> {
    /// Something that is already there.
    pub(crate) fn ready(value: T) -> Arc<Self> {
        Arc::new(Self(OnceLock::from(Ok(Arc::new(value)))))
    }

    /// What was made. Tasks run in order, so for a later task, or after waiting, it is there.
    pub(crate) fn get(&self) -> Result<Arc<T>, Error> {
        let missing = || Err(panicked("an operation whose input was never computed", "the queue lost a task"));
        self.0.get().cloned().unwrap_or_else(missing)
    }

    fn set(&self, result: Result<Arc<T>, Error>) {
        // Only the one task that was made with this cell sets it.
        let _ = self.0.set(result);
    }
}

type Task = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct State {
    tasks: VecDeque<Task>,
    /// A worker has been asked to run tasks and has not begun.
    called: bool,
    /// A thread is running tasks, one after the other.
    running: bool,
    recorded: u64,
    finished: u64,
    wakers: Vec<(u64, Waker)>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    /// Held by the one thread that runs tasks where there are no workers: tasks run one after the other.
    turn: Mutex<()>,
    launches: AtomicU64,
}

/// The queue of one device. Clones share it.
#[derive(Clone)]
pub(crate) struct Queue {
    cpu: Cpu,
    job: Job,
    shared: Arc<Shared>,
}

impl Queue {
    /// An empty queue.
    pub(crate) fn new(cpu: Cpu) -> Self {
        Self { cpu, job: Job::nobodys(), shared: Arc::default() }
    }

    /// The same queue, for another job.
    pub(crate) fn with_job(&self, job: Job) -> Self {
        Self { job, ..self.clone() }
    }

    /// The job that this handle works for.
    pub(crate) fn job(&self) -> &Job {
        &self.job
    }

    /// What its tasks run with.
    pub(crate) fn cpu(&self) -> &Cpu {
        &self.cpu
    }

    /// Host memory for what the caller brings, its contents unspecified. Tasks that are recorded hold memory until they
    /// have run: where it is all in use they are waited for, if this thread may wait, and it is asked for once more.
    #[track_caller]
    pub(crate) fn lease<T: Pod>(&self, len: usize) -> Result<HostBuffer, Error> {
        match self.cpu.pool.lease::<T>(len) {
            #[cfg(not(target_arch = "wasm32"))]
            Err(shortage @ Error::OutOfMemory { .. }) => {
                self.cpu.pool.count_shortage();
                match self.synchronize() {
                    Ok(()) => self.cpu.pool.lease::<T>(len),
                    Err(Error::WouldBlock { .. }) => Err(shortage),
                    Err(error) => Err(error),
                }
            }
            lease => lease,
        }
    }

    /// Tasks recorded so far.
    pub(crate) fn launches(&self) -> u64 {
        self.shared.launches.load(Ordering::Relaxed)
    }

    /// Records `work`, which makes `N` things, and returns at once with the things-to-be.
    pub(crate) fn record<T: Send + Sync + 'static, const N: usize>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&Cpu) -> Result<[T; N], Error> + Send + 'static,
    ) -> [Arc<Deferred<T>>; N] {
        let cells: [Arc<Deferred<T>>; N] = std::array::from_fn(|_| Arc::default());
        let (outputs, cpu, job) = (cells.clone(), self.cpu.clone(), self.job.clone());
        self.shared.launches.fetch_add(1, Ordering::Relaxed);
        self.push(Box::new(move || {
            let result = catch_unwind(AssertUnwindSafe(|| within(operation, || job.check().and_then(|()| work(&cpu)))))
                .unwrap_or_else(|panic| Err(panicked(operation, panic_message(panic.as_ref()))));
            match result {
                Ok(values) => {
                    outputs.iter().zip(values).for_each(|(output, value)| output.set(Ok(Arc::new(value))));
                }
                Err(error) => outputs.iter().for_each(|output| output.set(Err(error.clone()))),
            }
        }));
        cells
    }

    /// Asks for arrays, to be there when everything recorded so far is done.
    pub(crate) fn read(&self, arrays: Vec<Arc<Deferred>>) -> CpuRead {
        let ticket = self.shared.state().recorded;
        CpuRead { queue: self.clone(), ticket, arrays }
    }

    /// Blocks until everything recorded so far is done.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn synchronize(&self) -> Result<(), Error> {
        // A statement of its own: the lock would last through the wait, which takes it again.
        let recorded = self.shared.state().recorded;
        self.wait(recorded)
    }

    fn push(&self, task: Task) {
        let call = {
            let mut state = self.shared.state();
            state.tasks.push_back(task);
            state.recorded += 1;
            Workers::IN_BACKGROUND && !state.running && !std::mem::replace(&mut state.called, true)
        };
        if call {
            self.call();
        }
    }

    /// Has a worker run what is there.
    fn call(&self) {
        let shared = self.shared.clone();
        self.cpu.workers.spawn(move || {
            let may_run = {
                let mut state = shared.state();
                state.called = false;
                !std::mem::replace(&mut state.running, true)
            };
            if may_run {
                shared.drain(u64::MAX);
            }
        });
    }

    fn wait(&self, ticket: u64) -> Result<(), Error> {
        // What was there before counts no more than what was not.
        self.job.check()?;
        if !Workers::IN_BACKGROUND {
            let _turn = self.shared.turn.lock().unwrap_or_else(PoisonError::into_inner);
            self.shared.drain(u64::MAX);
        }
        let mut state = self.shared.state();
        if state.finished < ticket && self.cpu.workers.is_worker() {
            return Err(Error::WouldBlock {
                operation: "waiting for the CPU executor on one of its own workers",
                advice: "wait outside the device's thread pool, or await the Readback",
            });
        }
        while state.finished < ticket {
            self.job.check()?;
            if state.running || self.cpu.workers.threads() > 1 {
                state = self.pause(state);
                continue;
            }
            state.running = true;
            drop(state);
            let is_more = self.shared.drain(ticket);
            state = self.shared.state();
            if is_more && !state.running && !std::mem::replace(&mut state.called, true) {
                drop(state);
                self.call();
                state = self.shared.state();
            }
        }
        Ok(())
    }

    /// Waits until something has changed, or for a moment where the job may be cancelled.
    fn pause<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let changed = &self.shared.changed;
        if self.job.cancel().can_cancel() {
            return changed.wait_timeout(state, LOOK).unwrap_or_else(PoisonError::into_inner).0;
        }
        changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    fn poll(&self, ticket: u64, waker: &Waker) -> Poll<()> {
        if !Workers::IN_BACKGROUND {
            match self.shared.turn.try_lock() {
                Ok(_turn) => {
                    self.shared.drain(u64::MAX);
                }
                // Another thread is at it, and may have seen the last task before ours came: look again.
                Err(_) => waker.wake_by_ref(),
            }
        }
        let mut state = self.shared.state();
        if state.finished >= ticket {
            return Poll::Ready(());
        }
        state.wakers.push((ticket, waker.clone()));
        Poll::Pending
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs tasks until there are none, or so many have been finished since the queue was made; tells whether there are
    /// more.
    fn drain(&self, ticket: u64) -> bool {
        loop {
            let task = {
                let mut state = self.state();
                let next = if state.finished < ticket { state.tasks.pop_front() } else { None };
                match next {
                    Some(task) => task,
                    None => {
                        state.running = false;
                        return !state.tasks.is_empty();
                    }
                }
            };
            task();
            self.finish_one();
        }
    }

    fn finish_one(&self) {
        let mut state = self.state();
        state.finished += 1;
        let finished = state.finished;
        let (ready, waiting) =
            std::mem::take(&mut state.wakers).into_iter().partition(|(ticket, _)| *ticket <= finished);
        state.wakers = waiting;
        drop(state);
        self.changed.notify_all();
        let ready: Vec<(u64, Waker)> = ready;
        ready.into_iter().for_each(|(_, waker)| waker.wake());
    }
}

/// Arrays that are being computed.
pub(crate) struct CpuRead {
    queue: Queue,
    ticket: u64,
    arrays: Vec<Arc<Deferred>>,
}

impl CpuRead {
    /// Blocks until the arrays are there.
    pub(crate) fn wait(self) -> Result<Vec<Arc<HostBuffer>>, Error> {
        self.queue.wait(self.ticket)?;
        self.take()
    }

    /// The arrays, or a promise to wake when they are there.
    pub(crate) fn poll(&mut self, cx: &mut std::task::Context<'_>) -> Poll<Result<Vec<Arc<HostBuffer>>, Error>> {
        if let Err(error) = self.queue.job.check() {
            return Poll::Ready(Err(error));
        }
        self.queue.poll(self.ticket, cx.waker()).map(|()| self.take())
    }

    fn take(&self) -> Result<Vec<Arc<HostBuffer>>, Error> {
        self.arrays.iter().map(|array| array.get()).collect()
    }
}

fn panicked(operation: &'static str, message: impl Into<String>) -> Error {
    Error::Panicked { operation, message: message.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::{HostPool, SimdLevel};

    fn queue() -> Queue {
        queue_with(HostPool::new(None, false))
    }

    fn queue_with(pool: HostPool) -> Queue {
        let workers = Workers::new(Some(2)).unwrap();
        Queue::new(Cpu { level: SimdLevel::capped(None), workers, pool })
    }

    #[test]
    fn tasks_run_in_order_and_see_what_earlier_ones_made() {
        let queue = queue();
        let [mut last] = queue.record("first", |cpu| Ok([cpu.pool.copy_of(&[0_u32])?]));
        for _ in 0..100 {
            let input = last;
            [last] =
                queue.record("next", move |cpu| Ok([cpu.pool.copy_of(&[input.get()?.as_slice::<u32>()[0] + 1])?]));
        }
        let arrays = queue.read(vec![last]).wait().unwrap();
        assert_eq!(arrays[0].as_slice::<u32>(), [100]);
        assert_eq!(queue.launches(), 101);
    }

    #[test]
    fn synchronize_returns_when_everything_is_done() {
        let queue = queue();
        queue.synchronize().unwrap();
        let [cell] = queue.record("first", |cpu| Ok([cpu.pool.copy_of(&[3_u32])?]));
        queue.synchronize().unwrap();
        assert_eq!(cell.get().unwrap().as_slice::<u32>(), [3]);
    }

    #[test]
    fn a_panic_is_an_error_of_its_results_and_the_queue_goes_on() {
        let queue = queue();
        let [bad] = queue.record("failing", |_| -> Result<[HostBuffer; 1], Error> { panic!("on purpose") });
        let input = bad.clone();
        let [after] = queue
            .record("after", move |_| input.get().map(|_| -> [HostBuffer; 1] { unreachable!("the input failed") }));
        let error = queue.read(vec![after]).wait().unwrap_err();
        assert_eq!(error, panicked("failing", "on purpose"));
        let [good] = queue.record("good", |cpu| Ok([cpu.pool.copy_of(&[7_u8])?]));
        assert_eq!(queue.read(vec![good]).wait().unwrap()[0].as_slice::<u8>(), [7]);
    }

    #[test]
    fn results_can_be_awaited() {
        let queue = queue();
        let [cell] = queue.record("work", |cpu| Ok([cpu.pool.copy_of(&[3_u8])?]));
        let mut read = queue.read(vec![cell]);
        let arrays = futures::executor::block_on(std::future::poll_fn(|cx| read.poll(cx))).unwrap();
        assert_eq!(arrays[0].as_slice::<u8>(), [3]);
    }
    #[test]
    fn memory_that_recorded_tasks_hold_is_waited_for() {
        let queue = queue_with(HostPool::new(Some(4096), false));
        let held = queue.lease::<u8>(4096).unwrap();
        let pool = queue.cpu().pool.clone();
        queue.record("holding memory", move |_| {
            while pool.stats().shortages == 0 {
                std::thread::yield_now();
            }
            Ok([held.as_slice::<u8>().len()])
        });
        drop(queue.lease::<u8>(4096).unwrap());
        assert_eq!(queue.cpu().pool.stats().shortages, 1);
    }

    #[cfg(feature = "parallel")]
    #[test]
    fn a_worker_that_finds_memory_used_up_does_not_wait_for_others() {
        let queue = queue_with(HostPool::new(Some(4096), false));
        let held = queue.lease::<u8>(4096).unwrap();
        let (asks, (told, hears)) = (queue.clone(), std::sync::mpsc::channel());
        queue.record("holding memory", move |_| {
            told.send(asks.lease::<u8>(4096).map(drop)).expect("somebody listens");
            Ok([held.as_slice::<u8>().len()])
        });
        let answer = hears.recv().unwrap();
        assert!(matches!(answer, Err(Error::OutOfMemory { space: "host", .. })), "{answer:?}");
    }
}
