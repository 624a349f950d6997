//! Every way a call can fail. Errors of the graphics stack are carried as text, so that [`Error`] is `Clone` and
//! nothing above the executors needs to know `wgpu`.

use std::any::Any;
use std::fmt;

/// What went wrong, where, and what to do about it.
///
/// Invalid arguments fail in the call that receives them; device errors surface when a result is read.
///
/// # Examples
///
/// ```
/// let device = swath::Device::cpu()?;
/// let error = device.points(&[[0.0, 0.0, 0.0], [0.0, f64::NAN, 0.0]]).unwrap_err();
/// assert_eq!(error.to_string(), "point 1 has y = NaN; remove points that are not finite before uploading");
/// # Ok::<(), swath::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An environment variable holds a value that Swath does not know.
    #[error("{variable}={value} is not valid; use {allowed}")]
    Environment {
        /// Name of the variable.
        variable: &'static str,
        /// What it was set to.
        value: String,
        /// The values it takes, in words.
        allowed: String,
    },
    /// A GPU was asked for by name or kind and none fits.
    #[error("{wanted}, but {seen}")]
    NoAdapter {
        /// What was asked for.
        wanted: String,
        /// The adapters that were seen and why they do not fit.
        seen: String,
    },
    /// The memory of an image view does not hold the image it claims to.
    #[error(
        "a {width}x{height} image with {channels} channels and rows {stride} elements apart needs {needed} elements, \
         but the slice has {given}; pass a longer slice or the right stride"
    )]
    ImageLayout {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
        /// Elements a pixel.
        channels: usize,
        /// Elements from one row to the next.
        stride: usize,
        /// Elements that the slice would have to hold.
        needed: usize,
        /// Elements that it holds.
        given: usize,
    },
    /// The rows of an image view would overlap.
    #[error(
        "rows of a {width}x{height} image with {channels} channels take {row} elements, but they start only {stride} \
         elements apart; pass a stride of at least {row}"
    )]
    ImageStride {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
        /// Elements a pixel.
        channels: usize,
        /// Elements a row takes.
        row: usize,
        /// Elements from one row to the next.
        stride: usize,
    },
    /// A sub-view reaches outside its image.
    #[error(
        "the sub-view at ({x}, {y}) of {width}x{height} pixels reaches outside the {image_width}x{image_height} image; \
         keep x + width and y + height within it"
    )]
    ImageBounds {
        /// Left edge, in pixels.
        x: usize,
        /// Top edge, in pixels.
        y: usize,
        /// Width asked for, in pixels.
        width: usize,
        /// Height asked for, in pixels.
        height: usize,
        /// Width of the image.
        image_width: usize,
        /// Height of the image.
        image_height: usize,
    },
    /// An image is not of the size that is needed.
    #[error("the image is {}x{}, but {}x{} is needed; use a view of that size", given.0, given.1, expected.0, expected.1)]
    ImageSize {
        /// Width and height that were given, in pixels.
        given: (usize, usize),
        /// Width and height that are needed, in pixels.
        expected: (usize, usize),
    },
    /// An image is larger than the planes that it is to be padded to.
    #[error(
        "image {index} is {}x{}, which does not fit padded planes of {}x{}; pad to at least its size, or resize it",
        image.0, image.1, canvas.0, canvas.1
    )]
    Canvas {
        /// Index of the image in its batch; 0 for a single one.
        index: usize,
        /// Its width and height, in pixels.
        image: (usize, usize),
        /// Width and height of the planes.
        canvas: (usize, usize),
    },
    /// A number that says how to normalize cannot be used.
    #[error("{what} of a normalization is {value}; it must be {allowed}")]
    NormalizeOption {
        /// Which number.
        what: &'static str,
        /// What was given.
        value: f64,
        /// What is allowed.
        allowed: &'static str,
    },
    /// A threshold cannot be used.
    #[error("{what} of a threshold is {value}; it must be {allowed}")]
    Threshold {
        /// Which number.
        what: &'static str,
        /// What was given.
        value: f64,
        /// What is allowed.
        allowed: &'static str,
    },
    /// An operation does not take this type of pixel.
    #[error("{operation} is not defined for {pixel}; {advice}")]
    Unsupported {
        /// The operation.
        operation: &'static str,
        /// The pixel's type.
        pixel: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// A tensor's shape is not that of its numbers.
    #[error("a tensor of shape {shape:?} does not have {given} numbers; give the length of every axis")]
    TensorShape {
        /// The length of every axis.
        shape: Vec<usize>,
        /// Numbers that were given.
        given: usize,
    },
    /// The tensors of a batch do not have one shape.
    #[error(
        "tensor 0 of the batch has shape {first:?}, but tensor {index} has {other:?}; \
         only tensors of one shape can be stacked, so resize or pad the images first"
    )]
    BatchShapes {
        /// Shape of the first tensor; empty where there is none.
        first: Vec<usize>,
        /// Index of a tensor of another shape.
        index: usize,
        /// Shape of that tensor.
        other: Vec<usize>,
    },
    /// A tensor has no such axis.
    #[error("axis {axis} was asked for, but the tensor has {axes} axes; they are counted from 0")]
    Axis {
        /// The axis that was asked for.
        axis: usize,
        /// How many there are.
        axes: usize,
    },
    /// Two tensors that belong together differ in shape.
    #[error(
        "a tensor of shape {given:?} was given for one of shape {expected:?}; give the tensor that it was made from"
    )]
    ShapesDiffer {
        /// Shape of the tensor that was given.
        given: Vec<usize>,
        /// Shape of the one that it was given for.
        expected: Vec<usize>,
    },
    /// Two tensors that belong together are on two devices.
    #[error("the tensors are on two devices; upload both to one")]
    ForeignTensor,
    /// A number that tensors are quantized or standardized with cannot be used.
    #[error("{what} is {value}; it must be {allowed}")]
    TensorOption {
        /// Which number.
        what: &'static str,
        /// What was given.
        value: String,
        /// What is allowed.
        allowed: String,
    },
    /// The image has no pixels where the operation needs at least one.
    #[error("{operation} needs at least one pixel, but the image is {width}x{height}; skip empty images")]
    EmptyImage {
        /// The operation that was called.
        operation: &'static str,
        /// Width of the image.
        width: usize,
        /// Height of the image.
        height: usize,
    },
    /// An adaptive threshold was asked for that has no middle pixel, or sums beyond 32 bits.
    #[error(
        "a block of {block} with C = {c} is not valid for an adaptive threshold; use an odd block from 3 to 4095 and a \
         finite C"
    )]
    Block {
        /// Width and height of the block, in pixels.
        block: usize,
        /// What is taken from the mean.
        c: f64,
    },
    /// An adaptive threshold has only binary outcomes.
    #[error("{kind} is not an outcome of an adaptive threshold; use Binary or BinaryInverted")]
    AdaptiveKind {
        /// The kind that was asked for.
        kind: String,
    },
    /// Per-channel parameters do not fit the image.
    #[error("{given} values of mean and std were given for an image with {expected} colour channels; give {expected}")]
    Channels {
        /// How many were given.
        given: usize,
        /// How many the image has.
        expected: usize,
    },
    /// Means and standard deviations do not come in pairs.
    #[error("{mean} values of mean and {std} of std were given; give one of each for every colour channel")]
    Statistics {
        /// How many means were given.
        mean: usize,
        /// How many standard deviations.
        std: usize,
    },
    /// A mean or standard deviation cannot be used.
    #[error(
        "channel {channel} has mean {mean} and std {std}; both must be finite and std above 0, \
         in units where white is 1"
    )]
    Normalization {
        /// Index of the channel.
        channel: usize,
        /// Its mean.
        mean: f64,
        /// Its standard deviation.
        std: f64,
    },
    /// A coordinate is NaN or infinite.
    #[error("point {index} has {axis} = {value}; remove points that are not finite before uploading")]
    NonFinite {
        /// Index of the point in the input.
        index: usize,
        /// `'x'`, `'y'` or `'z'`.
        axis: char,
        /// The coordinate.
        value: f64,
    },
    /// The cloud is so wide, or so far from its origin, that squared distances overflow `f32`.
    #[error(
        "the points reach {reach:e} units from the origin {origin:?}, where f32 distances end at {limit:e}; \
         leave the origin to Swath, or remove the outliers"
    )]
    Extent {
        /// Largest distance along an axis from the origin.
        reach: f64,
        /// The largest that is accepted.
        limit: f64,
        /// The origin in use.
        origin: [f64; 3],
    },
    /// The coordinate unit or origin cannot be used.
    #[error("{what} is {value}; it must be {allowed}")]
    PointsOption {
        /// Which option.
        what: &'static str,
        /// What was given.
        value: String,
        /// What is allowed.
        allowed: &'static str,
    },
    /// The number of neighbours asked for is out of range.
    #[error("k = {k} neighbours were asked for; k must be between 1 and {limit}")]
    NeighborCount {
        /// Neighbours asked for.
        k: usize,
        /// The most that can be asked for.
        limit: usize,
    },
    /// Lists of neighbours are not those of the cloud's own points.
    #[error("the neighbours are not those of this cloud's own points; use what its knn, knn_with or knn_within gave")]
    ForeignNeighbors,
    /// A feature is not of the shape of listed neighbours.
    #[error("{what} is not a feature of listed neighbours; ask PointCloud::features for it")]
    NotOfLists {
        /// The feature's name.
        what: &'static str,
    },
    /// The radius of a neighbourhood cannot be used.
    #[error("the radius {radius} was asked for; a radius must be finite and above 0, in units of the input")]
    Radius {
        /// What was given.
        radius: f64,
    },
    /// The range of an optimal number of neighbours is empty or too short.
    #[error("an optimal k between {min} and {max} was asked for; give 3 <= min <= max <= {limit}")]
    OptimalRange {
        /// The smallest number of neighbours.
        min: usize,
        /// The largest.
        max: usize,
        /// The most that can be asked for.
        limit: usize,
    },
    /// A feature table without columns was asked for.
    #[error("no features were asked for; name at least one, or use Features::geometric()")]
    NoFeatures,
    /// A feature needs what the cloud does not have.
    #[error("{feature} needs {attribute}; give them to the cloud with PointCloud::{method}")]
    MissingAttribute {
        /// The feature's name.
        feature: &'static str,
        /// What it needs.
        attribute: &'static str,
        /// The method that adds it.
        method: &'static str,
    },
    /// There is not one value for each point.
    #[error("{given} {what} were given for {points} points; give one for each point, in their order")]
    AttributeLength {
        /// What was given.
        what: &'static str,
        /// How many.
        given: usize,
        /// How many points there are.
        points: usize,
    },
    /// A colour exceeds the largest value that its channel was said to have, or that is 0.
    #[error(
        "point {point} has a channel of {value}, but the channel's largest value was given as {maximum}; \
             give 255 for 8-bit and 65535 for 16-bit colours"
    )]
    ChannelRange {
        /// Index of the point in the input.
        point: usize,
        /// Its value.
        value: u16,
        /// The largest value that was given.
        maximum: u16,
    },
    /// Parts of one cloud do not agree on the largest value of a channel.
    #[error("one part's channels end at {first} and another's at {other}; give all parts the same, scaled alike")]
    ChannelMaximum {
        /// Of the first part.
        first: u16,
        /// Of a later one.
        other: u16,
    },
    /// Tiles cannot be processed in so little memory.
    #[error("the memory limit of {bytes} bytes is too small for tiles; give at least {least}")]
    MemoryLimit {
        /// The limit that was given.
        bytes: u64,
        /// The smallest that is accepted.
        least: u64,
    },
    /// No point is ground.
    #[error("none of the points is ground; classify the cloud first, or leave out height_above_ground")]
    NoGround,
    /// A feature's name is not known.
    #[error("{name:?} is not a feature; the features are {known}")]
    UnknownFeature {
        /// The name that was given.
        name: String,
        /// All names, separated by commas.
        known: String,
    },
    /// A convention's name is not known.
    #[error("{name:?} is not a convention; the conventions are {known}")]
    UnknownConvention {
        /// The name that was given.
        name: String,
        /// All names, separated by commas.
        known: String,
    },
    /// The data does not fit the device.
    #[error("{what} needs {requested} {unit}, but {limit_name} is {limit}; {advice}")]
    TooLarge {
        /// What does not fit.
        what: String,
        /// How much it needs.
        requested: u64,
        /// Unit of `requested` and `limit`.
        unit: &'static str,
        /// Which limit it exceeds.
        limit_name: &'static str,
        /// The limit.
        limit: u64,
        /// What to do.
        advice: &'static str,
    },
    /// Memory ran out, also after idle buffers were given back.
    #[error("out of {space} memory: {requested} bytes were asked for; {state}")]
    OutOfMemory {
        /// `"host"` or `"device"`.
        space: &'static str,
        /// Bytes asked for.
        requested: u64,
        /// The pool at that time, in words.
        state: String,
    },
    /// The device is gone: unplugged, reset by its driver, or destroyed.
    #[error("the device was lost: {reason}; make a new Device and upload again")]
    DeviceLost {
        /// What the driver said.
        reason: String,
    },
    /// The graphics stack refused something that Swath believed to be valid.
    #[error("{operation} failed on the GPU: {message}")]
    Gpu {
        /// What was being done.
        operation: String,
        /// What `wgpu` said.
        message: String,
    },
    /// A worker thread panicked; this is a bug in Swath.
    #[error("a worker panicked during {operation}: {message}; please report this")]
    Panicked {
        /// What was being done.
        operation: &'static str,
        /// The panic's message.
        message: String,
    },
    /// Code of the caller that Swath ran panicked.
    #[error("{what} panicked: {message}")]
    CallerPanicked {
        /// What it was.
        what: &'static str,
        /// The panic's message.
        message: String,
    },
    /// A worker pool could not be made.
    #[error("{threads} worker threads could not be started: {message}; set SWATH_THREADS to a smaller number")]
    Workers {
        /// Threads asked for.
        threads: usize,
        /// What the system said.
        message: String,
    },
    /// The call was told to stop, or its time was over, before it was done.
    #[error("the work was cancelled {reason}")]
    Cancelled {
        /// Who or what stopped it.
        reason: CancelReason,
    },
    /// A task of a group could not start.
    #[error("task {name:?} was not started: {reason}")]
    TaskNotStarted {
        /// The task's name.
        name: String,
        /// Why, and what to do.
        reason: String,
    },
    /// The device took longer than a wait for it may take.
    #[error(
        "{what} waited {limit:?} for the device, which is as long as it may; raise `DeviceOptions::patience`, or give \
         the device less at once"
    )]
    Timeout {
        /// What waited.
        what: &'static str,
        /// How long it may.
        limit: std::time::Duration,
    },
    /// More elements than an array has room for.
    #[error("an array of {len} elements has {written}, so {given} more do not fit; make it larger, or write less")]
    ArrayFull {
        /// Elements that it was made for.
        len: usize,
        /// Elements that it has.
        written: usize,
        /// Elements that were given.
        given: usize,
    },
    /// An item of a stream failed.
    #[error("item {index}: {error}")]
    Item {
        /// Its index, from 0.
        index: usize,
        /// Why.
        error: Box<Error>,
    },
    /// The call would block where nothing may.
    #[error("{operation} would block this thread; {advice}")]
    WouldBlock {
        /// The call.
        operation: &'static str,
        /// What to do.
        advice: &'static str,
    },
}

/// What a thread said when it panicked.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

/// Why work was cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CancelReason {
    /// Its token, or one that the token descends from, was cancelled.
    Token,
    /// The deadline of its token passed.
    Deadline,
}

impl fmt::Display for CancelReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Token => "by its token; make a new token to run it again",
            Self::Deadline => "because its deadline had passed; give it more time to run it again",
        })
    }
}
