//! Error scopes around every call into `wgpu` that can fail, so that a failure becomes a typed error instead of the
//! panic of the default handler. Scopes are thread-local; nothing inside may move to another thread.

use futures::FutureExt;

use crate::error::Error;

/// What a scope caught.
pub(super) enum Failure {
    OutOfMemory,
    Other(String),
}

impl Failure {
    /// The typed error, for calls that allocate nothing worth naming.
    pub(super) fn into_error(self, operation: &str) -> Error {
        let message = match self {
            Self::OutOfMemory => "out of device memory".to_owned(),
            Self::Other(message) => message,
        };
        Error::Gpu { operation: operation.to_owned(), message }
    }
}

/// Runs `body` in scopes for every kind of error.
///
/// On native the answer is there at once. In the browser it arrives later: the future is handed to `later`, which
/// keeps it until a read is awaited.
pub(super) fn scoped<T>(device: &wgpu::Device, later: &Later, body: impl FnOnce() -> T) -> Result<T, Failure> {
    let scopes = [wgpu::ErrorFilter::OutOfMemory, wgpu::ErrorFilter::Internal, wgpu::ErrorFilter::Validation]
        .map(|filter| device.push_error_scope(filter));
    let value = body();
    let mut failure = None;
    for scope in scopes.into_iter().rev() {
        let mut answer = Box::pin(scope.pop());
        match answer.as_mut().now_or_never() {
            Some(Some(wgpu::Error::OutOfMemory { .. })) => failure = Some(Failure::OutOfMemory),
            Some(Some(error)) => failure = Some(Failure::Other(error.to_string())),
            Some(None) => {}
            None => later.keep(answer),
        }
    }
    match failure {
        Some(failure) => Err(failure),
        None => Ok(value),
    }
}

/// Unmaps a buffer that was mapped or was to be, and tells whether that was so. On a device that is gone that is an error,
/// which tells nothing new; uncaught, it would reach the application's own handler, and panic in the default one.
pub(super) fn unmap(device: &wgpu::Device, buffer: &wgpu::Buffer) -> bool {
    let scope = device.push_error_scope(wgpu::ErrorFilter::Validation);
    buffer.unmap();
    !matches!(scope.pop().now_or_never(), Some(Some(_)))
}

type Answer = std::pin::Pin<Box<dyn Future<Output = Option<wgpu::Error>> + Send>>;

/// Answers of error scopes that have not arrived yet.
#[derive(Default)]
pub(super) struct Later(std::sync::Mutex<Vec<Answer>>);

impl Later {
    fn keep(&self, answer: impl Future<Output = Option<wgpu::Error>> + Send + 'static) {
        self.answers().push(Box::pin(answer));
    }

    /// The first error among the answers that have arrived; pending ones wake `cx`.
    pub(super) fn poll(&self, cx: &mut std::task::Context<'_>) -> std::task::Poll<Option<wgpu::Error>> {
        let mut answers = self.answers();
        let mut error = None;
        answers.retain_mut(|answer| match answer.poll_unpin(cx) {
            std::task::Poll::Ready(answer) => {
                error = error.take().or(answer);
                false
            }
            std::task::Poll::Pending => true,
        });
        match (error, answers.is_empty()) {
            (Some(error), _) => std::task::Poll::Ready(Some(error)),
            (None, true) => std::task::Poll::Ready(None),
            (None, false) => std::task::Poll::Pending,
        }
    }

    fn answers(&self) -> std::sync::MutexGuard<'_, Vec<Answer>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
