"""OpenVINO without its telemetry, which would ask a statistics server on import. The only importer of openvino."""

import sys

# Where this package cannot be imported, OpenVINO takes a stub of its own that sends nothing.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]

import openvino  # noqa: E402, F401
