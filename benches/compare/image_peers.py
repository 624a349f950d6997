"""Image operations by OpenCV, Pillow and ONNX Runtime, each as its users call it and into memory that is there already.

usage: image_peers.py opencv|pillow|onnxruntime FOLDER WIDTHxHEIGHT THREADS

FOLDER holds the pictures that `compare-images write` wrote. The program says `ready`, then answers each line of
standard input by one line of `name=value`: `check WORK` by numbers that tell of the answer, `time WORK` by seconds. A
work is a method below.
"""

import importlib.metadata
import pathlib
import sys
import time
import zlib

import numpy

LEVEL = 127

# Mean and standard deviation of ImageNet, white being 1.
MEAN = numpy.array([0.485, 0.456, 0.406])
DEVIATION = numpy.array([0.229, 0.224, 0.225])

# The sides of a resized picture are this many times shorter.
REDUCTION = 4

# A turn is over after so many seconds; a run that takes longer is a turn of its own.
TURN_SECONDS = 0.02

# Of long answers in floating point, every 997th number is looked at. A prime, so that all columns and channels are.
LONG, STEP = 100_000, 997


class Picture:
    """What every engine starts from, as it lies in the files."""

    def __init__(self, folder, size):
        self.width, self.height = map(int, size.split("x"))
        file = pathlib.Path(folder) / size

        def read(suffix, kind, *channels):
            return numpy.fromfile(file.with_suffix(suffix), kind).reshape(self.height, self.width, *channels)

        self.rgb, self.rgba, self.gray = read(".rgb", "u1", 3), read(".rgba", "u1", 4), read(".gray", "u1")
        self.numbers = read(".f32", "f4")


class OpenCV:
    """`dst=` wherever there is one, so that nothing is allocated in the clock."""

    package = "opencv-python-headless"

    def __init__(self, picture, threads):
        import cv2

        cv2.setNumThreads(threads)
        self.cv2, self.picture, self.outputs = cv2, picture, {}
        self.scale = 1 / (255 * DEVIATION)
        self.offset = -MEAN / DEVIATION
        self.tables = [(numpy.arange(256) * scale + offset).astype("f4") for scale, offset in self.affine()]

    def affine(self):
        return zip(self.scale, self.offset)

    def output(self, name, shape, kind="u1"):
        """The same memory for the same name, touched before."""
        if name not in self.outputs:
            self.outputs[name] = numpy.ones(shape, kind)
        return self.outputs[name]

    def plane(self, name, kind="u1"):
        return self.output(name, self.picture.gray.shape, kind)

    def planes(self, name, kind="u1"):
        return self.output(name, (3, *self.picture.gray.shape), kind)

    def gray_rgb(self):
        return self.cv2.cvtColor(self.picture.rgb, self.cv2.COLOR_RGB2GRAY, dst=self.plane("gray"))

    def gray_rgba(self):
        return self.cv2.cvtColor(self.picture.rgba, self.cv2.COLOR_RGBA2GRAY, dst=self.plane("gray"))

    def threshold(self):
        kind = self.cv2.THRESH_BINARY
        return self.cv2.threshold(self.picture.gray, LEVEL, 255, kind, dst=self.plane("mask"))[1]

    def gray_otsu(self):
        return self.cv2.threshold(self.gray_rgb(), 0, 255, self.cv2.THRESH_OTSU, dst=self.plane("mask"))[1]

    def normalize_blob(self):
        """`blobFromImage` takes one scale for all channels, so its users divide by the deviations afterwards."""
        blob = self.cv2.dnn.blobFromImage(self.picture.rgb, 1 / 255, mean=tuple(255 * MEAN))
        blob /= DEVIATION.astype("f4").reshape(1, 3, 1, 1)
        return blob

    def normalize_split_lut(self):
        tensor = self.planes("tensor", "f4")
        channels = self.cv2.split(self.picture.rgb, list(self.planes("channels")))
        for channel, table, plane in zip(channels, self.tables, tensor):
            self.cv2.LUT(channel, table, dst=plane)
        return tensor

    def normalize_split_add(self):
        tensor = self.planes("tensor", "f4")
        channels = self.cv2.split(self.picture.rgb, list(self.planes("channels")))
        for channel, (scale, offset), plane in zip(channels, self.affine(), tensor):
            self.cv2.addWeighted(channel, scale, channel, 0, offset, dst=plane, dtype=self.cv2.CV_32F)
        return tensor

    def standardize(self):
        numbers = self.picture.numbers
        mean, deviation = (float(value[0, 0]) for value in self.cv2.meanStdDev(numbers))
        output = self.plane("standardized", "f4")
        return self.cv2.addWeighted(numbers, 1 / deviation, numbers, 0, -mean / deviation, dst=output)

    def statistics(self):
        return numpy.concatenate(self.cv2.meanStdDev(self.picture.rgb))

    def quantize(self):
        numbers = self.picture.numbers
        least, most, _, _ = self.cv2.minMaxLoc(numbers)
        least, most = min(least, 0.0), max(most, 0.0)
        scale = (most - least) / 255
        zero, output = round(-128 - least / scale), self.plane("quantized", "i1")
        return self.cv2.addWeighted(numbers, 1 / scale, numbers, 0, zero, dst=output, dtype=self.cv2.CV_8S)

    def resized(self, kind):
        width, height = self.picture.width // REDUCTION, self.picture.height // REDUCTION
        output = self.output("resized", (height, width, 3))
        return self.cv2.resize(self.picture.rgb, (width, height), dst=output, interpolation=kind)

    def resize_bilinear(self):
        return self.resized(self.cv2.INTER_LINEAR)

    def resize_area(self):
        return self.resized(self.cv2.INTER_AREA)


