"""The web page: what a person sees, types and clicks.

Gradio and the hub's client read these variables when they are first imported, so they are set here, before any
module of this package imports Gradio: the page sends nothing to anybody and fetches nothing from anywhere.
"""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
