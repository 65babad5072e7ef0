"""Records HAR files of this project's own flows in a real Chromium: `python -m tests.record [NAME...]`.

Needs chromium, chromedriver and selenium. The files go to fixtures/customers/har-*; hosts are names under .localhost,
so that the browser has two sites before it.
"""