class Pillow:
    """On one thread, and every result in new memory: it knows nothing else."""

    package = "pillow"

    def __init__(self, picture, threads):
        from PIL import Image

        self.rgb, self.rgba, self.gray = map(Image.fromarray, (picture.rgb, picture.rgba, picture.gray))
        self.mask = [255 if value > LEVEL else 0 for value in range(256)]

    def gray_rgb(self):
        return self.rgb.convert("L")

    def gray_rgba(self):
        return self.rgba.convert("L")

    def threshold(self):
        return self.gray.point(self.mask)

    def resize_area(self):
        return self.rgb.reduce(REDUCTION)

    def told(self, image):
        """Not as bytes: its grays are rounded otherwise."""
        return numpy.asarray(image).astype("i2")


class OnnxRuntime:
    """A model of one operator, with input and output bound to memory that is there already."""

    package = "onnxruntime"

    def __init__(self, picture, threads):
        import onnx
        import onnxruntime

        tensor, kinds = onnx.helper.make_tensor_value_info, onnx.TensorProto
        given = tensor("numbers", kinds.FLOAT, picture.numbers.shape)
        made = [
            tensor("quantized", kinds.UINT8, picture.numbers.shape),
            tensor("scale", kinds.FLOAT, []),
            tensor("zero", kinds.UINT8, []),
        ]
        node = onnx.helper.make_node("DynamicQuantizeLinear", ["numbers"], [value.name for value in made])
        graph = onnx.helper.make_graph([node], "quantize", [given], made)
        # The oldest versions that have the operator: every release reads them.
        model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 11)], ir_version=8)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        # Its threads would keep the cores busy after their turn, and so slow whoever comes next.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
        self.binding = self.session.io_binding()
        self.quantized = numpy.ones_like(picture.numbers, "u1")
        value = onnxruntime.OrtValue.ortvalue_from_numpy
        self.binding.bind_ortvalue_input("numbers", value(picture.numbers))
        self.output = value(self.quantized)
        self.binding.bind_ortvalue_output("quantized", self.output)
        self.binding.bind_output("scale")
        self.binding.bind_output("zero")

    def quantize(self):
        """Unsigned: the signed values are 128 less."""
        self.session.run_with_iobinding(self.binding)
        return self.output

    def told(self, output):
        return output.numpy().astype("i2") - 128


def told(answer):
    """Numbers by which an answer is compared with another: all bytes by their sum, others by means of a sample."""
    values = numpy.asarray(answer)
    numbers = {"digest": zlib.crc32(values)} if values.dtype == numpy.uint8 else {}
    sample = numpy.abs(values.reshape(-1)[:: STEP if values.size > LONG else 1].astype("f8"))
    numbers["mean"] = sample.mean()
    numbers["mean_square"] = (sample**2).mean()
    numbers["mean_by_place"] = (sample * numpy.arange(sample.size)).mean() / sample.size
    return numbers


def turn(work):
    """The median of a turn's runs, and the least. The first run is left out where it is not the only one."""
    seconds = [run(work)]
    if seconds[0] < TURN_SECONDS:
        seconds.clear()
        end = time.perf_counter() + TURN_SECONDS
        while not seconds or time.perf_counter() < end:
            seconds.append(run(work))
    seconds.sort()
    return {"seconds": seconds[len(seconds) // 2], "least": seconds[0]}


def run(work):
    start = time.perf_counter()
    result = work()
    end = time.perf_counter()
    del result  # after the clock has stopped
    return end - start


def main():
    name, folder, size, threads = sys.argv[1:]
    engine = {"opencv": OpenCV, "pillow": Pillow, "onnxruntime": OnnxRuntime}[name]
    peer = engine(Picture(folder, size), int(threads))
    tell = getattr(peer, "told", lambda answer: answer)
    print("ready", engine.package, importlib.metadata.version(engine.package), flush=True)
    for line in sys.stdin:
        verb, work = line.split()
        try:
            work = getattr(peer, work)
            reply = turn(work) if verb == "time" else told(tell(work()))
            print(*(f"{key}={value:.12g}" for key, value in reply.items()), flush=True)
        except Exception as error:
            print("error", " ".join(str(error).split()), flush=True)


if __name__ == "__main__":
    main()
