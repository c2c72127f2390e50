"""The report: collect everything into one plain dictionary, then render it.

`collect.collect` builds the dictionary, `html.render` and `terminal.show` turn it into a page and
into lines. Whatever is worked out is worked out while collecting; the templates compute nothing.
"""
