"""The page's colours, as values of Gradio's own theme variables: pairs for light and dark.

style.css uses these variables and names no colour of its own but the two decorative ones at its top. Fonts are those
that the reader's system has: nothing is fetched.
"""

import gradio as gr

SANS = ["ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif"]

PAPER, INK = "#f8f2e7", "#0f111a"
PAPER_RAISED, INK_RAISED = "#fffaf1", "#171a26"
PAPER_SUNK, INK_SUNK = "#efe5d4", "#20253a"
DARK_TEXT, LIGHT_TEXT = "#2b2118", "#ece4d6"
DARK_QUIET_TEXT, LIGHT_QUIET_TEXT = "#66574a", "#aaa295"
PAPER_LINE, INK_LINE = "#dccdb5", "#30374d"
PAPER_EDGE, INK_EDGE = "#8f7c64", "#717b99"  # of what can be typed in or pressed: 3:1 against its surroundings
AMBER_ON_PAPER, AMBER_ON_INK = "#8a470a", "#f6b552"
AMBER_MARK = "#ffd583"
RED_ON_PAPER, RED_ON_INK = "#a1261d", "#ff9d91"

THEME = gr.themes.Base(font=SANS, font_mono=["ui-monospace", "monospace"], text_size="lg").set(
    body_background_fill=PAPER,
    body_background_fill_dark=INK,
    body_text_color=DARK_TEXT,
    body_text_color_dark=LIGHT_TEXT,
    body_text_color_subdued=DARK_QUIET_TEXT,
    body_text_color_subdued_dark=LIGHT_QUIET_TEXT,
    background_fill_primary=PAPER_RAISED,
    background_fill_primary_dark=INK_RAISED,
    background_fill_secondary=PAPER_SUNK,
    background_fill_secondary_dark=INK_SUNK,
    border_color_primary=PAPER_LINE,
    border_color_primary_dark=INK_LINE,
    border_color_accent=AMBER_ON_PAPER,
    border_color_accent_dark=AMBER_ON_INK,
    color_accent_soft=AMBER_MARK,
    color_accent_soft_dark=AMBER_ON_INK,
    error_text_color=RED_ON_PAPER,
    error_text_color_dark=RED_ON_INK,
    block_background_fill="transparent",
    block_background_fill_dark="transparent",
    block_border_width="0px",
    block_border_width_dark="0px",
    block_label_background_fill="transparent",
    block_label_background_fill_dark="transparent",
    block_title_background_fill="transparent",
    block_title_background_fill_dark="transparent",
    block_title_text_color="*body_text_color_subdued",
    block_title_text_color_dark="*body_text_color_subdued",
    block_title_text_size="*text_sm",
    input_background_fill=PAPER_RAISED,
    input_background_fill_dark=INK_RAISED,
    input_border_color=PAPER_EDGE,
    input_border_color_dark=INK_EDGE,
    input_border_color_focus=AMBER_ON_PAPER,
    input_border_color_focus_dark=AMBER_ON_INK,
    input_border_width="1px",
    input_border_width_dark="1px",
    input_placeholder_color=DARK_QUIET_TEXT,
    input_placeholder_color_dark=LIGHT_QUIET_TEXT,
    input_shadow_focus="none",
    input_shadow_focus_dark="none",
    button_primary_background_fill=AMBER_ON_PAPER,
    button_primary_background_fill_dark=AMBER_ON_INK,
    button_primary_background_fill_hover="#6f3806",
    button_primary_background_fill_hover_dark="#ffc873",
    button_primary_border_color=AMBER_ON_PAPER,
    button_primary_border_color_dark=AMBER_ON_INK,
    button_primary_text_color=PAPER_RAISED,
    button_primary_text_color_dark="#1c1305",
    button_secondary_background_fill="transparent",
    button_secondary_background_fill_dark="transparent",
    button_secondary_background_fill_hover=PAPER_SUNK,
    button_secondary_background_fill_hover_dark=INK_SUNK,
    button_secondary_border_color=PAPER_EDGE,
    button_secondary_border_color_dark=INK_EDGE,
    button_secondary_text_color=DARK_TEXT,
    button_secondary_text_color_dark=LIGHT_TEXT,
)
