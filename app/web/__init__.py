"""The web page: what a person sees, types and clicks.

Gradio reads this variable when it is first imported, so it is set here, before any module of this package does that:
the page sends nothing to anybody.
"""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
