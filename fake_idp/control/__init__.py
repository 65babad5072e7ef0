"""The control API under `/_idp/v1`: everything that a test in any language needs to order and to ask.

Imported when it is first asked for. `routes` is the table of what there is; one module per resource does it.
"""
